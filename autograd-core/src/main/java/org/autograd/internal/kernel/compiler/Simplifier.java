package org.autograd.internal.kernel.compiler;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.jspecify.annotations.Nullable;

/**
 * Computes what is constant, in the precision of the kernel, and replaces powers with a constant
 * exponent by products, quotients and roots.
 */
final class Simplifier {
  private final Precision precision;
  private final Map<Expression, Expression> done = new HashMap<>();

  /** Masks that are known to hold, or not to, for all elements. */
  private final Map<Expression, Boolean> decided = new HashMap<>();

  Simplifier(Precision precision) {
    this.precision = precision;
  }

  /** Integers are left as they are: doubles do not hold all of them. */
  Expression simplify(Expression root) {
    if (!precision.isFloating()) {
      return root;
    }
    for (Expression expression : Expressions.ordered(List.of(root), e -> !done.containsKey(e))) {
      Expression result = simplify(expression, i -> done.get(expression.operands().get(i)));
      Boolean holds = decide(expression);
      if (holds != null) {
        decided.put(expression, holds);
      }
      done.put(expression, result);
    }
    return requireNonNull(done.get(root));
  }

  private Expression simplify(Expression expression, IntFunction<Expression> operand) {
    return switch (expression.operator().arity()) {
      case 0 -> expression;
      case 1 -> unary(expression.operator(), operand.apply(0));
      case 2 -> binary(expression.operator(), operand.apply(0), operand.apply(1));
      default -> {
        Boolean holds = decided.get(expression.operands().getFirst());
        yield holds == null
            ? Expression.where(operand.apply(0), operand.apply(1), operand.apply(2))
            : operand.apply(holds ? 1 : 2);
      }
    };
  }

  private @Nullable Boolean decide(Expression mask) {
    return switch (mask.operator()) {
      case LT, LE, EQ -> {
        Double a = constant(requireNonNull(done.get(mask.operands().getFirst())));
        Double b = constant(requireNonNull(done.get(mask.operands().getLast())));
        yield (a == null || b == null) ? null : compare(mask.operator(), a, b);
      }
      case NOT -> {
        Boolean operand = decided.get(mask.operands().getFirst());
        yield operand == null ? null : !operand;
      }
      case AND, OR -> {
        boolean dominant = mask.operator() == Operator.OR;
        Boolean a = decided.get(mask.operands().getFirst());
        Boolean b = decided.get(mask.operands().getLast());
        boolean known = a != null && b != null;
        boolean dominated = (a != null && a == dominant) || (b != null && b == dominant);
        yield dominated ? Boolean.valueOf(dominant) : known ? Boolean.valueOf(!dominant) : null;
      }
      default -> null;
    };
  }

  private static boolean compare(Operator operator, double a, double b) {
    return switch (operator) {
      case LT -> a < b;
      case LE -> a <= b;
      default -> a == b;
    };
  }

  private @Nullable Double constant(Expression expression) {
    return expression.operator() == Operator.CONSTANT
        ? (Double) precision.round(expression.value())
        : null;
  }

  private Expression unary(Operator operator, Expression a) {
    return switch (operator) {
      case NEG -> a.neg();
      case ABS -> fold(a, Math::abs, a.abs());
      case SQRT -> fold(a, Math::sqrt, a.sqrt());
      case FLOOR -> fold(a, Math::floor, a.floor());
      case ROUND -> fold(a, Math::rint, a.round());
      case EXP -> a.exp();
      case EXPM1 -> a.expm1();
      case LOG -> a.log();
      case LOG2 -> a.log2();
      case LOG1P -> a.log1p();
      case SIN -> a.sin();
      case COS -> a.cos();
      case TAN -> a.tan();
      case ASIN -> a.asin();
      case ACOS -> a.acos();
      case ATAN -> a.atan();
      case SINH -> a.sinh();
      case COSH -> a.cosh();
      case TANH -> a.tanh();
      case ASINH -> a.asinh();
      case ACOSH -> a.acosh();
      case ATANH -> a.atanh();
      case SIGMOID -> a.sigmoid();
      case ERF -> a.erf();
      case ERFC -> a.erfc();
      case LGAMMA -> a.lgamma();
      case NOT -> a.not();
      default -> throw new AssertionError(operator);
    };
  }

  private Expression fold(Expression a, DoubleUnaryOperator function, Expression otherwise) {
    Double value = constant(a);
    return value == null
        ? otherwise
        : Expression.constant(precision.round(function.applyAsDouble(value)));
  }

  private Expression binary(Operator operator, Expression a, Expression b) {
    Double x = constant(a);
    Double y = constant(b);
    if (x != null && y != null) {
      // A double result of floats, rounded to float, is the float result.
      switch (operator) {
        case ADD -> {
          return Expression.constant(precision.round(x + y));
        }
        case SUB -> {
          return Expression.constant(precision.round(x - y));
        }
        case MUL -> {
          return Expression.constant(precision.round(x * y));
        }
        case DIV -> {
          return Expression.constant(precision.round(x / y));
        }
        default -> {}
      }
    }
    return switch (operator) {
      case ADD -> a.add(b);
      case SUB -> a.sub(b);
      case MUL -> a.mul(b);
      case DIV -> a.div(b);
      case MINIMUM -> a.minimum(b);
      case MAXIMUM -> a.maximum(b);
      case POW -> y == null ? a.pow(b) : power(a, y);
      case ATAN2 -> a.atan2(b);
      case HYPOT -> a.hypot(b);
      case FMOD -> a.fmod(b);
      case POLYGAMMA -> a.polygamma((int) b.value());
      case LT -> a.lt(b);
      case LE -> a.le(b);
      case EQ -> a.eq(b);
      case AND -> a.and(b);
      case OR -> a.or(b);
      default -> throw new AssertionError(operator);
    };
  }

  private static Expression power(Expression a, double exponent) {
    Expression one = Expression.constant(1);
    if (exponent == 0) {
      return one;
    } else if (exponent == 0.5) {
      return root(a);
    } else if (exponent == -0.5) {
      return one.div(root(a));
    } else if (exponent == 1) {
      return a;
    } else if (exponent == 1.5) {
      return a.abs().mul(root(a));
    } else if (exponent == 2) {
      return a.mul(a);
    } else if (exponent == 3) {
      return a.mul(a).mul(a);
    } else if (exponent == 4) {
      return a.mul(a).mul(a.mul(a));
    } else if (exponent == -1 || exponent == -1.5 || exponent == -2) {
      // A power of the inverse, not the inverse of a power: that would overflow too early.
      return power(one.div(a), -exponent);
    }
    return a.pow(Expression.constant(exponent));
  }

  /** The power 1/2: as the square root but for negative zero and negative infinity. */
  private static Expression root(Expression a) {
    Expression negativeInfinity = Expression.constant(Double.NEGATIVE_INFINITY);
    Expression infinity = Expression.constant(Double.POSITIVE_INFINITY);
    return Expression.where(a.eq(negativeInfinity), infinity, a.add(0).sqrt());
  }
}
