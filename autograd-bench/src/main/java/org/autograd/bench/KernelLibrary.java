package org.autograd.bench;

import java.util.Arrays;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.internal.kernel.matmul.MatmulKernel;
import org.autograd.internal.kernel.matmul.MatmulProvider;
import org.autograd.internal.kernel.matmul.Matrix;
import org.autograd.type.DType;

/** One of our matrix products, whatever would be chosen on this machine. */
final class KernelLibrary implements Library {
  private final MatmulProvider provider;

  private KernelLibrary(MatmulProvider provider) {
    this.provider = provider;
  }

  /** Returns naive, plain and vector; ejml is {@link EjmlLibrary}, without our wrapper. */
  static List<Library> all() {
    return Arrays.stream(MatmulProvider.values())
        .filter(provider -> provider != MatmulProvider.EJML)
        .<Library>map(KernelLibrary::new)
        .toList();
  }

  @Override
  public String name() {
    return provider.toString();
  }

  @Override
  public Work product(Product product, int threads) {
    Autograd.setThreads(threads);
    return product(product, provider.float32(), provider.float64());
  }

  /** Returns the product by one of two kernels into one result, whatever the product asks for. */
  static Work product(
      Product product, MatmulKernel<float[]> float32, MatmulKernel<double[]> float64) {
    int size = product.rows() * product.columns();
    return product.dtype() == DType.FLOAT32
        ? product(
            product,
            Product.toFloats(product.left()),
            Product.toFloats(product.right()),
            new float[size],
            float32)
        : product(product, product.left(), product.right(), new double[size], float64);
  }

  private static <A> Work product(
      Product product, A left, A right, A result, MatmulKernel<A> kernel) {
    Matrix<A> a = matrix(left, product.rows(), product.inner(), product.isLeftTransposed());
    Matrix<A> b = matrix(right, product.inner(), product.columns(), product.isRightTransposed());
    Matrix<A> c = Matrix.rowMajor(result, product.rows(), product.columns());
    return () -> {
      kernel.multiply(a, b, c);
      return result;
    };
  }

  private static <A> Matrix<A> matrix(A array, int rows, int columns, boolean transposed) {
    return transposed
        ? Matrix.rowMajor(array, columns, rows).transposed()
        : Matrix.rowMajor(array, rows, columns);
  }
}
