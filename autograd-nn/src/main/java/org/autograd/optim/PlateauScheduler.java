package org.autograd.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;

/**
 * Lowers the learning rates when a metric has stopped improving. PyTorch's {@code
 * ReduceLROnPlateau}.
 *
 * <pre>{@code
 * PlateauScheduler scheduler = new PlateauScheduler(optimizer, PlateauScheduler.options());
 * for (int epoch = 0; epoch < 90; epoch++) {
 *   train(optimizer);
 *   scheduler.step(validationLoss(model));
 * }
 * }</pre>
 */
public final class PlateauScheduler {
  private final Optimizer<?> optimizer;
  private final Options options;
  private double best;
  private long badSteps;
  private long restingSteps;

  /**
   * The options; {@link PlateauScheduler#options()} has the defaults.
   *
   * @param factor what rates are multiplied by
   * @param patience how many steps without improvement are tolerated
   * @param threshold how much better than the best a metric must be to count
   * @param relative whether the threshold is a part of the best instead of a difference
   * @param maximize whether a greater metric is better
   * @param cooldown for how many steps after a reduction nothing is counted
   * @param least the least learning rate
   * @param epsilon a reduction by no more than this is not made
   */
  public record Options(
      double factor,
      int patience,
      double threshold,
      boolean relative,
      boolean maximize,
      int cooldown,
      double least,
      double epsilon) {
    /** Checks the values. */
    public Options {
      Check.belowOne("factor", factor);
      Check.notNegative("patience", patience);
      Check.notNegative("threshold", threshold);
      Check.notNegative("cooldown", cooldown);
      Check.notNegative("least", least);
      Check.notNegative("epsilon", epsilon);
    }

    /** Returns these options with another factor. */
    public Options factor(double value) {
      return new Options(value, patience, threshold, relative, maximize, cooldown, least, epsilon);
    }

    /** Returns these options with another patience. */
    public Options patience(int value) {
      return new Options(factor, value, threshold, relative, maximize, cooldown, least, epsilon);
    }

    /** Returns these options with another threshold, a part of the best or a difference. */
    public Options threshold(double value, boolean asPart) {
      return new Options(factor, patience, value, asPart, maximize, cooldown, least, epsilon);
    }

    /** Returns these options for metrics of which the greater or the smaller is better. */
    public Options maximize(boolean value) {
      return new Options(factor, patience, threshold, relative, value, cooldown, least, epsilon);
    }

    /** Returns these options with another cooldown. */
    public Options cooldown(int value) {
      return new Options(factor, patience, threshold, relative, maximize, value, least, epsilon);
    }

    /** Returns these options with another least rate. */
    public Options least(double value) {
      return new Options(factor, patience, threshold, relative, maximize, cooldown, value, epsilon);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(factor, patience, threshold, relative, maximize, cooldown, least, value);
    }

    private boolean isBetter(double metric, double best) {
      double sign = maximize ? 1 : -1;
      double bar = relative ? best * (1 + sign * threshold) : best + sign * threshold;
      return maximize ? metric > bar : metric < bar;
    }
  }

  /**
   * Returns PyTorch's defaults: a tenth after 10 steps without an improvement by 1e-4 of the best,
   * for metrics of which the smaller is better.
   */
  public static Options options() {
    return new Options(0.1, 10, 1e-4, true, false, 0, 0, 1e-8);
  }

  /** Creates a scheduler. */
  public PlateauScheduler(Optimizer<?> optimizer, Options options) {
    this.optimizer = optimizer;
    this.options = options;
    this.best = options.maximize() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  /**
   * Counts a step and lowers the rates if it is the one too many.
   *
   * @param metric NaN counts as no improvement
   */
  public void step(double metric) {
    if (options.isBetter(metric, best)) {
      best = metric;
      badSteps = 0;
    } else {
      badSteps++;
    }
    if (restingSteps > 0) {
      restingSteps--;
      badSteps = 0;
    }
    if (badSteps > options.patience()) {
      reduce(optimizer);
      restingSteps = options.cooldown();
      badSteps = 0;
    }
  }

  private <O extends OptimizerOptions<O>> void reduce(Optimizer<O> reduced) {
    for (ParameterGroup<O> group : reduced.groups()) {
      double rate = group.options().learningRate();
      double lower = Math.max(rate * options.factor(), options.least());
      if (rate - lower > options.epsilon()) {
        group.setOptions(group.options().learningRate(lower));
      }
    }
  }

  /** Returns what is needed to continue, besides the rates, which the optimizer saves. */
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put("best", Variable.scalar(best));
    result.put("num_bad_epochs", Variable.of(badSteps).reshape());
    result.put("cooldown_counter", Variable.of(restingSteps).reshape());
    return result;
  }

  /**
   * Continues where another scheduler with the same options was when it returned the state dict.
   *
   * @throws IllegalArgumentException if something is missing, unexpected or does not fit: the
   *     message lists all of it, and nothing is changed
   */
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateReader reader = new StateReader(stateDict);
    double loadedBest = reader.number("best");
    long bad = reader.count("num_bad_epochs");
    long resting = reader.count("cooldown_counter");
    reader.throwProblems("PlateauScheduler");
    best = loadedBest;
    badSteps = bad;
    restingSteps = resting;
  }
}
