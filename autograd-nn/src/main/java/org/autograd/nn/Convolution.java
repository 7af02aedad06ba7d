package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Autograd;
import org.autograd.ConvolutionOptions;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * What the layers with filters have in common. As in PyTorch, {@code weight} has the shape {@code
 * [outChannels, inChannels / groups, kernel...]}, or {@code [inChannels, outChannels / groups,
 * kernel...]} if transposed, and {@code bias} {@code [outChannels]}; both start uniform in {@code
 * [-1/sqrt(fan), 1/sqrt(fan))}, where the fan is the size of the weight without its first axis.
 */
public abstract sealed class Convolution extends UnaryModule
    permits Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d {
  private final Variable weight;
  private final @Nullable Variable bias;
  private final ConvolutionOptions filters;
  private final boolean transposed;

  Convolution(
      int spatial,
      boolean transposed,
      long inChannels,
      long outChannels,
      int[] kernel,
      Options options) {
    this.transposed = transposed;
    filters = options.filters();
    int groups = filters.groups();
    if (inChannels < 1
        || outChannels < 1
        || inChannels % groups != 0
        || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          label()
              + ": inChannels and outChannels must be positive multiples of groups="
              + groups
              + ", got "
              + inChannels
              + " and "
              + outChannels);
    }
    if ((kernel.length != 1 && kernel.length != spatial)
        || Arrays.stream(kernel).anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException(
          label()
              + ": the kernel needs one size or "
              + spatial
              + ", all positive, got "
              + Arrays.toString(kernel));
    }
    long[] shape = new long[spatial + 2];
    shape[0] = transposed ? inChannels : outChannels;
    shape[1] = (transposed ? outChannels : inChannels) / groups;
    double fan = (double) shape[1];
    for (int axis = 0; axis < spatial; axis++) {
      shape[axis + 2] = kernel[kernel.length == 1 ? 0 : axis];
      fan *= (double) shape[axis + 2];
    }
    Initializer initializer = options.initializer();
    double bound = 1 / Math.sqrt(fan);
    Initializer usual = Initializers.uniform(-bound, bound);
    Variable w = Variable.zeros(options.dtype(), shape);
    (initializer == null ? usual : initializer).fill(w, options.generator());
    weight = parameter("weight", w);
    if (options.bias()) {
      Variable b = Variable.zeros(options.dtype(), outChannels);
      if (initializer == null) {
        usual.fill(b, options.generator());
      }
      bias = parameter("bias", b);
    } else {
      bias = null;
    }
  }

  /**
   * What may be chosen about a layer with filters; {@link Convolution#options()} has the defaults.
   *
   * @param filters how the filters move over the input
   * @param bias whether to add a bias
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   * @param initializer fills the weight, while the bias starts at 0; null for PyTorch's
   *     initialisation of both
   */
  public record Options(
      ConvolutionOptions filters,
      boolean bias,
      DType dtype,
      Generator generator,
      @Nullable Initializer initializer) {
    /** Checks the dtype. */
    public Options {
      if (!dtype.isFloating()) {
        throw new IllegalArgumentException(
            "Convolution: dtype must be float32 or float64, got " + dtype);
      }
    }

    private Options with(ConvolutionOptions value) {
      return new Options(value, bias, dtype, generator, initializer);
    }

    /** Returns these options with another stride, one for all axes or one for each. */
    public Options stride(int... values) {
      return with(filters.stride(values));
    }

    /** Returns these options with other zeros at both ends, for all axes or for each. */
    public Options padding(int... values) {
      return with(filters.padding(values));
    }

    /** Returns these options with the padding that keeps the size; the stride must be 1. */
    public Options samePadding() {
      return with(filters.samePadding());
    }

    /** Returns these options with another distance of a filter's elements. */
    public Options dilation(int... values) {
      return with(filters.dilation(values));
    }

    /** Returns these options with another number of groups of channels. */
    public Options groups(int value) {
      return with(filters.groups(value));
    }

    /** Returns these options with an additional size of a transposed convolution's result. */
    public Options outputPadding(int... values) {
      return with(filters.outputPadding(values));
    }

    /** Returns these options with or without a bias. */
    public Options bias(boolean value) {
      return new Options(filters, value, dtype, generator, initializer);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(filters, bias, value, generator, initializer);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(filters, bias, dtype, value, initializer);
    }

    /** Returns these options with another initialisation of the weight, and the bias 0. */
    public Options initializer(Initializer value) {
      return new Options(filters, bias, dtype, generator, value);
    }
  }

  /** Returns the default options: stride 1, no padding, a bias, float32, PyTorch's values. */
  public static Options options() {
    return new Options(
        ConvolutionOptions.defaults(), true, DType.FLOAT32, Autograd.generator(), null);
  }

  /** Returns how the filters move over the input. */
  public final ConvolutionOptions filters() {
    return filters;
  }

  /** Returns the weight. */
  public final Variable weight() {
    return current(weight);
  }

  /** Returns the bias, or null if there is none. */
  public final @Nullable Variable bias() {
    return bias == null ? null : current(bias);
  }

  @Override
  protected final Variable forward(Variable input) {
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
    return convolve(input, weight(), bias(), filters);
  }

  abstract Variable convolve(
      Variable input, Variable w, @Nullable Variable b, ConvolutionOptions options);

  @Override
  protected final String settings() {
    int groups = filters.groups();
    long[] shape = weight.shape().toArray();
    StringBuilder text =
        new StringBuilder("inChannels=").append(transposed ? shape[0] : shape[1] * groups);
    text.append(", outChannels=").append(transposed ? shape[1] * groups : shape[0]);
    text.append(", kernel=").append(Arrays.toString(Arrays.copyOfRange(shape, 2, shape.length)));
    text.append(", stride=").append(filters.stride());
    ConvolutionOptions usual = ConvolutionOptions.defaults();
    if (filters.same()) {
      text.append(", padding=same");
    } else if (!filters.padding().equals(usual.padding())) {
      text.append(", padding=").append(filters.padding());
    }
    if (!filters.dilation().equals(usual.dilation())) {
      text.append(", dilation=").append(filters.dilation());
    }
    if (groups > 1) {
      text.append(", groups=").append(groups);
    }
    if (!filters.outputPadding().equals(usual.outputPadding())) {
      text.append(", outputPadding=").append(filters.outputPadding());
    }
    return text.append(", bias=").append(bias != null).toString();
  }
}
