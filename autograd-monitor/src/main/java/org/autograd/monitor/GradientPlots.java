package org.autograd.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.training.StateValues;
import org.autograd.training.Step;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingListener;
import org.autograd.training.TrainingState;

/**
 * Draws how gradients flow through a model: for each parameter the mean and the largest absolute
 * value of its gradient, {@code gradient-flow.png}, and the norm of all gradients over the steps,
 * {@code gradient-norm.png}. It looks at some steps only, at most a few hundred of a training. It
 * writes nothing for a rule that leaves no gradients in the parameters.
 *
 * <p>What it draws is what the optimizer was given, hence after clipping.
 */
public final class GradientPlots implements TrainingListener {
  /** The smallest value that the axis shows. */
  private static final double LEAST = 1e-10;

  private static final int POINTS = 300;
  private static final String STEPS = "steps";
  private static final String NORMS = "norms";
  private static final String MEANS = "means";
  private static final String LARGEST = "largest";

  private final Path directory;
  private final String title;
  private final List<Double> steps = new ArrayList<>();
  private final List<Double> norms = new ArrayList<>();

  /** The sums over the steps looked at, and the largest values of these, by parameter. */
  private double[] means = new double[0];

  private double[] largest = new double[0];

  /** Creates a listener that writes into a directory. */
  public GradientPlots(Path directory, String title) {
    this.directory = directory;
    this.title = title;
  }

  /**
   * What a parameter's gradient looks like.
   *
   * @param mean of the absolute values, 0 if there is no gradient
   * @param largest absolute value, 0 if there is no gradient
   * @param norm Euclidean
   */
  private record Flow(double mean, double largest, double norm) {
    static Flow of(Variable parameter) {
      Variable gradient = parameter.grad();
      if (gradient == null || gradient.elementCount() == 0) {
        return new Flow(0, 0, 0);
      }
      Variable sizes = gradient.detach().abs();
      return new Flow(sizes.mean().item(), sizes.max().item(), sizes.vectorNorm(2).item());
    }
  }

  /**
   * Returns the picture of the present gradients of parameters, after a backward pass.
   *
   * @param parameters by name, as {@code Module.namedParameters()} gives them
   */
  public static BarChart chart(String title, Map<String, Variable> parameters) {
    List<Flow> flows = parameters.values().stream().map(Flow::of).toList();
    return chart(
        title,
        List.copyOf(parameters.keySet()),
        flows.stream().mapToDouble(Flow::mean).toArray(),
        flows.stream().mapToDouble(Flow::largest).toArray());
  }

  private static BarChart chart(
      String title, List<String> names, double[] means, double[] largest) {
    return new BarChart(title + ": gradient flow", "|gradient|", names)
        .bars("largest", shown(largest))
        .bars("mean", shown(means))
        .logarithmic(LEAST);
  }

  private static double[] shown(double[] values) {
    return Arrays.stream(values)
        .map(value -> Double.isFinite(value) ? Math.max(value, LEAST) : LEAST)
        .toArray();
  }

  /**
   * Checks what a checkpoint has given, before there is anything to lose.
   *
   * @throws IllegalArgumentException if that is of a model with another number of parameters
   */
  @Override
  public void onStart(Trainer trainer) {
    int parameters = trainer.rule().module().parameters().size();
    if (means.length != 0 && means.length != parameters) {
      throw new IllegalArgumentException(
          String.format(
              "GradientPlots: the checkpoint has the gradients of %d parameters, the model has %d",
              means.length, parameters));
    }
  }

  @Override
  public void onStep(Trainer trainer, Step step) {
    long all = (long) trainer.epochs() * trainer.stepsPerEpoch();
    if (step.number() % Math.max(1, all / POINTS) != 0) {
      return;
    }
    List<Variable> parameters = trainer.rule().module().parameters();
    if (parameters.stream().noneMatch(Variable::hasGrad)) {
      return;
    }
    if (means.length == 0) {
      means = new double[parameters.size()];
      largest = new double[parameters.size()];
    }
    double squares = 0;
    for (int k = 0; k < means.length; k++) {
      Flow flow = Flow.of(parameters.get(k));
      means[k] += flow.mean();
      largest[k] = Math.max(largest[k], flow.largest());
      squares += flow.norm() * flow.norm();
    }
    steps.add((double) step.number());
    norms.add(Math.sqrt(squares));
  }

  @Override
  public void onEnd(Trainer trainer) {
    if (steps.isEmpty()) {
      return;
    }
    double[] average = Arrays.stream(means).map(sum -> sum / steps.size()).toArray();
    List<String> names = List.copyOf(trainer.rule().module().namedParameters().keySet());
    try {
      chart(title, names, average, largest).write(directory.resolve("gradient-flow.png"));
      new LineChart(title + ": norm of the gradients", "step", "norm")
          .line("norm", array(steps), array(norms))
          .xRange(0, steps.getLast())
          .logarithmic()
          .write(directory.resolve("gradient-norm.png"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("gradient_flow", this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(STEPS, Variable.of(array(steps)));
    result.put(NORMS, Variable.of(array(norms)));
    result.put(MEANS, Variable.of(means.clone()));
    result.put(LARGEST, Variable.of(largest.clone()));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    double[] loadedSteps = values.doubles(STEPS);
    double[] loadedNorms = values.doubles(NORMS, loadedSteps.length);
    double[] loadedMeans = values.doubles(MEANS);
    double[] loadedLargest = values.doubles(LARGEST, loadedMeans.length);
    values.finish();
    steps.clear();
    Arrays.stream(loadedSteps).forEach(steps::add);
    norms.clear();
    Arrays.stream(loadedNorms).forEach(norms::add);
    means = loadedMeans;
    largest = loadedLargest;
  }
}
