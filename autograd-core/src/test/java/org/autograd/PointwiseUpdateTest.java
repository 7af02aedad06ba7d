package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.autograd.expression.Expression;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PointwiseUpdateTest {
  private static final Expression A = Expression.input(0);
  private static final Expression B = Expression.input(1);
  private static final PointwiseUpdate SWAP = PointwiseUpdate.of("swap", 2, 0, B, A);

  /** {@code a = a + scale b}. */
  private static final PointwiseUpdate ADD =
      PointwiseUpdate.of("addScaled", 2, 1, A.add(Expression.parameter(0).mul(B)));

  private static Variable[] list(Variable... operands) {
    return operands;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 6, 13, 31, 207, 702, 4098, 100_000})
  void allValuesAreComputedFromTheOldElements(int length) {
    Variable up = Variable.arange(length).to(DType.FLOAT32);
    Variable down = up.neg();
    float[] before = up.toFloatArray();
    SWAP.apply(list(up, down));
    assertArrayEquals(before, down.toFloatArray());
    assertArrayEquals(down.neg().toFloatArray(), up.toFloatArray());
  }

  @Test
  void worksOnViewsAndBroadcasts() {
    Variable matrix = Variable.zeros(DType.FLOAT64, 3, 2);
    ADD.apply(list(matrix.transpose(), Variable.of(1.0, 2.0, 3.0)), 10);
    assertArrayEquals(new double[] {10, 10, 20, 20, 30, 30}, matrix.toDoubleArray());
    ADD.apply(list(matrix.narrow(0, 1, 1), Variable.scalar(1.0)), 5);
    assertArrayEquals(new double[] {10, 10, 25, 25, 30, 30}, matrix.toDoubleArray());
  }

  @Test
  void readsMasks() {
    PointwiseUpdate update =
        PointwiseUpdate.of(
            "zeroWhere", 2, 0, Expression.where(Expression.mask(1), Expression.constant(0), A));
    Variable x = Variable.of(1f, 2f);
    update.apply(list(x, Variable.of(true, false)));
    assertArrayEquals(new float[] {0, 2}, x.toFloatArray());
  }

  @Test
  void changesLeavesUnderNoGradAndTheGraphNotices() {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    Variable loss = x.square().sum();
    try (var _ = Autograd.noGrad()) {
      ADD.apply(list(x, Variable.of(1.0, 1.0)), 1);
    }
    assertArrayEquals(new double[] {2, 3}, x.toDoubleArray());
    assertTrue(x.isLeaf() && x.requiresGrad());
    IllegalStateException e = assertThrows(IllegalStateException.class, loss::backward);
    assertTrue(e.getMessage().contains("was changed in place"), e.getMessage());
  }

  @Test
  void refusesToBeRecorded() {
    Variable x = Variable.of(1.0, 2.0);
    Variable gradient = Variable.of(1.0, 1.0).requiresGrad(true);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> ADD.apply(list(x, gradient), 1));
    assertEquals(
        "addScaled: operand 1, float64[2], requires a gradient, and an update in place cannot be"
            + " recorded; use try (var _ = Autograd.noGrad()) {...}, or detach() it",
        e.getMessage());
    assertArrayEquals(new double[] {1, 2}, x.toDoubleArray());
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void refusesOperandsThatDoNotFit() {
    Variable x = Variable.of(1f, 2f);
    assertRefused(
        "addScaled: takes 2 operands and 1 scalar arguments, got 2 and 0",
        () -> ADD.apply(list(x, x.copy())));
    assertRefused(
        "addScaled: operands must all be float32 or all float64, masks bool; operand 1 of"
            + " float32[2], float64[2] is not; convert with to()",
        () -> ADD.apply(list(x, Variable.of(1.0, 2.0)), 1));
    assertRefused(
        "addScaled: operands must all be float32 or all float64, masks bool; operand 0 of"
            + " int64[2], int64[2] is not; convert with to()",
        () -> ADD.apply(list(Variable.of(1L, 2L), Variable.of(1L, 2L)), 1));
    assertRefused(
        "addScaled: the first 1 operands must have one shape and the others broadcast to it;"
            + " operand 1 of float32[2], float32[3] does not fit",
        () -> ADD.apply(list(x, Variable.zeros(3)), 1));
    assertRefused(
        "swap: the first 2 operands must have one shape and the others broadcast to it; operand 1"
            + " of float32[2], float32[1] does not fit",
        () -> SWAP.apply(list(x, Variable.zeros(1))));
    assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
  }

  @Test
  void refusesTargetsThatShareElements() {
    Variable x = Variable.of(1f, 2f);
    assertRefused(
        "swap: operands 0 and 1 of float32[2], float32[2] share their elements, of which one is to"
            + " be changed; copy() one of them",
        () -> SWAP.apply(list(x, x.detach())));
    // Two columns of a matrix share an array, but no element.
    Variable matrix = Variable.of(new float[][] {{1, 2}, {3, 4}});
    SWAP.apply(list(matrix.select(1, 0), matrix.select(1, 1)));
    assertArrayEquals(new float[] {2, 1, 4, 3}, matrix.toFloatArray());
    Variable repeated = Variable.of(1f).expand(2, 1);
    assertRefused(
        "addScaled: operand 0 of float32[2, 1], float32[1] repeats its elements along axis 0 and"
            + " cannot be changed in place; copy() it first",
        () -> ADD.apply(list(repeated, Variable.of(1f)), 1));
  }

  @Test
  void refusesDefinitionsThatCannotWork() {
    assertRefused(
        "none: needs a new value for at least one and at most all of the 1 operands, got 0",
        () -> PointwiseUpdate.of("none", 1, 0));
    assertRefused(
        "many: needs a new value for at least one and at most all of the 1 operands, got 2",
        () -> PointwiseUpdate.of("many", 1, 0, A, A));
    assertRefused(
        "mask: LT(in0, 0.0) is a mask; use where(mask, yes, no) to make it a number",
        () -> PointwiseUpdate.of("mask", 1, 0, A.lt(0)));
    assertRefused(
        "more: the expression refers to in1, but the operation has 1 inputs and 0 parameters",
        () -> PointwiseUpdate.of("more", 1, 0, A.add(B)));
  }
}
