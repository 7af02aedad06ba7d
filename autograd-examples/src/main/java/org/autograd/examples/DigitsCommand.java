package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.optim.Optimizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a multilayer perceptron to tell handwritten digits apart. */
@Command(
    name = "digits",
    description = "Train a perceptron on 1,437 handwritten digits, test it on 360 others.")
final class DigitsCommand implements Callable<Integer> {
  @Mixin private final TrainingOptions options = new TrainingOptions("digits", 20, 32, 512);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Split<TensorDataset> digits = Digits.split(options.seed);
    DataLoader loader = DataLoader.of(digits.train(), options.batchSize).shuffle(options.seed);
    Mlp model =
        new Mlp(
            Mlp.options()
                .activation(options.activation())
                .linear(Linear.options().generator(new Generator(options.seed).split())),
            options.layerSizes(Digits.PIXELS, Digits.CLASSES));
    Optimizer<?> optimizer = options.optimizer(model.parameters());

    PrintWriter out = spec.commandLine().getOut();
    LossCurve losses = new LossCurve();
    try (Progress progress = Progress.start(out, options.epochs, loader.batchCount())) {
      for (int epoch = 1; epoch <= options.epochs; epoch++) {
        double lossSum = 0;
        long correct = 0;
        for (Batch batch : loader) {
          Variable logits = model.apply(batch.inputs());
          Variable loss = Losses.crossEntropy(logits, batch.targets());

          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();

          lossSum += loss.item() * batch.size();
          correct += Classification.countCorrect(logits, batch.targets());
          progress.step();
        }
        double accuracy = (double) correct / digits.train().size();
        losses.add(lossSum / digits.train().size());
        progress.report(epoch, losses.last(), accuracy);
      }
    }

    SafeTensors.of(model.stateDict()).write(options.output.resolve("model.safetensors"));
    Charts.write(options.output.resolve("loss.png"), losses.chart("Digits"));
    out.println("saved model.safetensors and loss.png in " + options.output);
    double accuracy = Classification.accuracy(model, digits.test());
    out.printf(Locale.ROOT, "test accuracy: %.4f%n", accuracy);
    return 0;
  }
}
