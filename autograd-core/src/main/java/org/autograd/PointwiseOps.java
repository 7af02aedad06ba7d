package org.autograd;

import org.autograd.expression.Expression;
import org.autograd.type.DType;

/**
 * Arithmetic and elementary functions, element by element. Operands broadcast as in NumPy and are
 * converted to the widest dtype among them; a scalar operand keeps the dtype of the array.
 * Functions that leave the integers give float32 for integer operands.
 */
sealed interface PointwiseOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The definitions, each used by one operation below. */
  final class Definitions {
    private static final Expression SCALAR = Expression.parameter(0);

    private static final Pointwise ADD = Pointwise.of("add", (x, y) -> x.add(y));
    private static final Pointwise SUB = Pointwise.of("sub", (x, y) -> x.sub(y));
    private static final Pointwise MUL = Pointwise.of("mul", (x, y) -> x.mul(y));
    private static final Pointwise DIV = Pointwise.of("div", (x, y) -> x.div(y));
    private static final Pointwise POW = Pointwise.of("pow", (x, y) -> x.pow(y));
    private static final Pointwise MAXIMUM = Pointwise.of("maximum", (x, y) -> x.maximum(y));
    private static final Pointwise MINIMUM = Pointwise.of("minimum", (x, y) -> x.minimum(y));
    private static final Pointwise ADD_SCALAR = withScalar("add", in().add(SCALAR));
    private static final Pointwise SUB_SCALAR = withScalar("sub", in().sub(SCALAR));
    private static final Pointwise RSUB_SCALAR = withScalar("rsub", SCALAR.sub(in()));
    private static final Pointwise MUL_SCALAR = withScalar("mul", in().mul(SCALAR));
    private static final Pointwise DIV_SCALAR = withScalar("div", in().div(SCALAR));
    private static final Pointwise RDIV_SCALAR = withScalar("rdiv", SCALAR.div(in()));
    private static final Pointwise POW_SCALAR = withScalar("pow", in().pow(SCALAR));
    private static final Pointwise NEG = Pointwise.of("neg", x -> x.neg());
    private static final Pointwise ABS = Pointwise.of("abs", x -> x.abs());
    private static final Pointwise SQUARE = Pointwise.of("square", x -> x.square());
    private static final Pointwise CUBE = Pointwise.of("cube", x -> x.mul(x).mul(x));
    private static final Pointwise SQRT = Pointwise.of("sqrt", x -> x.sqrt());
    private static final Pointwise RECIPROCAL =
        Pointwise.of("reciprocal", x -> Expression.constant(1).div(x));
    private static final Pointwise RSQRT =
        Pointwise.of("rsqrt", x -> Expression.constant(1).div(x.sqrt()));
    private static final Pointwise EXP = Pointwise.of("exp", x -> x.exp());
    private static final Pointwise EXPM1 = Pointwise.of("expm1", x -> x.expm1());
    private static final Pointwise LOG = Pointwise.of("log", x -> x.log());
    private static final Pointwise LOG1P = Pointwise.of("log1p", x -> x.log1p());
    private static final Pointwise EXP2 = Pointwise.of("exp2", x -> Expression.constant(2).pow(x));
    private static final Pointwise LOG2 = Pointwise.of("log2", x -> x.log2());
    private static final Pointwise LOG10 = Pointwise.of("log10", x -> x.log().div(Math.log(10)));
    private static final Pointwise ERF = Pointwise.of("erf", x -> x.erf());
    private static final Pointwise ERFC = Pointwise.of("erfc", x -> x.erfc());
    private static final Pointwise HYPOT = Pointwise.of("hypot", (x, y) -> x.hypot(y));
    private static final Pointwise LOGIT = Pointwise.of("logit", x -> logit(x));
    private static final Pointwise XLOGY = Pointwise.of("xlogy", (x, y) -> xlogy(x, y));
    private static final Pointwise LERP =
        Pointwise.of("lerp", 3, 0, lerp(in(), Expression.input(1), Expression.input(2)));
    private static final Pointwise LERP_SCALAR =
        Pointwise.of("lerp", 2, 1, lerp(in(), Expression.input(1), SCALAR));
    private static final Pointwise ADDCMUL =
        Pointwise.of(
            "addcmul", 3, 1, in().add(SCALAR.mul(Expression.input(1)).mul(Expression.input(2))));
    private static final Pointwise ADDCDIV =
        Pointwise.of(
            "addcdiv", 3, 1, in().add(SCALAR.mul(Expression.input(1).div(Expression.input(2)))));
    private static final Pointwise NAN_TO_NUM = nanToNumDefinition();
    private static final Pointwise CLAMP = clampDefinition();
    private static final Pointwise CLAMP_MIN = withScalar("clampMin", raised(in(), SCALAR));
    private static final Pointwise CLAMP_MAX = withScalar("clampMax", lowered(in(), SCALAR));

    private Definitions() {}

    private static Expression in() {
      return Expression.input(0);
    }

    private static Pointwise withScalar(String name, Expression value) {
      return Pointwise.of(name, 1, 1, value);
    }

    /** Undefined outside [0, 1], where the slope is NaN, too. */
    private static Expression logit(Expression x) {
      Expression defined = Expression.constant(0).le(x).and(x.le(1));
      Expression value = x.log().sub(x.neg().log1p());
      return Expression.where(defined, value, x.mul(Double.NaN));
    }

    /** 0 where x is, unless y is NaN. */
    private static Expression xlogy(Expression x, Expression y) {
      Expression undefined = y.le(0).or(y.eq(Double.POSITIVE_INFINITY));
      return Expression.where(x.eq(0).and(undefined), Expression.constant(0), x.mul(y.log()));
    }

    /** From the nearer end, so that it is exact at both. */
    private static Expression lerp(Expression start, Expression end, Expression weight) {
      Expression difference = end.sub(start);
      return Expression.where(
          weight.abs().lt(0.5),
          start.add(weight.mul(difference)),
          end.sub(difference.mul(Expression.constant(1).sub(weight))));
    }

    private static Pointwise nanToNumDefinition() {
      Expression x = in();
      Expression infinite =
          Expression.where(
              x.eq(Double.NEGATIVE_INFINITY), Expression.parameter(2), Expression.parameter(0));
      Expression otherwise =
          Expression.where(x.eq(Double.POSITIVE_INFINITY), Expression.parameter(1), infinite);
      return Pointwise.of(
          "nanToNum", 1, 3, Expression.where(x.abs().lt(Double.POSITIVE_INFINITY), x, otherwise));
    }

    private static Pointwise clampDefinition() {
      Expression x = in();
      Expression low = Expression.parameter(0);
      Expression high = Expression.parameter(1);
      Expression outside =
          Expression.where(x.lt(low), low.minimum(high), ifElseNan(x.gt(high), high));
      return Pointwise.of("clamp", 1, 2, Expression.where(x.ge(low).and(x.le(high)), x, outside));
    }

    // The slope is 1 at the bounds themselves, and 0 at NaN, for which no comparison holds.

    private static Expression raised(Expression x, Expression low) {
      return Expression.where(x.ge(low), x, ifElseNan(x.lt(low), low));
    }

    private static Expression lowered(Expression x, Expression high) {
      return Expression.where(x.le(high), x, ifElseNan(x.gt(high), high));
    }

    private static Expression ifElseNan(Expression condition, Expression value) {
      return Expression.where(condition, value, Expression.constant(Double.NaN));
    }

    /** Applies scalars to integers as integers if all are whole, else to float32 values. */
    private static Variable scalar(Pointwise definition, Variable x, double... values) {
      boolean whole = true;
      for (double value : values) {
        // Beyond 2^63, infinities included, a value is as little a long as a fraction is.
        whole &= value == Math.rint(value) && Math.abs(value) < 0x1p63;
      }
      return definition.apply(x.dtype().isFloating() || whole ? x : x.to(DType.FLOAT32), values);
    }
  }

  /** Returns {@code this + other}. */
  default Variable add(Variable other) {
    return Definitions.ADD.apply(self(), other);
  }

  /** Returns {@code this + value}. An integer array stays one if the value is whole. */
  default Variable add(double value) {
    return Definitions.scalar(Definitions.ADD_SCALAR, self(), value);
  }

  /** Returns {@code this - other}. */
  default Variable sub(Variable other) {
    return Definitions.SUB.apply(self(), other);
  }

  /** Returns {@code this - value}. An integer array stays one if the value is whole. */
  default Variable sub(double value) {
    return Definitions.scalar(Definitions.SUB_SCALAR, self(), value);
  }

  /** Returns {@code value - this}. An integer array stays one if the value is whole. */
  default Variable rsub(double value) {
    return Definitions.scalar(Definitions.RSUB_SCALAR, self(), value);
  }

  /** Returns {@code this * other}, element by element; the matrix product is {@code matmul}. */
  default Variable mul(Variable other) {
    return Definitions.MUL.apply(self(), other);
  }

  /** Returns {@code this * value}. An integer array stays one if the value is whole. */
  default Variable mul(double value) {
    return Definitions.scalar(Definitions.MUL_SCALAR, self(), value);
  }

  /** Returns {@code this / other}; integers give float32. */
  default Variable div(Variable other) {
    return Definitions.DIV.apply(self(), other);
  }

  /** Returns {@code this / value}; integers give float32. */
  default Variable div(double value) {
    return Definitions.DIV_SCALAR.apply(self(), value);
  }

  /** Returns {@code value / this}; integers give float32. */
  default Variable rdiv(double value) {
    return Definitions.RDIV_SCALAR.apply(self(), value);
  }

  /** Returns {@code -this}. */
  default Variable neg() {
    return Definitions.NEG.apply(self());
  }

  /** Returns the absolute value; slope 0 at 0. */
  default Variable abs() {
    return Definitions.ABS.apply(self());
  }

  /** Returns {@code this * this}. */
  default Variable square() {
    return Definitions.SQUARE.apply(self());
  }

  /** Returns the square root; NaN below 0, slope infinity at 0. */
  default Variable sqrt() {
    return Definitions.SQRT.apply(self());
  }

  /** Returns {@code 1 / sqrt(this)}. */
  default Variable rsqrt() {
    return Definitions.RSQRT.apply(self());
  }

  /** Returns {@code 1 / this}. */
  default Variable reciprocal() {
    return Definitions.RECIPROCAL.apply(self());
  }

  /**
   * Returns {@code this^exponent}. Common exponents are computed as products, roots and quotients;
   * integers give float32.
   */
  default Variable pow(double exponent) {
    if (exponent == 2) {
      return floating().square();
    }
    if (exponent == 3) {
      return Definitions.CUBE.apply(floating());
    }
    if (exponent == 0.5) {
      return sqrt();
    }
    if (exponent == -1) {
      return reciprocal();
    }
    if (exponent == -0.5) {
      return rsqrt();
    }
    return Definitions.POW_SCALAR.apply(self(), exponent);
  }

  /**
   * Returns {@code this^exponent}. Where both are 0 the slopes are 0, as in PyTorch; a negative
   * base has a slope towards the base only (NaN towards the exponent).
   */
  default Variable pow(Variable exponent) {
    return Definitions.POW.apply(self(), exponent);
  }

  private Variable floating() {
    return self().dtype().isFloating() ? self() : self().to(DType.FLOAT32);
  }

  /** Returns {@code e^this}. */
  default Variable exp() {
    return Definitions.EXP.apply(self());
  }

  /** Returns {@code e^this - 1}, accurate near 0. */
  default Variable expm1() {
    return Definitions.EXPM1.apply(self());
  }

  /** Returns the natural logarithm; -infinity at 0, NaN below. */
  default Variable log() {
    return Definitions.LOG.apply(self());
  }

  /** Returns {@code log(1 + this)}, accurate near 0. */
  default Variable log1p() {
    return Definitions.LOG1P.apply(self());
  }

  /** Returns {@code 2^this}. */
  default Variable exp2() {
    return Definitions.EXP2.apply(self());
  }

  /** Returns the logarithm to base 2, exact of powers of 2. */
  default Variable log2() {
    return Definitions.LOG2.apply(self());
  }

  /** Returns the logarithm to base 10. */
  default Variable log10() {
    return Definitions.LOG10.apply(self());
  }

  /** Returns {@code log(this / (1 - this))}, the inverse of sigmoid; NaN outside [0, 1]. */
  default Variable logit() {
    return Definitions.LOGIT.apply(self());
  }

  /** Returns {@link #logit()} of the values limited to {@code [epsilon, 1 - epsilon]}. */
  default Variable logit(double epsilon) {
    Variable x = self().dtype().isFloating() ? self() : self().to(DType.FLOAT32);
    return Definitions.LOGIT.apply(x.clamp(epsilon, 1 - epsilon));
  }

  /** Returns {@code this * log(other)}, 0 where this is 0 and {@code other} is not NaN. */
  default Variable xlogy(Variable other) {
    return Definitions.XLOGY.apply(self(), other);
  }

  /** Returns {@code sqrt(this^2 + other^2)} without overflow; the slope at the origin is NaN. */
  default Variable hypot(Variable other) {
    return Definitions.HYPOT.apply(self(), other);
  }

  /** Returns {@code this + weight * (end - this)}, exact at both ends. */
  default Variable lerp(Variable end, Variable weight) {
    return Definitions.LERP.apply(new Variable[] {self(), end, weight});
  }

  /** Returns {@code this + weight * (end - this)}, exact at both ends. */
  default Variable lerp(Variable end, double weight) {
    return Definitions.LERP_SCALAR.apply(self(), end, weight);
  }

  /** Returns {@code this + value * left * right}. */
  default Variable addcmul(Variable left, Variable right, double value) {
    return Definitions.ADDCMUL.apply(new Variable[] {self(), left, right}, value);
  }

  /** Returns {@code this + value * numerator / denominator}. */
  default Variable addcdiv(Variable numerator, Variable denominator, double value) {
    return Definitions.ADDCDIV.apply(new Variable[] {self(), numerator, denominator}, value);
  }

  /**
   * Returns the values with NaN replaced by 0 and the infinities by the dtype's largest and
   * smallest number; the slope there is 0.
   */
  default Variable nanToNum() {
    double largest = self().dtype() == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
    return nanToNum(0, largest, -largest);
  }

  /** Returns the values with NaN and the infinities replaced; the slope there is 0. */
  default Variable nanToNum(double nan, double positiveInfinity, double negativeInfinity) {
    Variable x = self();
    return x.dtype().isFloating()
        ? Definitions.NAN_TO_NUM.apply(x, nan, positiveInfinity, negativeInfinity)
        : x.copy();
  }

  /** Returns the error function. */
  default Variable erf() {
    return Definitions.ERF.apply(self());
  }

  /** Returns {@code 1 - erf(this)}, accurate where that is close to 0. */
  default Variable erfc() {
    return Definitions.ERFC.apply(self());
  }

  /** Returns the larger of the two, NaN if either is; at a tie each gets half of the gradient. */
  default Variable maximum(Variable other) {
    return Definitions.MAXIMUM.apply(self(), other);
  }

  /** Returns the smaller of the two, NaN if either is; at a tie each gets half of the gradient. */
  default Variable minimum(Variable other) {
    return Definitions.MINIMUM.apply(self(), other);
  }

  /**
   * Returns the values limited to {@code [low, high]}; the slope is 1 inside and at the bounds, 0
   * outside. If {@code low > high} everything becomes {@code high}, as in PyTorch.
   */
  default Variable clamp(double low, double high) {
    return Definitions.scalar(Definitions.CLAMP, self(), low, high);
  }

  /** Returns the values raised to at least {@code low}. */
  default Variable clampMin(double low) {
    return Definitions.scalar(Definitions.CLAMP_MIN, self(), low);
  }

  /** Returns the values lowered to at most {@code high}. */
  default Variable clampMax(double high) {
    return Definitions.scalar(Definitions.CLAMP_MAX, self(), high);
  }
}
