package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import org.autograd.internal.kernel.decomposition.Decompositions;
import org.autograd.internal.ndarray.MatrixFunctions;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Matrices as products of simpler ones, and what follows from the factors. All axes before the last
 * two are a batch. Operands are float32 or float64; what is computed by EJML is computed in double
 * for both.
 */
sealed interface DecompositionOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /**
   * Returns the lower triangular {@code L} with {@code L L^T} equal to this symmetric,
   * positive-definite matrix {@code [..., n, n]}, of which the lower triangle is read; the gradient
   * is symmetric.
   *
   * @throws IllegalArgumentException if a matrix is not square or not positive-definite
   */
  default Variable cholesky() {
    Variable x = self();
    int n = Steps.squareSize("cholesky", x);
    if (x.isMapped()) {
      return Vmap.apply(Variable::cholesky, x);
    }
    MatrixFunctions.Result result =
        Steps.apply((in, out) -> Decompositions.cholesky(in[0], n, out[0]), x, Shape.of(n, n));
    Steps.checkDone(
        "cholesky", x, result, "is not positive-definite; add a small multiple of the identity");
    return Node.record(
        "cholesky", result.arrays()[0], Edge.toWithResult(x, Steps::choleskyGradient));
  }

  /**
   * Returns the reduced QR decomposition of this {@code [..., m, n]}. Signs are those of EJML's
   * Householder reflections: a diagonal element of {@code r} may be negative.
   *
   * <p>The gradient is infinite or NaN where the first {@code min(m, n)} columns are linearly
   * dependent.
   *
   * @throws IllegalArgumentException if this has less than two axes
   */
  default Qr qr() {
    Variable x = self();
    Steps.checkMatrix("qr", x);
    if (x.isMapped()) {
      List<Variable> mapped =
          Vmap.applyForAll(
              p -> {
                Qr qr = p[0].qr();
                return List.of(qr.q(), qr.r());
              },
              x);
      return new Qr(mapped.get(0), mapped.get(1));
    }
    int m = (int) x.size(-2);
    int n = (int) x.size(-1);
    if (m < n) {
      // The first columns determine q, and the others are what they are in its coordinates.
      Qr first = x.narrow(-1, 0, m).qr();
      Variable others = first.q().transpose().matmul(x.narrow(-1, m, n - m));
      return new Qr(first.q(), Variable.cat(-1, first.r(), others));
    }
    MatrixFunctions.Result result =
        Steps.apply(
            (in, out) -> {
              Decompositions.qr(in[0], m, n, out[0], out[1]);
              return true;
            },
            x,
            Shape.of(m, n),
            Shape.of(n, n));
    Variable[] qr =
        JointEdge.record(
            "qr",
            x,
            result.arrays(),
            (g, r) -> Steps.qrGradient(g, g.transpose().matmul(r[0]).neg(), r[0], r[1]),
            (g, r) -> Steps.qrGradient(null, r[1].matmul(g.transpose()), r[0], r[1]));
    return new Qr(qr[0], qr[1]);
  }

  /**
   * Returns the thin singular value decomposition of this {@code [..., m, n]}. A singular vector's
   * sign is free, and with equal singular values the vectors are any basis; gradients are those of
   * functions that do not depend on the choice.
   *
   * <p>As in PyTorch, the gradient through {@code u} or {@code vh} is infinite or NaN where
   * singular values are equal and, if this is not square, where one is 0. The gradient through
   * {@code s} alone is always finite.
   *
   * @throws IllegalArgumentException if this has less than two axes, or a NaN or infinity
   */
  default Svd svd() {
    Variable x = self();
    Steps.checkMatrix("svd", x);
    int m = (int) x.size(-2);
    int n = (int) x.size(-1);
    int k = Math.min(m, n);
    if (x.isMapped()) {
      List<Variable> mapped =
          Vmap.applyForAll(
              p -> {
                Svd svd = p[0].svd();
                return List.of(svd.u(), svd.s(), svd.vh());
              },
              x);
      return new Svd(mapped.get(0), mapped.get(1), mapped.get(2));
    }
    MatrixFunctions.Result result =
        Steps.apply(
            (in, out) -> Decompositions.svd(in[0], m, n, out[0], out[1], out[2]),
            x,
            Shape.of(m, k),
            Shape.of(k),
            Shape.of(k, n));
    Steps.checkDone("svd", x, result, "has a NaN or infinity, or EJML's iteration did not end");
    Variable[] svd =
        JointEdge.record(
            "svd",
            x,
            result.arrays(),
            (g, r) -> Steps.leftVectorsGradient(g, r[0], r[1], r[2]),
            (g, r) -> r[0].mul(g.unsqueeze(-2)).matmul(r[2]),
            // The decomposition of the transpose has left and right exchanged.
            (g, r) ->
                Steps.leftVectorsGradient(g.transpose(), r[2].transpose(), r[1], r[0].transpose())
                    .transpose());
    return new Svd(svd[0], svd[1], svd[2]);
  }

  /** Returns the singular values {@code [..., min(m, n)]}, the largest first: {@link #svd}. */
  default Variable svdvals() {
    return self().svd().s();
  }

  /**
   * Returns the eigenvalues and eigenvectors of this symmetric matrix {@code [..., n, n]}, of which
   * the lower triangle is read; the gradient is PyTorch's, which counts both triangles. An
   * eigenvector's sign is free, and with equal eigenvalues the vectors are any basis; gradients are
   * those of functions that do not depend on the choice.
   *
   * <p>As in PyTorch, the gradient through the vectors is infinite or NaN where eigenvalues are
   * equal. The gradient through the values alone is always finite.
   *
   * @throws IllegalArgumentException if a matrix is not square, or has a NaN or infinity
   */
  default Eigh eigh() {
    Variable x = self();
    int n = Steps.squareSize("eigh", x);
    if (x.isMapped()) {
      List<Variable> mapped =
          Vmap.applyForAll(
              p -> {
                Eigh eigh = p[0].eigh();
                return List.of(eigh.values(), eigh.vectors());
              },
              x);
      return new Eigh(mapped.get(0), mapped.get(1));
    }
    MatrixFunctions.Result result =
        Steps.apply(
            (in, out) -> Decompositions.eigh(in[0], n, out[0], out[1]),
            x,
            Shape.of(n),
            Shape.of(n, n));
    Steps.checkDone("eigh", x, result, "has a NaN or infinity, or EJML's iteration did not end");
    Variable[] eigh =
        JointEdge.record(
            "eigh",
            x,
            result.arrays(),
            (g, r) -> r[1].mul(g.unsqueeze(-2)).matmul(r[1].transpose()),
            (g, r) -> {
              Variable inner =
                  r[1].transpose()
                      .matmul(g)
                      .div(Steps.differences(r[0]))
                      .mul(Steps.offDiagonal(r[1]));
              return r[1].matmul(inner).matmul(r[1].transpose());
            });
    return new Eigh(eigh[0], eigh[1]);
  }

  /** Returns the eigenvalues of this symmetric matrix, the smallest first: {@link #eigh}. */
  default Variable eigvalsh() {
    return self().eigh().values();
  }

  /**
   * Returns the norm of matrices {@code [..., m, n]}: order 1 is the largest sum of absolute values
   * in a column, infinity that in a row, and 2 the largest singular value; the negative orders are
   * the smallest of these. The Frobenius norm is {@code norm(-2, -1)}.
   *
   * @return of the shape {@code [...]}
   * @throws IllegalArgumentException for another order, or if this has less than two axes
   */
  default Variable matrixNorm(double order) {
    Variable x = self();
    Steps.checkMatrix("matrixNorm", x);
    double size = Math.abs(order);
    checkArgument(
        size == 1 || size == 2 || size == Double.POSITIVE_INFINITY,
        "matrixNorm: order must be 1, 2 or infinity, or the negative of one, got %s for %s; use"
            + " norm(-2, -1) for the Frobenius norm, nuclearNorm() for the sum of singular values",
        order,
        x.describe());
    checkArgument(x.size(-2) > 0 && x.size(-1) > 0, "matrixNorm: %s has no elements", x.describe());
    Variable candidates = size == 2 ? x.svdvals() : x.abs().sum(size == 1 ? -2 : -1);
    return order > 0 ? candidates.amax(-1) : candidates.amin(-1);
  }

  /** Returns the sum of the singular values of matrices {@code [..., m, n]}. */
  default Variable nuclearNorm() {
    Steps.checkMatrix("nuclearNorm", self());
    return self().svdvals().sum(-1);
  }

  /**
   * Returns the number of linearly independent rows of matrices {@code [..., m, n]}, as int64:
   * {@link #matrixRank(double)} with a tolerance of {@code max(m, n)} rounding errors of the dtype.
   */
  default Variable matrixRank() {
    Steps.checkMatrix("matrixRank", self());
    return matrixRank(Steps.tolerance(self()));
  }

  /** Returns how many singular values are larger than a fraction of the largest, as int64. */
  default Variable matrixRank(double relativeTolerance) {
    Steps.checkMatrix("matrixRank", self());
    Variable s = self().detach().svdvals();
    return s.gt(s.narrow(-1, 0, Math.min(1, s.size(-1))).mul(relativeTolerance)).sum(-1);
  }

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    static void checkMatrix(String operation, Variable x) {
      checkMatrix(operation, x, x.describe());
    }

    /** Throws unless {@code x} is a matrix; {@code all} describes all operands. */
    static void checkMatrix(String operation, Variable x, Description all) {
      checkArgument(
          x.dtype().isFloating(),
          "%s: needs float32 or float64, got %s; convert with to(DType.FLOAT32)",
          operation,
          all);
      checkArgument(x.rank() >= 2, "%s: needs matrices [..., m, n], got %s", operation, all);
    }

    /** Returns the number of rows, which is that of columns. */
    static int squareSize(String operation, Variable x) {
      return squareSize(operation, x, x.describe());
    }

    static int squareSize(String operation, Variable x, Description all) {
      checkMatrix(operation, x, all);
      checkArgument(
          x.size(-2) == x.size(-1),
          "%s: needs square matrices [..., n, n], got %s",
          operation,
          all);
      return (int) x.size(-1);
    }

    /** Returns the axes before the last two. */
    static Shape batch(Variable x) {
      return Shape.of(Arrays.copyOf(x.shape().toArray(), x.rank() - 2));
    }

    /** Applies a function to each matrix. */
    static MatrixFunctions.Result apply(
        MatrixFunctions.Function function, Variable x, Shape... results) {
      double rows = (double) x.size(-2);
      double columns = (double) x.size(-1);
      double work = rows * columns * Math.min(rows, columns);
      return MatrixFunctions.apply(function, batch(x), results, work, x.data());
    }

    /** Throws if the function had no result for a matrix. */
    static void checkDone(
        String operation, Variable x, MatrixFunctions.Result result, String problem) {
      int number = result.firstFailure();
      if (number >= 0) {
        Shape batch = batch(x);
        long[] index = new long[batch.rank()];
        long rest = number;
        for (int axis = index.length - 1; axis >= 0; axis--) {
          index[axis] = rest % batch.size(axis);
          rest /= batch.size(axis);
        }
        String which = index.length == 0 ? "" : "matrix " + Arrays.toString(index) + " of ";
        throw new IllegalArgumentException(operation + ": " + which + x.describe() + " " + problem);
      }
    }

    /** Below this fraction of the largest, a singular value is taken for 0, as in PyTorch. */
    static double tolerance(Variable x) {
      double epsilon = x.dtype() == DType.FLOAT32 ? Math.ulp(1f) : Math.ulp(1.0);
      return epsilon * (double) Math.max(x.size(-2), x.size(-1));
    }

    static Variable identity(Variable x, long size) {
      return Variable.eye(x.dtype(), size);
    }

    /** Returns {@code L^-T phi(L^T g) L^-1}, made symmetric; phi halves the diagonal. */
    static Variable choleskyGradient(Variable g, Variable l) {
      Variable lt = l.transpose();
      Variable product = lt.matmul(g);
      Variable inner = product.tril(0).add(product.tril(-1)).mul(0.5);
      // Solving for the transpose divides from the right.
      Variable left = lt.solveTriangular(inner, true);
      Variable result = lt.solveTriangular(left.transpose(), true);
      return result.add(result.transpose()).mul(0.5);
    }

    /** Returns {@code (gq + q copyltu(inner)) r^-T}; copyltu mirrors the lower triangle. */
    static Variable qrGradient(@Nullable Variable gq, Variable inner, Variable q, Variable r) {
      Variable symmetric = inner.tril(0).add(inner.tril(-1).transpose());
      Variable product = q.matmul(symmetric);
      Variable total = gq == null ? product : gq.add(product);
      return r.solveTriangular(total.transpose(), true).transpose();
    }

    /** Returns what the gradient of {@code u} adds to that of {@code u diag(s) vh}. */
    static Variable leftVectorsGradient(Variable g, Variable u, Variable s, Variable vh) {
      Variable projected = u.transpose().matmul(g);
      Variable skew = projected.sub(projected.transpose());
      Variable sums = s.unsqueeze(-2).add(s.unsqueeze(-1));
      Variable eye = identity(s, s.size(-1));
      Variable inner = skew.div(differences(s)).div(sums.mul(eye.rsub(1)).add(eye));
      Variable result = u.matmul(inner.mul(s.unsqueeze(-2)));
      if (u.size(-2) > u.size(-1)) {
        // What leaves the space that the columns of u span.
        result = result.add(g.sub(u.matmul(projected)).div(s.unsqueeze(-2)));
      }
      return result.matmul(vh);
    }

    /** Returns {@code v[j] - v[i]} at row i and column j, and 1 on the diagonal. */
    static Variable differences(Variable v) {
      return v.unsqueeze(-2).sub(v.unsqueeze(-1)).add(identity(v, v.size(-1)));
    }

    /** Returns 0 on the diagonal and 1 elsewhere. */
    static Variable offDiagonal(Variable x) {
      return identity(x, x.size(-1)).rsub(1);
    }
  }
}
