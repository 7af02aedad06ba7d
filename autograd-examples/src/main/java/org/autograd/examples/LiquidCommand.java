package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.TensorDataset;
import org.autograd.io.AtomicFile;
import org.autograd.liquid.CfcCell;
import org.autograd.liquid.LiquidLayer;
import org.autograd.liquid.LtcCell;
import org.autograd.liquid.WiredCfcCell;
import org.autograd.liquid.Wiring;
import org.autograd.monitor.Chart;
import org.autograd.monitor.LineChart;
import org.autograd.nn.Losses;
import org.autograd.optim.Adam;
import org.autograd.optim.Schedule;
import org.autograd.optim.Scheduler;
import org.autograd.training.Backpropagation;
import org.autograd.training.History;
import org.autograd.training.Metrics;
import org.autograd.training.Scheduling;
import org.autograd.training.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains liquid networks on a curve, or on streams of bits that come at irregular times. */
@Command(
    name = "liquid",
    description = {
      "Train liquid networks.",
      "sine: LTC and CfC, 16 neurons of a neural circuit policy, on a curve of twice the"
          + " frequency.",
      "xor: the parity of streams of bits of which only changes are told; CfC, and GRU beside it."
    })
final class LiquidCommand implements Callable<Integer> {
  private static final int TEST_SIZE = 2_000;
  private static final int UNITS = 64;

  /** The tasks. */
  private enum Task {
    SINE,
    XOR;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Task task = Task.SINE;

  /** The kinds of cells. */
  private enum Cell {
    LTC,
    CFC,
    GRU;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--cell",
      paramLabel = "NAME",
      split = ",",
      description = "Some of ltc and cfc for sine, of cfc and gru for xor (default: both).")
  private List<Cell> cells = new ArrayList<>();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "How often to go through the data (default: 300 for sine, 25 for xor).")
  private @Nullable Integer epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Streams per step in xor (default: ${DEFAULT-VALUE}).")
  private int batchSize = 64;

