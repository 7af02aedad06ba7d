package org.autograd.nn;

/**
 * Instance normalisation of inputs of shape {@code [n, channels, depth, height, width] or
 * [channels, depth, height, width]}. PyTorch's {@code nn.InstanceNorm3d}; see {@link InstanceNorm}.
 */
public final class InstanceNorm3d extends InstanceNorm {
  /** Creates a float32 layer with the default options. */
  public InstanceNorm3d(long channels) {
    this(channels, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if the number of channels is not positive
   */
  public InstanceNorm3d(long channels, Options options) {
    super(
        channels,
        options,
        3,
        "[n, channels, depth, height, width] or [channels, depth, height, width]");
  }
}
