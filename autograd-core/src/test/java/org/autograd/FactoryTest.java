package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** How arrays come into being, and how their elements come out again. */
class FactoryTest {

  private static void assertIs(Variable actual, DType dtype, Shape shape, double... values) {
    assertEquals(dtype, actual.dtype());
    assertEquals(shape, actual.shape());
    assertArrayEquals(values, actual.toDoubleArray());
    assertFalse(actual.requiresGrad());
    assertTrue(actual.isLeaf());
  }

  @Test
  void theArgumentsTypeIsTheDtype() {
    assertIs(Variable.of(1f, 2f), DType.FLOAT32, Shape.of(2), 1, 2);
    assertIs(Variable.of(1.0, 2.0), DType.FLOAT64, Shape.of(2), 1, 2);
    assertIs(Variable.of(1, 2), DType.INT32, Shape.of(2), 1, 2);
    assertIs(Variable.of(1L, 2L), DType.INT64, Shape.of(2), 1, 2);
    assertIs(Variable.of(true, false), DType.BOOL, Shape.of(2), 1, 0);
    assertIs(Variable.of(new float[][] {{1, 2}}), DType.FLOAT32, Shape.of(1, 2), 1, 2);
    assertIs(Variable.of(new double[][] {{1}, {2}}), DType.FLOAT64, Shape.of(2, 1), 1, 2);
    assertIs(Variable.of(new double[0][0]), DType.FLOAT64, Shape.of(0, 0));
    assertIs(Variable.scalar(3f), DType.FLOAT32, Shape.scalar(), 3);
    assertIs(Variable.scalar(3.0), DType.FLOAT64, Shape.scalar(), 3);
    assertIs(
        Variable.fromArray(new long[] {1, 2, 3, 4}, 2, 2), DType.INT64, Shape.of(2, 2), 1, 2, 3, 4);
    assertIs(Variable.fromArray(new boolean[] {true}), DType.BOOL, Shape.scalar(), 1);
  }

  @Test
  void elementsAreCopiedInAndOut() {
    double[] values = {1, 2};
    Variable x = Variable.of(values);
    Variable y = Variable.fromArray(values, 2, 1);
    values[0] = 9;
    x.toDoubleArray()[0] = 9;
    assertArrayEquals(new double[] {1, 2}, x.toDoubleArray());
    assertArrayEquals(new double[] {1, 2}, y.toDoubleArray());
  }

  @Test
  void filledArrays() {
    assertIs(Variable.zeros(2), DType.FLOAT32, Shape.of(2), 0, 0);
    assertIs(Variable.zeros(DType.INT32), DType.INT32, Shape.scalar(), 0);
    assertIs(Variable.ones(1, 2), DType.FLOAT32, Shape.of(1, 2), 1, 1);
    assertIs(Variable.full(0.5, 2), DType.FLOAT32, Shape.of(2), 0.5, 0.5);
    for (DType dtype : DType.values()) {
      assertIs(Variable.ones(dtype, 3), dtype, Shape.of(3), 1, 1, 1);
      assertIs(Variable.zeros(dtype, 0, 3), dtype, Shape.of(0, 3));
      assertIs(Variable.eye(dtype, 2), dtype, Shape.of(2, 2), 1, 0, 0, 1);
      Variable like = Variable.ones(dtype, 2);
      assertIs(Variable.zerosLike(like), dtype, Shape.of(2), 0, 0);
      assertIs(Variable.onesLike(like), dtype, Shape.of(2), 1, 1);
      assertIs(Variable.fullLike(like, 1), dtype, Shape.of(2), 1, 1);
    }
    assertIs(Variable.onesLike(Variable.of(1.5).requiresGrad(true)), DType.FLOAT64, Shape.of(1), 1);
    assertEquals(-1 / 0.0, 1 / Variable.full(DType.FLOAT64, -0.0, 1).item());
    assertIs(Variable.eye(0), DType.FLOAT32, Shape.of(0, 0));
  }

  @Test
  void ranges() {
    assertIs(Variable.arange(3), DType.INT64, Shape.of(3), 0, 1, 2);
    assertIs(Variable.arange(0), DType.INT64, Shape.of(0));
    assertIs(
        Variable.arange(DType.FLOAT32, 1, 2, 0.25), DType.FLOAT32, Shape.of(4), 1, 1.25, 1.5, 1.75);
    assertIs(Variable.arange(DType.INT32, 5, -2, -3), DType.INT32, Shape.of(3), 5, 2, -1);
    assertIs(Variable.linspace(-1, 1, 5), DType.FLOAT32, Shape.of(5), -1, -0.5, 0, 0.5, 1);
    assertIs(Variable.linspace(3, 7, 1), DType.FLOAT32, Shape.of(1), 3);
    assertIs(Variable.linspace(3, 7, 2), DType.FLOAT32, Shape.of(2), 3, 7);
    assertIs(Variable.linspace(3, 7, 0), DType.FLOAT32, Shape.of(0));
    assertIs(Variable.linspace(DType.FLOAT64, 0, 1, 3), DType.FLOAT64, Shape.of(3), 0, 0.5, 1);
    assertIs(
        Variable.logspace(DType.FLOAT64, -1, 2, 4, 10),
        DType.FLOAT64,
        Shape.of(4),
        0.1,
        1,
        10,
        100);
    assertIs(Variable.logspace(DType.FLOAT32, 3, 0, 2, 2), DType.FLOAT32, Shape.of(2), 8, 1);
    assertIs(Variable.eye(DType.INT64, 2, 3), DType.INT64, Shape.of(2, 3), 1, 0, 0, 0, 1, 0);
    assertIs(Variable.eye(DType.BOOL, 3, 1), DType.BOOL, Shape.of(3, 1), 1, 0, 0);
    assertIs(Variable.trilIndices(2, 3, 0), DType.INT64, Shape.of(2, 3), 0, 1, 1, 0, 0, 1);
    assertIs(Variable.triuIndices(2, 3, 1), DType.INT64, Shape.of(2, 3), 0, 0, 1, 1, 2, 2);
    assertIs(Variable.triuIndices(2, 0, 0), DType.INT64, Shape.of(2, 0));
  }

