package org.autograd;

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

  /** Returns whether both are true; both are bool. */
  default Variable logicalAnd(Variable other) {
    return Definitions.AND.apply(self(), other);
  }

  /** Returns whether at least one is true; both are bool. */
  default Variable logicalOr(Variable other) {
    return Definitions.OR.apply(self(), other);
  }

  /** Returns whether this bool is false. */
  default Variable logicalNot() {
    return Definitions.NOT.apply(self());
  }

  /** See {@link Variable#where}. */
  static Variable where(Variable condition, Variable yes, Variable no) {
    return Definitions.where(condition, yes, no);
  }
}
