package org.autograd.nn;

import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * The affine map {@code y = x W^T + b} along the last axis: {@code [..., inFeatures]} becomes
 * {@code [..., outFeatures]}. PyTorch's {@code nn.Linear}, with its names ({@code weight} of shape
 * {@code [outFeatures, inFeatures]}, {@code bias} of shape {@code [outFeatures]}) and its
 * initialisation, uniform in {@code [-1/sqrt(inFeatures), 1/sqrt(inFeatures))} for both.
 */
public final class Linear extends UnaryModule {
  private final Variable weight;
  private final @Nullable Variable bias;

  /** Creates a float32 layer with a bias, initialised from the default generator. */
  public Linear(long inFeatures, long outFeatures) {
    this(inFeatures, outFeatures, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if a size is not positive or the dtype is not float32 or
   *     float64
   */
  public Linear(long inFeatures, long outFeatures, Options options) {
    if (inFeatures < 1 || outFeatures < 1) {
      throw new IllegalArgumentException(
          "Linear: inFeatures and outFeatures must be positive, got "
              + inFeatures
              + " and "
              + outFeatures);
    }
    Initializer initializer = options.initializer();
    double bound = 1 / Math.sqrt((double) inFeatures);
    Initializer usual = Initializers.uniform(-bound, bound);
    Variable w = Variable.zeros(options.dtype(), outFeatures, inFeatures);
    (initializer == null ? usual : initializer).fill(w, options.generator());
    weight = parameter("weight", w);
    if (options.bias()) {
      Variable b = Variable.zeros(options.dtype(), outFeatures);
      if (initializer == null) {
        usual.fill(b, options.generator());
      }
      bias = parameter("bias", b);
    } else {
      bias = null;
    }
  }

  /**
   * What may be chosen about a layer; {@link Linear#options()} has the defaults.
   *
   * @param bias whether to add a bias
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   * @param initializer fills the weight, while the bias starts at 0; null for PyTorch's
   *     initialisation of both
   */
  public record Options(
      boolean bias, DType dtype, Generator generator, @Nullable Initializer initializer) {
    /** Checks the dtype. */
    public Options {
      if (!dtype.isFloating()) {
        throw new IllegalArgumentException(
            "Linear: dtype must be float32 or float64, got " + dtype);
      }
    }

    /** Returns these options with or without a bias. */
    public Options bias(boolean value) {
      return new Options(value, dtype, generator, initializer);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(bias, value, generator, initializer);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(bias, dtype, value, initializer);
    }

    /** Returns these options with another initialisation of the weight, and the bias 0. */
    public Options initializer(Initializer value) {
      return new Options(bias, dtype, generator, value);
    }
  }

  /** Returns the default options: a bias, float32, PyTorch's initialisation. */
  public static Options options() {
    return new Options(true, DType.FLOAT32, Autograd.generator(), null);
  }

  /** Returns the weight, of shape {@code [outFeatures, inFeatures]}. */
  public Variable weight() {
    return current(weight);
  }

  /** Returns the bias, of shape {@code [outFeatures]}, or null if there is none. */
  public @Nullable Variable bias() {
    return bias == null ? null : current(bias);
  }

  @Override
  protected Variable forward(Variable input) {
    if (input.dtype() != weight.dtype()) {
      throw new IllegalArgumentException(
          "the input "
              + describe(input)
              + " must have the dtype of the weight "
              + describe(weight)
              + "; convert it with to(DType."
              + weight.dtype().name()
              + ")");
    }
    if (input.rank() == 0 || input.size(-1) != weight.size(1)) {
      throw new IllegalArgumentException(
          "the last size of the input "
              + describe(input)
              + " must be inFeatures="
              + weight.size(1)
              + (input.rank() > 2 ? "; is a Flatten missing before?" : ""));
    }
    Variable w = current(weight);
    return bias == null ? input.linear(w) : input.linear(w, current(bias));
  }

  @Override
  protected String settings() {
    return "inFeatures="
        + weight.size(1)
        + ", outFeatures="
        + weight.size(0)
        + ", bias="
        + (bias != null);
  }
}
