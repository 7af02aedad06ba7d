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

  /**
   * Computes {@code c = a b} or {@code c += a b}. The operands may have any strides; {@code c} has
   * contiguous rows and shares no element with {@code a} and {@code b}. If {@code a} has no columns
   * the product is all zeros.
   *
   * <p>A bias costs no pass of its own if {@code c} is filled with it before the product is added.
   *
   * @param accumulate whether to add the product to {@code c} instead of overwriting it
   */
  void multiply(Matrix<A> a, Matrix<A> b, Matrix<A> c, boolean accumulate);

  /** Overwrites {@code c} with the product of {@code a} and {@code b}. */
  default void multiply(Matrix<A> a, Matrix<A> b, Matrix<A> c) {
    multiply(a, b, c, false);
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

  /** Returns the number of multiply-adds in a product. */
  static long work(Matrix<?> a, Matrix<?> b) {
    return (long) a.rows() * a.columns() * b.columns();
  }
}
