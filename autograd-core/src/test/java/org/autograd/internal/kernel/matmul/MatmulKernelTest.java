package org.autograd.internal.kernel.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.matmul.Samples.Layout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider, in both float types, against sums in double precision. */
class MatmulKernelTest {
  private static final int THREADS = Parallel.threads();

  /** Around the lanes, tiles and blocks of the kernels. */
  private static final int[] SIZES = {
    0, 1, 2, 3, 5, 6, 7, 13, 17, 31, 47, 48, 49, 97, 144, 145, 207, 385
  };

  static List<Samples<?>> kernels() {
    List<Samples<?>> kernels = new ArrayList<>();
    Stream.of(MatmulProvider.values())
        .filter(MatmulProvider::isAvailable)
        .forEach(provider -> {
          kernels.add(Samples.float32(provider));
          kernels.add(Samples.float64(provider));
        });
    return kernels;
  }

  /** Where products may be hot or cold. */
  static List<Samples<?>> vectorKernels() {
    return kernels().stream().filter(s -> s.provider() == MatmulProvider.VECTOR).toList();
  }

  @SuppressWarnings("unchecked")
  private static <A> MatmulKernel<A> twin(Samples<A> samples) {
    return (MatmulKernel<A>)
        (samples.component() == float.class ? new VectorTwinF32() : new VectorTwinF64());
  }

