package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.examples.DeepLayer.Norm;
import org.autograd.monitor.Chart;
import org.autograd.monitor.LineChart;
import org.autograd.nn.Losses;
import org.autograd.training.Backpropagation;
import org.autograd.training.DivergenceException;
import org.autograd.training.History;
import org.autograd.training.Metrics;
import org.autograd.training.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows how gradients vanish and explode in deep networks, and what that does to learning. */
@Command(
    name = "deep",
    description =
        "Show how gradients vanish and explode in deep networks, and train such networks on"
            + " handwritten digits: with and without norms and residual connections.")
final class DeepCommand implements Callable<Integer> {
  /** The number of inputs with which gradients are measured. */
  private static final int BATCH = 128;

  @Option(
      names = "--depth",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "How many hidden layers there are (default: ${DEFAULT-VALUE}).")
  private int depth = 50;

  @Option(
      names = "--width",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "The size of a hidden layer (default: ${DEFAULT-VALUE}).")
  private int width = 128;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description =
          "Of the networks that are trained, one of ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private ActivationChoice activation = ActivationChoice.RELU;

  @Option(
      names = "--gain",
      paramLabel = "X",
      converter = TrainingOptions.PositiveDouble.class,
      description =
          "Their weights start with deviation X / sqrt(width) (default: what suits the"
              + " activation).")
  private @Nullable Double gain;

  @Option(
      names = "--norm",
      paramLabel = "NAME",
      description = "Train networks with this norm only, one of ${COMPLETION-CANDIDATES}.")
  private @Nullable Norm norm;

  @Option(
      names = "--residual",
      negatable = true,
      description = "Train networks with residual connections only, or without.")
  private @Nullable Boolean residual;

  @Mixin
  private final TrainingOptions options =
      new TrainingOptions("deep", 5, 32).suited(OptimizerChoice.ADAM, 1e-3);

  @Spec private CommandSpec spec;

  /** What came of training a network; its history is null if it diverged. */
  private record Trained(GradientFlow flow, @Nullable History history) {
    String row() {
      String results =
          history == null
              ? "diverged"
              : String.format(
                  Locale.ROOT,
                  "%-15.4f%.4f",
                  history.last().value("loss"),
                  history.last().value("validation_accuracy"));
      return String.format(
          Locale.ROOT, "%-24s%-14.2g%s", flow.layer().kind(), flow.ratio(), results);
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    TrainingRun run = new TrainingRun(spec, options, "Deep networks");

    List<GradientFlow> textbook = measure(GradientFlow.textbook());
    out.printf(
        "Gradients before training: depth %d, width %d, %d inputs, float64%n", depth, width, BATCH);
    out.printf("%-12s%-6s%-24s||dL/dx|| / ||dL/dh[%d]||%n", "activation", "gain", "layers", depth);
    textbook.forEach(flow -> out.println(row(flow)));
    out.flush();
    List<GradientFlow> plain = textbook.stream().filter(flow -> flow.layer().isPlain()).toList();
    List<GradientFlow> others = textbook.stream().filter(flow -> !flow.layer().isPlain()).toList();
    Chart.write(
        run.file("gradients.png"),
        chart("Gradients without norm or residual", plain),
        chart("Gradients with norm or residual", others));

    List<Trained> results = new ArrayList<>();
    Split<TensorDataset> digits = Digits.split(options.seed);
    for (GradientFlow flow : measure(chosen())) {
      out.printf("%n%s %s:%n", activation, flow.layer().kind());
      results.add(train(run, flow, digits));
    }

    Chart.write(
        run.file("networks.png"),
        chart("Gradients before training", results.stream().map(Trained::flow).toList()),
        losses(results));
    out.printf(
        "%n%-24s%-14s%-15s%s%n",
        activation + " layers", "gradient", "training loss", "test accuracy");
    results.forEach(result -> out.println(result.row()));
    Trained last = results.getLast();
    if (last.history != null) {
      run.result(
          "test accuracy of " + last.flow.layer().kind(),
          last.history.last().value("validation_accuracy"),
          4);
    }
    return 0;
  }

  private List<GradientFlow> measure(List<DeepLayer> layers) {
    Generator rng = new Generator(options.seed).split();
    return layers.stream()
        .map(layer -> GradientFlow.measure(layer, depth, width, BATCH, rng.split()))
        .toList();
  }

  private static String row(GradientFlow flow) {
    DeepLayer layer = flow.layer();
    return String.format(
        Locale.ROOT,
        "%-12s%-6.3g%-24s%-10.2g%s",
        layer.activation(),
        layer.gain(),
        layer.kind(),
        flow.ratio(),
        flow.verdict());
  }

  /** Returns the networks that are to be trained, the most promising ones last. */
  private List<DeepLayer> chosen() {
    DeepLayer plain = DeepLayer.of(activation, gain == null ? activation.gain() : gain);
    List<DeepLayer> layers = new ArrayList<>();
    for (boolean added : List.of(false, true)) {
      for (Norm kind : Norm.values()) {
        if ((norm == null || norm == kind) && (residual == null || residual == added)) {
          layers.add(plain.norm(kind).residual(added));
        }
      }
    }
    return layers;
  }

  private Trained train(TrainingRun run, GradientFlow flow, Split<TensorDataset> digits)
      throws IOException {
    DeepNetwork model =
        new DeepNetwork(
            flow.layer(),
            depth,
            Digits.PIXELS,
            width,
            Digits.CLASSES,
            new Generator(options.seed).split());
    Trainer trainer =
        new Trainer(
                new Backpropagation(
                    model, Losses::crossEntropy, options.optimizer(model.parameters())),
                options.loader(digits.train()))
            .validation(DataLoader.of(digits.test(), 1000))
            .metric("accuracy", Metrics::accuracy);
    String kind = flow.layer().kind();
    try {
      return new Trained(flow, run.part(kind.replace(" + ", "-").replace(' ', '-')).train(trainer));
    } catch (DivergenceException e) {
      spec.commandLine().getOut().println("diverged: " + e.getMessage());
      return new Trained(flow, null);
    }
  }

  private static Chart chart(String title, List<GradientFlow> flows) {
    LineChart chart = new LineChart(title, "layer k", "||dL/dh[k]|| / ||dL/dh[last]||");
    for (GradientFlow flow : flows) {
      double[] layers = IntStream.range(0, flow.norms().length).asDoubleStream().toArray();
      chart.line(flow.layer().describe(), layers, positive(flow.norms()));
    }
    return chart.logarithmic();
  }

  private static Chart losses(List<Trained> results) {
    LineChart chart = new LineChart("Digits: training loss", "epoch", "loss");
    int epochs = 1;
    for (Trained result : results) {
      if (result.history != null) {
        double[] losses = positive(result.history.series("loss"));
        epochs = Math.max(epochs, losses.length);
        chart.line(result.flow.layer().kind(), losses);
      }
    }
    return chart.xRange(0.5, epochs + 0.5).logarithmic();
  }

  /** Returns the values that a logarithmic axis can show, and NaN for the others. */
  private static double[] positive(double[] values) {
    return Arrays.stream(values).map(value -> value > 0 ? value : Double.NaN).toArray();
  }
}
