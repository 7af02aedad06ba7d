package org.autograd.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.data.DataLoader;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.forwardforward.ForwardForward;
import org.autograd.forwardforward.ForwardForwardNetwork;
import org.autograd.forwardforward.ForwardForwardNetwork.Prediction;
import org.autograd.forwardforward.LabelOverlay;
import org.autograd.forwardforward.Negatives;
import org.autograd.forwardforward.Objective;
import org.autograd.forwardforward.RecurrentForwardForward;
import org.autograd.forwardforward.RecurrentForwardForwardNetwork;
import org.autograd.monitor.LineChart;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.optim.Optimizer;
import org.autograd.optim.Schedule;
import org.autograd.optim.Scheduler;
import org.autograd.training.Backpropagation;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Scheduling;
import org.autograd.training.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a network by Forward-Forward, and one of the same widths by backpropagation. */
@Command(
    name = "forward-forward",
    description = {
      "Train a network by the Forward-Forward algorithm, and beside it one of the same widths by"
          + " backpropagation.",
      "The learning rate is constant for half of the epochs and then falls to zero."
    })
final class ForwardForwardCommand implements Callable<Integer> {
  /** What layers try to reach. */
  private enum Form {
    HINTON,
    SYMBA,
    SQUARED;

    double usualRate() {
      return this == SQUARED ? 0.03 : 1e-3;
    }

