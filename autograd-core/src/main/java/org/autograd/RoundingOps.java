package org.autograd;

import java.util.function.LongBinaryOperator;
import org.autograd.expression.Expression;
import org.autograd.type.DType;

/** Whole parts, fractions, remainders and signs, element by element. */
sealed interface RoundingOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The definitions, each used by one operation below. */
  final class Definitions {
    private static final Pointwise FLOOR = Pointwise.of("floor", x -> x.floor());
    private static final Pointwise CEIL = Pointwise.of("ceil", x -> x.ceil());
    private static final Pointwise ROUND = Pointwise.of("round", x -> x.round());
    private static final Pointwise TRUNC = Pointwise.of("trunc", x -> x.trunc());
    private static final Pointwise FRAC = Pointwise.of("frac", x -> x.sub(x.trunc()));
    private static final Pointwise FMOD = Pointwise.of("fmod", (x, y) -> x.fmod(y));
    private static final Pointwise REMAINDER = Pointwise.of("remainder", (x, y) -> remainder(x, y));
    private static final Pointwise FMOD_SCALAR =
        Pointwise.of("fmod", 1, 1, Expression.input(0).fmod(Expression.parameter(0)));
    private static final Pointwise REMAINDER_SCALAR =
        Pointwise.of("remainder", 1, 1, remainder(Expression.input(0), Expression.parameter(0)));

    private static final Pointwise FLOOR_DIVIDE =
        Pointwise.of("floorDivide", (x, y) -> floorQuotient(x, y));
    private static final Pointwise TRUNC_DIVIDE =
        Pointwise.of("truncDivide", (x, y) -> x.div(y).trunc());

    private static final Pointwise SIGN =
        Pointwise.of(
            "sign",
            x ->
                Expression.where(
                    x.gt(0),
                    Expression.constant(1),
                    Expression.where(x.lt(0), Expression.constant(-1), Expression.constant(0))));

    private Definitions() {}

    /** The remainder that is 0 or has the divisor's sign. */
    private static Expression remainder(Expression x, Expression y) {
      Expression rest = x.fmod(y);
      Expression otherSign = rest.lt(0).and(y.gt(0)).or(rest.gt(0).and(y.lt(0)));
      return Expression.where(otherSign, rest.add(y), rest);
    }

    /** Applies a function that leaves integers as they are. */
    private static Variable rounded(Pointwise definition, Variable x) {
      return x.dtype().isFloating() ? definition.apply(x) : x;
    }

    /** The quotient of what the remainder leaves, which is exact but for one rounding. */
    private static Expression floorQuotient(Expression x, Expression y) {
      Expression rest = x.fmod(y);
      Expression quotient = x.sub(rest).div(y);
      Expression otherSign = rest.lt(0).and(y.gt(0)).or(rest.gt(0).and(y.lt(0)));
      Expression lower = Expression.where(otherSign, quotient.sub(1), quotient);
      Expression floor = lower.floor();
      Expression nearest = Expression.where(lower.sub(floor).gt(0.5), floor.add(1), floor);
      // Truncated for its slope of 0; an infinity, and a zero with its sign, stay what they are.
      Expression exact = x.div(y).trunc();
      Expression zero = exact.mul(0);
      return Expression.where(y.eq(0), exact, Expression.where(lower.eq(0), zero, nearest));
    }

    /** Applies a function of two numbers: of integers by division of integers. */
    private static Variable divided(
        Pointwise floating, LongBinaryOperator whole, Variable x, Variable y) {
      return x.dtype().isFloating() || y.dtype().isFloating()
          ? floating.apply(x, y)
          : IntegerOps.Steps.divide(floating.name(), x, y, whole);
    }

    /** The same of one divisor; a fraction makes integers float32, as in PyTorch. */
    private static Variable divided(
        Pointwise floating, LongBinaryOperator whole, Variable x, double y) {
      if (!x.dtype().isFloating() && y == Math.rint(y) && Math.abs(y) < 0x1p31) {
        DType dtype = x.dtype() == DType.BOOL ? DType.INT64 : x.dtype();
        return IntegerOps.Steps.divide(floating.name(), x, Variable.full(dtype, y), whole);
      }
      Variable numbers = x.dtype().isFloating() ? x : x.to(DType.FLOAT32);
      return floating.apply(numbers, Variable.full(numbers.dtype(), y));
    }

    private static void requireFloating(String operation, Variable... operands) {
      for (Variable operand : operands) {
        if (!operand.dtype().isFloating()) {
          throw new IllegalArgumentException(
              operation
                  + ": needs float32 or float64, got "
                  + Variable.describe(operands)
                  + "; convert with to(DType.FLOAT64)");
        }
      }
    }
  }

  /**
   * Returns the largest whole number that is not above this; slope 0. Integers stay as they are.
   */
  default Variable floor() {
    return Definitions.rounded(Definitions.FLOOR, self());
  }

  /**
   * Returns the smallest whole number that is not below this; slope 0. Integers stay as they are.
   */
  default Variable ceil() {
    return Definitions.rounded(Definitions.CEIL, self());
  }

  /**
   * Returns the nearest whole number, the even one at a tie; slope 0. Integers stay as they are.
   */
  default Variable round() {
    return Definitions.rounded(Definitions.ROUND, self());
  }

  /** Returns this without its fraction; slope 0. Integers stay as they are. */
  default Variable trunc() {
    return Definitions.rounded(Definitions.TRUNC, self());
  }

  /** Returns the fraction, {@code this - trunc(this)}; slope 1. Floating dtypes only. */
  default Variable frac() {
    Definitions.requireFloating("frac", self());
    return Definitions.FRAC.apply(self());
  }

  /**
   * Returns what remains of this after division by the divisor, with the sign of this, exactly; NaN
   * for a divisor of 0.
   *
   * @throws IllegalArgumentException if both are integers and a divisor is 0
   */
  default Variable fmod(Variable divisor) {
    return Definitions.divided(Definitions.FMOD, (x, y) -> x % y, self(), divisor);
  }

  /** Returns {@link #fmod(Variable)} for one divisor. */
  default Variable fmod(double divisor) {
    return self().dtype().isFloating()
        ? Definitions.FMOD_SCALAR.apply(self(), divisor)
        : Definitions.divided(Definitions.FMOD, (x, y) -> x % y, self(), divisor);
  }

  /**
   * Returns what remains of this after division by the divisor, with the sign of the divisor, as
   * Python's {@code %}; NaN for a divisor of 0.
   *
   * @throws IllegalArgumentException if both are integers and a divisor is 0
   */
  default Variable remainder(Variable divisor) {
    return Definitions.divided(Definitions.REMAINDER, Math::floorMod, self(), divisor);
  }

  /** Returns {@link #remainder(Variable)} for one divisor. */
  default Variable remainder(double divisor) {
    return self().dtype().isFloating()
        ? Definitions.REMAINDER_SCALAR.apply(self(), divisor)
        : Definitions.divided(Definitions.REMAINDER, Math::floorMod, self(), divisor);
  }

  /**
   * Returns the largest whole number that is not above the quotient, Python's {@code //}; slope 0.
   *
   * @throws IllegalArgumentException if both are integers and a divisor is 0
   */
  default Variable floorDivide(Variable divisor) {
    return Definitions.divided(Definitions.FLOOR_DIVIDE, Math::floorDiv, self(), divisor);
  }

  /** Returns {@link #floorDivide(Variable)} for one divisor. */
  default Variable floorDivide(double divisor) {
    return Definitions.divided(Definitions.FLOOR_DIVIDE, Math::floorDiv, self(), divisor);
  }

  /**
   * Returns the quotient without its fraction, PyTorch's {@code rounding_mode='trunc'}; slope 0.
   *
   * @throws IllegalArgumentException if both are integers and a divisor is 0
   */
  default Variable truncDivide(Variable divisor) {
    return Definitions.divided(Definitions.TRUNC_DIVIDE, (x, y) -> x / y, self(), divisor);
  }

  /** Returns {@link #truncDivide(Variable)} for one divisor. */
  default Variable truncDivide(double divisor) {
    return Definitions.divided(Definitions.TRUNC_DIVIDE, (x, y) -> x / y, self(), divisor);
  }

  /** Returns 1, 0 or -1 as this is positive, 0 (or NaN) or negative; slope 0. */
  default Variable sign() {
    return Definitions.SIGN.apply(self());
  }
}
