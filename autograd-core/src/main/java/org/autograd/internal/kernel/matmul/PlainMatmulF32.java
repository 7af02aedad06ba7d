package org.autograd.internal.kernel.matmul;

import org.autograd.internal.kernel.Parallel;

/**
 * The product in plain Java: tiles of 4 x 4 elements whose sums stay in registers, so that each
 * element loaded is used four times. It is about twice as fast as EJML, whose sums go through
 * memory (HotSpot cannot vectorise those, for it does not know that the arrays are distinct), and
 * it is fast at once, while vector code is some hundred times slower until it has been compiled.
 *
 * <p>Each element is summed from the first to the last term by fused multiply-adds, as {@link
 * VectorTwinF32} needs it.
 */
final class PlainMatmulF32 implements MatmulKernel<float[]> {
  private static final int TILE = 4;
  private static final int ROWS_PER_BLOCK = 64;

  /** As this is slower than vector code, threads pay earlier. */
  private static final long PARALLEL_WORK = MatmulKernel.PARALLEL_WORK / 4;

  /**
   * From this many multiply-adds on, operands are copied into strips four elements wide: walking
   * down the columns of a wide matrix misses the cache.
   */
  private static final long PACKED_WORK = 1 << 18;

  /** Bounds those copies: to 64 MB for float32. */
  private static final int PACKED_DEPTH = 1 << 18;

