package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.autograd.io.SafeTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SpikingCommandTest {
  @TempDir private Path directory;

  private List<String> train(String... arguments) {
    return train(0, arguments);
  }

  /** Returns the lines of the output, or of the error if it is to fail. */
  private List<String> train(int expectedStatus, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    int status =
        command.execute(
            Stream.concat(
                    Stream.of("train", "spiking", "--output", directory.toString()),
                    Stream.of(arguments))
                .toArray(String[]::new));
    assertEquals(expectedStatus, status, err.toString());
    return (status == 0 ? out : err).toString().lines().toList();
  }

  private static double number(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  /**
   * With every loss something is learned soon; how much all of it comes to is in docs/spiking.md.
   */
  @ParameterizedTest
  @EnumSource(SpikingChoices.Loss.class)
  void everyLossLearns(SpikingChoices.Loss loss) throws IOException {
    List<String> lines =
        train("--loss", loss.toString(), "--epochs", "2", "--steps", "8", "--hidden", "50");
    assertTrue(lines.getLast().startsWith("test accuracy: "), lines.getLast());
    assertTrue(number(lines.getLast()) > 0.5, loss + ": " + lines.getLast());
    for (String picture : List.of("raster.png", "membrane.png", "loss.png", "accuracy.png")) {
      assertEquals(700, ImageIO.read(directory.resolve(picture).toFile()).getWidth(), picture);
    }
    assertTrue(Files.readString(directory.resolve("network.json")).contains("\"LIF\""));
    assertTrue(
        SafeTensors.read(directory.resolve("model.safetensors")).tensors().containsKey("3.beta"));
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith("operations per example")),
        lines.toString());
  }

  @Test
  void aSeedDeterminesRandomSpikes() throws IOException {
    String[] arguments = {"--encoding", "rate", "--epochs", "1", "--steps", "4", "--seed", "3"};
    List<String> first = train(arguments);
    byte[] raster = Files.readAllBytes(directory.resolve("raster.png"));
    assertEquals(first, train(arguments));
    assertArrayEquals(raster, Files.readAllBytes(directory.resolve("raster.png")));
  }

  @Test
  void aPopulationIsShownBesideSingleOutputs() {
    List<String> lines = train("--population", "--epochs", "2");
    String single = lines.get(lines.size() - 2);
    assertTrue(single.startsWith("test accuracy, 10 outputs: "), single);
    assertTrue(lines.getLast().startsWith("test accuracy, 500 outputs: "), lines.getLast());
    // Ten outputs that spike once or not tie often.
    assertTrue(number(lines.getLast()) > number(single) + 0.05, single + ", " + lines.getLast());
    assertTrue(Files.exists(directory.resolve("accuracy.png")));
    assertTrue(Files.exists(directory.resolve("500-outputs/model.safetensors")));
  }

  /** The true gradient of the hidden neurons is 0, so that only the outputs learn. */
  @Test
  void aSurrogateLearnsPatternsByHeartAndTheTrueGradientDoesNot() {
    List<String> lines =
        train(
            "--task", "patterns", "--epochs", "6", "--batch-size", "32", "--learning-rate", "0.02");
    String trueGradient = lines.get(lines.size() - 2);
    assertTrue(trueGradient.startsWith("train accuracy, true-gradient: "), trueGradient);
    assertTrue(lines.getLast().startsWith("train accuracy, surrogate: "), lines.getLast());
    assertTrue(
        number(lines.getLast()) > number(trueGradient) + 0.05,
        trueGradient + ", " + lines.getLast());
    assertTrue(Files.exists(directory.resolve("surrogate/raster.png")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--population --loss count",
        "--task patterns --loss count",
        "--task patterns --encoding rate",
        "--task patterns --hidden 9",
        "--task patterns --beta 0.5",
        "--task patterns --steps 9",
        "--task patterns --data digits",
        "--task patterns --population"
      })
  void optionsWithoutUseAreRefused(String arguments) {
    String error = train(2, arguments.split(" ")).getFirst();
    String[] names = arguments.replaceAll(" [^- ]\\S*$", "").split(" ");
    assertTrue(error.endsWith("does not take " + names[names.length - 1]), error);
    assertFalse(Files.exists(directory.resolve("log.csv")));
  }
}
