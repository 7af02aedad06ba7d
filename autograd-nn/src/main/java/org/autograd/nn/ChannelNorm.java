package org.autograd.nn;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Checkpoint;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * What normalisations have in common that may keep running statistics of each channel. The names
 * are PyTorch's: parameters {@code weight} (ones) and {@code bias} (zeros), buffers {@code
 * running_mean} (zeros), {@code running_var} (ones) and the int64 scalar {@code
 * num_batches_tracked}.
 */
public abstract sealed class ChannelNorm extends UnaryModule permits BatchNorm, InstanceNorm {
  /** {@code (x - mean) * scale + shift}. */
  private static final Pointwise NORMALIZE =
      Pointwise.of(
          "normalize",
          4,
          0,
          Expression.input(0)
              .sub(Expression.input(1))
              .mul(Expression.input(2))
              .add(Expression.input(3)));

  private final long channels;
  private final Options options;
  private final @Nullable Variable weight;
  private final @Nullable Variable bias;
  private final @Nullable Variable runningMean;
  private final @Nullable Variable runningVar;
  private final @Nullable Variable batchesTracked;

  ChannelNorm(long channels, Options options) {
    if (channels < 1) {
      throw new IllegalArgumentException(
          label() + ": the number of channels must be positive, got " + channels);
    }
    this.channels = channels;
    this.options = options;
    DType dtype = options.dtype();
    weight = options.affine() ? parameter("weight", Variable.ones(dtype, channels)) : null;
    bias = options.affine() ? parameter("bias", Variable.zeros(dtype, channels)) : null;
    boolean tracking = options.trackRunningStats();
    runningMean = tracking ? buffer("running_mean", Variable.zeros(dtype, channels)) : null;
    runningVar = tracking ? buffer("running_var", Variable.ones(dtype, channels)) : null;
    batchesTracked = tracking ? buffer("num_batches_tracked", Variable.zeros(DType.INT64)) : null;
  }

  /**
   * What may be chosen about such a normalisation; {@link BatchNorm#options()} and {@link
   * InstanceNorm#options()} have the defaults.
   *
   * @param epsilon what is added to the variance
   * @param momentum the weight of a batch in the running statistics; null for the mean of all
   *     batches so far
   * @param affine whether there are a weight and a bias for each channel
   * @param trackRunningStats whether running statistics are kept, and used in evaluation mode
   * @param dtype float32 or float64
   */
  public record Options(
      double epsilon,
      @Nullable Double momentum,
      boolean affine,
      boolean trackRunningStats,
      DType dtype) {
    /** Checks the values. */
    public Options {
      if (!dtype.isFloating()) {
        throw new IllegalArgumentException(
            "normalisation: dtype must be float32 or float64, got " + dtype);
      }
      if (!(epsilon >= 0)) {
        throw new IllegalArgumentException(
            "normalisation: epsilon must not be negative, got " + epsilon);
      }
      if (momentum != null && !(momentum >= 0 && momentum <= 1)) {
        throw new IllegalArgumentException(
            "normalisation: momentum must be in [0, 1] or null, got " + momentum);
      }
    }

    /** Returns these options with another number added to the variance. */
    public Options epsilon(double value) {
      return new Options(value, momentum, affine, trackRunningStats, dtype);
    }

    /** Returns these options with another weight of a batch, or null for the mean of all. */
    public Options momentum(@Nullable Double value) {
      return new Options(epsilon, value, affine, trackRunningStats, dtype);
    }

    /** Returns these options with or without a weight and a bias. */
    public Options affine(boolean value) {
      return new Options(epsilon, momentum, value, trackRunningStats, dtype);
    }

    /** Returns these options with or without running statistics. */
    public Options trackRunningStats(boolean value) {
      return new Options(epsilon, momentum, affine, value, dtype);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(epsilon, momentum, affine, trackRunningStats, value);
    }
  }

  /** Returns the weight, of shape {@code [channels]}, or null if there is none. */
  public final @Nullable Variable weight() {
    return currentOrNull(weight);
  }

