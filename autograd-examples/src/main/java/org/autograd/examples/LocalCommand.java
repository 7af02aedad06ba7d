package org.autograd.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.autograd.Generator;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.local.Alignment;
import org.autograd.local.EquilibriumPropagation;
import org.autograd.local.GradientRule;
import org.autograd.monitor.LineChart;
import org.autograd.nn.Losses;
import org.autograd.nn.UnaryModule;
import org.autograd.training.Epoch;
import org.autograd.training.History;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a perceptron by other rules than backpropagation. */
@Command(
    name = "local",
    description = {
      "Train a perceptron by a local or biologically plausible rule, or by a mixture of rules.",
      "Also draws the angles between the rule's gradients and the true ones."
    })
final class LocalCommand implements Callable<Integer> {
  /** On how many examples angles are measured. */
  private static final int MEASURED = 256;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private ChainRule rule = ChainRule.FA;

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
      names = "--hidden",
      paramLabel = "N",
      split = ",",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Sizes of the hidden layers (default: ${DEFAULT-VALUE}).")
  private List<Integer> hidden = List.of(128, 128);

  @Mixin private final TrainingOptions options = new TrainingOptions("local", 30, 64);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainingRun run = new TrainingRun(spec, options, data + " by " + rule.title());
    Split<TensorDataset> images = data.load(directory, options.seed);
    LearningRule learning =
        rule.create(
            new ChainRule.Task(
                (int) images.train().inputs().size(1),
                hidden,
                10,
                new Generator(options.seed).split(),
                options::optimizer));
    Trainer trainer =
        new Trainer(learning, options.loader(images.train()))
            .validation(DataLoader.of(images.test(), 1000))
            .metric("accuracy", Metrics::accuracy);
    Angles angles = null;
    if (learning instanceof GradientRule made) {
      int count = Math.min(MEASURED, images.train().size());
      angles = new Angles(made, images.train().slice(0, count).all());
      trainer.listen(angles);
    }
    History history = run.train(trainer);
    if (angles != null) {
      angles.write(run.file("angles.png"));
    }
    run.result("test accuracy", history.last().value("validation_accuracy"), 4);
    return 0;
  }

  /** The angles to the true gradients before training and after each epoch. */
  private static final class Angles implements TrainingListener {
    private final GradientRule rule;
    private final Batch batch;
    private final Map<String, List<Double>> angles = new LinkedHashMap<>();

    Angles(GradientRule rule, Batch batch) {
      this.rule = rule;
      this.batch = batch;
    }

    @Override
    public void onStart(Trainer trainer) {
      measure();
    }

    @Override
    public void onEpochEnd(Trainer trainer, Epoch epoch) {
      measure();
    }

    private void measure() {
      Alignment alignment =
          Alignment.of(
              rule,
              b ->
                  rule instanceof EquilibriumPropagation resting
                      ? resting.loss(b)
                      : Losses.crossEntropy(
                          ((UnaryModule) rule.module()).apply(b.inputs()), b.targets()),
              batch);
      alignment
          .angles()
          .forEach((name, angle) -> {
            if (name.endsWith("weight")) {
              angles.computeIfAbsent(name, _ -> new ArrayList<>()).add(angle);
            }
          });
    }

    void write(Path file) throws IOException {
      LineChart chart =
          new LineChart("Angle to the true gradient", "epoch", "degrees").yRange(0, 180);
      angles.forEach((name, values) -> {
        double[] y = values.stream().mapToDouble(Double::doubleValue).toArray();
        double[] x = new double[y.length];
        for (int k = 0; k < x.length; k++) {
          x[k] = k;
        }
        // Before training a gradient may be zero, which has no angle.
        if (values.stream().anyMatch(Double::isFinite)) {
          chart.line(name, x, y);
        }
      });
      if (!angles.isEmpty()) {
        chart.write(file);
      }
    }
  }
}
