package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.TensorDataset;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Gain;
import org.autograd.nn.Initializers;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.optim.Optimizer;
import org.autograd.type.DType;
import org.knowm.xchart.XYChart;
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

  @Mixin
  private final TrainingOptions options = new TrainingOptions("parabola", 1000, POINTS, 64, 32);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Generator rng = new Generator(options.seed);
    Variable x = Variable.linspace(-1, 1, POINTS).unsqueeze(1);
    Variable noise = Variable.randn(rng, DType.FLOAT32, POINTS, 1).mul(NOISE);
    TensorDataset points = TensorDataset.of(x, x.square().add(noise));
    DataLoader loader = DataLoader.of(points, options.batchSize).shuffle(options.seed);

    Linear.Options he =
        Linear.options().generator(rng).initializer(Initializers.kaimingNormal(Gain.RELU));
    Mlp model =
        new Mlp(
            Mlp.options().activation(options.activation()).linear(he), options.layerSizes(1, 1));
    Optimizer<?> optimizer = options.optimizer(model.parameters());

    PrintWriter out = spec.commandLine().getOut();
    LossCurve losses = new LossCurve();
    try (Progress progress = Progress.start(out, options.epochs, loader.batchCount())) {
      for (int epoch = 1; epoch <= options.epochs; epoch++) {
        double lossSum = 0;
        for (Batch batch : loader) {
          Variable loss = Losses.mse(model.apply(batch.inputs()), batch.targets());

          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();

          lossSum += loss.item() * batch.size();
          progress.step();
        }
        losses.add(lossSum / POINTS);
        progress.report(epoch, losses.last());
      }
    }

    Variable prediction;
    try (var _ = Autograd.noGrad()) {
      prediction = model.apply(x);
    }
    SafeTensors.of(model.stateDict()).write(options.output.resolve("model.safetensors"));
    Charts.write(
        options.output.resolve("fit.png"), fit(points, prediction), losses.chart("y = x^2"));
    out.println("saved model.safetensors and fit.png in " + options.output);
    double mse = Losses.mse(prediction, points.targets()).item();
    out.printf(Locale.ROOT, "final MSE: %.6f%n", mse);
    return 0;
  }

  private static XYChart fit(TensorDataset points, Variable prediction) {
    XYChart chart = Charts.chart("y = x^2: what was learned", "x", "y");
    chart.getStyler().setXAxisMin(-1.1).setXAxisMax(1.1);
    double[] x = points.inputs().toDoubleArray();
    double[] truth = points.inputs().square().toDoubleArray();
    Charts.addPoints(chart, "data", x, points.targets().toDoubleArray(), Charts.GRAY);
    Charts.addLine(chart, "x^2", x, truth, Charts.ORANGE);
    Charts.addLine(chart, "prediction", x, prediction.toDoubleArray(), Charts.BLUE);
    return chart;
  }
}
