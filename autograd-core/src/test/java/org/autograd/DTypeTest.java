package org.autograd;

import static org.autograd.type.DType.BOOL;
import static org.autograd.type.DType.FLOAT32;
import static org.autograd.type.DType.FLOAT64;
import static org.autograd.type.DType.INT32;
import static org.autograd.type.DType.INT64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/**
 * Which dtype comes out. Where this differs from PyTorch a comment says so; all of it is in the
 * Javadoc of {@link DType} or of the operation.
 */
class DTypeTest {
  private static final DType[] ORDER = {BOOL, INT32, INT64, FLOAT32, FLOAT64};

  /** Rows: left operand, columns: right operand, both in the order above. */
  private static final DType[][] PROMOTION = {
    {BOOL, INT32, INT64, FLOAT32, FLOAT64},
    {INT32, INT32, INT64, FLOAT32, FLOAT64},
    {INT64, INT64, INT64, FLOAT32, FLOAT64},
    {FLOAT32, FLOAT32, FLOAT32, FLOAT32, FLOAT64},
    {FLOAT64, FLOAT64, FLOAT64, FLOAT64, FLOAT64},
  };

  private static Variable one(DType dtype) {
    return Variable.ones(dtype, 2);
  }

  @Test
  void promotionIsThisTable() {
    assertArrayEquals(ORDER, DType.values());
    Variable condition = Variable.of(true, false);
    for (int l = 0; l < ORDER.length; l++) {
      for (int r = 0; r < ORDER.length; r++) {
        DType expected = PROMOTION[l][r];
        Variable left = one(ORDER[l]);
        Variable right = one(ORDER[r]);
        String message = ORDER[l] + " and " + ORDER[r];
        assertEquals(expected, DType.promote(ORDER[l], ORDER[r]), message);
        assertEquals(expected, Variable.cat(0, left, right).dtype(), message);
        assertEquals(expected, Variable.stack(0, left, right).dtype(), message);
        // Arithmetic with truth values counts: true + true is 2. PyTorch keeps bool.
        DType number = expected == BOOL ? INT64 : expected;
        assertEquals(number, left.add(right).dtype(), message);
        assertEquals(number, left.mul(right).dtype(), message);
        assertEquals(number, left.maximum(right).dtype(), message);
        assertEquals(number, Variable.where(condition, left, right).dtype(), message);
        assertEquals(BOOL, left.eq(right).dtype(), message);
        assertEquals(BOOL, left.lt(right).dtype(), message);
        assertTrue(left.eq(right).toBooleanArray()[0], message);
        assertFalse(left.lt(right).toBooleanArray()[0], message);
        DType quotient = expected.isFloating() ? expected : FLOAT32;
        assertEquals(quotient, left.div(right).dtype(), message);
        assertEquals(quotient, left.pow(right).dtype(), message);
        assertEquals(1, left.div(right).toDoubleArray()[0], message);
      }
    }
  }

  @Test
  void ranksDoNotMatter() {
    // PyTorch lets an operand without axes widen only to another kind; here the rule has no
    // exception, and a Java number is the way to write a scalar that never widens.
    assertEquals(FLOAT64, Variable.of(1f).mul(Variable.scalar(2.0)).dtype());
    assertEquals(FLOAT32, Variable.of(1f).mul(2.0).dtype());
  }

  @Test
  void numbersKeepTheArraysDtypeWhereTheyFitIt() {
    for (DType dtype : new DType[] {INT32, INT64, FLOAT32, FLOAT64}) {
      assertEquals(dtype, one(dtype).add(1).dtype());
      assertEquals(dtype, one(dtype).rsub(1).dtype());
      assertEquals(dtype, one(dtype).mul(-2).dtype());
      assertEquals(dtype, one(dtype).clamp(0, 1).dtype());
      assertEquals(dtype.isFloating() ? dtype : FLOAT32, one(dtype).add(0.5).dtype());
      assertEquals(dtype.isFloating() ? dtype : FLOAT32, one(dtype).div(1).dtype());
      assertEquals(dtype.isFloating() ? dtype : FLOAT32, one(dtype).rdiv(1).dtype());
      assertEquals(dtype.isFloating() ? dtype : FLOAT32, one(dtype).pow(2).dtype());
      assertEquals(dtype.isFloating() ? dtype : FLOAT32, one(dtype).exp().dtype());
    }
    assertArrayEquals(new double[] {1.5}, Variable.of(1).add(0.5).toDoubleArray());
  }

