package org.autograd.nn;

import org.autograd.Variable;

/**
 * Joins all axes but the first, which counts the examples: {@code [batch, 28, 28]} becomes {@code
 * [batch, 784]}. PyTorch's {@code nn.Flatten}.
 */
public final class Flatten extends UnaryModule {
  /** Creates the module. */
  public Flatten() {}

  @Override
  protected Variable forward(Variable input) {
    if (input.rank() < 2) {
      throw new IllegalArgumentException(
          "the input " + describe(input) + " must have an axis of examples and at least one more");
    }
    return input.flatten(1, -1);
  }
}
