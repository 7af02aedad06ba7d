package org.autograd.internal.kernel.matmul;

import org.jspecify.annotations.Nullable;

/** The product by the Vector API. {@link VectorTwinF32} computes the same bits without it. */
final class VectorMatmulF32 implements MatmulKernel<float[]> {
  private static final PlainMatmulF32 PLAIN = new PlainMatmulF32();

  /** What is packed as a whole is a second copy, so it should not be large. */
  private static final int MOST_PACKED = 1 << 24;

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
      case BLOCKS -> VectorProductF32.multiply(a, b, null, null, c, accumulate);
    }
  }

  @Override
  public void multiplyPlusRow(
      Matrix<float[]> a, Matrix<float[]> b, float[] row, int offset, Matrix<float[]> c) {
    if (Route.of(a, b, VectorTileF32.LANES) == Route.BLOCKS) {
      Matrix.checkProduct(a, b, c);
      Matrix<float[]> added = new Matrix<>(row, offset, 1, c.columns(), c.columns(), 1);
      VectorProductF32.multiply(a, b, null, added, c, false);
    } else {
      MatmulKernel.super.multiplyPlusRow(a, b, row, offset, c);
    }
  }

  @Override
  public RightOperand<float[]> rightOperand(Matrix<float[]> b) {
    return new Right(b);
  }

  /** A right operand that is packed by the first product in blocks. */
  private final class Right implements RightOperand<float[]> {
    private final Matrix<float[]> b;
    private VectorProductF32.@Nullable PackedRight packed;

    Right(Matrix<float[]> b) {
      this.b = b;
    }

    @Override
    public void multiply(Matrix<float[]> a, Matrix<float[]> c, boolean accumulate) {
      boolean packable = (long) b.rows() * b.columns() <= MOST_PACKED;
      if (Route.of(a, b, VectorTileF32.LANES) != Route.BLOCKS || !packable) {
        VectorMatmulF32.this.multiply(a, b, c, accumulate);
        return;
      }
      Matrix.checkProduct(a, b, c);
      if (packed == null) {
        packed = VectorProductF32.PackedRight.of(b);
      }
      VectorProductF32.multiply(a, b, packed, null, c, accumulate);
    }
  }
}
