package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Bessel;
import org.autograd.internal.ndarray.FloatLoop;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Special functions whose derivative is not that of what computes them: approximations and loops.
 * Integers give float32.
 */
sealed interface SpecialFunctionOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private static final double HALF_SQRT_PI = Math.sqrt(Math.PI) / 2;

    /** M. Giles, Approximating the erfinv function (2010), table 5: near 0 and in the tails. */
    private static final double[] CENTRAL = {
      2.81022636e-08,
      3.43273939e-07,
      -3.5233877e-06,
      -4.39150654e-06,
      0.00021858087,
      -0.00125372503,
      -0.00417768164,
      0.246640727,
      1.50140941
    };

    private static final double[] TAIL = {
      -0.000200214257,
      0.000100950558,
      0.00134934322,
      -0.00367342844,
      0.00573950773,
      -0.0076224613,
      0.00943887047,
      1.00167406,
      2.83297682
    };

    /** Up to where the polynomials were fitted. */
    private static final double FITTED = 16;

    private static final Pointwise ERF_INV =
        Pointwise.of("erfinv", x -> improved(x, improved(x, improved(x, estimate(x)))));

    private Steps() {}

    private static Expression estimate(Expression x) {
      Expression w = x.neg().add(1).mul(x.add(1)).log().neg();
      Expression inside = polynomial(CENTRAL, w.sub(2.5));
      Expression outside = polynomial(TAIL, w.sqrt().sub(3));
      Expression fitted = x.abs().mul(Expression.where(w.lt(5), inside, outside));
      return Expression.where(w.lt(FITTED), fitted, asymptotic(x));
    }

    /** From {@code erfc(y) ~ e^(-y^2) / (y sqrt(pi))}, for what only float64 can tell from 1. */
    private static Expression asymptotic(Expression x) {
      Expression exponent = x.abs().neg().add(1).mul(Math.sqrt(Math.PI)).log().neg();
      return exponent.sub(exponent.log().mul(0.5)).sqrt();
    }

    private static Expression polynomial(double[] coefficients, Expression x) {
      Expression result = Expression.constant(coefficients[0]);
      for (int k = 1; k < coefficients.length; k++) {
        result = result.mul(x).add(coefficients[k]);
      }
      return result;
    }

    /** A step of Halley's method towards the positive solution, by what does not cancel. */
    private static Expression improved(Expression x, Expression y) {
      Expression a = x.abs();
      Expression error = Expression.where(a.lt(0.5), y.erf().sub(a), a.neg().add(1).sub(y.erfc()));
      Expression step = error.mul(y.mul(y).exp()).mul(HALF_SQRT_PI);
      return y.sub(step.div(step.mul(y).add(1)));
    }

    /** The modified Bessel function of an order, whose slope is the mean of its two neighbours. */
    static Variable bessel(String operation, Variable x, int order) {
      if (x.isMapped()) {
        return Vmap.apply(p -> bessel(operation, p, order), x);
      }
      return Node.record(
          operation,
          FloatLoop.apply(value -> Bessel.value(order, value), x.data()),
          Edge.to(
              x,
              x,
              (g, saved) ->
                  g.mul(
                      bessel(operation, saved, Math.abs(order - 1))
                          .add(bessel(operation, saved, order + 1))
                          .div(2))));
    }

    static Variable floating(Variable x) {
      return x.dtype().isFloating() ? x : x.to(DType.FLOAT32);
    }
  }

  /**
   * Returns the inverse of {@link Variable#erf}: infinite at -1 and 1, NaN beyond. The error is a
   * few units of the last place.
   */
  default Variable erfinv() {
    Variable x = Steps.floating(self());
    if (x.isMapped()) {
      return Vmap.apply(Variable::erfinv, x);
    }
    Variable input = x.detach();
    Variable positive = Steps.ERF_INV.apply(input);
    Variable infinite = Variable.full(x.dtype(), Double.POSITIVE_INFINITY);
    Variable value = Variable.where(input.abs().eq(1), infinite, positive).copysign(input);
    return Node.record(
        "erfinv",
        value.data(),
        Edge.toWithResult(x, (g, y) -> g.mul(y.square().exp()).mul(Steps.HALF_SQRT_PI)));
  }

  /**
   * Returns the modified Bessel function of the first kind of order 0: {@code torch.special.i0}.
   */
  default Variable i0() {
    return Steps.bessel("i0", Steps.floating(self()), 0);
  }

  /**
   * Returns the modified Bessel function of the first kind of order 1: {@code torch.special.i1}.
   */
  default Variable i1() {
    return Steps.bessel("i1", Steps.floating(self()), 1);
  }

  /**
   * Returns the next floating number in the direction of another, element by element, without a
   * gradient. Operands broadcast; both have the same dtype, float32 or float64.
   */
  default Variable nextAfter(Variable other) {
    Variable x = self();
    checkArgument(
        x.dtype().isFloating() && x.dtype() == other.dtype(),
        "nextAfter: needs two operands of float32 or of float64, got %s; convert with to(DType)",
        Variable.describe(x, other));
    if (Vmap.isAnyMapped(x, other)) {
      return Vmap.applyBroadcast(p -> p[0].nextAfter(p[1]), x, other);
    }
    Shape shape = Shape.broadcast(x.shape(), other.shape(), "nextAfter");
    return Node.record("nextAfter", FloatLoop.nextAfter(x.data(), other.data(), shape));
  }
}
