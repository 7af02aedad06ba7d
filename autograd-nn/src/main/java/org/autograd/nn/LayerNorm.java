package org.autograd.nn;

import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Normalises the last axes of each example to mean 0 and variance 1, then multiplies by {@code
 * weight} (ones) and adds {@code bias} (zeros), both of the normalised shape (Ba, Kiros, Hinton,
 * "Layer Normalization", 2016). PyTorch's {@code nn.LayerNorm}.
 */
public final class LayerNorm extends UnaryModule {
  private final Shape normalizedShape;
  private final Options options;
  private final @Nullable Variable weight;
  private final @Nullable Variable bias;

  /** Creates a float32 layer that normalises the last axis. */
  public LayerNorm(long size) {
    this(Shape.of(size), options());
  }

  /**
   * Creates a layer.
   *
   * @param normalizedShape the sizes of the last axes, over which mean and variance are taken
   * @throws IllegalArgumentException if the shape is empty
   */
  public LayerNorm(Shape normalizedShape, Options options) {
    if (normalizedShape.rank() == 0) {
      throw new IllegalArgumentException("LayerNorm: the normalised shape needs at least one axis");
    }
    this.normalizedShape = normalizedShape;
    this.options = options;
    long[] sizes = normalizedShape.toArray();
    boolean affine = options.affine();
    weight = affine ? parameter("weight", Variable.ones(options.dtype(), sizes)) : null;
    bias =
        affine && options.bias() ? parameter("bias", Variable.zeros(options.dtype(), sizes)) : null;
  }

  /**
   * What may be chosen about a layer; {@link LayerNorm#options()} has the defaults.
   *
   * @param epsilon what is added to the variance
   * @param affine whether there is a weight; PyTorch's {@code elementwise_affine}
   * @param bias whether there is a bias beside the weight
   * @param dtype float32 or float64
   */
  public record Options(double epsilon, boolean affine, boolean bias, DType dtype) {
    /** Checks the values. */
    public Options {
      checkOptions("LayerNorm", epsilon, dtype);
    }

    /** Returns these options with another number added to the variance. */
    public Options epsilon(double value) {
      return new Options(value, affine, bias, dtype);
    }

    /** Returns these options with or without a weight and a bias. */
    public Options affine(boolean value) {
      return new Options(epsilon, value, bias, dtype);
    }

    /** Returns these options with or without a bias. */
    public Options bias(boolean value) {
      return new Options(epsilon, affine, value, dtype);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(epsilon, affine, bias, value);
    }
  }

  static void checkOptions(String name, double epsilon, DType dtype) {
    if (!dtype.isFloating()) {
      throw new IllegalArgumentException(name + ": dtype must be float32 or float64, got " + dtype);
    }
    if (!(epsilon >= 0)) {
      throw new IllegalArgumentException(name + ": epsilon must not be negative, got " + epsilon);
    }
  }

  /** Returns the default options: epsilon 1e-5, weight and bias, float32. */
  public static Options options() {
    return new Options(1e-5, true, true, DType.FLOAT32);
  }

  /** Returns the sizes of the last axes, over which mean and variance are taken. */
  public Shape normalizedShape() {
    return normalizedShape;
  }

  /** Returns what is added to the variance. */
  public double epsilon() {
    return options.epsilon();
  }

  /** Returns the weight, of the normalised shape, or null if there is none. */
  public @Nullable Variable weight() {
    return currentOrNull(weight);
  }

  /** Returns the bias, of the normalised shape, or null if there is none. */
  public @Nullable Variable bias() {
    return currentOrNull(bias);
  }

  @Override
  protected Variable forward(Variable input) {
    return input.layerNorm(
        normalizedShape, currentOrNull(weight), currentOrNull(bias), options.epsilon());
  }

  @Override
  protected String settings() {
    return normalizedShape
        + ", epsilon="
        + options.epsilon()
        + ", affine="
        + options.affine()
        + ", bias="
        + (bias != null);
  }
}
