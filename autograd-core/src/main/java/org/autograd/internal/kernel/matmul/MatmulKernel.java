package org.autograd.internal.kernel.matmul;

import org.autograd.internal.kernel.Parallel;

/**
 * One way to multiply matrices of one float type. It has no state, so any thread may use it.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface MatmulKernel<A> {
  /**
   * Products with fewer multiply-adds than this run on one thread. Two threads would be done
   * sooner, but half of the result would lie in the cache of the other one, and what comes next
   * would take longer by as much.
   */
  long PARALLEL_WORK = 1 << 24;

  /** So many elements are copied at once when a row is repeated; they stay in the L1 cache. */
  int REPEATED = 2048;

  /**
   * Computes {@code c = a b} or {@code c += a b}. The operands may have any strides; {@code c} has
   * contiguous rows and shares no element with {@code a} and {@code b}. If {@code a} has no columns
   * the product is all zeros.
   *
   * @param accumulate whether to add the product to {@code c} instead of overwriting it
   */
  void multiply(Matrix<A> a, Matrix<A> b, Matrix<A> c, boolean accumulate);

  /** Overwrites {@code c} with the product of {@code a} and {@code b}. */
  default void multiply(Matrix<A> a, Matrix<A> b, Matrix<A> c) {
    multiply(a, b, c, false);
  }

  /**
   * Computes {@code c = a b} with a row added to each row, to the bits of a product that is added
   * to copies of the row.
   *
   * @param row the array of the row, which begins at the offset and is as long as a row of {@code
   *     c}
   * @param c its rows follow each other
   */
  default void multiplyPlusRow(Matrix<A> a, Matrix<A> b, A row, int offset, Matrix<A> c) {
    repeat(row, offset, c.columns(), c.data(), c.offset(), c.rows());
    if (c.rows() > 0 && c.columns() > 0 && a.columns() > 0) {
      multiply(a, b, c, true);
    }
  }

  /** Writes a row {@code count} times, one after the other. */
  private static void repeat(Object row, int start, int length, Object to, int first, int count) {
    if (count == 0) {
      return;
    }
    System.arraycopy(row, start, to, first, length);
    // Short rows are doubled first: copies of a few elements cost more than the elements.
    int end = length * count;
    int written = length;
    int most = Math.max(1, REPEATED / Math.max(1, length)) * length;
    while (written < end) {
      int next = Math.min(Math.min(written, most), end - written);
      System.arraycopy(to, first, to, first + written, next);
      written += next;
    }
  }

  /**
   * Multiplies many matrices of one shape: product {@code i} takes the views {@code a}, {@code b}
   * and {@code c} from {@code aOffsets[i]}, {@code bOffsets[i]} and {@code cOffsets[i]}. Operands
   * may repeat, results must not overlap.
   *
   * @param accumulate whether to add the products to what is there instead of overwriting it
   */
  default void multiplyBatch(
      Matrix<A> a,
      int[] aOffsets,
      Matrix<A> b,
      int[] bOffsets,
      Matrix<A> c,
      int[] cOffsets,
      boolean accumulate) {
    int count = cOffsets.length;
    long work = Math.max(1, work(a, b));
    // Large products share the threads each by itself, small ones are dealt out in groups.
    int group = (int) Math.max(1, PARALLEL_WORK / 4 / work);
    int groups = work >= PARALLEL_WORK ? 1 : Math.ceilDiv(count, group);
    int groupSize = Math.ceilDiv(count, Math.max(1, groups));
    Parallel.forEach(
        groups,
        g -> {
          int end = Math.min(count, (g + 1) * groupSize);
          for (int i = g * groupSize; i < end; i++) {
            multiply(a.at(aOffsets[i]), b.at(bOffsets[i]), c.at(cOffsets[i]), accumulate);
          }
        });
  }

  /**
   * Returns a right operand for many products one after the other, for which a kernel may prepare
   * it once. Its elements must stay as they are meanwhile, and one thread at a time may use it.
   */
  default RightOperand<A> rightOperand(Matrix<A> b) {
    return (a, c, accumulate) -> multiply(a, b, c, accumulate);
  }

  /**
   * The right operand of many products.
   *
   * @param <A> {@code float[]} or {@code double[]}
   */
  @FunctionalInterface
  interface RightOperand<A> {
    /** Does as {@link MatmulKernel#multiply(Matrix, Matrix, Matrix, boolean)}, to the same bits. */
    void multiply(Matrix<A> a, Matrix<A> c, boolean accumulate);
  }

  /** Returns the number of multiply-adds in a product. */
  static long work(Matrix<?> a, Matrix<?> b) {
    return (long) a.rows() * a.columns() * b.columns();
  }
}
