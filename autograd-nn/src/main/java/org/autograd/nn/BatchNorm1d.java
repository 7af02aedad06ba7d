package org.autograd.nn;

/**
 * Batch normalisation of inputs of shape {@code [n, channels] or [n, channels, length]}. PyTorch's
 * {@code nn.BatchNorm1d}; see {@link BatchNorm}.
 */
public final class BatchNorm1d extends BatchNorm {
  /** Creates a float32 layer with the default options. */
  public BatchNorm1d(long channels) {
    this(channels, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if the number of channels is not positive
   */
  public BatchNorm1d(long channels, Options options) {
    super(channels, options, 2, 3, "[n, channels] or [n, channels, length]");
  }
}
