package org.autograd.internal.kernel.matmul;

/** The product by the Vector API. Which way it goes depends on sizes and strides only. */
final class VectorMatmulF32 implements MatmulKernel<float[]> {
  /**
   * Products with fewer multiply-adds than this are left to plain Java, which is about as fast
   * there and does not have to be warm. (At 1024 it takes two to three times as long.)
   */
  private static final long PLAIN_WORK = 512;

  private static final PlainMatmulF32 PLAIN = new PlainMatmulF32();

  @Override
  public void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    if (MatmulKernel.work(a, b) < PLAIN_WORK) {
      PLAIN.multiply(a, b, c, accumulate);
      return;
    }
    Matrix.checkProduct(a, b, c);
    if (c.columns() == 1 && VectorMatrixVectorF32.accepts(a)) {
      VectorMatrixVectorF32.multiply(a, b, c, accumulate);
    } else if (c.rows() == 1 && VectorMatrixVectorF32.accepts(b.transposed())) {
      VectorMatrixVectorF32.multiply(b.transposed(), a.transposed(), c.transposed(), accumulate);
    } else if (VectorDotsF32.accepts(a, b)) {
      VectorDotsF32.multiply(a, b, c, accumulate);
    } else if (VectorSmallF32.accepts(a, b)) {
      VectorSmallF32.multiply(a, b, c, accumulate);
    } else {
      VectorProductF32.multiply(a, b, c, accumulate);
    }
  }
}
