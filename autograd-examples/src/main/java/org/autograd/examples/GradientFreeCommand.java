package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.gradientfree.GradientFree;
import org.autograd.gradientfree.Minimizer;
import org.autograd.monitor.LineChart;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.training.History;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Learns without a backward pass. */
@Command(
    name = "gradient-free",
    description = {
      "Learn without a backward pass: a perceptron to tell digits apart, or the minimum of a"
          + " function."
    })
final class GradientFreeCommand implements Callable<Integer> {
  /** Where a search for a minimum ends. */
  private static final double TARGET = 1e-10;

  @Mixin private final MinimizerOptions minimizer = new MinimizerOptions();

  /** The tasks. */
  private enum Task {
    DIGITS,
    SPHERE,
    ROSENBROCK,
    ELLIPSOID,
    BEALE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description =
          "One of ${COMPLETION-CANDIDATES} (default: digits; sphere for cma, which is for up to"
              + " some hundred parameters).")
  private @Nullable Task task;

  @Option(
      names = "--dimension",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Numbers that a function has (default: 10; 2 for rosenbrock and beale).")
  private @Nullable Integer dimension;

  @Option(
      names = "--evaluations",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "How often a function may be computed (default: ${DEFAULT-VALUE}).")
  private int evaluations = 20_000;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "How often to go through the digits (default: one that suits the rule).")
  private @Nullable Integer epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Examples per step (default: ${DEFAULT-VALUE}).")
  private int batchSize = 256;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Size of the perceptron's hidden layer (default: ${DEFAULT-VALUE}).")
  private int hidden = 32;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Determines all random numbers (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where to write the results (default: ${DEFAULT-VALUE}).")
  private Path output = Path.of("runs", "gradient-free");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Task usual = minimizer.rule() == MinimizerOptions.Rule.CMA ? Task.SPHERE : Task.DIGITS;
    Task chosen = task == null ? usual : task;
    return chosen == Task.DIGITS ? digits() : function(chosen);
  }

  private int digits() throws IOException {
    TrainingOptions options =
        new TrainingOptions(
            "gradient-free", epochs == null ? minimizer.usualEpochs() : epochs, batchSize);
    options.seed = seed;
    options.output = output;
    TrainingRun run = new TrainingRun(spec, options, "Digits by " + minimizer.rule());
    Split<TensorDataset> digits = Digits.split(seed);
    Generator rng = new Generator(seed).split();
    Mlp model =
        new Mlp(
            Mlp.options().linear(Linear.options().generator(rng)),
            Digits.PIXELS,
            hidden,
            Digits.CLASSES);
    Minimizer steps = minimizer.create(model.parameters(), rng.split());
    LearningRule rule = new GradientFree(model, Losses::crossEntropy, steps);
    Trainer trainer =
        new Trainer(rule, options.loader(digits.train()))
            .validation(DataLoader.of(digits.test(), 1000))
            .metric("accuracy", Metrics::accuracy);
    History history = run.train(trainer);
    run.result("test accuracy", history.last().value("validation_accuracy"), 4);
    return 0;
  }

  private int function(Task chosen) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Variable x = start(chosen).requiresGrad(true);
    Minimizer steps = minimizer.create(List.of(x), new Generator(seed));
    long[] calls = {0};
    double best = Double.POSITIVE_INFINITY;
    DoubleStream.Builder places = DoubleStream.builder();
    DoubleStream.Builder values = DoubleStream.builder();
    for (long shown = 0; best > TARGET && calls[0] < evaluations; ) {
      double[] least = {best};
      steps.step(() -> {
        calls[0]++;
        Variable value = value(chosen, x);
        least[0] = Math.min(least[0], value.item());
        return value;
      });
      best = least[0];
      places.add((double) calls[0]);
      values.add(best);
      if (calls[0] >= shown || best <= TARGET) {
        out.printf(Locale.ROOT, "%d evaluations  best %.3e%n", calls[0], best);
        shown = calls[0] + evaluations / 40;
      }
    }
    String title = "%s by %s".formatted(chosen, minimizer.rule());
    new LineChart(title, "evaluations", "best value")
        .line("best", places.build().toArray(), values.build().toArray())
        .logarithmic()
        .write(output.resolve("value.png"));
    out.println("value.png is in " + output);
    out.printf(
        Locale.ROOT,
        "best value of %s-%d: %.3e after %d evaluations%n",
        chosen,
        x.size(0),
        best,
        calls[0]);
    return 0;
  }

  /** Returns where a search begins, as in the tests of others. */
  private Variable start(Task chosen) {
    int usual = chosen == Task.ROSENBROCK || chosen == Task.BEALE ? 2 : 10;
    int size = dimension == null || chosen == Task.BEALE ? usual : dimension;
    double[] x = new double[size];
    Arrays.fill(x, chosen == Task.ROSENBROCK ? 0.1 : 1);
    if (chosen == Task.ROSENBROCK && size == 2) {
      x[0] = -1.2;
      x[1] = 1;
    }
    return Variable.of(x);
  }

  private static Variable value(Task task, Variable x) {
    long n = x.size(0);
    return switch (task) {
      case DIGITS -> throw new IllegalArgumentException("digits are no function");
      case SPHERE -> x.square().sum();
      case ELLIPSOID -> x.square().mul(Variable.logspace(x.dtype(), 0, 6, (int) n, 10)).sum();
      case ROSENBROCK -> {
        Variable first = x.narrow(0, 0, n - 1);
        Variable next = x.narrow(0, 1, n - 1);
        yield next.sub(first.square()).square().mul(100).add(first.sub(1).square()).sum();
      }
      case BEALE -> {
        Variable a = x.select(0, 0);
        Variable b = x.select(0, 1);
        yield beale(a, b, 1.5, 1).add(beale(a, b, 2.25, 2)).add(beale(a, b, 2.625, 3));
      }
    };
  }

  private static Variable beale(Variable a, Variable b, double constant, int power) {
    return a.mul(b.pow(power).sub(1)).add(constant).square();
  }
}
