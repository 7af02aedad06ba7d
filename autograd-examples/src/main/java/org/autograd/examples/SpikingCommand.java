package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.monitor.LineChart;
import org.autograd.nn.Initializers;
import org.autograd.nn.Linear;
import org.autograd.spiking.BackpropagationThroughTime;
import org.autograd.spiking.Leaky;
import org.autograd.spiking.NeuronOptions;
import org.autograd.spiking.NirGraph;
import org.autograd.spiking.Reset;
import org.autograd.spiking.SpikeLosses;
import org.autograd.spiking.SpikingNetwork;
import org.autograd.spiking.Surrogate;
import org.autograd.spiking.Synaptic;
import org.autograd.training.History;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Trainer;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains spiking networks. */
@Command(
    name = "spiking",
    description = {
      "Train spiking networks on images, or on random patterns of spikes.",
      "--data digits: with any loss and encoding.",
      "--data fashion-mnist --population: one time step and 500 outputs, 10 outputs beside it.",
      "--task patterns: 4 hidden neurons; the true gradient, and a surrogate beside it."
    })
final class SpikingCommand implements Callable<Integer> {
  /** How many output neurons a class has in a population. */
  private static final int POPULATION = 50;

  /** The milliseconds of a pattern, and its inputs. */
  private static final int PATTERN_STEPS = 200;

  private static final int PATTERN_INPUTS = 100;
  private static final int PATTERNS = 256;

  /** The data sets. */
  private enum Data {
    DIGITS,
    FASHION_MNIST;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The tasks. */
  private enum Task {
    IMAGES,
    PATTERNS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Task task = Task.IMAGES;

  @Option(
      names = "--data",
      paramLabel = "NAME",
      description = "Images, one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Data data = Data.DIGITS;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the four files of Fashion-MNIST are (default: ${DEFAULT-VALUE}).")
  private Path directory = FashionMnistCommand.DIRECTORY;

  @Option(
      names = "--loss",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private SpikingChoices.Loss loss = SpikingChoices.Loss.MSE_COUNT;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description =
          "How images become sequences, one of ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private SpikingChoices.Encoding encoding = SpikingChoices.Encoding.CONSTANT;

  @Option(
      names = "--surrogate",
      paramLabel = "NAME",
      description =
          "Derivative of a spike, one of ${COMPLETION-CANDIDATES} (default: arctangent; with"
              + " --population fast-sigmoid).")
  private SpikingChoices.@Nullable Slope surrogate;

  @Option(
      names = "--population",
      description = "500 output neurons instead of 10, and one time step unless --steps says more.")
  private boolean population;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Hidden neurons (default: ${DEFAULT-VALUE}).")
  private int hidden = 128;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Time steps for an image (default: 25; with --population 1).")
  private @Nullable Integer steps;

  @Option(
      names = "--beta",
      paramLabel = "X",
      converter = TrainingOptions.Probability.class,
      description = "Share of a membrane that is left after a step (default: ${DEFAULT-VALUE}).")
  private double beta = 0.9;

  @Mixin private final TrainingOptions options = new TrainingOptions("spiking", 30, 32);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (task == Task.PATTERNS) {
      refuse(
          "--task patterns",
          "--data",
          "--data-dir",
          "--loss",
          "--encoding",
          "--population",
          "--hidden",
          "--steps",
          "--beta");
      patterns();
    } else if (population) {
      refuse("--population", "--loss");
      populations();
    } else {
      setDefaults(data == Data.DIGITS ? 30 : 5, data == Data.DIGITS ? 32 : 128);
      images();
    }
    return 0;
  }

  /** Says that a task has no use for some options, so that nobody believes they did anything. */
  private void refuse(String task, String... names) {
    for (String name : names) {
      if (spec.commandLine().getParseResult().hasMatchedOption(name)) {
        throw new ParameterException(spec.commandLine(), task + " does not take " + name);
      }
    }
  }

  /** Sets what the user has not, as every task has its own usual numbers. */
  private void setDefaults(int epochs, int batchSize) {
    if (!spec.commandLine().getParseResult().hasMatchedOption("--epochs")) {
      options.epochs = epochs;
    }
    if (!spec.commandLine().getParseResult().hasMatchedOption("--batch-size")) {
      options.batchSize = batchSize;
    }
  }

  private Split<TensorDataset> data() throws IOException {
    return data == Data.DIGITS ? Digits.split(options.seed) : FashionMnistCommand.read(directory);
  }

  private SpikingNetwork network(int inputs, int outputs, SpikingChoices.Slope usual) {
    NeuronOptions neurons =
        NeuronOptions.defaults().surrogate((surrogate == null ? usual : surrogate).create());
    Linear.Options linear = Linear.options().generator(new Generator(options.seed).split());
    return new SpikingNetwork(
        new Linear(inputs, hidden, linear),
        new Leaky(beta, neurons),
        new Linear(hidden, outputs, linear),
        new Leaky(beta, neurons));
  }

  private void images() throws IOException {
    TrainingRun run = new TrainingRun(spec, options, "Spiking, " + data);
    Split<TensorDataset> images = data();
    int inputs = (int) images.train().inputs().size(1);
    int time = steps == null ? 25 : steps;
    SpikingNetwork network = network(inputs, 10, SpikingChoices.Slope.ARCTANGENT);
    LearningRule rule =
        BackpropagationThroughTime.of(
            network,
            x -> encoding.run(network, x, time),
            loss::of,
            loss::readout,
            options.optimizer(network.parameters()));
    History history = run.train(trainer(rule, images));
    Variable example = images.test().inputs().narrow(0, 0, 1);
    SpikingPictures.write(network, encoding.sequence(example, time), run::file);
    NirGraph.of(network, 1e-3, inputs).write(run.file("network.json"));
    Variable some = images.test().inputs().narrow(0, 0, 100);
    SpikingPictures.printOperations(
        spec.commandLine().getOut(), network, 100, () -> encoding.run(network, some, time));
    run.result("test accuracy", history.last().value("validation_accuracy"), 4);
  }

