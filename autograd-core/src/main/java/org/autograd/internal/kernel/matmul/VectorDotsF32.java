package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Parallel;

/**
 * The product of a thin matrix and one that is contiguous along the depth, as the thin one is too:
 * a layer with few outputs, or few rows that go through a layer. Packing would cost as much as the
 * product, so its elements are dot products instead, four by four of them at a time.
 */
final class VectorDotsF32 {
  private static final VectorSpecies<Float> SPECIES = VectorTileF32.SPECIES;
  private static final int LANES = VectorTileF32.LANES;

  private static final FloatVector FIRST = VectorPackingF32.FIRST;
  private static final FloatVector SECOND = VectorPackingF32.SECOND;

  private static final int TILE = 4;
  private static final int SUMS = TILE * TILE;

  /** Up to so many rows or columns of the result, this is faster than packing. */
  private static final int THIN = 16;

  /** From this depth on the sum of the lanes does not take longer than the products. */
  private static final int DEPTH = 8 * LANES;

  private static final int ROWS_PER_BLOCK = 32;

  private VectorDotsF32() {}

  /** Returns whether the product of two matrices is thin and contiguous along the depth. */
  static boolean accepts(Matrix<float[]> a, Matrix<float[]> b) {
    return a.columnStride() == 1
        && b.rowStride() == 1
        && Math.min(a.rows(), b.columns()) <= THIN
        && a.columns() >= DEPTH
        && LANES <= SUMS;
  }

