package org.autograd.nn;

import org.autograd.Function;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * {@code -y log(p) - (1 - y) log(1 - p)} with logarithms of at least -100, and nevertheless a slope
 * where the prediction is 0 or 1: {@code (p - y) / max(p (1 - p), 1e-12)}, as in PyTorch.
 */
final class BinaryCrossEntropy extends Function {
  private static final double LEAST_LOG = -100;

  @Override
  public String name() {
    return "binaryCrossEntropy";
  }

  private static Variable log(Variable probability) {
    return probability.log().clampMin(LEAST_LOG);
  }

  private static Variable logOfRest(Variable probability) {
    return probability.neg().log1p().clampMin(LEAST_LOG);
  }

  @Override
  protected Variable[] forward(Context context, Variable[] inputs) {
    Variable p = inputs[0];
    Variable y = inputs[1];
    context.saveForBackward(p, y);
    return new Variable[] {y.mul(log(p)).add(y.rsub(1).mul(logOfRest(p))).neg()};
  }

  @Override
  protected @Nullable Variable[] backward(Context context, Variable[] gradients) {
    Variable p = context.saved(0);
    Variable y = context.saved(1);
    Variable g = gradients[0];
    Variable slope = p.sub(y).div(p.mul(p.rsub(1)).clampMin(1e-12));
    return new Variable[] {
      context.needsGradient(0) ? g.mul(slope) : null,
      context.needsGradient(1) ? g.mul(logOfRest(p).sub(log(p))) : null
    };
  }
}
