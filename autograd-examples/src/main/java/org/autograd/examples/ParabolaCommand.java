package org.autograd.examples;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.TensorDataset;
import org.autograd.monitor.Chart;
import org.autograd.monitor.LineChart;
import org.autograd.monitor.TrainingPlots;
import org.autograd.nn.Gain;
import org.autograd.nn.Initializers;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.training.Backpropagation;
import org.autograd.training.History;
import org.autograd.training.LearningRule;
import org.autograd.training.Trainer;
import org.autograd.type.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Fits a perceptron to points on a parabola. */
@Command(
    name = "parabola",
    description = "Fit a perceptron to 200 points of y = x^2 with normal noise of deviation 0.1.")
final class ParabolaCommand implements Callable<Integer> {
  private static final int POINTS = 200;
  private static final double NOISE = 0.1;

  @Mixin private final TrainingOptions options = new TrainingOptions("parabola", 1000, POINTS);

  @Mixin private final PerceptronOptions perceptron = new PerceptronOptions(64, 32);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainingRun run = new TrainingRun(spec, options, "y = x^2");
    Generator rng = new Generator(options.seed);
    Variable x = Variable.linspace(-1, 1, POINTS).unsqueeze(1);
    Variable noise = Variable.randn(rng, DType.FLOAT32, POINTS, 1).mul(NOISE);
    TensorDataset points = TensorDataset.of(x, x.square().add(noise));
    Mlp model =
        perceptron.create(
            1,
            1,
            Linear.options().generator(rng).initializer(Initializers.kaimingNormal(Gain.RELU)));
    LearningRule rule =
        new Backpropagation(model, Losses::mse, options.optimizer(model.parameters()));
    History history = run.train(new Trainer(rule, options.loader(points)));

    Variable prediction = rule.predict(x);
    Chart.write(
        run.file("fit.png"),
        fit(points, prediction),
        TrainingPlots.chart("y = x^2", history, "loss"));
    run.result("final MSE", Losses.mse(prediction, points.targets()).item(), 6);
    return 0;
  }

  private static Chart fit(TensorDataset points, Variable prediction) {
    double[] x = points.inputs().toDoubleArray();
    return new LineChart("y = x^2: what was learned", "x", "y")
        .points("data", x, points.targets().toDoubleArray())
        .line("x^2", x, points.inputs().square().toDoubleArray())
        .line("prediction", x, prediction.toDoubleArray())
        .xRange(-1.1, 1.1);
  }
}
