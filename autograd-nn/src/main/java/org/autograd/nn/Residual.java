package org.autograd.nn;

import org.autograd.Variable;

/**
 * Adds a module's input to its result, {@code x + f(x)} (He et al., "Deep Residual Learning",
 * 2016). Its part is called {@code body}.
 *
 * <pre>{@code
 * new Residual(new Sequential(new LayerNorm(64), new Linear(64, 64), Activation.relu()));
 * }</pre>
 */
public final class Residual extends UnaryModule {
  private final UnaryModule body;

  /** Creates the sum of a module and the identity. */
  public Residual(UnaryModule body) {
    this.body = child("body", body);
  }

  @Override
  protected Variable forward(Variable input) {
    Variable result = body.apply(input);
    if (!result.shape().equals(input.shape())) {
      throw new IllegalArgumentException(
          "the body makes "
              + describe(result)
              + " of the input "
              + describe(input)
              + ", to which it cannot be added; keep the shape");
    }
    return input.add(result);
  }
}
