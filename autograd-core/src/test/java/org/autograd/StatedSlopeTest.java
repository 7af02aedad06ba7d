package org.autograd;

import static org.autograd.expression.Expression.constant;
import static org.autograd.expression.Expression.input;
import static org.autograd.expression.Expression.mask;
import static org.autograd.expression.Expression.where;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.autograd.expression.Expression;
import org.junit.jupiter.api.Test;

/** {@link Expression#withSlope}: values of one function, derivatives of another. */
class StatedSlopeTest {
  private static final Expression X = input(0);
  private static final Expression STEP = where(X.gt(0), constant(1), constant(0));

  /** A step that changes as {@code tanh} does. */
  private static final Pointwise SOFT_STEP =
      Pointwise.of("softStep", 1, 0, STEP.withSlope(X, constant(1).sub(X.tanh().square())));

  private final Variable x = Variable.of(-1.5, -0.1, 0.0, 0.1, 1.5).requiresGrad(true);

  @Test
  void theValueIsNotTouched() {
    Variable y = SOFT_STEP.apply(x);
    assertArrayEquals(new double[] {0, 0, 0, 1, 1}, y.toDoubleArray());
    assertEquals(STEP, SOFT_STEP.expression().withoutSlopes());
  }

  @Test
  void gradientsOfTwoOrdersAreThoseOfTheSmoothFunction() {
    Variable smooth = Variable.of(-1.5, -0.1, 0.0, 0.1, 1.5).requiresGrad(true);
    List<Variable> stated =
        Autograd.grad(SOFT_STEP.apply(x).sum(), List.of(x), BackwardOptions.createGraph());
    List<Variable> derived =
        Autograd.grad(smooth.tanh().sum(), List.of(smooth), BackwardOptions.createGraph());
    assertArrayEquals(derived.getFirst().toDoubleArray(), stated.getFirst().toDoubleArray(), 1e-15);
    stated.getFirst().sum().backward();
    derived.getFirst().sum().backward();
    assertArrayEquals(smooth.grad().toDoubleArray(), x.grad().toDoubleArray(), 1e-15);
  }

  @Test
  void tangentsAreThoseOfTheSmoothFunction() {
    Variable at = x.detach();
    Variable direction = Variable.of(1.0, -2.0, 3.0, -4.0, 5.0);
    assertArrayEquals(
        Functional.jvp(in -> in.tanh(), at, direction).toDoubleArray(),
        Functional.jvp(in -> SOFT_STEP.apply(in), at, direction).toDoubleArray(),
        1e-15);
  }

  @Test
  void theChainRuleGoesOnThroughWhatItIsStatedFor() {
    // The step is one of x * y; with a rate of 3 its gradients are 3 y and 3 x.
    Expression product = X.mul(input(1));
    Pointwise f = Pointwise.of("f", 2, 0, product.floor().withSlope(product, constant(3)).add(X));
    Variable y = Variable.of(2.0, -1.0, 4.0, 0.5, 1.0).requiresGrad(true);
    Variable z = f.apply(x, y);
    assertArrayEquals(new double[] {-4.5, -0.1, 0, 0.1, 2.5}, z.toDoubleArray(), 1e-15);
    z.sum().backward();
    assertArrayEquals(new double[] {7, -2, 13, 2.5, 4}, x.grad().toDoubleArray(), 1e-15);
    assertArrayEquals(new double[] {-4.5, -0.3, 0, 0.3, 4.5}, y.grad().toDoubleArray(), 1e-15);
  }

  @Test
  void aMaskThatOnlyTheSlopeReads() {
    Pointwise f =
        Pointwise.of("f", 2, 0, X.floor().withSlope(X, where(mask(1), constant(2), constant(5))));
    Variable chosen = Variable.of(true, false, true, false, true);
    f.apply(x, chosen).sum().backward();
    assertArrayEquals(new double[] {2, 5, 2, 5, 2}, x.grad().toDoubleArray());
  }

  @Test
  void whatIsNotNamedGetsNoGradient() {
    Pointwise f = Pointwise.of("f", 2, 0, X.mul(input(1)).withSlope(X, constant(1)));
    Variable y = Variable.of(2.0, 2.0, 2.0, 2.0, 2.0).requiresGrad(true);
    f.apply(x, y).sum().backward();
    assertArrayEquals(new double[] {1, 1, 1, 1, 1}, x.grad().toDoubleArray());
    assertArrayEquals(new double[5], y.grad().toDoubleArray());
    assertFalse(f.apply(x.detach(), y.detach()).requiresGrad());
  }
}
