package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Simd;

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

  /** With 32 registers a tile may have a fifth column: ten columns, as of digits, are two tiles. */
  private static final int MOST_COLUMNS = Simd.bits() >= 512 ? TILE + 1 : TILE;

  private static final int ROWS_PER_BLOCK = 32;

  private VectorDotsF32() {}

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
      // As few tiles as possible, and equally wide, lest the last one be thin.
      int tiles = Math.ceilDiv(x.rows(), MOST_COLUMNS);
      for (int j = 0, width; j < x.rows(); j += width, tiles--) {
        width = Math.ceilDiv(x.rows() - j, tiles);
        // At an edge the last row is taken again and not used.
        int lastRow = Math.min(TILE, toRow - i) - 1;
        int lastColumn = width - 1;
        if (width > TILE) {
          multiply5(
              bound,
              a.data(),
              a.index(i, 0),
              a.rowStride(),
              lastRow,
              x.data(),
              x.index(j, 0),
              x.rowStride(),
              sums);
        } else {
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
        }
        if (bound < a.columns()) {
          addRest(a.rows(i, i + lastRow + 1), x.rows(j, j + lastColumn + 1), bound, sums);
        }
        store(
            sums,
            lastRow,
            lastColumn,
            c.data(),
            c.index(i, j),
            c.rowStride(),
            c.columnStride(),
            accumulate);
      }
    }
  }

  private static void addRest(Matrix<float[]> a, Matrix<float[]> x, int from, float[] sums) {
    for (int row = 0; row < a.rows(); row++) {
      for (int column = 0; column < x.rows(); column++) {
        float sum = 0f;
        for (int k = from; k < a.columns(); k++) {
          sum += a.data()[a.index(row, k)] * x.data()[x.index(column, k)];
        }
        sums[position(row, column)] += sum;
      }
    }
  }

  private static void store(
      float[] sums,
      int lastRow,
      int lastColumn,
      float[] c,
      int offset,
      int rowStride,
      int columnStride,
      boolean accumulate) {
    for (int row = 0; row <= lastRow; row++) {
      int at = offset + row * rowStride;
      for (int column = 0; column <= lastColumn; column++, at += columnStride) {
        float sum = sums[position(row, column)];
        c[at] = accumulate ? c[at] + sum : sum;
      }
    }
  }

  /** Returns where a tile puts the sum of a row and a column of the tile. */
  private static int position(int row, int column) {
    if (column == TILE) {
      return SUMS + row * LANES / TILE;
    }
    int number = row * TILE + column;
    int vectors = SUMS / LANES;
    return number % vectors * LANES + number / vectors;
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
    // Adding up the lanes of all sums at once: zipping two vectors puts the halves of each side by
    // side with the halves of the other, and the sum of the two zips is a vector in which both are
    // half as long; so half as many vectors are left, until each sum is one lane.
    FloatVector t0 = FIRST.selectFrom(s00, s20).add(SECOND.selectFrom(s00, s20));
    FloatVector t1 = FIRST.selectFrom(s01, s21).add(SECOND.selectFrom(s01, s21));
    FloatVector t2 = FIRST.selectFrom(s02, s22).add(SECOND.selectFrom(s02, s22));
    FloatVector t3 = FIRST.selectFrom(s03, s23).add(SECOND.selectFrom(s03, s23));
    FloatVector t4 = FIRST.selectFrom(s10, s30).add(SECOND.selectFrom(s10, s30));
    FloatVector t5 = FIRST.selectFrom(s11, s31).add(SECOND.selectFrom(s11, s31));
    FloatVector t6 = FIRST.selectFrom(s12, s32).add(SECOND.selectFrom(s12, s32));
    FloatVector t7 = FIRST.selectFrom(s13, s33).add(SECOND.selectFrom(s13, s33));
    if (LANES == 2) {
      t0.intoArray(sums, 0);
      t1.intoArray(sums, LANES);
      t2.intoArray(sums, 2 * LANES);
      t3.intoArray(sums, 3 * LANES);
      t4.intoArray(sums, 4 * LANES);
      t5.intoArray(sums, 5 * LANES);
      t6.intoArray(sums, 6 * LANES);
      t7.intoArray(sums, 7 * LANES);
      return;
    }
    t0 = FIRST.selectFrom(t0, t4).add(SECOND.selectFrom(t0, t4));
    t1 = FIRST.selectFrom(t1, t5).add(SECOND.selectFrom(t1, t5));
    t2 = FIRST.selectFrom(t2, t6).add(SECOND.selectFrom(t2, t6));
    t3 = FIRST.selectFrom(t3, t7).add(SECOND.selectFrom(t3, t7));
    if (LANES == 4) {
      t0.intoArray(sums, 0);
      t1.intoArray(sums, LANES);
      t2.intoArray(sums, 2 * LANES);
      t3.intoArray(sums, 3 * LANES);
      return;
    }
    t0 = FIRST.selectFrom(t0, t2).add(SECOND.selectFrom(t0, t2));
    t1 = FIRST.selectFrom(t1, t3).add(SECOND.selectFrom(t1, t3));
    if (LANES == 8) {
      t0.intoArray(sums, 0);
      t1.intoArray(sums, LANES);
    } else {
      FIRST.selectFrom(t0, t1).add(SECOND.selectFrom(t0, t1)).intoArray(sums, 0);
    }
  }

  /** The tile of five columns, for eight or sixteen lanes. */
  private static void multiply5(
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      int lastRow,
      float[] x,
      int xOffset,
      int xRowStride,
      float[] sums) {
    int a1 = aOffset + Math.min(1, lastRow) * aRowStride;
    int a2 = aOffset + Math.min(2, lastRow) * aRowStride;
    int a3 = aOffset + Math.min(3, lastRow) * aRowStride;
    int x1 = xOffset + xRowStride;
    int x2 = x1 + xRowStride;
    int x3 = x2 + xRowStride;
    int x4 = x3 + xRowStride;
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s02 = FloatVector.zero(SPECIES);
    FloatVector s03 = FloatVector.zero(SPECIES);
    FloatVector s04 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s12 = FloatVector.zero(SPECIES);
    FloatVector s13 = FloatVector.zero(SPECIES);
    FloatVector s14 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s22 = FloatVector.zero(SPECIES);
    FloatVector s23 = FloatVector.zero(SPECIES);
    FloatVector s24 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s32 = FloatVector.zero(SPECIES);
    FloatVector s33 = FloatVector.zero(SPECIES);
    FloatVector s34 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k += LANES) {
      FloatVector y0 = FloatVector.fromArray(SPECIES, x, xOffset + k);
      FloatVector y1 = FloatVector.fromArray(SPECIES, x, x1 + k);
      FloatVector y2 = FloatVector.fromArray(SPECIES, x, x2 + k);
      FloatVector y3 = FloatVector.fromArray(SPECIES, x, x3 + k);
      FloatVector y4 = FloatVector.fromArray(SPECIES, x, x4 + k);
      FloatVector z = FloatVector.fromArray(SPECIES, a, aOffset + k);
      s00 = z.fma(y0, s00);
      s01 = z.fma(y1, s01);
      s02 = z.fma(y2, s02);
      s03 = z.fma(y3, s03);
      s04 = z.fma(y4, s04);
      z = FloatVector.fromArray(SPECIES, a, a1 + k);
      s10 = z.fma(y0, s10);
      s11 = z.fma(y1, s11);
      s12 = z.fma(y2, s12);
      s13 = z.fma(y3, s13);
      s14 = z.fma(y4, s14);
      z = FloatVector.fromArray(SPECIES, a, a2 + k);
      s20 = z.fma(y0, s20);
      s21 = z.fma(y1, s21);
      s22 = z.fma(y2, s22);
      s23 = z.fma(y3, s23);
      s24 = z.fma(y4, s24);
      z = FloatVector.fromArray(SPECIES, a, a3 + k);
      s30 = z.fma(y0, s30);
      s31 = z.fma(y1, s31);
      s32 = z.fma(y2, s32);
      s33 = z.fma(y3, s33);
      s34 = z.fma(y4, s34);
    }
    // As above; the fifth column is summed by itself, at the end twice or four times over.
    FloatVector t0 = FIRST.selectFrom(s00, s20).add(SECOND.selectFrom(s00, s20));
    FloatVector t1 = FIRST.selectFrom(s01, s21).add(SECOND.selectFrom(s01, s21));
    FloatVector t2 = FIRST.selectFrom(s02, s22).add(SECOND.selectFrom(s02, s22));
    FloatVector t3 = FIRST.selectFrom(s03, s23).add(SECOND.selectFrom(s03, s23));
    FloatVector t4 = FIRST.selectFrom(s04, s24).add(SECOND.selectFrom(s04, s24));
    FloatVector t5 = FIRST.selectFrom(s10, s30).add(SECOND.selectFrom(s10, s30));
    FloatVector t6 = FIRST.selectFrom(s11, s31).add(SECOND.selectFrom(s11, s31));
    FloatVector t7 = FIRST.selectFrom(s12, s32).add(SECOND.selectFrom(s12, s32));
    FloatVector t8 = FIRST.selectFrom(s13, s33).add(SECOND.selectFrom(s13, s33));
    FloatVector t9 = FIRST.selectFrom(s14, s34).add(SECOND.selectFrom(s14, s34));
    t0 = FIRST.selectFrom(t0, t5).add(SECOND.selectFrom(t0, t5));
    t1 = FIRST.selectFrom(t1, t6).add(SECOND.selectFrom(t1, t6));
    t2 = FIRST.selectFrom(t2, t7).add(SECOND.selectFrom(t2, t7));
    t3 = FIRST.selectFrom(t3, t8).add(SECOND.selectFrom(t3, t8));
    t4 = FIRST.selectFrom(t4, t9).add(SECOND.selectFrom(t4, t9));
    t0 = FIRST.selectFrom(t0, t2).add(SECOND.selectFrom(t0, t2));
    t1 = FIRST.selectFrom(t1, t3).add(SECOND.selectFrom(t1, t3));
    t4 = FIRST.selectFrom(t4, t4).add(SECOND.selectFrom(t4, t4));
    if (LANES == 8) {
      t0.intoArray(sums, 0);
      t1.intoArray(sums, LANES);
    } else {
      FIRST.selectFrom(t0, t1).add(SECOND.selectFrom(t0, t1)).intoArray(sums, 0);
      t4 = FIRST.selectFrom(t4, t4).add(SECOND.selectFrom(t4, t4));
    }
    t4.intoArray(sums, SUMS);
  }
}
