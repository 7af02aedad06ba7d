package org.autograd.nn;

import org.autograd.Variable;

/**
 * Makes larger images of several channels: {@code [..., channels * factor * factor, height, width]}
 * becomes {@code [..., channels, height * factor, width * factor]} (Shi et al., 2016). PyTorch's
 * {@code nn.PixelShuffle}; {@link #inverse} is its {@code nn.PixelUnshuffle}.
 */
public final class PixelShuffle extends UnaryModule {
  private final int factor;
  private final boolean forth;

  /**
   * Creates a module that makes images larger.
   *
   * @param factor by which height and width grow
   * @throws IllegalArgumentException if it is not positive
   */
  public PixelShuffle(int factor) {
    this(factor, true);
  }

  private PixelShuffle(int factor, boolean forth) {
    if (factor < 1) {
      throw new IllegalArgumentException("PixelShuffle: factor must be positive, got " + factor);
    }
    this.factor = factor;
    this.forth = forth;
  }

  /** Returns the module that makes channels of blocks of pixels. */
  public static PixelShuffle inverse(int factor) {
    return new PixelShuffle(factor, false);
  }

  /** Returns by how much height and width grow, or shrink. */
  public int factor() {
    return factor;
  }

  /** Returns whether this makes channels of blocks of pixels. */
  public boolean isInverse() {
    return !forth;
  }

  @Override
  protected Variable forward(Variable input) {
    return forth ? input.pixelShuffle(factor) : input.pixelUnshuffle(factor);
  }

  @Override
  protected String label() {
    return forth ? "PixelShuffle" : "PixelUnshuffle";
  }

  @Override
  protected String settings() {
    return "factor=" + factor;
  }
}
