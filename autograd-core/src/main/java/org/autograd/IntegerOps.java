package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.LongBinaryOperator;
import org.autograd.internal.ndarray.IntegerLoop;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Functions of the bits and the divisors of int32 and int64 elements, with broadcasting; of
 * different dtypes the wider one is computed in. Truth values have bits, too: one.
 */
sealed interface IntegerOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private static final int BYTE_BITS = 8;

    private Steps() {}

    static Variable apply(
        String operation, Variable left, Variable right, LongBinaryOperator function) {
      Variable x = number(left, right);
      Variable y = number(right, left);
      checkArgument(
          x.dtype().isInteger() && y.dtype().isInteger(),
          "%s: needs int64 or int32 operands, got %s; convert with to(DType.INT64)",
          operation,
          Variable.describe(x, y));
      if (Vmap.isAnyMapped(x, y)) {
        return Vmap.applyBroadcast(p -> apply(operation, p[0], p[1], function), x, y);
      }
      Shape shape;
      try {
        shape = Shape.broadcast(x.shape(), y.shape(), operation);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            e.getMessage() + " (operands " + Variable.describe(x, y) + ")", e);
      }
      DType dtype = DType.promote(x.dtype(), y.dtype());
      return Node.record(
          operation, IntegerLoop.apply(function, x.data().to(dtype), y.data().to(dtype), shape));
    }

    /** Applies a function of bits, or of single bits as truth values. */
    static Variable bits(String operation, Variable x, Variable y, LongBinaryOperator function) {
      if (x.dtype() == DType.BOOL && y.dtype() == DType.BOOL) {
        return apply(operation, x.to(DType.INT32), y.to(DType.INT32), function).to(DType.BOOL);
      }
      return apply(operation, x, y, function);
    }

    /** Returns a bool operand beside an integer one as an integer. */
    private static Variable number(Variable x, Variable other) {
      return x.dtype() == DType.BOOL && other.dtype().isInteger() ? x.to(other.dtype()) : x;
    }

    /** Division and its remainders: truth values count as 0 and 1; 0 divides nothing. */
    static Variable divide(String operation, Variable x, Variable y, LongBinaryOperator function) {
      Variable divisor = y.dtype() == DType.BOOL ? y.to(DType.INT64) : y;
      checkArgument(
          Vmap.innermostPhysical(divisor).eq(0).sum().item() == 0,
          "%s: division of integers by zero, of %s; mask the zeros, or convert with"
              + " to(DType.FLOAT32)",
          operation,
          Variable.describe(x, y));
      return apply(operation, x.dtype() == DType.BOOL ? x.to(DType.INT64) : x, divisor, function);
    }

    /** Shifts are by any number of places, as if the integer had zeros (or its sign) around. */
    static LongBinaryOperator shift(Variable x, Variable y, boolean left) {
      int width = BYTE_BITS * DType.promote(x.dtype(), y.dtype()).byteSize();
      if (left) {
        return (a, b) -> b < 0 || b >= width ? 0 : a << b;
      }
      return (a, b) -> a >> (b < 0 || b >= width ? width - 1 : b);
    }

    static long greatestCommonDivisor(long a, long b) {
      long x = Math.abs(a);
      long y = Math.abs(b);
      while (y != 0) {
        long rest = x % y;
        x = y;
        y = rest;
      }
      return x;
    }

    static long leastCommonMultiple(long a, long b) {
      long divisor = greatestCommonDivisor(a, b);
      return divisor == 0 ? 0 : Math.abs(a / divisor * b);
    }
  }

  /** Returns the bits that are set in both; of truth values, whether both are true. */
  default Variable bitwiseAnd(Variable other) {
    return Steps.bits("bitwiseAnd", self(), other, (a, b) -> a & b);
  }

  /** Returns the bits that are set in at least one of both. */
  default Variable bitwiseOr(Variable other) {
    return Steps.bits("bitwiseOr", self(), other, (a, b) -> a | b);
  }

  /** Returns the bits that are set in exactly one of both. */
  default Variable bitwiseXor(Variable other) {
    return Steps.bits("bitwiseXor", self(), other, (a, b) -> a ^ b);
  }

  /** Returns the bits that are not set, {@code -this - 1}; of truth values, the other one. */
  default Variable bitwiseNot() {
    Variable x = self();
    return x.dtype() == DType.BOOL
        ? x.logicalNot()
        : Steps.apply("bitwiseNot", x, Variable.full(x.dtype(), -1), (a, b) -> a ^ b);
  }

  /**
   * Returns {@code this * 2^places}, what exceeds the dtype dropped. By a negative number of
   * places, or by more than there are, it is 0.
   */
  default Variable bitwiseLeftShift(Variable places) {
    return Steps.apply("bitwiseLeftShift", self(), places, Steps.shift(self(), places, true));
  }

  /**
   * Returns {@code floor(this / 2^places)}. By a negative number of places, or by more than there
   * are, it is 0 or -1.
   */
  default Variable bitwiseRightShift(Variable places) {
    return Steps.apply("bitwiseRightShift", self(), places, Steps.shift(self(), places, false));
  }

  /** Returns the greatest common divisor, not negative; of two zeros it is 0. */
  default Variable gcd(Variable other) {
    return Steps.apply("gcd", self(), other, Steps::greatestCommonDivisor);
  }

  /** Returns the least common multiple, not negative; 0 if one is 0. */
  default Variable lcm(Variable other) {
    return Steps.apply("lcm", self(), other, Steps::leastCommonMultiple);
  }
}
