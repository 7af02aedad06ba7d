package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.io.SafeTensors;
import org.autograd.monitor.BarChart;
import org.autograd.monitor.Chart;
import org.autograd.training.LearningRule;
import org.autograd.type.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets all learning rules learn the same. */
@Command(
    name = "compare",
    description = {
      "Let every learning rule learn the digits for the same number of epochs, and compare"
          + " accuracy, time and memory.",
      "Time is the median of the epochs' on this machine. Memory is what is alive at most while"
          + " learning from 500 examples, beyond parameters, gradients and optimizer."
    })
final class CompareCommand implements Callable<Integer> {
  private static final int MEASURED = 500;
  private static final String FORMAT = "%-34s %-22s %8s %12s %10s%n";

  /** The data sets. */
  private enum Data {
    DIGITS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--data",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Data data = Data.DIGITS;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Compare only rules whose name has this in it with backpropagation.")
  private String only = "";

  @Option(
      names = "--epochs",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "How often each goes through the data (default: ${DEFAULT-VALUE}).")
  private int epochs = 30;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Examples per step (default: ${DEFAULT-VALUE}).")
  private int batchSize = 64;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Determines all random numbers (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where to write the results (default: ${DEFAULT-VALUE}).")
  private Path output = Path.of("runs", "compare");

  @Spec private CommandSpec spec;

  private record Row(Contestant contestant, double accuracy, double seconds, long bytes) {}

  @Override
  public Integer call() throws IOException {
    Split<TensorDataset> images = Digits.split(seed);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(FORMAT, "rule", "model", "accuracy", "ms per epoch", "live KB");
    List<Row> rows = new ArrayList<>();
    for (Contestant contestant : contestants()) {
      Row row = run(contestant, images);
      rows.add(row);
      out.printf(
          FORMAT,
          contestant.name(),
          contestant.model(),
          String.format(Locale.ROOT, "%.4f", row.accuracy()),
          String.format(Locale.ROOT, "%.1f", 1e3 * row.seconds()),
          String.format(Locale.ROOT, "%.0f", row.bytes() / 1e3));
      out.flush();
    }
    draw(rows);
    out.println("saved a model of each rule and compare.png in " + output);
    Row best =
        rows.stream().max((a, b) -> Double.compare(a.accuracy(), b.accuracy())).orElseThrow();
    out.printf(
        Locale.ROOT,
        "best of %d rules on %s after %d epochs: %s, %.4f; backpropagation %.4f%n",
        rows.size(),
        data,
        epochs,
        best.contestant().name(),
        best.accuracy(),
        rows.getFirst().accuracy());
    return 0;
  }

  /** Returns backpropagation and those that are asked for. */
  private List<Contestant> contestants() {
    List<Contestant> all = Contestant.all();
    List<Contestant> result = new ArrayList<>(all.subList(0, 1));
    all.stream()
        .skip(1)
        .filter(contestant -> contestant.name().contains(only))
        .forEach(result::add);
    return result;
  }

  private Row run(Contestant contestant, Split<TensorDataset> images) throws IOException {
    Autograd.manualSeed(seed);
    LearningRule rule = contestant.rule().apply(seed);
    DataLoader loader = DataLoader.of(images.train(), batchSize).shuffle(seed);
    double[] seconds = new double[epochs];
    for (int epoch = 0; epoch < epochs; epoch++) {
      long start = System.nanoTime();
      for (Batch batch : loader) {
        double loss = rule.learn(batch).loss();
        if (!Double.isFinite(loss)) {
          throw new IllegalStateException(
              contestant.name() + ": the loss became " + loss + " in epoch " + (epoch + 1));
        }
      }
      seconds[epoch] = (System.nanoTime() - start) / 1e9;
    }
    Arrays.sort(seconds);
    Variable predicted = rule.predict(images.test().inputs()).argmax(1);
    double accuracy = predicted.eq(images.test().targets()).to(DType.FLOAT64).mean().item();
    String file = contestant.name().replaceAll("[^A-Za-z0-9]+", "-") + ".safetensors";
    SafeTensors.of(rule.module().stateDictWithoutRepeats())
        .write(output.resolve("models").resolve(file));
    long bytes = LiveMemory.peak(rule, images.train().slice(0, MEASURED).all());
    return new Row(contestant, accuracy, seconds[epochs / 2], bytes);
  }

  private void draw(List<Row> rows) throws IOException {
    List<String> names = rows.stream().map(row -> row.contestant().name()).toList();
    Chart.write(
        output.resolve("compare.png"),
        new BarChart("Test accuracy", "", names)
            .bars("accuracy", rows.stream().mapToDouble(Row::accuracy).toArray()),
        new BarChart("Time per epoch", "milliseconds", names)
            .bars("ms", rows.stream().mapToDouble(row -> 1e3 * row.seconds()).toArray())
            .logarithmic(1),
        new BarChart("Live memory, 500 examples", "kilobytes", names)
            .bars("KB", rows.stream().mapToDouble(row -> row.bytes() / 1e3).toArray())
            .logarithmic(1));
  }
}
