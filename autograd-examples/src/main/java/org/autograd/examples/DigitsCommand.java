package org.autograd.examples;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.training.Backpropagation;
import org.autograd.training.History;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a multilayer perceptron to tell handwritten digits apart. */
@Command(
    name = "digits",
    description = "Train a perceptron on 1,437 handwritten digits, test it on 360 others.")
final class DigitsCommand implements Callable<Integer> {
  @Mixin private final TrainingOptions options = new TrainingOptions("digits", 20, 32);

  @Mixin private final PerceptronOptions perceptron = new PerceptronOptions(512);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainingRun run = new TrainingRun(spec, options, "Digits");
    Split<TensorDataset> digits = Digits.split(options.seed);
    Mlp model =
        perceptron.create(Digits.PIXELS, Digits.CLASSES, new Generator(options.seed).split());
    LearningRule rule =
        new Backpropagation(model, Losses::crossEntropy, options.optimizer(model.parameters()));
    History history =
        run.train(
            new Trainer(rule, options.loader(digits.train()))
                .validation(DataLoader.of(digits.test(), 1000))
                .metric("accuracy", Metrics::accuracy));
    run.result("test accuracy", history.last().value("validation_accuracy"), 4);
    return 0;
  }
}
