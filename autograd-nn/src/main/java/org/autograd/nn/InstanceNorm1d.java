package org.autograd.nn;

/**
 * Instance normalisation of inputs of shape {@code [n, channels, length] or [channels, length]}.
 * PyTorch's {@code nn.InstanceNorm1d}; see {@link InstanceNorm}.
 */
public final class InstanceNorm1d extends InstanceNorm {
  /** Creates a float32 layer with the default options. */
  public InstanceNorm1d(long channels) {
    this(channels, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if the number of channels is not positive
   */
  public InstanceNorm1d(long channels, Options options) {
    super(channels, options, 1, "[n, channels, length] or [channels, length]");
  }
}