  @Override
  public void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    Matrix.checkProduct(a, b, c);
    if (MatmulKernel.work(a, b) < PARALLEL_WORK) {
      multiplyRows(a, b, c, accumulate);
      return;
    }
    Parallel.forEach(
        Math.ceilDiv(c.rows(), ROWS_PER_BLOCK),
        block -> {
          int from = block * ROWS_PER_BLOCK;
          int to = Math.min(c.rows(), from + ROWS_PER_BLOCK);
          multiplyRows(a.rows(from, to), b, c.rows(from, to), accumulate);
        });
  }

  /**
   * At an edge the last tile reaches back over the one before and computes the same values again,
   * which is simpler than smaller tiles and hardly slower.
   */
  private static void multiplyRows(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    int lastRow = c.rows() - TILE;
    int lastColumn = c.columns() - TILE;
    if (lastRow < 0 || lastColumn < 0) {
      if (c.rows() < c.columns()) {
        multiplyThin(a, b, c, accumulate);
      } else {
        multiplyThin(b.transposed(), a.transposed(), c.transposed(), accumulate);
      }
      return;
    }
    int depth = a.columns();
    boolean packed = MatmulKernel.work(a, b) >= PACKED_WORK && depth <= PACKED_DEPTH;
    float[] left = new float[packed ? Math.ceilDiv(c.rows(), TILE) * TILE * depth : 0];
    float[] right = new float[packed ? TILE * depth : 0];
    float[] sums = new float[accumulate ? TILE * TILE : 0];
    for (int row = 0; packed && row < c.rows(); row += TILE) {
      pack(a, Math.min(row, lastRow), left, row * depth);
    }
    for (int column = 0; column < c.columns(); column += TILE) {
      int j = Math.min(column, lastColumn);
      if (packed) {
        pack(b.transposed(), j, right, 0);
      }
      for (int row = 0; row < c.rows(); row += TILE) {
        int i = Math.min(row, lastRow);
        tile(
            depth,
            packed ? left : a.data(),
            packed ? row * depth : a.index(i, 0),
            packed ? 1 : a.rowStride(),
            packed ? TILE : a.columnStride(),
            packed ? right : b.data(),
            packed ? 0 : b.index(0, j),
            packed ? TILE : b.rowStride(),
            packed ? 1 : b.columnStride(),
            accumulate ? sums : c.data(),
            accumulate ? 0 : c.index(i, j),
            accumulate ? TILE : c.rowStride());
        if (accumulate) {
          add(sums, row - i, column - j, c, i, j);
        }
      }
    }
  }

  /** Adds a tile to C, except the first rows and columns, which the tile before has added. */
  private static void add(
      float[] sums, int fromRow, int fromColumn, Matrix<float[]> c, int row, int column) {
    for (int i = fromRow; i < TILE; i++) {
      for (int j = fromColumn; j < TILE; j++) {
        c.data()[c.index(row + i, column + j)] += sums[i * TILE + j];
      }
    }
  }

  private static void pack(Matrix<float[]> matrix, int row, float[] packed, int to) {
    float[] data = matrix.data();
    int stride = matrix.rowStride();
    int from = matrix.index(row, 0);
    for (int k = 0; k < matrix.columns(); k++) {
      packed[to] = data[from];
      packed[to + 1] = data[from + stride];
      packed[to + 2] = data[from + 2 * stride];
      packed[to + 3] = data[from + 3 * stride];
      from += matrix.columnStride();
      to += TILE;
    }
  }

  /** Fewer rows than a tile has; the last column stands in for those that are missing. */
  private static void multiplyThin(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    float[] sums = new float[TILE];
    int last = c.columns() - 1;
    for (int row = 0; row < c.rows(); row++) {
      for (int column = 0; column <= last; column += TILE) {
        dots(
            a.columns(),
            a.data(),
            a.index(row, 0),
            a.columnStride(),
            b.data(),
            b.index(0, column),
            b.index(0, Math.min(column + 1, last)),
            b.index(0, Math.min(column + 2, last)),
            b.index(0, Math.min(column + 3, last)),
            b.rowStride(),
            sums);
        for (int j = column; j <= Math.min(column + TILE - 1, last); j++) {
          int at = c.index(row, j);
          c.data()[at] = accumulate ? c.data()[at] + sums[j - column] : sums[j - column];
        }
      }
    }
  }

  private static void tile(
      int depth,
      float[] a,
      int a0,
      int aRowStride,
      int aColumnStride,
      float[] b,
      int b0,
      int bRowStride,
      int bColumnStride,
      float[] c,
      int c0,
      int cRowStride) {
    int a1 = a0 + aRowStride;
    int a2 = a1 + aRowStride;
    int a3 = a2 + aRowStride;
    int b1 = b0 + bColumnStride;
    int b2 = b1 + bColumnStride;
    int b3 = b2 + bColumnStride;
    float s00 = 0f;
    float s01 = 0f;
    float s02 = 0f;
    float s03 = 0f;
    float s10 = 0f;
    float s11 = 0f;
    float s12 = 0f;
    float s13 = 0f;
    float s20 = 0f;
    float s21 = 0f;
    float s22 = 0f;
    float s23 = 0f;
    float s30 = 0f;
    float s31 = 0f;
    float s32 = 0f;
    float s33 = 0f;
    for (int k = 0, i = 0, j = 0; k < depth; k++, i += aColumnStride, j += bRowStride) {
      float x0 = b[b0 + j];
      float x1 = b[b1 + j];
      float x2 = b[b2 + j];
      float x3 = b[b3 + j];
      float y = a[a0 + i];
      s00 = Math.fma(y, x0, s00);
      s01 = Math.fma(y, x1, s01);
      s02 = Math.fma(y, x2, s02);
      s03 = Math.fma(y, x3, s03);
      y = a[a1 + i];
      s10 = Math.fma(y, x0, s10);
      s11 = Math.fma(y, x1, s11);
      s12 = Math.fma(y, x2, s12);
      s13 = Math.fma(y, x3, s13);
      y = a[a2 + i];
      s20 = Math.fma(y, x0, s20);
      s21 = Math.fma(y, x1, s21);
      s22 = Math.fma(y, x2, s22);
      s23 = Math.fma(y, x3, s23);
      y = a[a3 + i];
      s30 = Math.fma(y, x0, s30);
      s31 = Math.fma(y, x1, s31);
      s32 = Math.fma(y, x2, s32);
      s33 = Math.fma(y, x3, s33);
    }
    store(c, c0, s00, s01, s02, s03);
    store(c, c0 + cRowStride, s10, s11, s12, s13);
    store(c, c0 + 2 * cRowStride, s20, s21, s22, s23);
    store(c, c0 + 3 * cRowStride, s30, s31, s32, s33);
  }

  private static void store(float[] c, int at, float s0, float s1, float s2, float s3) {
    c[at] = s0;
    c[at + 1] = s1;
    c[at + 2] = s2;
    c[at + 3] = s3;
  }

  private static void dots(
      int depth,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int b0,
      int b1,
      int b2,
      int b3,
      int bStride,
      float[] sums) {
    float s0 = 0f;
    float s1 = 0f;
    float s2 = 0f;
    float s3 = 0f;
    for (int k = 0, i = aOffset, j = 0; k < depth; k++, i += aStride, j += bStride) {
      float x = a[i];
      s0 = Math.fma(x, b[b0 + j], s0);
      s1 = Math.fma(x, b[b1 + j], s1);
      s2 = Math.fma(x, b[b2 + j], s2);
      s3 = Math.fma(x, b[b3 + j], s3);
    }
    store(sums, 0, s0, s1, s2, s3);
  }
}