  private Trainer trainer(LearningRule rule, Split<TensorDataset> images) {
    return new Trainer(rule, options.loader(images.train()))
        .validation(DataLoader.of(images.test(), 1000))
        .metric("accuracy", Metrics::accuracy);
  }

  /** Several neurons for each class, whose spikes are added, against one. */
  private void populations() throws IOException {
    setDefaults(data == Data.DIGITS ? 30 : 5, data == Data.DIGITS ? 32 : 128);
    int time = steps == null ? 1 : steps;
    Split<TensorDataset> images = data();
    Path output = options.output;
    LineChart chart = new LineChart("One spike or none of each output", "epoch", "test accuracy");
    List<String> results = new ArrayList<>();
    for (int size : new int[] {1, POPULATION}) {
      options.output = output.resolve(10 * size + "-outputs");
      TrainingRun run = new TrainingRun(spec, options, 10 * size + " outputs");
      SpikingNetwork network =
          network(
              (int) images.train().inputs().size(1), 10 * size, SpikingChoices.Slope.FAST_SIGMOID);
      LearningRule rule =
          BackpropagationThroughTime.of(
              network,
              x -> encoding.run(network, x, time),
              (result, labels) ->
                  SpikeLosses.countMeanSquare(
                      SpikeLosses.population(result.spikes(), 10), labels, 1, 0, size),
              result -> SpikeLosses.population(result.spikes(), 10).sum(0),
              options.optimizer(network.parameters()));
      double[] accuracy = run.train(trainer(rule, images)).series("validation_accuracy");
      chart.line(10 * size + " outputs", accuracy);
      results.add(result(10 * size + " outputs", accuracy[accuracy.length - 1]));
    }
    chart.xRange(0.5, options.epochs + 0.5).write(output.resolve("accuracy.png"));
    results.forEach(spec.commandLine().getOut()::println);
  }

  private static String result(String name, double accuracy) {
    return String.format(Locale.ROOT, "test accuracy, %s: %.4f", name, accuracy);
  }

  /** Labels by chance for patterns by chance: what four neurons can learn by heart. */
  private void patterns() throws IOException {
    setDefaults(1000, PATTERNS);
    Generator rng = new Generator(options.seed);
    TensorDataset patterns =
        TensorDataset.of(
            Variable.rand(rng, DType.FLOAT32, PATTERNS, PATTERN_STEPS, PATTERN_INPUTS)
                .lt(0.005)
                .to(DType.FLOAT32),
            Variable.randint(rng, 0, 2, PATTERNS));
    Path output = options.output;
    LineChart chart = new LineChart("Random patterns, 4 hidden neurons", "epoch", "accuracy");
    PrintWriter out = spec.commandLine().getOut();
    List<String> results = new ArrayList<>();
    for (boolean isTrue : new boolean[] {true, false}) {
      String name = isTrue ? "true-gradient" : "surrogate";
      options.output = output.resolve(name);
      TrainingRun run = new TrainingRun(spec, options, name);
      Surrogate slope =
          isTrue
              ? Surrogate.trueGradient()
              : surrogate == null ? Surrogate.fastSigmoid(100) : surrogate.create();
      SpikingNetwork network = patternNetwork(slope);
      LearningRule rule =
          BackpropagationThroughTime.of(
              network,
              x -> network.run(x.transpose(0, 1)),
              (result, labels) -> SpikeLosses.maxMembraneCrossEntropy(result.membranes(), labels),
              result -> result.membranes().amax(0),
              options.optimizer(network.parameters()));
      History history =
          run.train(
              new Trainer(rule, options.loader(patterns)).metric("accuracy", Metrics::accuracy));
      double[] accuracy = history.series("accuracy");
      chart.line(name, accuracy);
      SpikingPictures.write(network, patterns.inputs().narrow(0, 0, 1).transpose(0, 1), run::file);
      results.add(
          String.format(
              Locale.ROOT, "train accuracy, %s: %.4f", name, accuracy[accuracy.length - 1]));
    }
    chart.write(output.resolve("accuracy.png"));
    results.forEach(out::println);
  }

  /**
   * Much as SpyTorch's first tutorial: steps of 1 ms, membranes of 10 ms and synapses of 5 ms; the
   * current acts one step earlier.
   */
  private SpikingNetwork patternNetwork(Surrogate slope) {
    double membrane = Math.exp(-0.1);
    double synapse = Math.exp(-0.2);
    Generator rng = new Generator(options.seed).split();
    NeuronOptions neurons = NeuronOptions.defaults().surrogate(slope);
    return new SpikingNetwork(
        patternLayer(PATTERN_INPUTS, 4, membrane, rng),
        new Synaptic(synapse, membrane, neurons.reset(Reset.ZERO)),
        patternLayer(4, 2, membrane, rng),
        // A readout: its membranes count, whatever it spikes.
        new Synaptic(synapse, membrane, neurons.reset(Reset.NONE)));
  }

  private static Linear patternLayer(int inputs, int outputs, double membrane, Generator rng) {
    double deviation = 7 * (1 - membrane) / Math.sqrt(inputs);
    return new Linear(
        inputs,
        outputs,
        Linear.options().bias(false).generator(rng).initializer(Initializers.normal(0, deviation)));
  }
}