    Objective objective() {
      return switch (this) {
        case HINTON -> Objective.hinton();
        case SYMBA -> Objective.symba();
        case SQUARED -> Objective.squaredNorm();
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where negative data come from. */
  private enum Source {
    RANDOM,
    HARD,
    HYBRID;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--data",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private ImageData data = ImageData.DIGITS;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the four files of Fashion-MNIST are (default: ${DEFAULT-VALUE}).")
  private Path directory = FashionMnistCommand.DIRECTORY;

  @Option(
      names = "--form",
      paramLabel = "NAME",
      description =
          "The layers' objective, one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Form form = Form.HINTON;

  @Option(
      names = "--negatives",
      paramLabel = "NAME",
      description =
          "Wrong labels at random or hard ones, or hybrid images without labels, one of"
              + " ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Source negatives = Source.RANDOM;

  @Option(
      names = "--recurrent",
      description = "Let layers hear from above as well, with wrong labels at random.")
  private boolean recurrent;

  @Option(
      names = "--head",
      description = "Classify by the softmax head, in one pass, instead of by goodness.")
  private boolean head;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      split = ",",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Sizes of the layers (default: 200,200; for fashion-mnist 500,500).")
  private int @Nullable [] hidden;

  @Mixin private final TrainingOptions options = new TrainingOptions("forward-forward", 60, 64);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (recurrent && (head || negatives != Source.RANDOM)) {
      throw new ParameterException(
          spec.commandLine(), "--recurrent has neither --head nor other negatives than random");
    }
    boolean small = data == ImageData.DIGITS;
    setDefaults(small ? 60 : 6, small ? 64 : 100);
    Split<TensorDataset> images = data.load(directory, options.seed);
    Path output = options.output;
    String name = "Forward-Forward, " + (recurrent ? "recurrent, " : "") + form;
    // The fewer epochs, the larger the steps.
    double rate = options.learningRateOr((small ? 1 : 3) * form.usualRate());

    double[] own = train(name, forwardForward(rate), images, output.resolve("forward-forward"));
    double[] usual =
        train(
            "backpropagation",
            backpropagation(options.learningRateOr(1e-3)),
            images,
            output.resolve("backpropagation"));
    new LineChart(data + ", layers " + hiddenSizes(), "epoch", "test accuracy")
        .line(name, own)
        .line("backpropagation", usual)
        .write(output.resolve("accuracy.png"));
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "test accuracy: %.4f (backpropagation: %.4f)%n",
            own[own.length - 1],
            usual[usual.length - 1]);
    return 0;
  }

  /** Sets what the user has not. */
  private void setDefaults(int epochs, int batchSize) {
    if (!spec.commandLine().getParseResult().hasMatchedOption("--epochs")) {
      options.epochs = epochs;
    }
    if (!spec.commandLine().getParseResult().hasMatchedOption("--batch-size")) {
      options.batchSize = batchSize;
    }
  }

  private List<Integer> hiddenSizes() {
    List<Integer> result = new ArrayList<>();
    int[] usual = data == ImageData.DIGITS ? new int[] {200, 200} : new int[] {500, 500};
    for (int size : hidden == null ? usual : hidden) {
      result.add(size);
    }
    return result;
  }

  /** Returns the length of an input, the layers' sizes, and other sizes behind them. */
  private long[] layerSizes(int... last) {
    List<Integer> all = new ArrayList<>(List.of(data.side() * data.side()));
    all.addAll(hiddenSizes());
    for (int size : last) {
      all.add(size);
    }
    return all.stream().mapToLong(Integer::longValue).toArray();
  }

  /** A rule, and what changes its learning rate. */
  private record Learner(LearningRule rule, Optimizer<?> optimizer) {}

  private Learner forwardForward(double rate) {
    Generator rng = new Generator(options.seed).split();
    Linear.Options linear = Linear.options().generator(rng);
    if (recurrent) {
      RecurrentForwardForwardNetwork network =
          new RecurrentForwardForwardNetwork(form.objective(), linear, 10, layerSizes());
      Optimizer<?> optimizer = options.optimizer(network.parameters(), rate);
      return new Learner(new RecurrentForwardForward(network, optimizer, rng.split()), optimizer);
    }
    ForwardForwardNetwork.Options choices =
        ForwardForwardNetwork.options()
            .objective(form.objective())
            .prediction(head ? Prediction.HEAD : Prediction.GOODNESS)
            .linear(linear);
    // Digits fill their images; the border of the others is nearly always black.
    LabelOverlay overlay =
        data == ImageData.DIGITS ? LabelOverlay.concatenated(10) : LabelOverlay.pixels(10);
    ForwardForwardNetwork network =
        negatives == Source.HYBRID
            ? ForwardForwardNetwork.withoutLabels(10, choices, layerSizes())
            : new ForwardForwardNetwork(overlay, choices, layerSizes());
    Optimizer<?> optimizer = options.optimizer(network.parameters(), rate);
    Negatives from =
        switch (negatives) {
          case RANDOM -> Negatives.randomLabels();
          case HARD -> Negatives.hardLabels();
          case HYBRID -> Negatives.hybridImages(data.side(), data.side());
        };
    return new Learner(new ForwardForward(network, from, optimizer, rng.split()), optimizer);
  }

  private Learner backpropagation(double rate) {
    Linear.Options linear = Linear.options().generator(new Generator(options.seed).split());
    Mlp model = new Mlp(Mlp.options().linear(linear), layerSizes(10));
    Optimizer<?> optimizer = options.optimizer(model.parameters(), rate);
    return new Learner(new Backpropagation(model, Losses::crossEntropy, optimizer), optimizer);
  }

  private double[] train(String name, Learner learner, Split<TensorDataset> images, Path directory)
      throws IOException {
    options.output = directory;
    TrainingRun run = new TrainingRun(spec, options, data + ", " + name);
    spec.commandLine().getOut().println(name);
    // As Hinton's; behind the last epoch, where a scheduler still looks, it would be below 0.
    Schedule schedule =
        (base, epoch) ->
            base * Math.clamp((2.0 * (options.epochs - epoch) - 1) / options.epochs, 0, 1);
    Trainer trainer =
        new Trainer(learner.rule(), options.loader(images.train()))
            .validation(DataLoader.of(images.test(), 1000))
            .metric("accuracy", Metrics::accuracy)
            .listen(Scheduling.everyEpoch(new Scheduler(learner.optimizer(), schedule)));
    return run.train(trainer).series("validation_accuracy");
  }
}
