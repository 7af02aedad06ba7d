package org.autograd.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Mnist;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Activation;
import org.autograd.nn.Conv2d;
import org.autograd.nn.Convolution;
import org.autograd.nn.Flatten;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.nn.Pooling;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
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
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the four files of Fashion-MNIST are (default: ${DEFAULT-VALUE}).")
  private Path data = Path.of("/usr/share/datasets/fashion-mnist");

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
              + " ${DEFAULT-VALUE}); --hidden is for the perceptron.")
  private Kind kind = Kind.MLP;

  @Mixin
  private final TrainingOptions options = new TrainingOptions("fashion-mnist", 10, 128, 256, 128);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Split<TensorDataset> clothes = read();
    DataLoader loader = DataLoader.of(clothes.train(), options.batchSize).shuffle(options.seed);
    Generator rng = new Generator(options.seed).split();
    UnaryModule model = kind == Kind.CNN ? convolutional(rng) : perceptron(rng);
    Optimizer<?> optimizer = options.optimizer(model.parameters());

    PrintWriter out = spec.commandLine().getOut();
    LossCurve losses = new LossCurve();
    try (Progress progress = Progress.start(out, options.epochs, loader.batchCount())) {
      for (int epoch = 1; epoch <= options.epochs; epoch++) {
        // Smaller and smaller steps: a constant rate ends about one percent lower.
        optimizer.setLearningRate(
            options.learningRate() * (options.epochs - epoch + 1) / options.epochs);
        double lossSum = 0;
        for (Batch batch : loader) {
          Variable loss = Losses.crossEntropy(model.apply(batch.inputs()), batch.targets());

          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();

          lossSum += loss.item() * batch.size();
          progress.step();
        }
        losses.add(lossSum / clothes.train().size());
        progress.report(epoch, losses.last());
      }
    }

    SafeTensors.of(model.stateDict()).write(options.output.resolve("model.safetensors"));
    Charts.write(options.output.resolve("loss.png"), losses.chart("Fashion-MNIST"));
    out.println("saved model.safetensors and loss.png in " + options.output);
    double accuracy = Classification.accuracy(model, clothes.test());
    out.printf(Locale.ROOT, "test accuracy: %.4f%n", accuracy);
    return 0;
  }

  private UnaryModule perceptron(Generator rng) {
    return new Mlp(
        Mlp.options().activation(options.activation()).linear(Linear.options().generator(rng)),
        options.layerSizes(Mnist.PIXELS, Mnist.CLASSES));
  }

  /** Twice a convolution and the largest of 2 x 2, then two linear layers. */
  private UnaryModule convolutional(Generator rng) {
    Convolution.Options filters = Convolution.options().padding(1).generator(rng);
    Linear.Options linear = Linear.options().generator(rng);
    return new Sequential(
        Activation.of("Image", x -> x.reshape(-1, 1, 28, 28)),
        new Conv2d(1, 32, 3, filters),
        options.activation(),
        Pooling.maxPool2d(PoolingOptions.kernel(2)),
        new Conv2d(32, 64, 3, filters),
        options.activation(),
        Pooling.maxPool2d(PoolingOptions.kernel(2)),
        new Flatten(),
        new Linear(64 * 7 * 7, 128, linear),
        options.activation(),
        new Linear(128, Mnist.CLASSES, linear));
  }

  private Split<TensorDataset> read() throws IOException {
    try {
      return Mnist.read(data);
    } catch (FileNotFoundException e) {
      FileNotFoundException helpful =
          new FileNotFoundException(
              e.getMessage()
                  + "; install Debian's package dataset-fashion-mnist, or name the directory of the"
                  + " data by --data DIR");
      helpful.initCause(e);
      throw helpful;
    }
  }
}