  @Test
  void numbersThatNoIntegerCanHoldMakeFloats() {
    Variable x = Variable.of(0, 1, 5);
    assertArrayEquals(new double[] {0.5, 1, 2.5}, x.clamp(0.5, 2.5).toDoubleArray());
    assertArrayEquals(new double[] {0.5, 1, 5}, x.clampMin(0.5).toDoubleArray());
    assertEquals(INT32, x.clampMin(1).dtype());
    assertEquals(INT32, x.clampMax(1).dtype());
    double infinity = Double.POSITIVE_INFINITY;
    assertArrayEquals(new double[] {infinity, infinity, infinity}, x.add(infinity).toDoubleArray());
    assertTrue(Double.isNaN(x.mul(Double.NaN).toDoubleArray()[0]));
    assertEquals(1e300 > Float.MAX_VALUE ? infinity : 0, x.add(1e300).toDoubleArray()[0]);
    assertArrayEquals(
        new boolean[] {true}, Variable.of(Long.MAX_VALUE).lt(infinity).toBooleanArray());
    assertArrayEquals(new boolean[] {false}, Variable.of(0L).lt(Double.NaN).toBooleanArray());
    assertArrayEquals(new boolean[] {true, false, false}, x.lt(0.5).toBooleanArray());
  }

  @Test
  void integersWrapAround() {
    Variable x = Variable.of(Integer.MAX_VALUE, Integer.MIN_VALUE);
    assertArrayEquals(new int[] {Integer.MIN_VALUE, Integer.MIN_VALUE + 1}, x.add(1).toIntArray());
    assertArrayEquals(new int[] {1, 0}, x.mul(x).toIntArray());
    assertArrayEquals(new int[] {-Integer.MAX_VALUE, Integer.MIN_VALUE}, x.neg().toIntArray());
    assertArrayEquals(new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE}, x.abs().toIntArray());
    Variable y = Variable.of(Long.MAX_VALUE);
    assertArrayEquals(new long[] {Long.MIN_VALUE}, y.add(Variable.of(1)).toLongArray());
  }

  @Test
  void largeIntegersAreExact() {
    long large = (1L << 53) + 1;
    Variable x = Variable.of(large, -large);
    assertArrayEquals(new long[] {large + 2, -large + 2}, x.add(2).toLongArray());
    assertArrayEquals(new long[] {3 * large, -3 * large}, x.mul(3).toLongArray());
    assertArrayEquals(new boolean[] {false, false}, x.eq(Variable.of(large - 1)).toBooleanArray());
    assertArrayEquals(new long[] {large}, x.max().reshape(1).toLongArray());
    assertArrayEquals(new long[] {1}, x.sum().add(1).reshape(1).toLongArray());
    assertArrayEquals(new long[] {large}, x.amax(0).reshape(1).toLongArray());
  }

  @Test
  void reductions() {
    assertEquals(INT64, one(BOOL).sum().dtype());
    assertEquals(2, one(BOOL).sum().item());
    assertEquals(INT64, one(INT32).sum(0).dtype());
    assertArrayEquals(
        new long[] {2L * Integer.MAX_VALUE},
        Variable.of(Integer.MAX_VALUE, Integer.MAX_VALUE).sumKeepDims().toLongArray());
    assertEquals(INT32, one(INT32).max().dtype());
    assertEquals(BOOL, Variable.of(false, true).max().dtype());
    assertEquals(1, Variable.of(false, true).max().item());
    assertEquals(INT64, one(FLOAT32).argmax().dtype());
    for (DType dtype : new DType[] {BOOL, INT32, INT64}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> one(dtype).mean());
      assertTrue(e.getMessage().contains("mean"), e.getMessage());
      assertTrue(e.getMessage().contains(dtype + "[2]"), e.getMessage());
      assertTrue(e.getMessage().contains("to(DType.FLOAT32)"), e.getMessage());
    }
  }

  @Test
  void aReductionOfNothingReducedIsAnArrayOfItsOwn() {
    for (DType dtype : DType.values()) {
      Variable x = Variable.ones(dtype).to(dtype);
      x.sum().zero_();
      x.max().zero_();
      x.amin().zero_();
      x.sumKeepDims().zero_();
      assertEquals(1, x.item(), dtype.toString());
    }
  }

  @Test
  void namesAndSizes() {
    assertEquals("[bool, int32, int64, float32, float64]", java.util.Arrays.toString(ORDER));
    int[] sizes = {1, 4, 8, 4, 8};
    for (int k = 0; k < ORDER.length; k++) {
      assertEquals(sizes[k], ORDER[k].byteSize());
      assertEquals(k >= 3, ORDER[k].isFloating());
      assertEquals(k == 1 || k == 2, ORDER[k].isInteger());
    }
  }
}
