package org.autograd.nn;

import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Divides the last axes of each example by their root mean square, then multiplies by {@code
 * weight} (ones): {@code x / sqrt(mean(x^2) + epsilon) * weight} (Zhang and Sennrich, "Root Mean
 * Square Layer Normalization", 2019). PyTorch's {@code nn.RMSNorm}.
 */
public final class RmsNorm extends UnaryModule {
  private static final Pointwise NORMALIZE =
      Pointwise.of("rmsNorm", (x, inverse) -> x.mul(inverse));
  private static final Pointwise NORMALIZE_WITH_WEIGHT =
      Pointwise.of(
          "rmsNorm", 3, 0, Expression.input(0).mul(Expression.input(1)).mul(Expression.input(2)));

  private final Shape normalizedShape;
  private final Options options;
  private final double epsilon;
  private final @Nullable Variable weight;

  /** Creates a float32 layer that normalises the last axis. */
  public RmsNorm(long size) {
    this(Shape.of(size), options());
  }

  /**
   * Creates a layer.
   *
   * @param normalizedShape the sizes of the last axes
   * @throws IllegalArgumentException if the shape is empty
   */
  public RmsNorm(Shape normalizedShape, Options options) {
    if (normalizedShape.rank() == 0) {
      throw new IllegalArgumentException("RmsNorm: the normalised shape needs at least one axis");
    }
    this.normalizedShape = normalizedShape;
    this.options = options;
    Double chosen = options.epsilon();
    double smallest = options.dtype() == DType.FLOAT32 ? Math.ulp(1f) : Math.ulp(1.0);
    epsilon = chosen == null ? smallest : chosen;
    weight =
        options.affine()
            ? parameter("weight", Variable.ones(options.dtype(), normalizedShape.toArray()))
            : null;
  }

  /**
   * What may be chosen about a layer; {@link RmsNorm#options()} has the defaults.
   *
   * @param epsilon what is added to the mean square; null for the distance of 1 to the next number
   *     of the dtype, 2^-23 or 2^-52
   * @param affine whether there is a weight; PyTorch's {@code elementwise_affine}
   * @param dtype float32 or float64
   */
  public record Options(@Nullable Double epsilon, boolean affine, DType dtype) {
    /** Checks the values. */
    public Options {
      LayerNorm.checkOptions("RmsNorm", epsilon == null ? 0 : epsilon, dtype);
    }

    /** Returns these options with another number added to the mean square. */
    public Options epsilon(@Nullable Double value) {
      return new Options(value, affine, dtype);
    }

    /** Returns these options with or without a weight. */
    public Options affine(boolean value) {
      return new Options(epsilon, value, dtype);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(epsilon, affine, value);
    }
  }

  /** Returns the default options: the dtype's epsilon, a weight, float32. */
  public static Options options() {
    return new Options(null, true, DType.FLOAT32);
  }

  /** Returns the sizes of the last axes, over which the mean square is taken. */
  public Shape normalizedShape() {
    return normalizedShape;
  }

  /** Returns what is added to the mean square. */
  public double epsilon() {
    return epsilon;
  }

  /** Returns the weight, of the normalised shape, or null if there is none. */
  public @Nullable Variable weight() {
    return currentOrNull(weight);
  }

  @Override
  protected Variable forward(Variable input) {
    int extra = input.rank() - normalizedShape.rank();
    int[] axes = new int[normalizedShape.rank()];
    boolean ends = extra >= 0 && input.dtype() == options.dtype();
    for (int axis = 0; axis < axes.length; axis++) {
      axes[axis] = extra + axis;
      ends = ends && input.size(extra + axis) == normalizedShape.size(axis);
    }
    if (!ends) {
      throw new IllegalArgumentException(
          "the input "
              + describe(input)
              + " must be "
              + options.dtype()
              + " and end in the normalised shape "
              + normalizedShape);
    }
    Variable inverse = input.square().meanKeepDims(axes).add(epsilon).rsqrt();
    return weight == null
        ? NORMALIZE.apply(input, inverse)
        : NORMALIZE_WITH_WEIGHT.apply(new Variable[] {input, inverse, current(weight)});
  }

  @Override
  protected String settings() {
    return normalizedShape + ", epsilon=" + epsilon + ", affine=" + options.affine();
  }
}
