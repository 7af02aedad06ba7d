package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.autograd.expression.Expression;
import org.autograd.type.DType;

/**
 * Special functions and less common arithmetic, element by element. Operands broadcast and are
 * converted as in {@link PointwiseOps}; integers give float32.
 */
sealed interface SpecialOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The definitions, each used by one operation below. */
  final class Definitions {
    private static final double LOG_2 = Math.log(2);
    private static final int SINC_TERMS = 9;
    private static final Expression X = Expression.input(0);
    private static final Expression Y = Expression.input(1);
    private static final Expression ZERO = Expression.constant(0);
    private static final Expression ONE = Expression.constant(1);

    static final Pointwise LOG_ADD_EXP =
        Pointwise.of(
            "logAddExp",
            2,
            0,
            fromLarger(X.add(Y.sub(X).exp().log1p()), Y.add(X.sub(Y).exp().log1p())));
    private static final Pointwise LOG_ADD_EXP2 =
        Pointwise.of("logAddExp2", 2, 0, fromLarger(larger2(X, Y), larger2(Y, X)));
    private static final Pointwise LGAMMA = Pointwise.of("lgamma", x -> x.lgamma());
    private static final Pointwise DIGAMMA = Pointwise.of("digamma", x -> x.polygamma(0));

    /** By order, made when they are first asked for. */
    private static final Map<Integer, Pointwise> POLYGAMMA = new ConcurrentHashMap<>();

    private static final Pointwise XLOG1PY = Pointwise.of("xlog1py", 2, 0, xlog1py());
    private static final Pointwise SINC = Pointwise.of("sinc", x -> sinc(x.mul(Math.PI)));
    private static final Pointwise COPYSIGN = Pointwise.of("copysign", (x, y) -> copysign(x, y));
    private static final Pointwise COPYSIGN_SCALAR =
        Pointwise.of("copysign", 1, 1, copysign(X, Expression.parameter(0)));
    private static final Pointwise HEAVISIDE =
        Pointwise.of(
            "heaviside",
            (x, value) -> Expression.where(x.eq(0), value, Expression.where(x.gt(0), ONE, ZERO)));
    private static final Pointwise SIGNBIT = Pointwise.of("signbit", x -> isNegative(x));
    private static final Pointwise DEG_TO_RAD = Pointwise.of("degToRad", x -> x.mul(Math.PI / 180));
    private static final Pointwise RAD_TO_DEG = Pointwise.of("radToDeg", x -> x.mul(180 / Math.PI));
    private static final Pointwise LDEXP =
        Pointwise.of("ldexp", (x, exponent) -> x.mul(Expression.constant(2).pow(exponent)));

    private Definitions() {}

    /** Of equal infinities that infinity, where their difference would be NaN. */
    private static Expression fromLarger(Expression ofX, Expression ofY) {
      Expression infinite = X.abs().eq(Double.POSITIVE_INFINITY).and(X.eq(Y));
      return Expression.where(infinite, X, Expression.where(X.ge(Y), ofX, ofY));
    }

    private static Expression larger2(Expression larger, Expression smaller) {
      Expression power = smaller.sub(larger).mul(LOG_2).exp();
      return larger.add(power.log1p().div(LOG_2));
    }

    /** 0 where x is, unless y is NaN. */
    private static Expression xlog1py() {
      Expression undefined = Y.le(-1).or(Y.eq(Double.POSITIVE_INFINITY));
      return Expression.where(X.eq(0).and(undefined), ZERO, X.mul(Y.log1p()));
    }

    /** Near 0 a power series, whose derivatives do not cancel. */
    private static Expression sinc(Expression angle) {
      Expression square = angle.square();
      Expression series = ONE;
      for (int k = SINC_TERMS; k > 0; k--) {
        series = ONE.sub(series.mul(square).div(2.0 * k * (2 * k + 1)));
      }
      return Expression.where(angle.abs().lt(0.5), series, angle.sin().div(angle));
    }

    /** The reciprocal tells the zeros apart. */
    private static Expression isNegative(Expression x) {
      return x.lt(0).or(x.eq(0).and(ONE.div(x).lt(0)));
    }

    /** Slope 0 where this is 0, which has no side to move to. */
    private static Expression copysign(Expression x, Expression sign) {
      Expression magnitude = x.abs();
      return Expression.where(isNegative(sign), magnitude.neg(), magnitude);
    }

    private static Variable floating(Variable x) {
      return x.dtype().isFloating() ? x : x.to(DType.FLOAT32);
    }
  }

  /**
   * Returns the logarithm of the size of the gamma function, which of whole numbers is {@code
   * log((this - 1)!)}; positive infinity at its poles 0, -1, -2, ...
   */
  default Variable lgamma() {
    return Definitions.LGAMMA.apply(self());
  }

  /** Returns the derivative of {@link #lgamma}; NaN at -1, -2, ..., infinite at 0. */
  default Variable digamma() {
    return Definitions.DIGAMMA.apply(self());
  }

  /**
   * Returns the derivative of an order of {@link #digamma}.
   *
   * @param order 0 for digamma itself
   */
  default Variable polygamma(int order) {
    checkArgument(order >= 0, "polygamma: the order must not be negative, got %s", order);
    return Definitions.POLYGAMMA
        .computeIfAbsent(order, n -> Pointwise.of("polygamma", x -> x.polygamma(n)))
        .apply(self());
  }

  /** Returns {@code log(e^this + e^other)} without overflow. */
  default Variable logAddExp(Variable other) {
    return Definitions.LOG_ADD_EXP.apply(self(), other);
  }

  /** Returns {@code log2(2^this + 2^other)} without overflow. */
  default Variable logAddExp2(Variable other) {
    return Definitions.LOG_ADD_EXP2.apply(self(), other);
  }

  /** Returns {@code this * log(1 + other)}, 0 where this is 0 (unless the other is NaN). */
  default Variable xlog1py(Variable other) {
    return Definitions.XLOG1PY.apply(self(), other);
  }

  /** Returns {@code sin(pi * this) / (pi * this)}, 1 at 0. */
  default Variable sinc() {
    return Definitions.SINC.apply(Definitions.floating(self()));
  }

  /** Returns the size of this with the sign of the other, of zeros as well; slope 0 at 0. */
  default Variable copysign(Variable sign) {
    return Definitions.COPYSIGN.apply(Definitions.floating(self()), sign);
  }

  /** Returns the size of this with the sign of a number; slope 0 at 0. */
  default Variable copysign(double sign) {
    return Definitions.COPYSIGN_SCALAR.apply(Definitions.floating(self()), sign);
  }

  /** Returns 0 where this is negative (or NaN), 1 where it is positive, and the value at 0. */
  default Variable heaviside(Variable value) {
    return Definitions.HEAVISIDE.apply(self(), value);
  }

  /** Returns whether the sign is negative, also of a zero. */
  default Variable signbit() {
    return self().dtype().isFloating() ? Definitions.SIGNBIT.apply(self()) : self().lt(0);
  }

  /** Returns an angle in degrees in radians. */
  default Variable degToRad() {
    return Definitions.DEG_TO_RAD.apply(self());
  }

  /** Returns an angle in radians in degrees. */
  default Variable radToDeg() {
    return Definitions.RAD_TO_DEG.apply(self());
  }

  /** Returns {@code this * 2^exponent}. */
  default Variable ldexp(Variable exponent) {
    return Definitions.LDEXP.apply(Definitions.floating(self()), exponent);
  }
}
