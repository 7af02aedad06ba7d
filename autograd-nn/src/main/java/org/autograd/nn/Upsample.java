package org.autograd.nn;

import org.autograd.InterpolateOptions;
import org.autograd.Variable;

/**
 * Changes the size of images, by {@link Variable#interpolate}. PyTorch's {@code nn.Upsample}.
 *
 * <pre>{@code
 * new Upsample(InterpolateOptions.scale(2).mode(InterpolateOptions.Mode.LINEAR))
 * }</pre>
 */
public final class Upsample extends UnaryModule {
  private final InterpolateOptions options;

  /**
   * Creates a module that resizes all axes but the first two, which count examples and channels.
   */
  public Upsample(InterpolateOptions options) {
    this.options = options;
  }

  /** Returns what this module does to sizes. */
  public InterpolateOptions options() {
    return options;
  }

  @Override
  protected Variable forward(Variable input) {
    return input.interpolate(options);
  }

  @Override
  protected String settings() {
    return (options.sizes().isEmpty() ? "scale=" + options.factors() : "size=" + options.sizes())
        + ", mode="
        + options.mode();
  }
}
