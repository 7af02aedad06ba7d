package org.autograd.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.Dataset;
import org.autograd.data.Mnist;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.optim.Optimizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a multilayer perceptron to tell pieces of clothing apart. */
@Command(
    name = "fashion-mnist",
    description = "Train a perceptron on 60,000 images of clothing, test it on 10,000 others.")
final class FashionMnistCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the four files of Fashion-MNIST are (default: ${DEFAULT-VALUE}).")
  private Path data = Path.of("/usr/share/datasets/fashion-mnist");

  @Mixin
  private final TrainingOptions options = new TrainingOptions("fashion-mnist", 10, 128, 256, 128);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Dataset.Split clothes = read();
    DataLoader loader = DataLoader.of(clothes.train(), options.batchSize).shuffle(options.seed);
    Mlp model =
        new Mlp(
            Mlp.options()
                .activation(options.activation())
                .linear(Linear.options().generator(new Generator(options.seed).split())),
            options.layerSizes(Mnist.PIXELS, Mnist.CLASSES));
    Optimizer<?> optimizer = options.optimizer(model.parameters());

    PrintWriter out = spec.commandLine().getOut();
    LossCurve losses = new LossCurve();
    try (Progress progress = Progress.start(out, options.epochs, loader.batchCount())) {
      for (int epoch = 1; epoch <= options.epochs; epoch++) {
        // Smaller and smaller steps: a constant rate ends about one percent lower.
        optimizer.setLearningRate(
            options.learningRate() * (options.epochs - epoch + 1) / options.epochs);
        double lossSum = 0;
        for (Dataset batch : loader) {
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

  private Dataset.Split read() throws IOException {
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
