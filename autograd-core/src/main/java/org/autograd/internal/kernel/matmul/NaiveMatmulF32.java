package org.autograd.internal.kernel.matmul;

/**
 * The definition of the matrix product, word for word; what the other kernels are tested against.
 */
final class NaiveMatmulF32 implements MatmulKernel<float[]> {
  @Override
  public void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    Matrix.checkProduct(a, b, c);
    for (int row = 0; row < c.rows(); row++) {
      for (int column = 0; column < c.columns(); column++) {
        float sum = 0f;
        for (int k = 0; k < a.columns(); k++) {
          sum += a.data()[a.index(row, k)] * b.data()[b.index(k, column)];
        }
        int at = c.index(row, column);
        c.data()[at] = accumulate ? c.data()[at] + sum : sum;
      }
    }
  }
}