  @Option(
      names = "--samples",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Streams to learn from in xor (default: ${DEFAULT-VALUE}).")
  private int samples = 20_000;

  @Option(
      names = "--pad",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Streams in xor have fewer bits than this (default: ${DEFAULT-VALUE}).")
  private int pad = 12;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      converter = TrainingOptions.PositiveDouble.class,
      description = "Size of a step of Adam (default: 0.01 for sine, 0.002 for xor).")
  private @Nullable Double learningRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Determines all random numbers (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where to write the results (default: ${DEFAULT-VALUE}).")
  private Path output = Path.of("runs", "liquid");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return task == Task.SINE ? sine() : xor();
  }

  /** A curve of 48 points: inputs sin and cos over 3 pi, targets sin over 6 pi. */
  private int sine() throws IOException {
    Variable time = Variable.linspace(0, 3 * Math.PI, 48);
    TensorDataset curve =
        TensorDataset.of(
            Variable.stack(1, time.sin(), time.cos()).unsqueeze(0),
            time.mul(2).sin().reshape(1, -1, 1));
    Wiring wiring = Wiring.autoNcp(2, 16, 1, 0.5, new Generator(seed));

    TrainingOptions options = options(300, 1);
    double[] x = time.toDoubleArray();
    LineChart fit = new LineChart("Twice the frequency", "time", "y");
    fit.points("target", x, curve.targets().toDoubleArray()).yRange(-1.2, 1.8);
    LineChart losses = new LineChart("Training loss", "step", "MSE").logarithmic();
    List<String> results = new ArrayList<>();
    for (Cell kind : chosen(Cell.LTC, Cell.CFC)) {
      LiquidLayer layer =
          new LiquidLayer(
              kind == Cell.LTC
                  ? new LtcCell(wiring, LtcCell.options().generator(generator(kind)))
                  : new WiredCfcCell(wiring, CfcCell.options().generator(generator(kind))));
      Adam adam = new Adam(layer.parameters(), Adam.options().learningRate(rate(0.01)));
      Backpropagation rule =
          new Backpropagation(
              layer,
              batch -> layer.apply(batch.inputs()).output(),
              (prediction, batch) -> Losses.mse(prediction, batch.targets()),
              adam,
              Backpropagation.options());
      // A constant rate is right for most of the way, and jumps out of the minimum at times.
      int constant = options.epochs * 2 / 3;
      Schedule schedule =
          Schedule.constant(1, constant)
              .then(constant, Schedule.cosine(options.epochs - constant, rate(0.01) / 10));
      Trainer trainer =
          new Trainer(rule, DataLoader.of(curve, 1))
              .listen(Scheduling.everyStep(new Scheduler(adam, schedule)));
      History history = run(kind.toString(), options).train(trainer);

      Variable prediction = rule.predict(curve.inputs());
      fit.line(kind.toString(), x, prediction.toDoubleArray());
      losses.line(kind.toString(), history.series("loss"));
      double mse = Losses.mse(prediction, curve.targets()).item();
      results.add(String.format(Locale.ROOT, "%s %.6f", kind, mse));
    }
    Chart.write(output.resolve("fit.png"), fit, losses);
    AtomicFile.write(
        output.resolve("wiring.svg"),
        file -> file.write(wiring.toSvg().getBytes(StandardCharsets.UTF_8)));
    out().println("wiring of " + wiring + "; fit.png and wiring.svg are in " + output);
    out().println("final MSE: " + String.join(", ", results));
    return 0;
  }

  private int xor() throws IOException {
    Generator rng = new Generator(seed);
    TensorDataset train = BitStreams.create(samples, pad, rng.split());
    TensorDataset test = BitStreams.create(TEST_SIZE, pad, rng.split());
    TrainingOptions options = options(25, batchSize);
    LineChart losses = new LineChart("Parity: loss", "epoch", "loss").logarithmic();
    LineChart accuracies = new LineChart("Parity: test accuracy", "epoch", "accuracy");
    List<String> results = new ArrayList<>();
    for (Cell kind : chosen(Cell.CFC, Cell.GRU)) {
      StreamClassifier model =
          kind == Cell.CFC
              ? StreamClassifier.cfc(UNITS, generator(kind))
              : StreamClassifier.gru(UNITS, generator(kind));
      Adam adam = new Adam(model.parameters(), Adam.options().learningRate(rate(0.002)));
      Backpropagation rule =
          new Backpropagation(
              model,
              model::apply,
              (logits, batch) -> Losses.binaryCrossEntropyWithLogits(logits, batch.targets()),
              adam,
              Backpropagation.options().clipNorm(1));
      Scheduler scheduler = new Scheduler(adam, Schedule.cosine(options.epochs, 0));
      Trainer trainer =
          new Trainer(rule, options.loader(train))
              .validation(DataLoader.of(test, TEST_SIZE))
              .metric("accuracy", () -> Metrics.binaryAccuracy(0))
              .listen(Scheduling.everyEpoch(scheduler));
      History history = run(kind.toString(), options).train(trainer);
      losses.line(kind.toString(), history.series("loss"));
      accuracies.line(kind.toString(), history.series("validation_accuracy"));
      double accuracy = history.last().value("validation_accuracy");
      results.add(String.format(Locale.ROOT, "%s %.4f", kind, accuracy));
    }
    Chart.write(output.resolve("comparison.png"), losses, accuracies);
    out().println("comparison.png is in " + output);
    out().println("test accuracy: " + String.join(", ", results));
    return 0;
  }

  /** Returns the cells that were asked for, in order, or those that the task has. */
  private List<Cell> chosen(Cell... possible) {
    if (!List.of(possible).containsAll(cells)) {
      throw new ParameterException(
          spec.commandLine(),
          "--cell for %s must be of %s, not %s".formatted(task, List.of(possible), cells));
    }
    return cells.isEmpty() ? List.of(possible) : cells;
  }

  private TrainingOptions options(int usualEpochs, int batchSize) {
    TrainingOptions options =
        new TrainingOptions("liquid", epochs == null ? usualEpochs : epochs, batchSize);
    options.seed = seed;
    return options;
  }

  /** Returns a run that writes into a directory of that name. */
  private TrainingRun run(String name, TrainingOptions options) {
    options.output = output.resolve(name);
    out().println(name + ":");
    return new TrainingRun(spec, options, name);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Returns the source of a cell's initial values, the same whatever other cells there are. */
  private Generator generator(Cell kind) {
    return new Generator(seed + kind.ordinal()).split();
  }

  private double rate(double usual) {
    return learningRate == null ? usual : learningRate;
  }
}
