package org.autograd.peers;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import org.autograd.bench.Library;
import org.autograd.bench.Product;
import org.autograd.bench.Work;
import org.autograd.type.DType;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/** OpenBLAS, called directly and into a result that is overwritten. */
public final class OpenBlasLibrary implements Library {
  @Override
  public String name() {
    return "openblas";
  }

  @Override
  public boolean isNative() {
    return true;
  }

  @Override
  public Work product(Product p, int threads) {
    PeerEnvironment.check(threads);
    int left = p.isLeftTransposed() ? CblasTrans : CblasNoTrans;
    int right = p.isRightTransposed() ? CblasTrans : CblasNoTrans;
    int leftStride = p.isLeftTransposed() ? p.rows() : p.inner();
    int rightStride = p.isRightTransposed() ? p.inner() : p.columns();
    int m = p.rows();
    int n = p.columns();
    int k = p.inner();
    if (p.dtype() == DType.FLOAT32) {
      FloatPointer a = new FloatPointer(Product.toFloats(p.left()));
      FloatPointer b = new FloatPointer(Product.toFloats(p.right()));
      FloatPointer c = new FloatPointer((long) m * n);
      return () -> {
        cblas_sgemm(CblasRowMajor, left, right, m, n, k, 1, a, leftStride, b, rightStride, 0, c, n);
        return c;
      };
    }
    DoublePointer a = new DoublePointer(p.left());
    DoublePointer b = new DoublePointer(p.right());
    DoublePointer c = new DoublePointer((long) m * n);
    return () -> {
      cblas_dgemm(CblasRowMajor, left, right, m, n, k, 1, a, leftStride, b, rightStride, 0, c, n);
      return c;
    };
  }
}
