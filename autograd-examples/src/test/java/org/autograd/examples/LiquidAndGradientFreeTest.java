package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.autograd.Generator;
import org.autograd.data.Batch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands {@code train liquid} and {@code train gradient-free}, for a few steps each. */
class LiquidAndGradientFreeTest {
  @TempDir private Path directory;

  private String train(int expectedStatus, String arguments) {
    StringWriter text = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(text));
    command.setErr(new PrintWriter(text));
    List<String> all = new ArrayList<>(List.of("train"));
    all.addAll(List.of(arguments.split(" ")));
    all.addAll(List.of("--output", directory.toString()));
    assertEquals(expectedStatus, command.execute(all.toArray(String[]::new)), text.toString());
    return text.toString().lines().toList().getLast();
  }

  @Test
  void sine() throws Exception {
    String result = train(0, "liquid --epochs 60");
    assertTrue(result.matches("final MSE: ltc 0\\.\\d{6}, cfc 0\\.\\d{6}"), result);
    // After a fifth of the steps it is on its way: the target's variance is 0.49.
    for (String part : result.substring("final MSE: ".length()).split(", ", -1)) {
      assertTrue(Double.parseDouble(part.substring(4)) < 0.1, result);
    }
    for (String file :
        List.of("ltc/model.safetensors", "cfc/model.safetensors", "fit.png", "wiring.svg")) {
      assertTrue(Files.size(directory.resolve(file)) > 500, file);
    }
  }

  @Test
  void xorWritesItsFiles() {
    String result = train(0, "liquid --task xor --samples 200 --epochs 1 --pad 5");
    assertTrue(result.matches("test accuracy: cfc [01]\\.\\d{4}, gru [01]\\.\\d{4}"), result);
    assertTrue(Files.exists(directory.resolve("comparison.png")));
    train(1, "liquid --task xor --pad 2");
  }

  @Test
  void bitStreamsTellChangesAndTimes() {
    int pad = 9;
    Batch streams = BitStreams.create(500, pad, new Generator(1)).all();
    double[] events = streams.inputs().toDoubleArray();
    double[] parities = streams.targets().toDoubleArray();
    double[] spans = streams.tensors().get(2).mul(pad).toDoubleArray();
    long[] counts = streams.tensors().get(3).toLongArray();
    for (int i = 0; i < counts.length; i++) {
      double ones = 0;
      double bits = 0;
      assertEquals(0, spans[i * pad], "the first event comes at once");
      for (int k = i * pad + 1; k < i * pad + counts[i]; k++) {
        // The bit that has lasted until this event is that of the event before.
        ones += events[k - 1] * Math.rint(spans[k]);
        bits += Math.rint(spans[k]);
        boolean end = k == i * pad + counts[i] - 1;
        assertEquals(end, events[k] == events[k - 1], "all but the last are changes");
      }
      assertEquals(parities[i], ones % 2);
      assertTrue(bits >= 2 && bits < pad);
      for (int k = i * pad + (int) counts[i]; k < (i + 1) * pad; k++) {
        assertEquals(0, events[k] + spans[k]);
      }
    }
    assertEquals(0.5, streams.targets().mean().item(), 0.08);
  }

  private static double number(String text) {
    return Double.parseDouble(text);
  }

  /** Guessing is right in a tenth. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "es --pairs 20 --epochs 4",
        "forward-gradient --epochs 15 --learning-rate 0.01",
        "spsa --epochs 60 --learning-rate 0.02",
        "mezo --epochs 60 --learning-rate 0.02"
      })
  void digits(String rule) {
    String result = train(0, "gradient-free --hidden 16 --rule " + rule);
    assertTrue(result.matches("test accuracy: [01]\\.\\d{4}"), result);
    assertTrue(number(result.substring("test accuracy: ".length())) > 0.25, result);
    assertTrue(Files.exists(directory.resolve("model.safetensors")));
    assertTrue(Files.exists(directory.resolve("loss.png")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sphere", "rosenbrock", "ellipsoid --dimension 4", "beale"})
  void covarianceAdaptationFindsMinima(String task) {
    String result = train(0, "gradient-free --rule cma --task " + task);
    assertTrue(
        result.matches("best value of [a-z]+-\\d+: \\d\\.\\d{3}e-1\\d after \\d+ evaluations"),
        result);
    double evaluations = number(result.replaceAll(".* after (\\d+) .*", "$1"));
    assertTrue(evaluations <= 2500, result);
    assertTrue(Files.exists(directory.resolve("value.png")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"es", "mezo", "spsa", "forward-gradient"})
  void everyRuleTakesFunctionsToo(String rule) {
    String result =
        train(
            0,
            "gradient-free --task sphere --evaluations 2000 --pairs 5 --learning-rate 0.02 --rule "
                + rule);
    double best = number(result.replaceAll(".*: (\\S+) after.*", "$1"));
    assertTrue(best < 1, result); // 10 in the beginning
  }

  @Test
  void tooManyParametersForCovarianceAdaptationAreRefused() {
    String error = train(1, "gradient-free --rule cma --task digits");
    assertTrue(error.contains("at most 2000"), error);
  }
}
