package org.autograd.nn;

/**
 * Batch normalisation of inputs of shape {@code [n, channels, depth, height, width]}. PyTorch's
 * {@code nn.BatchNorm3d}; see {@link BatchNorm}.
 */
public final class BatchNorm3d extends BatchNorm {
  /** Creates a float32 layer with the default options. */
  public BatchNorm3d(long channels) {
    this(channels, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if the number of channels is not positive
   */
  public BatchNorm3d(long channels, Options options) {
    super(channels, options, 5, 5, "[n, channels, depth, height, width]");
  }
}
