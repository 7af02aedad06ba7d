package org.autograd.nn;

import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.Variable;
import org.autograd.type.DType;

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
    if (hasHooks()) {
      return call(inputs -> List.of(forward(inputs.getFirst())), input).getFirst();
    }
    try (var _ = scope()) {
      return forward(input);
    } catch (IllegalArgumentException e) {
      throw located(e);
    }
  }

  /**
   * Returns a table of this module's parts, the shapes of their results and their numbers of
   * parameters, for an input of zeros of a shape and of the parameters' dtype.
   *
   * <pre>{@code
   * System.out.println(model.summary(1, 784));
   * }</pre>
   *
   * @throws IllegalArgumentException if the module cannot take such an input; call {@link
   *     ModuleSummary#of} with one that it can, for example class numbers
   */
  public final ModuleSummary summary(long... inputShape) {
    DType dtype = parameters().stream().map(Variable::dtype).findFirst().orElse(DType.FLOAT32);
    return ModuleSummary.of(this, () -> apply(Variable.zeros(dtype, inputShape)));
  }
}
