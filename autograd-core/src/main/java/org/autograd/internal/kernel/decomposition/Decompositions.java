package org.autograd.internal.kernel.decomposition;

import java.util.Arrays;
import org.autograd.internal.kernel.Ejml;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.decomposition.lu.LUDecompositionBase_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.LUDecomposition_F64;
import org.ejml.interfaces.decomposition.QRDecomposition;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * Decompositions of one matrix by EJML, and what is solved with them. A matrix is an array in
 * row-major order without anything else in it, and may be written over. No size is 0.
 *
 * <p>All is done in double, for float32 matrices too: EJML's loops are scalar, so float would be no
 * faster, only less accurate. No call uses more than one thread.
 */
public final class Decompositions {
  static {
    Ejml.open();
  }

  private Decompositions() {}

  /**
   * Solves {@code a x = b}.
   *
   * @param n rows and columns of {@code a}
   * @param columns of {@code b} and {@code x}
   * @return false if {@code a} is singular: a pivot is 0. Then {@code x} has infinities and NaN
   */
  public static boolean solve(double[] a, int n, double[] b, int columns, double[] x) {
    LUDecomposition_F64<DMatrixRMaj> lu = lu(a, n);
    double[] factors = factors(lu);
    int[] order = lu.getRowPivotV(null);
    for (int row = 0; row < n; row++) {
      System.arraycopy(b, order[row] * columns, x, row * columns, columns);
    }
    substituteForward(factors, n, true, x, columns);
    substituteBackward(factors, n, x, columns);
    for (int k = 0; k < n; k++) {
      if (factors[k * n + k] == 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Inverts a matrix.
   *
   * @return false if it is singular, as {@link #solve}
   */
  public static boolean invert(double[] a, int n, double[] inverse) {
    double[] identity = new double[n * n];
    for (int k = 0; k < n; k++) {
      identity[k * n + k] = 1;
    }
    return solve(a, n, identity, n, inverse);
  }

  /**
   * Solves {@code a x = b} where only a triangle of {@code a} counts. A 0 on the diagonal gives
   * infinities and NaN.
   *
   * @param x contains {@code b} and is written over
   */
  public static void solveTriangular(double[] a, int n, boolean upper, double[] x, int columns) {
    if (upper) {
      substituteBackward(a, n, x, columns);
    } else {
      substituteForward(a, n, false, x, columns);
    }
  }

  /** Returns the determinant. */
  public static double determinant(double[] a, int n) {
    LUDecomposition_F64<DMatrixRMaj> lu = lu(a, n);
    double[] factors = factors(lu);
    double result = sign(lu.getRowPivotV(null), n);
    for (int k = 0; k < n; k++) {
      result *= factors[k * n + k];
    }
    return result;
  }

  /** Writes the determinant's sign (0 for a singular matrix) and the logarithm of its size. */
  public static void logDeterminant(double[] a, int n, double[] sign, double[] logarithm) {
    LUDecomposition_F64<DMatrixRMaj> lu = lu(a, n);
    double[] factors = factors(lu);
    double signs = sign(lu.getRowPivotV(null), n);
    double sum = 0;
    for (int k = 0; k < n; k++) {
      double pivot = factors[k * n + k];
      signs *= Math.signum(pivot);
      sum += Math.log(Math.abs(pivot));
    }
    sign[0] = signs;
    logarithm[0] = sum;
  }

  /**
   * Computes {@code a = l l^T} from the lower triangle of {@code a}.
   *
   * @return false if {@code a} is not positive-definite; then {@code l} is undefined
   */
  public static boolean cholesky(double[] a, int n, double[] l) {
    mirrorLowerTriangle(a, n);
    CholeskyDecomposition_F64<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.chol(n, true);
    if (!decomposition.decompose(DMatrixRMaj.wrap(n, n, a))) {
      return false;
    }
    decomposition.getT(DMatrixRMaj.wrap(n, n, l));
    for (int k = 0; k < n; k++) {
      if (!(l[k * n + k] > 0)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Computes {@code a = q r} for {@code a} of {@code m >= n} rows.
   *
   * @param q of {@code m} rows and {@code n} columns
   * @param r of {@code n} rows and columns
   */
  public static void qr(double[] a, int m, int n, double[] q, double[] r) {
    QRDecomposition<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.qr(m, n);
    // False says that a column became 0, which is a decomposition all the same.
    boolean unusedRegular = decomposition.decompose(DMatrixRMaj.wrap(m, n, a));
    decomposition.getQ(DMatrixRMaj.wrap(m, n, q), true);
    decomposition.getR(DMatrixRMaj.wrap(n, n, r), true);
  }

  /**
   * Computes {@code a = u diag(s) vh} with {@code k = min(m, n)} singular values, the largest
   * first.
   *
   * @param u of {@code m} rows and {@code k} columns
   * @param vh of {@code k} rows and {@code n} columns
   * @return false if the iteration does not converge, as with NaN and infinities
   */
  public static boolean svd(double[] a, int m, int n, double[] u, double[] s, double[] vh) {
    if (!isFinite(a)) {
      return false;
    }
    SingularValueDecomposition_F64<DMatrixRMaj> decomposition =
        DecompositionFactory_DDRM.svd(m, n, true, true, true);
    if (!decomposition.decompose(DMatrixRMaj.wrap(m, n, a))) {
      return false;
    }
    int k = Math.min(m, n);
    DMatrixRMaj left = decomposition.getU(null, false);
    DMatrixRMaj right = decomposition.getV(null, true);
    double[] values = decomposition.getSingularValues();
    SingularOps_DDRM.descendingOrder(left, false, values, k, right, true);
    System.arraycopy(left.data, 0, u, 0, m * k);
    System.arraycopy(values, 0, s, 0, k);
    System.arraycopy(right.data, 0, vh, 0, k * n);
    return true;
  }

  /**
   * Computes the eigenvalues of a symmetric matrix, of which the lower triangle is read, the
   * smallest first, and their eigenvectors.
   *
   * @param vectors a column each
   * @return false if the iteration does not converge, as with NaN and infinities
   */
  public static boolean eigh(double[] a, int n, double[] values, double[] vectors) {
    mirrorLowerTriangle(a, n);
    if (!isFinite(a)) {
      return false;
    }
    EigenDecomposition_F64<DMatrixRMaj> decomposition =
        DecompositionFactory_DDRM.eig(n, true, true);
    if (!decomposition.decompose(DMatrixRMaj.wrap(n, n, a))) {
      return false;
    }
    Integer[] order = new Integer[n];
    Arrays.setAll(order, k -> k);
    Arrays.sort(
        order,
        (j, k) ->
            Double.compare(
                decomposition.getEigenvalue(j).getReal(),
                decomposition.getEigenvalue(k).getReal()));
    for (int k = 0; k < n; k++) {
      values[k] = decomposition.getEigenvalue(order[k]).getReal();
      double[] vector = decomposition.getEigenVector(order[k]).data;
      for (int row = 0; row < n; row++) {
        vectors[row * n + k] = vector[row];
      }
    }
    return true;
  }

  /**
   * Computes the pseudo-inverse, in which singular values count as 0 that are not larger than
   * {@code tolerance} times the largest.
   *
   * @param inverse of {@code n} rows and {@code m} columns
   * @return false as {@link #svd}
   */
  public static boolean pseudoInverse(
      double[] a, int m, int n, double tolerance, double[] inverse) {
    int k = Math.min(m, n);
    double[] u = new double[m * k];
    double[] s = new double[k];
    double[] vh = new double[k * n];
    if (!svd(a, m, n, u, s, vh)) {
      return false;
    }
    for (int row = 0; row < k; row++) {
      double factor = s[row] > tolerance * s[0] ? 1 / s[row] : 0;
      for (int column = 0; column < n; column++) {
        vh[row * n + column] *= factor;
      }
    }
    CommonOps_DDRM.multTransAB(
        DMatrixRMaj.wrap(k, n, vh), DMatrixRMaj.wrap(m, k, u), DMatrixRMaj.wrap(n, m, inverse));
    return true;
  }

  private static LUDecomposition_F64<DMatrixRMaj> lu(double[] a, int n) {
    LUDecomposition_F64<DMatrixRMaj> lu = DecompositionFactory_DDRM.lu(n, n);
    if (!lu.decompose(DMatrixRMaj.wrap(n, n, a))) {
      throw new AssertionError("EJML's LU decomposition has no way to fail");
    }
    return lu;
  }

  /** Both triangles in one matrix; the 1s on the diagonal of the lower one are not stored. */
  private static double[] factors(LUDecomposition_F64<DMatrixRMaj> lu) {
    if (lu instanceof LUDecompositionBase_DDRM base) {
      return base.getLU().data;
    }
    throw new AssertionError(lu.getClass());
  }

  /** Returns the sign of a permutation. */
  private static double sign(int[] order, int n) {
    boolean[] seen = new boolean[n];
    double sign = 1;
    for (int start = 0; start < n; start++) {
      // A cycle of an even number of elements is an odd number of exchanges.
      for (int at = order[start]; !seen[start] && at != start; at = order[at]) {
        seen[at] = true;
        sign = -sign;
      }
    }
    return sign;
  }

  private static void substituteForward(
      double[] l, int n, boolean unitDiagonal, double[] x, int columns) {
    for (int row = 0; row < n; row++) {
      for (int k = 0; k < row; k++) {
        subtract(l[row * n + k], x, k * columns, row * columns, columns);
      }
      if (!unitDiagonal) {
        divide(x, row * columns, columns, l[row * n + row]);
      }
    }
  }

  private static void substituteBackward(double[] u, int n, double[] x, int columns) {
    for (int row = n - 1; row >= 0; row--) {
      for (int k = row + 1; k < n; k++) {
        subtract(u[row * n + k], x, k * columns, row * columns, columns);
      }
      divide(x, row * columns, columns, u[row * n + row]);
    }
  }

  /** Whole rows at a time: the compiler makes SIMD code of that. */
  private static void subtract(double factor, double[] x, int from, int to, int count) {
    for (int i = 0; i < count; i++) {
      x[to + i] -= factor * x[from + i];
    }
  }

  private static void divide(double[] x, int from, int count, double divisor) {
    for (int i = from; i < from + count; i++) {
      x[i] /= divisor;
    }
  }

  private static void mirrorLowerTriangle(double[] a, int n) {
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < row; column++) {
        a[column * n + row] = a[row * n + column];
      }
    }
  }

  private static boolean isFinite(double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
