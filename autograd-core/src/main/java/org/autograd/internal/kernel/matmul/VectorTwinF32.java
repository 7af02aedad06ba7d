package org.autograd.internal.kernel.matmul;

import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Simd;

/**
 * The twin of {@link VectorMatmulF32} in plain Java: the same multiply-adds in the same order, so
 * the same bits. It is fast soon, while vector code is some hundred times slower until it has been
 * compiled.
 */
final class VectorTwinF32 implements MatmulKernel<float[]> {
  /**
   * How deep blocks are at most. A strip of B of this depth does not fit the first-level cache, but
   * the deeper the blocks are, the less often C is loaded and stored: that was measured as faster.
   */
  // f32-only
  private static final int DEPTH_BLOCK = 512;

  // end
  // f64: private static final int DEPTH_BLOCK = 384;

  private static final int ROWS_PER_BLOCK = 16;

  private static final PlainMatmulF32 PLAIN = new PlainMatmulF32();

  private final int lanes = Simd.bits() / Float.SIZE;

  /** Returns how deep the blocks are: equally, lest the last one be thin. */
  static int depthBlock(int inner) {
    return Math.ceilDiv(inner, Math.ceilDiv(inner, DEPTH_BLOCK));
  }

  @Override
  public void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    Matrix.checkProduct(a, b, c);
    int inner = a.columns();
    switch (Route.of(a, b, lanes)) {
      case PLAIN -> PLAIN.multiply(a, b, c, accumulate);
      case MATRIX_VECTOR -> {
        if (a.columnStride() == 1) {
          dots(a, b.transposed(), c, accumulate);
        } else {
          PLAIN.multiply(a, b, c, accumulate);
        }
      }
      case VECTOR_MATRIX -> {
        if (b.rowStride() == 1) {
          dots(a, b.transposed(), c, accumulate);
        } else {
          PLAIN.multiply(a, b, c, accumulate);
        }
      }
      case DOTS -> dots(a, b.transposed(), c, accumulate);
      case SMALL -> PLAIN.multiply(a, b, c, accumulate);
      case BLOCKS -> {
        int depth = depthBlock(inner);
        for (int k = 0; k < inner; k += depth) {
          int to = Math.min(inner, k + depth);
          PLAIN.multiply(a.columns(k, to), b.rows(k, to), c, accumulate || k > 0);
        }
      }
    }
  }

  /** The dot products of the rows of {@code a} and {@code x}, in a sum for each lane. */
  private void dots(Matrix<float[]> a, Matrix<float[]> x, Matrix<float[]> c, boolean accumulate) {
    boolean parallel = MatmulKernel.work(a, x.transposed()) >= MatmulKernel.PARALLEL_WORK;
    int size = parallel ? ROWS_PER_BLOCK : Math.max(1, a.rows());
    Parallel.forEach(
        Math.ceilDiv(a.rows(), size),
        block -> {
          int from = block * size;
          int to = Math.min(a.rows(), from + size);
          dots(a.rows(from, to), x, c.rows(from, to), new float[lanes], accumulate);
        });
  }

  private static void dots(
      Matrix<float[]> a, Matrix<float[]> x, Matrix<float[]> c, float[] sums, boolean accumulate) {
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < x.rows(); j++) {
        float value =
            dot(
                a.columns(),
                a.data(),
                a.index(i, 0),
                a.columnStride(),
                x.data(),
                x.index(j, 0),
                x.columnStride(),
                sums);
        int at = c.index(i, j);
        c.data()[at] = accumulate ? c.data()[at] + value : value;
      }
    }
  }

  /** Returns a dot product; one of the two may be a vector with a stride. */
  private static float dot(
      int length,
      float[] a,
      int aOffset,
      int aStride,
      float[] x,
      int xOffset,
      int xStride,
      float[] sums) {
    int lanes = sums.length;
    int bound = length / lanes * lanes;
    // Two lanes at a time, as one would wait for itself.
    for (int lane = 0; lane < lanes; lane += 2) {
      float sum0 = 0f;
      float sum1 = 0f;
      for (int k = lane; k < bound; k += lanes) {
        int i = aOffset + k * aStride;
        int j = xOffset + k * xStride;
        sum0 = Math.fma(a[i], x[j], sum0);
        sum1 = Math.fma(a[i + aStride], x[j + xStride], sum1);
      }
      sums[lane] = sum0;
      sums[lane + 1] = sum1;
    }
    // Halved again and again, as vectors are.
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        sums[lane] += sums[lane + half];
      }
    }
    if (bound == length) {
      return sums[0];
    }
    float rest = 0f;
    for (int k = bound; k < length; k++) {
      rest += a[aOffset + k * aStride] * x[xOffset + k * xStride];
    }
    return sums[0] + rest;
  }
}
