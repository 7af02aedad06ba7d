package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.autograd.data.Digits;
import org.autograd.data.TensorDataset;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Mlp;
import org.autograd.training.Metric;
import org.autograd.training.Metrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @TempDir private Path directory;

  private record Outcome(int status, String out, String err) {
    String lastLine() {
      return out.lines().toList().getLast();
    }
  }

  private static Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    int status = command.execute(arguments);
    return new Outcome(status, out.toString(), err.toString());
  }

  /** Runs a training that writes into a directory of that name. */
  private Outcome train(String output, String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 3);
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[0] = "train";
    all[all.length - 2] = "--output";
    all[all.length - 1] = directory.resolve(output).toString();
    return run(all);
  }

  @Test
  void helpNamesTheCommands() {
    Outcome help = run("--help");
    assertEquals(0, help.status);
    for (String command : List.of("train", "bench", "info")) {
      assertTrue(help.out.contains("  " + command + " "), help.out);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no-such-command",
        "train",
        "train no-such-model",
        "train digits --no-such-option",
        "train digits surplus",
        "train digits --epochs 0",
        "train digits --epochs many",
        "train digits --batch-size -1",
        "train digits --hidden 10,0",
        "train digits --dropout 1",
        "train digits --norm no-such",
        "train digits --checkpoint 0",
        "train digits --learning-rate 0",
        "train digits --learning-rate NaN",
        "train digits --learning-rate Infinity",
        "train digits --optimizer no-such",
        "train parabola --activation no-such",
        "train local --rule no-such",
        "train forward-forward --form no-such",
        "train forward-forward --recurrent --head",
        "train compare --data fashion-mnist",
        "bench",
        "bench no-such-mode",
        "bench matmul --json",
        "bench matmul --threads 0",
        "bench step --threads many",
        "bench graph surplus",
        "info surplus"
      })
  void wrongUsageIsExplained(String arguments) {
    Outcome outcome = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertEquals(2, outcome.status);
    assertEquals("", outcome.out);
    assertTrue(outcome.err.contains("Usage: autograd"), outcome.err);
    assertFalse(outcome.err.contains("\tat "), outcome.err);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "matmul",
        "pointwise",
        "reductions",
        "step",
        "learning",
        "graph",
        "startup",
        "memory"
      })
  void everyBenchmarkHasTheSameOptions(String mode) {
    Outcome help = run("bench", mode, "--help");
    assertEquals(0, help.status);
    for (String option : List.of("--peers", "--quick", "--json=FILE", "--threads=N")) {
      assertTrue(help.out.contains(option), help.out);
    }
  }

  @Test
  void infoTellsVersionsAndKernels() {
    Outcome info = run("info");
    assertEquals(0, info.status);
    assertTrue(info.out.matches("(?s)autograd \\d+\\.\\d+\\.\\d+.*"), info.out);
    for (String line : List.of("kernels  ", "matmul   ", "threads  ", "java     ")) {
      assertTrue(info.out.contains("\n" + line), info.out);
    }
  }

  @Test
  void anErrorIsOneLineUnlessMoreIsWanted() {
    String[] arguments = {"train", "fashion-mnist", "--data", directory.toString()};
    Outcome outcome = run(arguments);
    assertEquals(1, outcome.status);
    assertEquals(1, outcome.err.lines().count(), outcome.err);
    assertTrue(outcome.err.contains("dataset-fashion-mnist"), outcome.err);
    assertTrue(outcome.err.contains("--data"), outcome.err);

    String[] more = Arrays.copyOf(arguments, arguments.length + 1);
    more[arguments.length] = "--stacktrace";
    assertTrue(run(more).err.contains("\tat "));
  }

  @Test
  void digitsAreLearned() throws IOException {
    Outcome outcome = train("digits", "digits");
    assertEquals(0, outcome.status, outcome.err);
    assertTrue(outcome.lastLine().matches("test accuracy: \\d\\.\\d{4}"), outcome.out);
    double accuracy = Double.parseDouble(outcome.lastLine().substring("test accuracy: ".length()));
    assertTrue(accuracy >= 0.975, outcome.lastLine());

    Path output = directory.resolve("digits");
    Mlp model = new Mlp(Digits.PIXELS, 512, Digits.CLASSES);
    model.loadStateDict(SafeTensors.read(output.resolve("model.safetensors")).tensors());
    TensorDataset test = Digits.split(0).test();
    Metric again = Metrics.accuracy();
    again.update(model.apply(test.inputs()), test.targets());
    assertEquals(accuracy, again.value(), 1e-4);
    for (String picture : List.of("loss.png", "accuracy.png")) {
      assertEquals(700, ImageIO.read(output.resolve(picture).toFile()).getWidth());
    }
    assertEquals(21, Files.readAllLines(output.resolve("log.csv")).size());
  }

  @Test
  void aSeedDeterminesEverything() throws IOException {
    String[] arguments = {"digits", "--epochs", "2", "--hidden", "20", "--seed", "5"};
    Outcome first = train("run", arguments);
    byte[] model = Files.readAllBytes(directory.resolve("run/model.safetensors"));
    byte[] chart = Files.readAllBytes(directory.resolve("run/loss.png"));
    assertEquals(0, first.status, first.err);
    assertEquals(first, train("run", arguments));
    assertArrayEquals(model, Files.readAllBytes(directory.resolve("run/model.safetensors")));
    assertArrayEquals(chart, Files.readAllBytes(directory.resolve("run/loss.png")));

    arguments[arguments.length - 1] = "6";
    assertNotEquals(first.out, train("run", arguments).out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "adam", "adamw", "rmsprop"})
  void everyOptimizerLearns(String optimizer) {
    Outcome outcome = train("run", "digits", "--epochs", "3", "--optimizer", optimizer);
    assertEquals(0, outcome.status, outcome.err);
    double accuracy = Double.parseDouble(outcome.lastLine().substring("test accuracy: ".length()));
    assertTrue(accuracy > 0.85, outcome.out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"relu", "sigmoid", "tanh", "swish", "gelu"})
  void parabolaIsLearnedWithEveryActivation(String activation) throws IOException {
    Outcome outcome = train("run", "parabola", "--activation", activation);
    assertEquals(0, outcome.status, outcome.err);
    assertTrue(outcome.lastLine().matches("final MSE: \\d\\.\\d{6}"), outcome.out);
    double mse = Double.parseDouble(outcome.lastLine().substring("final MSE: ".length()));
    assertTrue(mse <= 0.02, outcome.lastLine());
    // Two charts beside each other.
    assertEquals(1400, ImageIO.read(directory.resolve("run/fit.png").toFile()).getWidth());
  }

  @ParameterizedTest
  @ValueSource(strings = {"drtp", "predsim", "ep", "ff-backpropagation"})
  void localRulesLearnTheDigits(String rule) throws IOException {
    String[] arguments = {"local", "--rule", rule, "--epochs", "4", "--hidden", "40,40"};
    Outcome outcome = train("run", arguments);
    assertEquals(0, outcome.status, outcome.err);
    double accuracy = Double.parseDouble(outcome.lastLine().substring("test accuracy: ".length()));
    assertTrue(accuracy > 0.3, outcome.out); // so few epochs; guessing would be 0.1
    assertTrue(Files.exists(directory.resolve("run/model.safetensors")));
    assertEquals(700, ImageIO.read(directory.resolve("run/angles.png").toFile()).getWidth());
  }

  @Test
  void forwardForwardIsShownBesideBackpropagation() throws IOException {
    for (String more : List.of("--form=symba", "--negatives=hybrid", "--recurrent")) {
      Outcome outcome = train("run", "forward-forward", "--epochs", "1", "--hidden", "30,30", more);
      assertEquals(0, outcome.status, outcome.err);
      assertTrue(
          outcome
              .lastLine()
              .matches("test accuracy: \\d\\.\\d{4} \\(backpropagation: \\d\\.\\d{4}\\)"),
          outcome.out);
      for (String part : List.of("forward-forward", "backpropagation")) {
        assertTrue(Files.exists(directory.resolve("run").resolve(part + "/model.safetensors")));
      }
      assertTrue(Files.exists(directory.resolve("run/accuracy.png")));
    }
  }

  @Test
  void rulesAreComparedInATable() throws IOException {
    Outcome outcome =
        train("run", "compare", "--epochs", "1", "--batch-size", "200", "--only", "feedback");
    assertEquals(0, outcome.status, outcome.err);
    List<String> lines = outcome.out.lines().toList();
    assertTrue(lines.get(0).matches("rule +model +accuracy +ms per epoch +live KB"), outcome.out);
    assertTrue(lines.get(1).matches("backpropagation +64-128-128-10 .*"), outcome.out);
    assertTrue(lines.get(2).matches("feedback alignment .*"), outcome.out);
    assertTrue(outcome.lastLine().startsWith("best of 4 rules on digits"), outcome.out);
    assertEquals(2100, ImageIO.read(directory.resolve("run/compare.png").toFile()).getWidth());
    assertTrue(Files.exists(directory.resolve("run/models/backpropagation.safetensors")));
  }

  @Test
  void fashionMnistIsReadFromIdxFiles() throws IOException {
    for (String part : List.of("train", "t10k")) {
      ByteBuffer images = ByteBuffer.allocate(16 + 30 * 784);
      images.putInt(0x803).putInt(30).putInt(28).putInt(28);
      ByteBuffer labels = ByteBuffer.allocate(8 + 30);
      labels.putInt(0x801).putInt(30);
      for (int i = 0; i < 30; i++) {
        images.put(16 + i * 784 + i % 10, (byte) 255);
        labels.put((byte) (i % 10));
      }
      Files.write(directory.resolve(part + "-images-idx3-ubyte"), images.array());
      Files.write(directory.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }
    String data = directory.toString();
    for (String model : List.of("mlp", "cnn")) {
      Outcome outcome =
          train("run", "fashion-mnist", "--data", data, "--batch-size", "5", "--model", model);
      assertEquals(0, outcome.status, outcome.err);
      // So few steps are not enough for filters to tell single pixels apart.
      String expected = model.equals("mlp") ? "1\\.0000" : "[01]\\.\\d{4}";
      assertTrue(outcome.lastLine().matches("test accuracy: " + expected), outcome.lastLine());
    }
  }

  @Test
  void aTrainingThatDivergesFailsAndSavesNoModel() {
    Outcome outcome = train("run", "digits", "--optimizer", "sgd", "--learning-rate", "1e30");
    assertEquals(1, outcome.status);
    assertTrue(outcome.err.contains("in epoch 1, step "), outcome.err);
    assertTrue(outcome.err.contains("try a smaller learning rate"), outcome.err);
    assertFalse(Files.exists(directory.resolve("run/model.safetensors")));
  }

  @Test
  void aTrainingThatIsResumedEndsAsIfItHadNotStopped() throws IOException {
    String[] arguments = {
      "digits",
      "--hidden",
      "8",
      "--norm",
      "batch",
      "--dropout",
      "0.1",
      "--checkpoint",
      "30",
      "--gradients",
      "--tensorboard",
      "--epochs",
      "2"
    };
    Outcome whole = train("whole", arguments);
    assertEquals(0, whole.status, whole.err);
    assertTrue(ImageIO.read(directory.resolve("whole/gradient-flow.png").toFile()) != null);

    Outcome half = train("half", withEpochs(arguments, "1"));
    assertEquals(0, half.status, half.err);
    Outcome again = train("half", withEpochs(arguments, "1"));
    assertEquals(1, again.status);
    assertTrue(again.err.contains("earlier run"), again.err);
    String[] resumed = Arrays.copyOf(arguments, arguments.length + 1);
    resumed[arguments.length] = "--resume";
    Outcome end = train("half", resumed);
    assertEquals(0, end.status, end.err);
    assertTrue(end.out.startsWith("resumed at step 45"), end.out);
    assertEquals(whole.lastLine(), end.lastLine());
    String[] otherSeed = Arrays.copyOf(resumed, resumed.length + 1);
    otherSeed[resumed.length] = "--seed=7";
    Outcome refused = train("half", otherSeed);
    assertEquals(1, refused.status, refused.out);
    assertTrue(refused.err.contains("mismatched seed, was 0, now is 7"), refused.err);
    for (String name : List.of("model.safetensors", "log.csv", "loss.png")) {
      assertArrayEquals(
          Files.readAllBytes(directory.resolve("whole").resolve(name)),
          Files.readAllBytes(directory.resolve("half").resolve(name)),
          name);
    }
  }

  private static String[] withEpochs(String[] arguments, String epochs) {
    String[] result = arguments.clone();
    result[result.length - 1] = epochs;
    return result;
  }

  @Test
  void anUnwritableOutputIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Outcome outcome = train("file", "digits", "--epochs", "1", "--hidden", "5");
    assertEquals(1, outcome.status);
    assertTrue(outcome.err.contains(file.toString()), outcome.err);
  }

  @Test
  void numbersDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      String out = train("run", "digits", "--epochs", "1", "--hidden", "5").out;
      assertTrue(out.contains("epoch 1/1  loss 2."), out);
    } finally {
      Locale.setDefault(before);
    }
  }
}
