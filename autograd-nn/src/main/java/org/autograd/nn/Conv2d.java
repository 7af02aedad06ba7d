package org.autograd.nn;

import org.autograd.ConvolutionOptions;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * A convolution along two axes: {@code [n, inChannels, height, width]} becomes {@code [n,
 * outChannels, ...]}, with or without the first axis. PyTorch's {@code nn.Conv2d}.
 */
public final class Conv2d extends Convolution {
  /** Creates a float32 layer with the default options and filters of equal sizes. */
  public Conv2d(long inChannels, long outChannels, int kernel) {
    this(inChannels, outChannels, new int[] {kernel}, options());
  }

  /**
   * Creates a layer.
   *
   * @param kernel the sizes of the filters, or one for all axes
   * @throws IllegalArgumentException if sizes are not positive, channels cannot be divided into the
   *     groups, or the dtype is not float32 or float64
   */
  public Conv2d(long inChannels, long outChannels, int[] kernel, Options options) {
    super(2, false, inChannels, outChannels, kernel, options);
  }

  /** As the other, with filters of equal sizes along all axes. */
  public Conv2d(long inChannels, long outChannels, int kernel, Options options) {
    this(inChannels, outChannels, new int[] {kernel}, options);
  }

  @Override
  Variable convolve(Variable input, Variable w, @Nullable Variable b, ConvolutionOptions options) {
    return input.conv2d(w, b, options);
  }
}
