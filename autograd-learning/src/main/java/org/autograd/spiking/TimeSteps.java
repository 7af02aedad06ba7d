package org.autograd.spiking;

import java.util.List;
import org.autograd.Function;
import org.autograd.Variable;

/**
 * Takes a sequence apart. {@code select} for each step would do, but the gradient of each selection
 * is an array of the whole sequence, so that a backward pass would take time squared.
 */
final class TimeSteps extends Function {
  private TimeSteps() {}

  /** Returns the steps along the first axis, as views. */
  static List<Variable> of(Variable sequence) {
    if (sequence.rank() == 0 || sequence.size(0) == 0) {
      throw new IllegalArgumentException(
          "the input must have time as its first axis and at least one step, got "
              + sequence.dtype()
              + sequence.shape());
    }
    return sequence.requiresGrad() ? new TimeSteps().applyAll(sequence) : List.of(views(sequence));
  }

  private static Variable[] views(Variable sequence) {
    Variable[] steps = new Variable[Math.toIntExact(sequence.size(0))];
    for (int t = 0; t < steps.length; t++) {
      steps[t] = sequence.select(0, t);
    }
    return steps;
  }

  @Override
  protected Variable[] forward(Context context, Variable[] inputs) {
    return views(inputs[0]);
  }

  @Override
  protected Variable[] backward(Context context, Variable[] gradients) {
    return new Variable[] {Variable.stack(0, gradients)};
  }
}
