package org.autograd.nn;

/**
 * Instance normalisation of inputs of shape {@code [n, channels, height, width] or [channels,
 * height, width]}. PyTorch's {@code nn.InstanceNorm2d}; see {@link InstanceNorm}.
 */
public final class InstanceNorm2d extends InstanceNorm {
  /** Creates a float32 layer with the default options. */
  public InstanceNorm2d(long channels) {
    this(channels, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if the number of channels is not positive
   */
  public InstanceNorm2d(long channels, Options options) {
    super(channels, options, 2, "[n, channels, height, width] or [channels, height, width]");
  }
}
