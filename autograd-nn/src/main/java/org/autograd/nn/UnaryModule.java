package org.autograd.nn;

import java.util.function.UnaryOperator;
import org.autograd.Variable;

/**
 * A module with one input and one result, as most layers and models are. Implement {@link #forward}
 * and call {@link #apply}, as with PyTorch's {@code forward} and {@code module(x)}.
 */
public abstract class UnaryModule extends Module implements UnaryOperator<Variable> {
  /** Creates a module without parameters, in training mode. */
  protected UnaryModule() {}

  /** Computes the result. */
  protected abstract Variable forward(Variable input);

  /**
   * Returns the module's result for an input.
   *
   * @throws IllegalArgumentException if the input does not fit; the message begins with the place
   *     of the innermost module that refused it, for example {@code in module hidden.2 (Linear)}
   */
  @Override
  public final Variable apply(Variable input) {
    try (var _ = scope()) {
      return forward(input);
    } catch (IllegalArgumentException e) {
      throw located(e);
    }
  }
}
