package org.autograd.internal.kernel;

/**
 * A {@link Program} made executable for one dtype.
 *
 * <p>Every compiled variant (scalar, SIMD at any lane width) gives the same bits, so that it does
 * not matter when a warm variant takes over: functions are evaluated by the same polynomials with
 * the same fused multiply-adds, and a sum over columns is taken over {@code P} partial sums ({@code
 * P} = 64 for float32, 32 for float64), element {@code i} into partial {@code i mod P} in order of
 * {@code i}, which are then halved: {@code p[i] += p[i + h]} for {@code h = P/2, P/4, ... 1}.
 */
@FunctionalInterface
public interface Kernel {

  /**
   * Runs over {@code rows} times {@code columns} elements.
   *
   * @param buffers the arrays: {@code float[]} or {@code double[]} after the dtype, {@code
   *     boolean[]} for masks
   * @param offsets the index of each buffer's first element
   * @param rowStrides the distance between rows in each buffer, 0 to use one row again and again
   * @param parameters the scalar arguments
   */
  void run(
      Object[] buffers,
      int[] offsets,
      int[] rowStrides,
      double[] parameters,
      int rows,
      int columns);
}
