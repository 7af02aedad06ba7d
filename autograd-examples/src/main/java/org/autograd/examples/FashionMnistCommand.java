package org.autograd.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.PoolingOptions;
import org.autograd.data.DataLoader;
import org.autograd.data.Mnist;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.nn.Activation;
import org.autograd.nn.Conv2d;
import org.autograd.nn.Convolution;
import org.autograd.nn.Flatten;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Pooling;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
import org.autograd.optim.Schedule;
import org.autograd.optim.Scheduler;
import org.autograd.training.Backpropagation;
import org.autograd.training.History;
import org.autograd.training.Metrics;
import org.autograd.training.Scheduling;
import org.autograd.training.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a network to tell pieces of clothing apart. */
@Command(
    name = "fashion-mnist",
    description = "Train a network on 60,000 images of clothing, test it on 10,000 others.")
final class FashionMnistCommand implements Callable<Integer> {
  /** Where Debian's package has the data. */
  static final Path DIRECTORY = Path.of("/usr/share/datasets/fashion-mnist");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the four files of Fashion-MNIST are (default: ${DEFAULT-VALUE}).")
  private Path data = DIRECTORY;

  /** The kinds of networks. */
  private enum Kind {
    MLP,
    CNN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "A perceptron or a convolutional network, one of ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}); --hidden, --norm and --dropout are for the perceptron.")
  private Kind kind = Kind.MLP;

  @Mixin private final TrainingOptions options = new TrainingOptions("fashion-mnist", 10, 128);

  @Mixin private final PerceptronOptions perceptron = new PerceptronOptions(256, 128);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainingRun run = new TrainingRun(spec, options, "Fashion-MNIST");
    Split<TensorDataset> clothes = read(data);
    Generator rng = new Generator(options.seed).split();
    UnaryModule model =
        kind == Kind.CNN ? convolutional(rng) : perceptron.create(Mnist.PIXELS, Mnist.CLASSES, rng);
    Optimizer<?> optimizer = options.optimizer(model.parameters());
    // Smaller and smaller steps: a constant rate ends about one percent lower.
    Scheduler scheduler = new Scheduler(optimizer, Schedule.linear(1, 0, options.epochs));
    History history =
        run.train(
            new Trainer(
                    new Backpropagation(model, Losses::crossEntropy, optimizer),
                    options.loader(clothes.train()))
                .validation(DataLoader.of(clothes.test(), 1000))
                .metric("accuracy", Metrics::accuracy)
                .listen(Scheduling.everyEpoch(scheduler)));
    run.result("test accuracy", history.last().value("validation_accuracy"), 4);
    return 0;
  }

  /** Twice a convolution and the largest of 2 x 2, then two linear layers. */
  private UnaryModule convolutional(Generator rng) {
    Convolution.Options filters = Convolution.options().padding(1).generator(rng);
    Linear.Options linear = Linear.options().generator(rng);
    return new Sequential(
        Activation.of("Image", x -> x.reshape(-1, 1, 28, 28)),
        new Conv2d(1, 32, 3, filters),
        perceptron.activation(),
        Pooling.maxPool2d(PoolingOptions.kernel(2)),
        new Conv2d(32, 64, 3, filters),
        perceptron.activation(),
        Pooling.maxPool2d(PoolingOptions.kernel(2)),
        new Flatten(),
        new Linear(64 * 7 * 7, 128, linear),
        perceptron.activation(),
        new Linear(128, Mnist.CLASSES, linear));
  }

  /** Reads the data, and says where they are to be had if they are not there. */
  static Split<TensorDataset> read(Path directory) throws IOException {
    try {
      return Mnist.read(directory);
    } catch (FileNotFoundException e) {
      FileNotFoundException helpful =
          new FileNotFoundException(
              e.getMessage()
                  + "; install Debian's package dataset-fashion-mnist, or name the directory of the"
                  + " data: --data DIR, in other commands --data-dir DIR");
      helpful.initCause(e);
      throw helpful;
    }
  }
}
