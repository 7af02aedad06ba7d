package org.autograd.nn;

import org.autograd.ConvolutionOptions;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * A transposed convolution along one axis: {@code [n, inChannels, length]} becomes {@code [n,
 * outChannels, ...]}, with or without the first axis. PyTorch's {@code nn.ConvTranspose1d}.
 */
public final class ConvTranspose1d extends Convolution {
  /** Creates a float32 layer with the default options. */
  public ConvTranspose1d(long inChannels, long outChannels, int kernel) {
    this(inChannels, outChannels, kernel, options());
  }

  /**
   * Creates a layer.
   *
   * @param kernel the size of the filters
   * @throws IllegalArgumentException if sizes are not positive, channels cannot be divided into the
   *     groups, or the dtype is not float32 or float64
   */
  public ConvTranspose1d(long inChannels, long outChannels, int kernel, Options options) {
    super(1, true, inChannels, outChannels, new int[] {kernel}, options);
  }

  @Override
  Variable convolve(Variable input, Variable w, @Nullable Variable b, ConvolutionOptions options) {
    return input.convTranspose1d(w, b, options);
  }
}