  @AfterEach
  void restoreThreads() {
    Parallel.setThreads(THREADS);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void squares(Samples<A> samples) {
    for (int size : SIZES) {
      samples.check(size, size, size, Layout.ROWS, Layout.ROWS);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void everyLayout(Samples<A> samples) {
    for (Layout left : Layout.values()) {
      for (Layout right : Layout.values()) {
        samples.check(3, 5, 2, left, right);
        samples.check(23, 31, 49, left, right);
        samples.check(97, 17, 64, left, right);
        samples.check(1, 97, 145, left, right);
        samples.check(145, 97, 1, left, right);
        samples.check(1, 4100, 5, left, right);
        samples.check(5, 4100, 1, left, right);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void randomShapes(Samples<A> samples) {
    Random random = new Random(42);
    Layout[] layouts = Layout.values();
    for (int i = 0; i < 150; i++) {
      samples.check(
          SIZES[random.nextInt(SIZES.length)],
          SIZES[random.nextInt(SIZES.length)],
          SIZES[random.nextInt(SIZES.length)],
          layouts[random.nextInt(layouts.length)],
          layouts[random.nextInt(layouts.length)]);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void longerThanABlock(Samples<A> samples) {
    samples.check(1541, 7, 19, Layout.ROWS, Layout.COLUMNS);
    samples.check(19, 7, 1549, Layout.COLUMNS, Layout.ROWS);
    samples.check(130, 9, 1549, Layout.SLICED, Layout.ROWS);
    samples.check(13, 1553, 11, Layout.ROWS, Layout.SLICED);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void thinAndDeep(Samples<A> samples) {
    for (int thin : new int[] {2, 3, 4, 10, 16, 17}) {
      for (int other : new int[] {4, 7, 37}) {
        for (Layout left : List.of(Layout.ROWS, Layout.WINDOW)) {
          samples.check(thin, 128, other, left, Layout.COLUMNS);
          samples.check(other, 283, thin, left, Layout.COLUMNS);
        }
      }
    }
    samples.check(10, 270, 64, Layout.COLUMNS, Layout.ROWS);
    samples.check(64, 10, 270, Layout.ROWS, Layout.ROWS);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void small(Samples<A> samples) {
    for (Layout left : Layout.values()) {
      for (Layout right : Layout.values()) {
        samples.check(32, 2, 16, left, right);
        samples.check(16, 32, 2, left, right);
        samples.check(2, 32, 16, left, right);
        samples.check(17, 16, 8, left, right);
        samples.check(9, 64, 31, left, right);
        samples.check(9, 65, 32, left, right);
        samples.check(40, 33, 4, left, right);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void broadcastOperands(Samples<A> samples) {
    for (int n : new int[] {1, 6, 50}) {
      A numbers = samples.random(64, 1);
      Matrix<A> row = new Matrix<>(numbers, 3, 40, n, 0, 1);
      Matrix<A> column = new Matrix<>(numbers, 5, n, 40, 1, 0);
      samples.check(row, column, samples.result(40, 40, 40));
      samples.check(column, row, samples.result(n, n, n));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void nothingIsAddedWithoutColumns(Samples<A> samples) {
    Matrix<A> a = Matrix.rowMajor(samples.zeros(0), 3, 0);
    Matrix<A> b = Matrix.rowMajor(samples.zeros(0), 0, 2);
    Matrix<A> c = Matrix.rowMajor(samples.random(6, 1), 3, 2);
    Matrix<A> before = Matrix.rowMajor(samples.random(6, 1), 3, 2);
    samples.kernel().multiply(a, b, c, true);
    samples.assertSameBits(before, c);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void notANumberAndInfinityReachTheirRowsAndColumnsOnly(Samples<A> samples) {
    for (int n : new int[] {3, 7, 50}) {
      Matrix<A> a = samples.matrix(n, n, Layout.ROWS, 1);
      Matrix<A> b = samples.matrix(n, n, Layout.COLUMNS, 2);
      Matrix<A> c = samples.result(n, n, n);
      samples.set(a, 1, 2, Double.NaN);
      samples.set(b, 0, n - 1, Double.POSITIVE_INFINITY);
      samples.kernel().multiply(a, b, c);
      for (int row = 0; row < n; row++) {
        for (int column = 0; column < n; column++) {
          double value = samples.get(c, row, column);
          assertEquals(row == 1, Double.isNaN(value));
          assertEquals(row != 1 && column == n - 1, Double.isInfinite(value));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void zeroTimesInfinityIsNotSkipped(Samples<A> samples) {
    for (int n : new int[] {3, 50}) {
      Matrix<A> a = Matrix.rowMajor(samples.zeros(n * n), n, n);
      Matrix<A> b = Matrix.rowMajor(samples.zeros(n * n), n, n);
      Matrix<A> c = samples.result(n, n, n);
      samples.set(b, n - 1, 0, Double.POSITIVE_INFINITY);
      samples.kernel().multiply(a, b, c);
      assertTrue(Double.isNaN(samples.get(c, 0, 0)));
      assertEquals(0, samples.get(c, 0, 1));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void theNumberOfThreadsDoesNotChangeABit(Samples<A> samples) {
    int[][] shapes = {
      {193, 300, 301},
      {601, 130, 249},
      {801, 33, 809},
      {1, 700, 1100},
      {1100, 700, 1},
      {7, 1300, 1901},
      {1901, 1300, 7}
    };
    for (int[] shape : shapes) {
      for (Layout layout : List.of(Layout.ROWS, Layout.COLUMNS)) {
        Matrix<A> a = samples.matrix(shape[0], shape[1], layout, 1);
        Matrix<A> b = samples.matrix(shape[1], shape[2], layout, 2);
        Parallel.setThreads(1);
        Matrix<A> expected = samples.result(shape[0], shape[2], shape[2]);
        samples.kernel().multiply(a, b, expected);
        samples.kernel().multiply(a, b, expected, true);
        for (int threads : new int[] {2, 3, 7}) {
          Parallel.setThreads(threads);
          Matrix<A> c = samples.result(shape[0], shape[2], shape[2]);
          samples.kernel().multiply(a, b, c);
          samples.kernel().multiply(a, b, c, true);
          samples.assertSameBits(expected, c);
        }
      }
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("vectorKernels")
  <A> void theScalarTwinComputesTheSameBits(Samples<A> samples) {
    MatmulKernel<A> twin = twin(samples);
    int[][] shapes = {
      {7, 8, 9},
      {65, 31, 67},
      {60, 1201, 70},
      {1153, 17, 40},
      {41, 1, 300},
      {16, 8, 16},
      {9, 64, 31},
      {64, 64, 64},
      {70, 10, 100},
      {100, 40, 150},
      {37, 270, 5},
      {10, 270, 64},
      {64, 270, 10},
      {3, 141, 7},
      {1, 700, 1100},
      {1100, 700, 1},
      {150, 2, 1},
      {601, 130, 249},
    };
    for (int[] shape : shapes) {
      for (Layout left : Layout.values()) {
        for (Layout right : Layout.values()) {
          Matrix<A> a = samples.matrix(shape[0], shape[1], left, 1);
          Matrix<A> b = samples.matrix(shape[1], shape[2], right, 2);
          Matrix<A> expected = samples.result(shape[0], shape[2], shape[2]);
          Matrix<A> actual = samples.result(shape[0], shape[2], shape[2]);
          samples.kernel().multiply(a, b, expected);
          twin.multiply(a, b, actual);
          samples.assertSameBits(expected, actual);
          samples.kernel().multiply(a, b, expected, true);
          twin.multiply(a, b, actual, true);
          samples.assertSameBits(expected, actual);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void aBatchIsTheProductsOneByOne(Samples<A> samples) {
    int[][] shapes = {
      {0, 3, 2, 2}, {5, 2, 3, 4}, {700, 4, 4, 4}, {9, 40, 50, 60}, {3, 150, 150, 150}
    };
    for (int[] shape : shapes) {
      int count = shape[0];
      int m = shape[1];
      int k = shape[2];
      int n = shape[3];
      A left = samples.random(count * m * k, 1);
      A right = samples.random(2 * k * n, 2);
      Matrix<A> a = Matrix.rowMajor(left, m, k);
      Matrix<A> b = Matrix.rowMajor(right, k, n);
      Matrix<A> c = Matrix.rowMajor(samples.zeros(count * m * n), m, n);
      int[] aOffsets = new int[count];
      int[] bOffsets = new int[count];
      int[] cOffsets = new int[count];
      for (int i = 0; i < count; i++) {
        aOffsets[i] = i * m * k;
        bOffsets[i] = i % 2 * k * n;
        cOffsets[i] = (count - 1 - i) * m * n;
      }
      samples.kernel().multiplyBatch(a, aOffsets, b, bOffsets, c, cOffsets, false);
      samples.kernel().multiplyBatch(a, aOffsets, b, bOffsets, c, cOffsets, true);
      for (int i = 0; i < count; i++) {
        Matrix<A> expected = samples.result(m, n, n);
        samples.kernel().multiply(a.at(aOffsets[i]), b.at(bOffsets[i]), expected);
        samples.kernel().multiply(a.at(aOffsets[i]), b.at(bOffsets[i]), expected, true);
        samples.assertSameBits(expected, c.at(cOffsets[i]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void aPreparedRightOperandChangesNoBit(Samples<A> samples) {
    int[][] shapes = {{3, 4, 5}, {1, 200, 70}, {64, 128, 300}, {70, 1201, 101}, {801, 33, 809}};
    for (int[] shape : shapes) {
      for (Layout layout : List.of(Layout.ROWS, Layout.COLUMNS)) {
        Matrix<A> b = samples.matrix(shape[1], shape[2], layout, 2);
        MatmulKernel.RightOperand<A> right = samples.kernel().rightOperand(b);
        for (int seed = 3; seed < 5; seed++) {
          Matrix<A> a = samples.matrix(shape[0], shape[1], Layout.ROWS, seed);
          Matrix<A> expected = samples.result(shape[0], shape[2], shape[2]);
          Matrix<A> actual = samples.result(shape[0], shape[2], shape[2]);
          for (boolean accumulate : new boolean[] {false, true}) {
            samples.kernel().multiply(a, b, expected, accumulate);
            right.multiply(a, actual, accumulate);
            samples.assertSameBits(expected, actual);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void aRowIsAddedAsToCopiesOfIt(Samples<A> samples) {
    int[][] shapes = {
      {0, 2, 3},
      {2, 0, 3},
      {3, 2, 0},
      {3, 4, 5},
      {64, 10, 33},
      {5, 200, 7},
      {64, 128, 300},
      {70, 1201, 101},
      {60, 130, 1700},
      {801, 33, 809}
    };
    for (int[] shape : shapes) {
      for (int threads : new int[] {1, 3}) {
        Parallel.setThreads(threads);
        Matrix<A> a = samples.matrix(shape[0], shape[1], Layout.ROWS, 1);
        Matrix<A> b = samples.matrix(shape[1], shape[2], Layout.COLUMNS, 2);
        A row = samples.random(shape[2] + 3, 3);
        Matrix<A> expected = samples.result(shape[0], shape[2], shape[2]);
        for (int i = 0; i < shape[0]; i++) {
          System.arraycopy(row, 3, expected.data(), expected.index(i, 0), shape[2]);
        }
        samples.kernel().multiply(a, b, expected, true);
        Matrix<A> actual = samples.result(shape[0], shape[2], shape[2]);
        samples.kernel().multiplyPlusRow(a, b, row, 3, actual);
        samples.assertSameBits(expected, actual);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void aShapeThatDoesNotFitIsRefused(Samples<A> samples) {
    Matrix<A> a = Matrix.rowMajor(samples.zeros(6), 2, 3);
    Matrix<A> c = Matrix.rowMajor(samples.zeros(9), 3, 3);
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> samples.kernel().multiply(a, a.transposed(), c));
    assertEquals("product of 2 x 3 and 3 x 2 into 3 x 3", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> samples.kernel().multiply(a, a, c));
    Matrix<A> across = Matrix.rowMajor(samples.zeros(9), 3, 3).transposed();
    assertThrows(IllegalArgumentException.class, () -> samples.kernel().multiply(c, c, across));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  <A> void concurrentCallersGetTheirOwnResults(Samples<A> samples) throws InterruptedException {
    Matrix<A> a = samples.matrix(140, 150, Layout.COLUMNS, 1);
    Matrix<A> b = samples.matrix(150, 160, Layout.ROWS, 2);
    Matrix<A> expected = samples.result(140, 160, 160);
    samples.kernel().multiply(a, b, expected);
    List<Matrix<A>> results = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Matrix<A> c = samples.result(140, 160, 160);
      results.add(c);
      callers.add(Thread.ofVirtual().start(() -> samples.kernel().multiply(a, b, c)));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    results.forEach(c -> samples.assertSameBits(expected, c));
  }
}
