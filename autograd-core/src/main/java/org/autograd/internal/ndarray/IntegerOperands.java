package org.autograd.internal.ndarray;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.type.DType;

/** Brings integer and bool operands of a pointwise function to the dtype that it computes in. */
final class IntegerOperands {
  private final boolean[] maskInputs;

  /** Whether there are numbers at all, not only masks. */
  private boolean numbers;

  /** Whether there is a constant that int32 does not hold. */
  private boolean large;

  IntegerOperands(List<Expression> values, boolean[] maskInputs) {
    this.maskInputs = maskInputs;
    Map<Expression, Boolean> seen = new IdentityHashMap<>();
    values.forEach(value -> inspect(value, seen));
  }

  private void inspect(Expression expression, Map<Expression, Boolean> seen) {
    if (seen.put(expression, true) != null) {
      return;
    }
    numbers |= expression.kind() == Operator.Kind.NUMBER;
    large |= expression.operator() == Operator.CONSTANT && isLarge(expression.value());
    expression.operands().forEach(operand -> inspect(operand, seen));
  }

  private static boolean isLarge(double value) {
    return value != (int) value;
  }

  /**
   * Returns the dtype to compute in: not int32 if a scalar goes beyond it, and a dtype of numbers
   * if numbers are made of bools.
   */
  DType computationType(DType dtype, double[] scalars) {
    if (dtype == DType.INT64 || !numbers) {
      return dtype;
    }
    boolean wide = large;
    for (double scalar : scalars) {
      wide |= isLarge(scalar);
    }
    return wide ? DType.INT64 : DType.INT32;
  }

  /** Returns the operands with those inputs that are no masks converted. */
  NdArray[] converted(NdArray[] operands, DType dtype) {
    NdArray[] result = operands;
    for (int k = 0; k < maskInputs.length; k++) {
      if (!maskInputs[k] && operands[k].dtype() != dtype) {
        if (result == operands) {
          result = operands.clone();
        }
        result[k] = operands[k].to(dtype);
      }
    }
    return result;
  }
}
