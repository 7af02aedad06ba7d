package org.autograd.spiking;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Makes sequences of numbers: an array of any shape becomes one of shape [time, ...].
 *
 * <pre>{@code
 * Variable often = SpikeEncoders.rate(images, 25, rng);                 // bright pixels spike often
 * Variable early = SpikeEncoders.latency(images, 25, SpikeEncoders.latencyOptions());
 * Variable changes = SpikeEncoders.delta(signal, 0.1, true, false);     // signal: [time, ...]
 * }</pre>
 *
 * <p>Nothing here has a gradient.
 */
public final class SpikeEncoders {
  /** Keeps the logarithm of what is below the threshold finite. */
  private static final double EPSILON = 1e-7;

  private SpikeEncoders() {}

  private static void checkSteps(String name, int steps) {
    checkArgument(steps >= 1, "%s: needs at least 1 time step, got %s", name, steps);
  }

  private static long[] withTime(int steps, Variable x) {
    return x.shape().inserting(0, steps).toArray();
  }

  /** Returns the same at each step, as a view: an input current that does not change. */
  public static Variable constant(Variable x, int steps) {
    checkSteps("constant", steps);
    return x.expand(withTime(steps, x));
  }

  /**
   * Returns spikes at random, at each step independently and with the value as their probability;
   * of values outside [0, 1], the nearer end.
   */
  public static Variable rate(Variable x, int steps, Generator rng) {
    checkSteps("rate", steps);
    // rand() is below 1 always and never below 0, so 1 always spikes and 0 never does.
    Variable drawn = Variable.rand(rng, x.dtype(), withTime(steps, x));
    return drawn.lt(x.detach()).to(x.dtype());
  }

  /**
   * How a value becomes a time: large ones spike early.
   *
   * @param linear whether time falls linearly with the value instead of logarithmically, as the
   *     time in which a leaky membrane of constant input reaches the threshold: {@code tau ln(x /
   *     (x - threshold))}
   * @param threshold below which values count as being at it (or not at all, see {@code clip}); in
   *     (0, 1)
   * @param timeConstant tau, in time steps
   * @param normalize whether times are scaled to the steps that there are: the linear code such
   *     that value 0 is the last, the logarithmic one such that the latest of this array is
   * @param clip whether values below the threshold do not spike
   */
  public record LatencyOptions(
      boolean linear, double threshold, double timeConstant, boolean normalize, boolean clip) {
    /** Checks the threshold and the time constant. */
    public LatencyOptions {
      checkArgument(
          threshold > 0 && threshold < 1 && timeConstant > 0,
          "latency: the threshold must be in (0, 1) and the time constant positive, got %s and %s",
          threshold,
          timeConstant);
    }

    /** Returns these options with the linear or the logarithmic code. */
    public LatencyOptions linear(boolean value) {
      return new LatencyOptions(value, threshold, timeConstant, normalize, clip);
    }

    /** Returns these options with another threshold. */
    public LatencyOptions threshold(double value) {
      return new LatencyOptions(linear, value, timeConstant, normalize, clip);
    }

    /** Returns these options with another time constant. */
    public LatencyOptions timeConstant(double value) {
      return new LatencyOptions(linear, threshold, value, normalize, clip);
    }

    /** Returns these options with times scaled or not. */
    public LatencyOptions normalize(boolean value) {
      return new LatencyOptions(linear, threshold, timeConstant, value, clip);
    }

    /** Returns these options with small values that do not spike, or do so last. */
    public LatencyOptions clip(boolean value) {
      return new LatencyOptions(linear, threshold, timeConstant, normalize, value);
    }
  }

  /** Returns the default options: logarithmic, threshold 0.01, tau 1, as it is, not clipped. */
  public static LatencyOptions latencyOptions() {
    return new LatencyOptions(false, 0.01, 1, false, false);
  }

  /**
   * Returns when values spike, in steps that need not be whole; snnTorch's {@code latency_code}.
   *
   * @param steps how many there are, for normalised times
   */
  public static Variable latencyTimes(Variable x, int steps, LatencyOptions options) {
    checkSteps("latency", steps);
    Variable value = x.detach();
    if (options.linear()) {
      double tau = options.normalize() ? steps - 1 : options.timeConstant();
      return value.maximum(Variable.fullLike(value, options.threshold())).neg().add(1).mul(tau);
    }
    Variable above = value.maximum(Variable.fullLike(value, options.threshold() + EPSILON));
    Variable times = above.div(above.sub(options.threshold())).log().mul(options.timeConstant());
    return options.normalize() && times.elementCount() > 0
        ? times.mul((steps - 1) / times.max().item())
        : times;
  }

  /**
   * Returns one spike for each value, at the step nearest to its time; none for a time that is not
   * within the steps.
   */
  public static Variable latency(Variable x, int steps, LatencyOptions options) {
    Variable times = latencyTimes(x, steps, options).round();
    Variable clock = Variable.arange(DType.INT64, 0, steps, 1).to(times.dtype());
    long[] column = new long[x.rank() + 1];
    Arrays.fill(column, 1);
    column[0] = steps;
    Variable spikes = clock.reshape(column).eq(times.unsqueeze(0));
    return options.clip()
        ? spikes.logicalAnd(x.detach().ge(options.threshold())).to(x.dtype())
        : spikes.to(x.dtype());
  }

  /**
   * Returns 1 where a signal has risen by at least the threshold since the step before, else 0.
   *
   * @param signal of shape [time, ...]
   * @param falling whether it is -1 where the signal has fallen by as much
   * @param fromFirst whether the signal was at its first value before, instead of at 0
   */
  public static Variable delta(
      Variable signal, double threshold, boolean falling, boolean fromFirst) {
    checkArgument(
        signal.rank() >= 1 && signal.size(0) >= 1,
        "delta: the signal must have time as its first axis and at least one step, got %s",
        Neuron.describe(signal));
    checkArgument(threshold > 0, "delta: the threshold must be positive, got %s", threshold);
    Variable now = signal.detach();
    Variable first = now.narrow(0, 0, 1);
    Variable before =
        Variable.cat(
            0, fromFirst ? first : Variable.zerosLike(first), now.narrow(0, 0, now.size(0) - 1));
    Variable change = now.sub(before);
    Variable risen = change.ge(threshold).to(signal.dtype());
    return falling ? risen.sub(change.le(-threshold).to(signal.dtype())) : risen;
  }

  /**
   * Returns how strongly neurons with overlapping preferences answer to each value: Gaussian bumps
   * around centres that are spread evenly, half a distance wide. Feed it to {@link #rate} or {@link
   * #latency}.
   *
   * @param x of shape [..., features]
   * @param neurons for each feature, at least 2
   * @param low the first centre
   * @param high the last centre
   * @return of shape [..., features * neurons], in (0, 1]
   */
  public static Variable population(Variable x, int neurons, double low, double high) {
    checkArgument(
        neurons >= 2 && low < high && x.rank() >= 1,
        "population: needs an axis of features, at least 2 neurons and low < high, got %s, %s, %s"
            + " and %s",
        Neuron.describe(x),
        neurons,
        low,
        high);
    double width = (high - low) / (neurons - 1) / 2;
    Variable centres = Variable.linspace(x.dtype(), low, high, neurons);
    Variable distance = x.detach().unsqueeze(-1).sub(centres).div(width);
    return distance.square().mul(-0.5).exp().flatten(-2, -1);
  }
}
