package org.autograd.nn;

import org.autograd.InterpolateOptions;
import org.autograd.Variable;

/**
 * Changes the sizes of images; PyTorch's {@code nn.Upsample}. See {@link Variable#interpolate}.
 *
 * <pre>{@code
 * new Upsample(InterpolateOptions.scale(2).mode(InterpolateOptions.Mode.LINEAR));
 * }</pre>
 */
public final class Upsample extends UnaryModule {
  private final InterpolateOptions options;

  /** Creates the module. */
  public Upsample(InterpolateOptions options) {
    this.options = options;
  }

  /** Returns the sizes and how they are reached. */
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
        + options.mode()
        + (options.alignCorners() ? ", alignCorners=true" : "");
  }
}
