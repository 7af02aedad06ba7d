package org.autograd.internal.kernel.matmul;

/**
 * The ways in which vector code computes a product. Sizes and strides alone decide, so that vector
 * code and its scalar twin add up in the same order.
 */
enum Route {
  /** So little work that plain Java does it, warm or not. (At twice as much, it takes longer.) */
  PLAIN,
  /** The right operand is one column; the left one has contiguous rows or columns. */
  MATRIX_VECTOR,
  /** The left operand is one row; the right one has contiguous rows or columns. */
  VECTOR_MATRIX,
  /** Few rows or columns, and both operands contiguous along the depth: dot products. */
  DOTS,
  /** Little work, for which nothing but perhaps the right operand is packed. */
  SMALL,
  /** All others: packed blocks. */
  BLOCKS;

  private static final int PLAIN_WORK = 512;

  /** Up to so many rows or columns of the result, dot products are faster than packing. */
  private static final int THIN = 16;

  static final int SMALL_DEPTH = 64;

  private static final int NARROW_WORK = 1 << 15;

  /** With contiguous rows on the left: there is a wide tile, and they stay in the cache. */
  private static final int ROWS_WORK = 1 << 20;

  /** Returns the way for vectors of so many lanes. */
  static Route of(Matrix<?> a, Matrix<?> b, int lanes) {
    long work = MatmulKernel.work(a, b);
    if (work < PLAIN_WORK) {
      return PLAIN;
    }
    if (b.columns() == 1 && isContiguous(a, lanes)) {
      return MATRIX_VECTOR;
    }
    if (a.rows() == 1 && isContiguous(b.transposed(), lanes)) {
      return VECTOR_MATRIX;
    }
    // In a depth of 8 vectors the sum of the lanes does not take longer than the products.
    if (a.columnStride() == 1
        && b.rowStride() == 1
        && Math.min(a.rows(), b.columns()) <= THIN
        && a.columns() >= 8 * lanes
        && lanes <= 16) {
      return DOTS;
    }
    boolean small =
        a.columnStride() == 1 ? work <= ROWS_WORK : work <= NARROW_WORK && b.columns() <= 2 * lanes;
    return small && a.columns() <= SMALL_DEPTH ? SMALL : BLOCKS;
  }

  private static boolean isContiguous(Matrix<?> matrix, int lanes) {
    return matrix.columnStride() == 1 || (matrix.rowStride() == 1 && matrix.rows() >= lanes);
  }
}
