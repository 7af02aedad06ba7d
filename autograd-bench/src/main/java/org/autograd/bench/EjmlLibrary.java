package org.autograd.bench;

import org.autograd.type.DType;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_FDRM;

/** EJML, which has one thread here and a result that is overwritten. */
final class EjmlLibrary implements Library {
  @Override
  public String name() {
    return "ejml";
  }

  @Override
  public Work product(Product product, int threads) {
    return product.dtype() == DType.FLOAT32 ? float32(product) : float64(product);
  }

  private static Work float32(Product p) {
    float[] left = Product.toFloats(p.left());
    float[] right = Product.toFloats(p.right());
    FMatrixRMaj a =
        p.isLeftTransposed()
            ? FMatrixRMaj.wrap(p.inner(), p.rows(), left)
            : FMatrixRMaj.wrap(p.rows(), p.inner(), left);
    FMatrixRMaj b =
        p.isRightTransposed()
            ? FMatrixRMaj.wrap(p.columns(), p.inner(), right)
            : FMatrixRMaj.wrap(p.inner(), p.columns(), right);
    FMatrixRMaj c = new FMatrixRMaj(p.rows(), p.columns());
    return switch (p.layout()) {
      case "nn" -> () -> CommonOps_FDRM.mult(a, b, c);
      case "nt" -> () -> CommonOps_FDRM.multTransB(a, b, c);
      case "tn" -> () -> CommonOps_FDRM.multTransA(a, b, c);
      default -> () -> CommonOps_FDRM.multTransAB(a, b, c);
    };
  }

  private static Work float64(Product p) {
    double[] left = p.left();
    double[] right = p.right();
    DMatrixRMaj a =
        p.isLeftTransposed()
            ? DMatrixRMaj.wrap(p.inner(), p.rows(), left)
            : DMatrixRMaj.wrap(p.rows(), p.inner(), left);
    DMatrixRMaj b =
        p.isRightTransposed()
            ? DMatrixRMaj.wrap(p.columns(), p.inner(), right)
            : DMatrixRMaj.wrap(p.inner(), p.columns(), right);
    DMatrixRMaj c = new DMatrixRMaj(p.rows(), p.columns());
    return switch (p.layout()) {
      case "nn" -> () -> CommonOps_DDRM.mult(a, b, c);
      case "nt" -> () -> CommonOps_DDRM.multTransB(a, b, c);
      case "tn" -> () -> CommonOps_DDRM.multTransA(a, b, c);
      default -> () -> CommonOps_DDRM.multTransAB(a, b, c);
    };
  }
}
