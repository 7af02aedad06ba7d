package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.BinaryOperator;
import org.autograd.expression.Expression;
import org.autograd.type.DType;

/**
 * Comparisons and logic, element by element with broadcasting. Results are bool and carry no
 * gradient. A comparison with NaN is false (and {@code ne} true).
 */
sealed interface ComparisonOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The definitions, each used by one operation below. */
  final class Definitions {
    private static final Comparison LT = new Comparison("lt", Expression::lt);
    private static final Comparison LE = new Comparison("le", Expression::le);
    private static final Comparison GT = new Comparison("gt", Expression::gt);
    private static final Comparison GE = new Comparison("ge", Expression::ge);
    private static final Comparison EQ = new Comparison("eq", Expression::eq);
    private static final Comparison NE = new Comparison("ne", (x, y) -> x.eq(y).not());
    private static final Pointwise AND = logic("logicalAnd", Expression::and);
    private static final Pointwise OR = logic("logicalOr", Expression::or);
    private static final Pointwise XOR = logic("logicalXor", (x, y) -> x.or(y).and(x.and(y).not()));
    private static final Pointwise IS_NAN = Pointwise.of("isNan", x -> x.eq(x).not());
    private static final Pointwise IS_INF =
        Pointwise.of("isInf", x -> x.abs().eq(Double.POSITIVE_INFINITY));
    private static final Pointwise IS_POSITIVE_INFINITY =
        Pointwise.of("isPosInf", x -> x.eq(Double.POSITIVE_INFINITY));
    private static final Pointwise IS_NEGATIVE_INFINITY =
        Pointwise.of("isNegInf", x -> x.eq(Double.NEGATIVE_INFINITY));
    private static final Pointwise IS_FINITE =
        Pointwise.of("isFinite", x -> x.abs().lt(Double.POSITIVE_INFINITY));
    private static final Pointwise IS_CLOSE = closeDefinition();
    private static final Pointwise NOT = Pointwise.of("logicalNot", 1, 0, Expression.mask(0).not());
    private static final Pointwise WHERE =
        Pointwise.of(
            "where",
            3,
            0,
            Expression.where(Expression.mask(0), Expression.input(1), Expression.input(2)));

    private Definitions() {}

    private static Pointwise logic(String name, BinaryOperator<Expression> function) {
      return Pointwise.of(name, 2, 0, function.apply(Expression.mask(0), Expression.mask(1)));
    }

    /** Infinities are close to themselves alone. */
    private static Pointwise closeDefinition() {
      Expression x = Expression.input(0);
      Expression y = Expression.input(1);
      Expression difference = x.sub(y).abs();
      Expression allowed = Expression.parameter(0).mul(y.abs()).abs().add(Expression.parameter(1));
      Expression near = difference.le(allowed).and(difference.lt(Double.POSITIVE_INFINITY));
      return Pointwise.of("isClose", 2, 2, x.eq(y).or(near));
    }

    /** Integers are all finite numbers. */
    private static Variable kind(Pointwise definition, Variable x, boolean ofIntegers) {
      return x.dtype().isFloating()
          ? definition.apply(x)
          : Variable.full(DType.BOOL, ofIntegers ? 1 : 0, x.shape().toArray());
    }

    /** What is not 0 is true, NaN included. */
    private static Variable truth(Variable x) {
      return x.dtype() == DType.BOOL ? x : x.detach().to(DType.BOOL);
    }

    static Variable where(Variable condition, Variable yes, Variable no) {
      return WHERE.apply(new Variable[] {condition, yes, no});
    }
  }

  /** A comparison between two arrays, and between an array and a number. */
  final class Comparison {
    private final Pointwise arrays;
    private final Pointwise scalar;

    private Comparison(String name, BinaryOperator<Expression> function) {
      arrays = Pointwise.of(name, function::apply);
      scalar =
          Pointwise.of(name, 1, 1, function.apply(Expression.input(0), Expression.parameter(0)));
    }

    private Variable apply(Variable left, double right) {
      // A fraction (or what is no long at all) compares with integers in a float type that holds
      // both.
      boolean whole = right == Math.rint(right) && Math.abs(right) < 0x1p63;
      return scalar.apply(
          left.dtype().isFloating() || whole ? left : left.to(DType.FLOAT64), right);
    }
  }

  /** Returns {@code this < other}. */
  default Variable lt(Variable other) {
    return Definitions.LT.arrays.apply(self(), other);
  }

  /** Returns {@code this < value}. */
  default Variable lt(double value) {
    return Definitions.LT.apply(self(), value);
  }

  /** Returns {@code this <= other}. */
  default Variable le(Variable other) {
    return Definitions.LE.arrays.apply(self(), other);
  }

  /** Returns {@code this <= value}. */
  default Variable le(double value) {
    return Definitions.LE.apply(self(), value);
  }

  /** Returns {@code this > other}. */
  default Variable gt(Variable other) {
    return Definitions.GT.arrays.apply(self(), other);
  }

  /** Returns {@code this > value}. */
  default Variable gt(double value) {
    return Definitions.GT.apply(self(), value);
  }

  /** Returns {@code this >= other}. */
  default Variable ge(Variable other) {
    return Definitions.GE.arrays.apply(self(), other);
  }

  /** Returns {@code this >= value}. */
  default Variable ge(double value) {
    return Definitions.GE.apply(self(), value);
  }

  /** Returns {@code this == other}. */
  default Variable eq(Variable other) {
    return Definitions.EQ.arrays.apply(self(), other);
  }

  /** Returns {@code this == value}. */
  default Variable eq(double value) {
    return Definitions.EQ.apply(self(), value);
  }

  /** Returns {@code this != other}. */
  default Variable ne(Variable other) {
    return Definitions.NE.arrays.apply(self(), other);
  }

  /** Returns {@code this != value}. */
  default Variable ne(double value) {
    return Definitions.NE.apply(self(), value);
  }

  /** Returns whether both are true: not 0. */
  default Variable logicalAnd(Variable other) {
    return Definitions.AND.apply(Definitions.truth(self()), Definitions.truth(other));
  }

  /** Returns whether at least one is true: not 0. */
  default Variable logicalOr(Variable other) {
    return Definitions.OR.apply(Definitions.truth(self()), Definitions.truth(other));
  }

  /** Returns whether exactly one is true: not 0. */
  default Variable logicalXor(Variable other) {
    return Definitions.XOR.apply(Definitions.truth(self()), Definitions.truth(other));
  }

  /** Returns whether this is false, or 0. */
  default Variable logicalNot() {
    return Definitions.NOT.apply(Definitions.truth(self()));
  }

  /** Returns whether this is NaN. */
  default Variable isNan() {
    return Definitions.kind(Definitions.IS_NAN, self(), false);
  }

  /** Returns whether this is an infinity of either sign. */
  default Variable isInf() {
    return Definitions.kind(Definitions.IS_INF, self(), false);
  }

  /** Returns whether this is the positive infinity. */
  default Variable isPosInf() {
    return Definitions.kind(Definitions.IS_POSITIVE_INFINITY, self(), false);
  }

  /** Returns whether this is the negative infinity. */
  default Variable isNegInf() {
    return Definitions.kind(Definitions.IS_NEGATIVE_INFINITY, self(), false);
  }

  /** Returns whether this is neither infinite nor NaN. */
  default Variable isFinite() {
    return Definitions.kind(Definitions.IS_FINITE, self(), true);
  }

  /**
   * Returns whether {@code |this - other| <= absolute + relative * |other|}, or both are equal; NaN
   * is close to nothing. PyTorch's defaults are 1e-5 relative and 1e-8 absolute.
   */
  default Variable isClose(Variable other, double relative, double absolute) {
    Variable x = self();
    checkArgument(
        x.dtype() == other.dtype(),
        "isClose: both must have the same dtype, got %s; convert one with to(DType)",
        Variable.describe(x, other));
    checkArgument(
        relative >= 0 && absolute >= 0,
        "isClose: tolerances must not be negative, got %s relative, %s absolute",
        relative,
        absolute);
    if (!x.dtype().isFloating()) {
      x = x.to(DType.FLOAT64);
    }
    return Definitions.IS_CLOSE.apply(x, other.to(x.dtype()), relative, absolute);
  }

  /** Returns whether an element is among those of another array, of any shape. */
  default Variable isIn(Variable elements) {
    Variable x = self();
    DType dtype = DType.promote(x.dtype(), elements.dtype());
    Variable sorted = elements.detach().to(dtype).flatten();
    if (sorted.elementCount() == 0) {
      return Variable.zeros(DType.BOOL, x.shape().toArray());
    }
    sorted = sorted.sort(0, false).values();
    Variable values = x.detach().to(dtype);
    Variable place = sorted.searchSorted(values, false);
    // What is larger than all elements is compared with the largest.
    return sorted.get(place.clampMax((double) sorted.elementCount() - 1)).eq(values);
  }

  /** Returns whether {@link #isClose} holds for all elements. */
  default boolean allClose(Variable other, double relative, double absolute) {
    return isClose(other, relative, absolute).logicalNot().sum().item() == 0;
  }

  /** See {@link Variable#where}. */
  static Variable where(Variable condition, Variable yes, Variable no) {
    return Definitions.where(condition, yes, no);
  }
}
