package org.autograd.nn;

import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Normalises groups of neighbouring channels of each example to mean 0 and variance 1, then scales
 * and shifts each channel by {@code weight} (ones) and {@code bias} (zeros): {@code [n, channels,
 * ...]} keeps its shape (Wu and He, "Group Normalization", 2018). PyTorch's {@code nn.GroupNorm}.
 */
public final class GroupNorm extends UnaryModule {
  private static final Pointwise SCALE_AND_SHIFT =
      Pointwise.of(
          "scaleAndShift",
          3,
          0,
          Expression.input(0).mul(Expression.input(1)).add(Expression.input(2)));

  private final long groups;
  private final long channels;
  private final Options options;
  private final @Nullable Variable weight;
  private final @Nullable Variable bias;

  /** Creates a float32 layer with weight and bias. */
  public GroupNorm(long groups, long channels) {
    this(groups, channels, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if the channels are not a positive multiple of the groups
   */
  public GroupNorm(long groups, long channels, Options options) {
    if (groups < 1 || channels < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          "GroupNorm: channels must be a positive multiple of groups="
              + groups
              + ", got "
              + channels);
    }
    this.groups = groups;
    this.channels = channels;
    this.options = options;
    weight =
        options.affine() ? parameter("weight", Variable.ones(options.dtype(), channels)) : null;
    bias = options.affine() ? parameter("bias", Variable.zeros(options.dtype(), channels)) : null;
  }

  /**
   * What may be chosen about a layer; {@link GroupNorm#options()} has the defaults.
   *
   * @param epsilon what is added to the variance
   * @param affine whether there are a weight and a bias
   * @param dtype float32 or float64
   */
  public record Options(double epsilon, boolean affine, DType dtype) {
    /** Checks the values. */
    public Options {
      LayerNorm.checkOptions("GroupNorm", epsilon, dtype);
    }

    /** Returns these options with another number added to the variance. */
    public Options epsilon(double value) {
      return new Options(value, affine, dtype);
    }

    /** Returns these options with or without a weight and a bias. */
    public Options affine(boolean value) {
      return new Options(epsilon, value, dtype);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(epsilon, affine, value);
    }
  }

  /** Returns the default options: epsilon 1e-5, weight and bias, float32. */
  public static Options options() {
    return new Options(1e-5, true, DType.FLOAT32);
  }

  /** Returns the number of groups of channels. */
  public long groups() {
    return groups;
  }

  /** Returns what is added to the variance. */
  public double epsilon() {
    return options.epsilon();
  }

  /** Returns the weight, of shape {@code [channels]}, or null if there is none. */
  public @Nullable Variable weight() {
    return currentOrNull(weight);
  }

  /** Returns the bias, of shape {@code [channels]}, or null if there is none. */
  public @Nullable Variable bias() {
    return currentOrNull(bias);
  }

  @Override
  protected Variable forward(Variable input) {
    if (input.rank() < 2 || input.size(1) != channels || input.dtype() != options.dtype()) {
      throw new IllegalArgumentException(
          "the input "
              + describe(input)
              + " must be "
              + options.dtype()
              + " of shape [n, "
              + channels
              + ", ...]");
    }
    long[] shape = input.shape().toArray();
    long size = channels / groups;
    for (int axis = 2; axis < shape.length; axis++) {
      size *= shape[axis];
    }
    if (shape[0] == 1 && size == 1) {
      throw new IllegalArgumentException(
          "a group needs more than one value to be normalised by, got " + describe(input));
    }
    Variable normalized =
        input
            .reshape(shape[0], groups, size)
            .layerNorm(Shape.of(size), options.epsilon())
            .reshape(shape);
    return scaleAndShift(normalized, currentOrNull(weight), currentOrNull(bias));
  }

  /** Multiplies and adds along axis 1, if there are a weight and a bias. */
  static Variable scaleAndShift(Variable x, @Nullable Variable weight, @Nullable Variable bias) {
    return weight == null || bias == null
        ? x
        : SCALE_AND_SHIFT.apply(
            new Variable[] {
              x, ChannelNorm.along(weight, x.rank(), 1), ChannelNorm.along(bias, x.rank(), 1)
            });
  }

  @Override
  protected String settings() {
    return "groups="
        + groups
        + ", channels="
        + channels
        + ", epsilon="
        + options.epsilon()
        + ", affine="
        + options.affine();
  }
}