  @Test
  void conversions() {
    Variable x = Variable.of(1.75, -1.75, 0, Double.NaN);
    assertArrayEquals(new int[] {1, -1, 0, 0}, x.toIntArray());
    assertArrayEquals(new long[] {1, -1, 0, 0}, x.toLongArray());
    assertArrayEquals(new boolean[] {true, true, false, true}, x.toBooleanArray());
    assertArrayEquals(new float[] {1.75f, -1.75f, 0, Float.NaN}, x.toFloatArray());
    long large = (1L << 53) + 1;
    assertArrayEquals(new long[] {large}, Variable.of(large).toLongArray());
    assertArrayEquals(
        new long[] {large}, Variable.of(large).expand(1, 1).to(DType.INT64).toLongArray());
    for (DType from : DType.values()) {
      for (DType to : DType.values()) {
        Variable source = Variable.of(1, 0, 1, 1).to(from);
        assertIs(source.to(to), to, Shape.of(4), 1, 0, 1, 1);
        assertIs(source.reshape(2, 2).transpose().to(to), to, Shape.of(2, 2), 1, 1, 0, 1);
      }
    }
  }

  @Test
  void theOnlyElement() {
    assertEquals(2.5, Variable.of(1.5, 2.5).select(0, 1).item());
    assertEquals(1, Variable.of(true).item());
    assertEquals(7, Variable.of(5, 7).narrow(0, 1, 1).unsqueeze(0).item());
    for (Variable x : List.of(Variable.of(1, 2), Variable.zeros(0))) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, x::item);
      assertTrue(e.getMessage().contains(x.describe().toString()), e.getMessage());
    }
  }

  @Test
  void whatDoesNotFitAnArrayIsRefusedBeforeItIsAllocated() {
    long half = 1L << 31;
    List<Executable> tooLarge =
        List.of(
            () -> Variable.zeros(DType.BOOL, half),
            () -> Variable.zeros(DType.BOOL, Integer.MAX_VALUE),
            () -> Variable.ones(1 << 20, 1 << 20),
            () -> Variable.rand(1 << 16, 1 << 16),
            () -> Variable.eye(50_000),
            () -> Variable.eye(1L << 40),
            () -> Variable.arange(half),
            () -> Variable.arange(DType.FLOAT32, 0, Double.POSITIVE_INFINITY, 1),
            () -> Variable.zeros(DType.BOOL, 1, 1).expand(1 << 16, 1 << 16),
            () -> Variable.zeros(1 << 20, 1).add(Variable.zeros(1, 1 << 20)),
            () -> Variable.zeros(1 << 20, 1).matmul(Variable.zeros(1, 1 << 20)),
            () -> Variable.zeros(1 << 20).outer(Variable.zeros(1 << 20)));
    for (Executable create : tooLarge) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, create);
      assertTrue(e.getMessage().contains("element"), e.getMessage());
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Variable.zeros(Long.MAX_VALUE, Long.MAX_VALUE));
    assertTrue(e.getMessage().contains("overflows"), e.getMessage());
    // No elements, no problem.
    assertEquals(0, Variable.zeros(Long.MAX_VALUE, 0, Long.MAX_VALUE).elementCount());
  }

  @Test
  void wrongArguments() {
    List<Executable> wrong =
        List.of(
            () -> Variable.zeros(-1),
            () -> Variable.eye(-1),
            () -> Variable.of(new double[][] {{1, 2}, {3}}),
            () -> Variable.of(new float[][] {{1, 2}, {3, 4, 5}}),
            () -> Variable.fromArray(new double[3], 2),
            () -> Variable.fromArray(new double[3]),
            () -> Variable.fromArray("text", 4),
            () -> Variable.fromArray(new short[1], 1),
            () -> Variable.arange(DType.FLOAT32, 0, 1, 0),
            () -> Variable.arange(DType.FLOAT32, 0, 1, -1),
            () -> Variable.arange(DType.FLOAT32, 0, 1, Double.NaN),
            () -> Variable.arange(DType.BOOL, 0, 1, 1),
            () -> Variable.arange(-1),
            () -> Variable.linspace(0, 1, -1),
            () -> Variable.randperm(new Generator(0), -1),
            () -> Variable.randint(new Generator(0), 3, 3, 2),
            () -> Variable.rand(new Generator(0), DType.INT64, 2),
            () -> Variable.randn(new Generator(0), DType.BOOL, 2));
    for (int k = 0; k < wrong.size(); k++) {
      assertThrows(IllegalArgumentException.class, wrong.get(k), "case " + k);
    }
  }
}
