package org.autograd.nn;

/**
 * Batch normalisation of inputs of shape {@code [n, channels, height, width]}. PyTorch's {@code
 * nn.BatchNorm2d}; see {@link BatchNorm}.
 */
public final class BatchNorm2d extends BatchNorm {
  /** Creates a float32 layer with the default options. */
  public BatchNorm2d(long channels) {
    this(channels, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if the number of channels is not positive
   */
  public BatchNorm2d(long channels, Options options) {
    super(channels, options, 4, 4, "[n, channels, height, width]");
  }
}