  /** Returns the bias, of shape {@code [channels]}, or null if there is none. */
  public final @Nullable Variable bias() {
    return currentOrNull(bias);
  }

  /** Returns the running mean, of shape {@code [channels]}, or null if none is kept. */
  public final @Nullable Variable runningMean() {
    return runningMean;
  }

  /** Returns the running variance, of shape {@code [channels]}, or null if none is kept. */
  public final @Nullable Variable runningVar() {
    return runningVar;
  }

  /** Returns what is added to the variance. */
  public final double epsilon() {
    return options.epsilon();
  }

  final @Nullable Double momentum() {
    return options.momentum();
  }

  /** Checks dtype and channels. */
  final void check(Variable input, int channelAxis) {
    if (input.dtype() != options.dtype()) {
      throw new IllegalArgumentException(
          "the input "
              + describe(input)
              + " must be of dtype "
              + options.dtype()
              + "; convert it with to(DType."
              + options.dtype().name()
              + ")");
    }
    if (input.size(channelAxis) != channels) {
      throw new IllegalArgumentException(
          "the input "
              + describe(input)
              + " must have "
              + channels
              + " channels along axis "
              + channelAxis);
    }
  }

  /** Returns whether the running statistics take the place of the input's. */
  final boolean usesRunningStats() {
    return !isTraining() && runningMean != null;
  }

  /** Returns the input normalised by the running statistics. */
  final Variable normalizeByRunningStats(Variable input, int channelAxis) {
    if (runningMean == null || runningVar == null) {
      throw new IllegalStateException(label() + " keeps no running statistics");
    }
    return normalize(
        input,
        along(runningMean, input.rank(), channelAxis),
        along(runningVar, input.rank(), channelAxis),
        channelAxis);
  }

  /** Returns the input normalised by statistics of a shape that broadcasts to its. */
  final Variable normalize(Variable input, Variable mean, Variable variance, int channelAxis) {
    Variable scale = variance.add(options.epsilon()).rsqrt();
    if (weight == null || bias == null) {
      return NORMALIZE.apply(new Variable[] {input, mean, scale, Variable.zeros(options.dtype())});
    }
    return NORMALIZE.apply(
        new Variable[] {
          input,
          mean,
          scale.mul(along(current(weight), input.rank(), channelAxis)),
          along(current(bias), input.rank(), channelAxis)
        });
  }

  /** Returns a vector of channels as an array that broadcasts along all other axes. */
  static Variable along(Variable vector, int rank, int channelAxis) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[channelAxis] = vector.size(0);
    return vector.reshape(shape);
  }

  /** Returns the axes of an array but for those given. */
  static int[] axesBut(int rank, int... kept) {
    return IntStream.range(0, rank)
        .filter(axis -> Arrays.stream(kept).noneMatch(k -> k == axis))
        .toArray();
  }

  /** Counts the batch, which is then part of the mean of all, if statistics are kept. */
  final void countBatch() {
    if (batchesTracked != null && !Checkpoint.isRecomputing()) {
      batchesTracked.add_(1);
    }
  }

  /** Returns the number of batches counted. */
  final double batchCount() {
    return batchesTracked == null ? 0 : batchesTracked.item();
  }

  /**
   * Moves the running statistics towards those of a batch, unless a checkpoint computes it again.
   *
   * @param mean of each channel
   * @param variance of each channel, unbiased
   */
  final void track(Variable mean, Variable variance, double share) {
    if (runningMean == null || runningVar == null || Checkpoint.isRecomputing()) {
      return;
    }
    try (var _ = Autograd.noGrad()) {
      runningMean.copy_(runningMean.mul(1 - share).add(mean.mul(share)));
      runningVar.copy_(runningVar.mul(1 - share).add(variance.mul(share)));
    }
  }

  final boolean isTracking() {
    return runningMean != null;
  }

  @Override
  protected final String settings() {
    return channels
        + ", epsilon="
        + options.epsilon()
        + ", momentum="
        + options.momentum()
        + ", affine="
        + options.affine()
        + ", trackRunningStats="
        + options.trackRunningStats();
  }
}
