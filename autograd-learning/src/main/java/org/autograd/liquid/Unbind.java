package org.autograd.liquid;

import java.util.List;
import org.autograd.Function;
import org.autograd.Variable;

/**
 * The parts along the first axis, as views. The gradient is put together once, where one {@code
 * select} for each part would add up as many arrays of the whole size.
 */
final class Unbind extends Function {
  private static final Unbind INSTANCE = new Unbind();

  private Unbind() {}

  static List<Variable> of(Variable x) {
    return INSTANCE.applyAll(x);
  }

  @Override
  public String name() {
    return "unbind";
  }

  @Override
  protected Variable[] forward(Context context, Variable[] inputs) {
    Variable[] parts = new Variable[Math.toIntExact(inputs[0].size(0))];
    for (int k = 0; k < parts.length; k++) {
      parts[k] = inputs[0].select(0, k);
    }
    return parts;
  }

  @Override
  protected Variable[] backward(Context context, Variable[] gradients) {
    return new Variable[] {Variable.stack(0, gradients)};
  }
}