  /** Overwrites {@code c} with the product or adds it. */
  static void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    Matrix<float[]> x = b.transposed();
    if (a.rows() >= x.rows()) {
      multiplyRows(a, x, c, accumulate);
    } else {
      multiplyRows(x, a, c.transposed(), accumulate);
    }
  }

  /** The second operand is the thin one; both have contiguous rows. */
  private static void multiplyRows(
      Matrix<float[]> a, Matrix<float[]> x, Matrix<float[]> c, boolean accumulate) {
    int blocks = Math.ceilDiv(a.rows(), ROWS_PER_BLOCK);
    if (MatmulKernel.work(a, x.transposed()) < MatmulKernel.PARALLEL_WORK) {
      multiplyRows(a, x, c, accumulate, 0, a.rows());
    } else {
      Parallel.forEach(
          blocks,
          block -> {
            int from = block * ROWS_PER_BLOCK;
            int to = Math.min(a.rows(), from + ROWS_PER_BLOCK);
            multiplyRows(a, x, c, accumulate, from, to);
          });
    }
  }

  private static void multiplyRows(
      Matrix<float[]> a,
      Matrix<float[]> x,
      Matrix<float[]> c,
      boolean accumulate,
      int fromRow,
      int toRow) {
    float[] sums = new float[SUMS / 2 * LANES];
    int bound = SPECIES.loopBound(a.columns());
    for (int i = fromRow; i < toRow; i += TILE) {
      for (int j = 0; j < x.rows(); j += TILE) {
        // At an edge the last row is taken again and not used.
        int lastRow = Math.min(TILE, toRow - i) - 1;
        int lastColumn = Math.min(TILE, x.rows() - j) - 1;
        multiply(
            bound,
            a.data(),
            a.index(i, 0),
            a.rowStride(),
            lastRow,
            x.data(),
            x.index(j, 0),
            x.rowStride(),
            lastColumn,
            sums);
        addLanes(sums);
        for (int row = i; row <= i + lastRow; row++) {
          for (int column = j; column <= j + lastColumn; column++) {
            float value = sum(sums, row - i, column - j);
            if (bound < a.columns()) {
              value += rest(a, row, x, column, bound);
            }
            int at = c.index(row, column);
            c.data()[at] = accumulate ? c.data()[at] + value : value;
          }
        }
      }
    }
  }

  private static float rest(Matrix<float[]> a, int row, Matrix<float[]> x, int column, int from) {
    float sum = 0f;
    for (int k = from; k < a.columns(); k++) {
      sum += a.data()[a.index(row, k)] * x.data()[x.index(column, k)];
    }
    return sum;
  }

  /**
   * Adds up the lanes of all sums at once. Zipping two vectors puts the halves of each side by side
   * with the halves of the other, and the sum of the two zips is a vector in which both are half as
   * long; so half as many vectors are left, until each sum is one lane. The first step is {@link
   * #multiply}'s.
   */
  private static void addLanes(float[] sums) {
    for (int vectors = SUMS / 4, length = LANES / 2; length > 1; vectors /= 2, length /= 2) {
      for (int i = 0; i < vectors; i++) {
        FloatVector x = FloatVector.fromArray(SPECIES, sums, i * LANES);
        FloatVector y = FloatVector.fromArray(SPECIES, sums, (i + vectors) * LANES);
        FIRST.selectFrom(x, y).add(SECOND.selectFrom(x, y)).intoArray(sums, i * LANES);
      }
    }
  }

  /** Returns a sum from where {@link #addLanes} has put it. */
  private static float sum(float[] sums, int row, int column) {
    int number = row * TILE + column;
    int vectors = SUMS / LANES;
    return sums[number % vectors * LANES + number / vectors];
  }

  private static void multiply(
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      int lastRow,
      float[] x,
      int xOffset,
      int xRowStride,
      int lastColumn,
      float[] sums) {
    int a1 = aOffset + Math.min(1, lastRow) * aRowStride;
    int a2 = aOffset + Math.min(2, lastRow) * aRowStride;
    int a3 = aOffset + Math.min(3, lastRow) * aRowStride;
    int x1 = xOffset + Math.min(1, lastColumn) * xRowStride;
    int x2 = xOffset + Math.min(2, lastColumn) * xRowStride;
    int x3 = xOffset + Math.min(3, lastColumn) * xRowStride;
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s02 = FloatVector.zero(SPECIES);
    FloatVector s03 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s12 = FloatVector.zero(SPECIES);
    FloatVector s13 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s22 = FloatVector.zero(SPECIES);
    FloatVector s23 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s32 = FloatVector.zero(SPECIES);
    FloatVector s33 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k += LANES) {
      FloatVector y0 = FloatVector.fromArray(SPECIES, x, xOffset + k);
      FloatVector y1 = FloatVector.fromArray(SPECIES, x, x1 + k);
      FloatVector y2 = FloatVector.fromArray(SPECIES, x, x2 + k);
      FloatVector y3 = FloatVector.fromArray(SPECIES, x, x3 + k);
      FloatVector z = FloatVector.fromArray(SPECIES, a, aOffset + k);
      s00 = z.fma(y0, s00);
      s01 = z.fma(y1, s01);
      s02 = z.fma(y2, s02);
      s03 = z.fma(y3, s03);
      z = FloatVector.fromArray(SPECIES, a, a1 + k);
      s10 = z.fma(y0, s10);
      s11 = z.fma(y1, s11);
      s12 = z.fma(y2, s12);
      s13 = z.fma(y3, s13);
      z = FloatVector.fromArray(SPECIES, a, a2 + k);
      s20 = z.fma(y0, s20);
      s21 = z.fma(y1, s21);
      s22 = z.fma(y2, s22);
      s23 = z.fma(y3, s23);
      z = FloatVector.fromArray(SPECIES, a, a3 + k);
      s30 = z.fma(y0, s30);
      s31 = z.fma(y1, s31);
      s32 = z.fma(y2, s32);
      s33 = z.fma(y3, s33);
    }
    FIRST.selectFrom(s00, s20).add(SECOND.selectFrom(s00, s20)).intoArray(sums, 0);
    FIRST.selectFrom(s01, s21).add(SECOND.selectFrom(s01, s21)).intoArray(sums, LANES);
    FIRST.selectFrom(s02, s22).add(SECOND.selectFrom(s02, s22)).intoArray(sums, 2 * LANES);
    FIRST.selectFrom(s03, s23).add(SECOND.selectFrom(s03, s23)).intoArray(sums, 3 * LANES);
    FIRST.selectFrom(s10, s30).add(SECOND.selectFrom(s10, s30)).intoArray(sums, 4 * LANES);
    FIRST.selectFrom(s11, s31).add(SECOND.selectFrom(s11, s31)).intoArray(sums, 5 * LANES);
    FIRST.selectFrom(s12, s32).add(SECOND.selectFrom(s12, s32)).intoArray(sums, 6 * LANES);
    FIRST.selectFrom(s13, s33).add(SECOND.selectFrom(s13, s33)).intoArray(sums, 7 * LANES);
  }
}
