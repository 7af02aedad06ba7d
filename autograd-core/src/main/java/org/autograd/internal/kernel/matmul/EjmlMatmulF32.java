package org.autograd.internal.kernel.matmul;

import org.autograd.internal.kernel.Ejml;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;

/**
 * The product by EJML. An EJML matrix is a whole array in row-major order, so operands are wrapped
 * where they (or their transposes) are just that and copied otherwise.
 */
final class EjmlMatmulF32 implements MatmulKernel<float[]> {
  static {
    Ejml.open();
  }

  @Override
  public void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    Matrix.checkProduct(a, b, c);
    boolean transposeA = isWhole(a.transposed());
    boolean transposeB = isWhole(b.transposed());
    FMatrixRMaj left = wrap(transposeA ? a.transposed() : a);
    FMatrixRMaj right = wrap(transposeB ? b.transposed() : b);
    FMatrixRMaj product =
        isWhole(c) && !accumulate
            ? FMatrixRMaj.wrap(c.rows(), c.columns(), c.data())
            : new FMatrixRMaj(c.rows(), c.columns());
    if (transposeA && transposeB) {
      CommonOps_FDRM.multTransAB(left, right, product);
    } else if (transposeA) {
      CommonOps_FDRM.multTransA(left, right, product);
    } else if (transposeB) {
      CommonOps_FDRM.multTransB(left, right, product);
    } else {
      CommonOps_FDRM.mult(left, right, product);
    }
    if (product.data != c.data()) {
      for (int row = 0; row < c.rows(); row++) {
        for (int column = 0; column < c.columns(); column++) {
          float value = product.data[row * c.columns() + column];
          int at = c.index(row, column);
          c.data()[at] = accumulate ? c.data()[at] + value : value;
        }
      }
    }
  }

  private static boolean isWhole(Matrix<float[]> matrix) {
    return matrix.offset() == 0
        && matrix.columnStride() == 1
        && matrix.rowStride() == matrix.columns();
  }

  private static FMatrixRMaj wrap(Matrix<float[]> matrix) {
    if (isWhole(matrix)) {
      return FMatrixRMaj.wrap(matrix.rows(), matrix.columns(), matrix.data());
    }
    FMatrixRMaj copy = new FMatrixRMaj(matrix.rows(), matrix.columns());
    for (int row = 0, to = 0; row < matrix.rows(); row++) {
      for (int column = 0; column < matrix.columns(); column++) {
        copy.data[to++] = matrix.data()[matrix.index(row, column)];
      }
    }
    return copy;
  }
}
