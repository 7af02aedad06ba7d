package org.autograd.internal.kernel.matmul;

/** The product by the Vector API. {@link VectorTwinF32} computes the same bits without it. */
final class VectorMatmulF32 implements MatmulKernel<float[]> {
  private static final PlainMatmulF32 PLAIN = new PlainMatmulF32();

  @Override
  public void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    Matrix.checkProduct(a, b, c);
    switch (Route.of(a, b, VectorTileF32.LANES)) {
      case PLAIN -> PLAIN.multiply(a, b, c, accumulate);
      case MATRIX_VECTOR -> VectorMatrixVectorF32.multiply(a, b, c, accumulate);
      case VECTOR_MATRIX ->
          VectorMatrixVectorF32.multiply(
              b.transposed(), a.transposed(), c.transposed(), accumulate);
      case DOTS -> VectorDotsF32.multiply(a, b, c, accumulate);
      case SMALL -> VectorSmallF32.multiply(a, b, c, accumulate);
      case BLOCKS -> VectorProductF32.multiply(a, b, c, accumulate);
    }
  }
}
