package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.autograd.type.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProductUpdateTest {
  private final int threads = Autograd.threads();

  @AfterEach
  void restoreThreads() {
    Autograd.setThreads(threads);
  }

  private static Variable random(int seed, DType dtype, long... shape) {
    return Variable.randn(new Generator(seed), dtype, shape);
  }

  /** Bitwise, as long as the depth is one block. */
  @Test
  void addsTheProductAsAddAndMatmulDo() {
    int[][] shapes = {
      {1, 1, 1}, {3, 5, 2}, {0, 4, 3}, {3, 0, 2}, {1, 300, 70}, {64, 128, 512}, {70, 130, 100}
    };
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (int[] shape : shapes) {
        for (boolean transposed : new boolean[] {false, true}) {
          Variable right =
              transposed
                  ? random(2, dtype, shape[2], shape[1]).transpose()
                  : random(2, dtype, shape[1], shape[2]);
          ProductUpdate update = ProductUpdate.of(right);
          Variable target = random(3, dtype, shape[0], shape[2]);
          for (int k = 0; k < 3; k++) {
            Variable left = random(4 + k, dtype, shape[0], shape[1]);
            Variable expected = target.add(left.matmul(right));
            update.add(target, left);
            assertArrayEquals(expected.toDoubleArray(), target.toDoubleArray(), 0);
          }
        }
      }
    }
  }

  /** Packed code takes over while it runs; columns are dealt out to threads in parts. */
  @Test
  void neitherHeatNorThreadsChangeABit() {
    Variable right = random(2, DType.FLOAT32, 700, 900);
    Variable left = random(3, DType.FLOAT32, 60, 700);
    Variable first = null;
    for (int count : new int[] {1, 2, 3, 7}) {
      Autograd.setThreads(count);
      ProductUpdate update = ProductUpdate.of(right);
      Variable target = Variable.ones(60, 900);
      for (int k = 0; k < 4; k++) {
        update.add(target, left);
      }
      first = first == null ? target : first;
      assertArrayEquals(first.toFloatArray(), target.toFloatArray());
    }
  }

  @Test
  void theTargetMayBeAViewOfAnyStrides() {
    Variable right = random(2, DType.FLOAT64, 3, 4);
    Variable left = random(3, DType.FLOAT64, 5, 3);
    Variable all = Variable.ones(DType.FLOAT64, 4, 10);
    Variable target = all.transpose().narrow(0, 2, 5);
    ProductUpdate.of(right).add(target, left);
    Variable expected = Variable.ones(DType.FLOAT64, 10, 4);
    expected.narrow(0, 2, 5).add_(left.matmul(right));
    assertArrayEquals(expected.toDoubleArray(), all.transpose().toDoubleArray());
    Variable states = random(4, DType.FLOAT64, 2, 5, 4);
    Variable square = random(5, DType.FLOAT64, 4, 4);
    Variable sum = states.select(0, 1).add(states.select(0, 0).matmul(square));
    ProductUpdate.of(square).add(states.select(0, 1), states.select(0, 0));
    assertArrayEquals(sum.toDoubleArray(), states.select(0, 1).toDoubleArray());
  }

  @Test
  void theGraphNoticesTheChange() {
    Variable x = Variable.ones(2, 2).requiresGrad(true);
    Variable loss = x.square().sum();
    try (var _ = Autograd.noGrad()) {
      ProductUpdate.of(Variable.ones(2, 2)).add(x, Variable.ones(2, 2));
    }
    assertThrows(IllegalStateException.class, loss::backward);
  }

  @Test
  void refusesWhatWouldBeRecorded() {
    Variable leaf = Variable.ones(2, 2).requiresGrad(true);
    Variable plain = Variable.ones(2, 2);
    assertThrows(IllegalStateException.class, () -> ProductUpdate.of(leaf));
    ProductUpdate update = ProductUpdate.of(plain);
    assertThrows(IllegalStateException.class, () -> update.add(leaf, Variable.ones(2, 2)));
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> update.add(Variable.ones(2, 2), leaf));
    assertEquals(
        "ProductUpdate: float32[2, 2] requires a gradient, and an update in place cannot be"
            + " recorded; use try (var _ = Autograd.noGrad()) {...}, or detach() it",
        e.getMessage());
  }

  @Test
  void refusesAFactorThatWasChanged() {
    Variable right = Variable.ones(2, 2);
    ProductUpdate update = ProductUpdate.of(right);
    right.add_(1);
    Variable target = Variable.zeros(1, 2);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> update.add(target, Variable.ones(1, 2)));
    assertEquals(
        "ProductUpdate: the right factor float32[2, 2] was changed in place since the update was"
            + " defined; define another one",
        e.getMessage());
    assertArrayEquals(new float[2], target.toFloatArray());
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertRefused(
        "ProductUpdate: the right factor must be a float32 or float64 matrix, got int64[3]",
        () -> ProductUpdate.of(Variable.arange(3)));
    Variable right = Variable.ones(2, 3);
    ProductUpdate update = ProductUpdate.of(right);
    Variable target = Variable.zeros(4, 3);
    assertRefused(
        "ProductUpdate: target [m, n], left [m, k] and right [k, n] must fit and have one dtype,"
            + " got float32[4, 3], float32[4, 3], float32[2, 3]",
        () -> update.add(target, Variable.ones(4, 3)));
    assertThrows(
        IllegalArgumentException.class,
        () -> update.add(target, Variable.ones(DType.FLOAT64, 4, 2)));
    assertRefused(
        "ProductUpdate: the target float32[4, 3] repeats its elements along axis 0 and cannot be"
            + " changed in place; copy() it first",
        () -> update.add(Variable.zeros(1, 3).expand(4, 3), Variable.ones(4, 2)));
    Variable square = Variable.ones(2, 2);
    assertRefused(
        "ProductUpdate: the target float32[2, 2] may share elements with the factor float32[2, 2],"
            + " which lies in the same array; copy() one of them",
        () -> ProductUpdate.of(square).add(square, Variable.ones(2, 2)));
    assertArrayEquals(new float[12], target.toFloatArray());
    assertArrayEquals(new float[] {1, 1, 1, 1}, square.toFloatArray());
  }
}
