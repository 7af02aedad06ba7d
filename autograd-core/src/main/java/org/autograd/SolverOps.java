package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.autograd.internal.kernel.decomposition.Decompositions;
import org.autograd.internal.ndarray.MatrixFunctions;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Systems of linear equations, inverses and determinants. All axes before the last two are a batch,
 * and those of two operands broadcast. Operands are float32 or float64; what is computed by EJML is
 * computed in double for both.
 */
sealed interface SolverOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /**
   * Returns the inverse of this matrix {@code [..., n, n]}. To multiply by it, {@link #solve} is
   * faster and more accurate.
   *
   * @throws IllegalArgumentException if a matrix is not square or is singular
   */
  default Variable inv() {
    return Steps.inverse("inv", self(), true);
  }

  /**
   * Returns the {@code x} for which {@code this x = right}, of this matrix {@code [..., n, n]}.
   *
   * @param right {@code [..., n, k]}, or vectors: {@code [n]}, or {@code [..., n]} with just the
   *     batch axes that this has
   * @throws IllegalArgumentException if the shapes do not fit or a matrix is singular
   */
  default Variable solve(Variable right) {
    DType dtype = DType.promote(self().dtype(), right.dtype());
    Variable a = self().to(dtype);
    Variable b = right.to(dtype);
    DecompositionOps.Steps.squareSize("solve", a, Variable.describe(a, b));
    if (Steps.isVector(a, b)) {
      Steps.checkSides("solve", a, b.unsqueeze(-1), b);
      return Steps.solve(a, b.unsqueeze(-1)).squeeze(-1);
    }
    Steps.checkSides("solve", a, b, b);
    return Steps.solve(a, b);
  }

  /**
   * Returns the {@code x} for which {@code this x = right}, where only the upper or lower triangle
   * of this {@code [..., n, n]} counts. A 0 on the diagonal gives infinities and NaN. For {@code x
   * this = right} transpose both, and the result.
   *
   * @param right {@code [..., n, k]}
   * @throws IllegalArgumentException if the shapes do not fit
   */
  default Variable solveTriangular(Variable right, boolean upper) {
    DType dtype = DType.promote(self().dtype(), right.dtype());
    Variable a = self().to(dtype);
    Variable b = right.to(dtype);
    int n = DecompositionOps.Steps.squareSize("solveTriangular", a, Variable.describe(a, b));
    Steps.checkSides("solveTriangular", a, b, b);
    if (Vmap.isAnyMapped(a, b)) {
      return Vmap.applyBroadcast(p -> p[0].solveTriangular(p[1], upper), a, b);
    }
    MatrixFunctions.Result result =
        Steps.apply(
            (in, out) -> {
              int columns = in[1].length / n;
              System.arraycopy(in[1], 0, out[0], 0, in[1].length);
              Decompositions.solveTriangular(in[0], n, upper, out[0], columns);
              return true;
            },
            a,
            b);
    return Node.record(
        "solveTriangular",
        result.arrays()[0],
        Edge.toWithResult(
            a,
            a,
            (g, matrix, x) -> {
              Variable back = matrix.transpose().solveTriangular(g, !upper);
              Variable whole = back.matmul(x.transpose()).neg();
              return upper ? whole.triu(0) : whole.tril(0);
            }),
        Edge.to(b, a, (g, matrix) -> matrix.transpose().solveTriangular(g, !upper)));
  }

  /**
   * Returns the {@code x} for which the squares of {@code this x - right} have the smallest sum,
   * and of several such {@code x} the smallest one, of this matrix {@code [..., m, n]}.
   *
   * <p>Computed by QR decomposition, or by {@link #pinv()} where that finds a matrix that does not
   * have full rank.
   *
   * <pre>{@code
   * Variable line = Variable.of(new double[][] {{1, 0}, {1, 1}, {1, 2}}); // 1 and x
   * line.lstsq(Variable.of(1.0, 3.0, 5.0)); // [1, 2]: y = 1 + 2 x
   * }</pre>
   *
   * @param right {@code [..., m, k]}, or vectors: {@code [m]}, or {@code [..., m]} with just the
   *     batch axes that this has
   * @return {@code [..., n, k]}, or {@code [..., n]}
   * @throws IllegalArgumentException if the shapes do not fit
   */
  default Variable lstsq(Variable right) {
    DType dtype = DType.promote(self().dtype(), right.dtype());
    Variable a = self().to(dtype);
    Variable b = right.to(dtype);
    DecompositionOps.Steps.checkMatrix("lstsq", a, Variable.describe(a, b));
    if (Steps.isVector(a, b)) {
      Steps.checkSides("lstsq", a, b.unsqueeze(-1), b);
      return Steps.leastSquares(a, b.unsqueeze(-1)).squeeze(-1);
    }
    Steps.checkSides("lstsq", a, b, b);
    return Steps.leastSquares(a, b);
  }

  /**
   * Returns the pseudo-inverse {@code [..., n, m]} of this matrix {@code [..., m, n]}: {@link
   * #pinv(double)} with a tolerance of {@code max(m, n)} rounding errors of the dtype.
   */
  default Variable pinv() {
    DecompositionOps.Steps.checkMatrix("pinv", self());
    return pinv(DecompositionOps.Steps.tolerance(self()));
  }

  /**
   * Returns the pseudo-inverse {@code [..., n, m]} of this matrix {@code [..., m, n]}, in which
   * singular values that are not larger than a fraction of the largest count as 0. The gradient is
   * that for changes of the matrix which keep its rank; with others the pseudo-inverse jumps.
   *
   * @throws IllegalArgumentException if this has less than two axes, or a NaN or infinity
   */
  default Variable pinv(double relativeTolerance) {
    Variable x = self();
    DecompositionOps.Steps.checkMatrix("pinv", x);
    if (x.isMapped()) {
      return Vmap.apply(p -> p.pinv(relativeTolerance), x);
    }
    int m = (int) x.size(-2);
    int n = (int) x.size(-1);
    MatrixFunctions.Result result =
        DecompositionOps.Steps.apply(
            (in, out) -> Decompositions.pseudoInverse(in[0], m, n, relativeTolerance, out[0]),
            x,
            Shape.of(n, m));
    DecompositionOps.Steps.checkDone(
        "pinv", x, result, "has a NaN or infinity, or EJML's iteration did not end");
    return Node.record(
        "pinv", result.arrays()[0], Edge.toWithResult(x, x, Steps::pseudoInverseGradient));
  }

  /**
   * Returns the determinant {@code [...]} of this matrix {@code [..., n, n]}. Its gradient is right
   * for singular matrices too; their second derivatives need singular values that differ.
   *
   * @throws IllegalArgumentException if a matrix is not square
   */
  default Variable det() {
    Variable x = self();
    int n = DecompositionOps.Steps.squareSize("det", x);
    if (x.isMapped()) {
      return Vmap.apply(Variable::det, x);
    }
    NdArray result =
        n == 0
            ? NdArray.full(x.dtype(), DecompositionOps.Steps.batch(x), 1)
            : DecompositionOps.Steps.apply(
                    (in, out) -> {
                      out[0][0] = Decompositions.determinant(in[0], n);
                      return true;
                    },
                    x,
                    Shape.scalar())
                .arrays()[0];
    return Node.record(
        "det",
        result,
        Edge.toWithResult(
            x, x, (g, matrix, det) -> Steps.asMatrices(g).mul(Steps.cofactors(matrix, det))));
  }

  /**
   * Returns sign and logarithm of the determinant {@code [...]} of this matrix {@code [..., n, n]}.
   * The gradient at a singular matrix, where the logarithm is negative infinity, is infinite or
   * NaN.
   *
   * @throws IllegalArgumentException if a matrix is not square
   */
  default SlogDet slogdet() {
    Variable x = self();
    int n = DecompositionOps.Steps.squareSize("slogdet", x);
    if (x.isMapped()) {
      List<Variable> mapped =
          Vmap.applyForAll(
              p -> {
                SlogDet result = p[0].slogdet();
                return List.of(result.sign(), result.logAbsDet());
              },
              x);
      return new SlogDet(mapped.get(0), mapped.get(1));
    }
    MatrixFunctions.Result result =
        DecompositionOps.Steps.apply(
            (in, out) -> {
              Decompositions.logDeterminant(in[0], n, out[0], out[1]);
              return true;
            },
            x,
            Shape.scalar(),
            Shape.scalar());
    NdArray sign =
        n == 0 ? NdArray.full(x.dtype(), DecompositionOps.Steps.batch(x), 1) : result.arrays()[0];
    Variable logAbsDet =
        Node.record(
            "slogdet",
            result.arrays()[1],
            Edge.to(
                x,
                x,
                (g, matrix) ->
                    Steps.asMatrices(g).mul(Steps.inverse("slogdet", matrix, false).transpose())));
    return new SlogDet(new Variable(sign, null), logAbsDet);
  }

  /**
   * Returns the product of {@code power} copies of this matrix {@code [..., n, n]}: the identity
   * for 0, and the power of the inverse for a negative number.
   *
   * @throws IllegalArgumentException if a matrix is not square, or singular and the power negative
   */
  default Variable matrixPower(int power) {
    Variable x = self();
    long n = DecompositionOps.Steps.squareSize("matrixPower", x);
    if (power == 0) {
      return DecompositionOps.Steps.identity(x, n).expand(x.shape().toArray()).copy();
    }
    Variable square = power < 0 ? Steps.inverse("matrixPower", x, true) : x;
    Variable result = null;
    for (long rest = Math.abs((long) power); rest > 0; rest /= 2) {
      if (rest % 2 == 1) {
        result = result == null ? square : result.matmul(square);
      }
      if (rest > 1) {
        square = square.matmul(square);
      }
    }
    return result == x || result == null ? x.copy() : result;
  }

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Whether the right side is one vector, or one for each matrix. */
    static boolean isVector(Variable a, Variable b) {
      return b.rank() == 1
          || (b.rank() == a.rank() - 1 && b.shape().equals(a.shape().without(a.rank() - 1)));
    }

    /**
     * Throws unless a right side fits.
     *
     * @param b the right side as matrices
     * @param given as the user gave it
     */
    static void checkSides(String operation, Variable a, Variable b, Variable given) {
      checkArgument(
          b.dtype().isFloating() && b.rank() >= 2 && b.size(-2) == a.size(-2),
          "%s: a matrix of %s rows needs a right side [..., %s, k] of float32 or float64, got %s",
          operation,
          a.size(-2),
          a.size(-2),
          Variable.describe(a, given));
      try {
        Shape.broadcast(
            DecompositionOps.Steps.batch(a),
            DecompositionOps.Steps.batch(b),
            operation + " batch axes");
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            e.getMessage() + " (operands " + Variable.describe(a, given) + ")", e);
      }
    }

    /** Applies a function to each matrix and its right side, whose shape the result has. */
    static MatrixFunctions.Result apply(MatrixFunctions.Function function, Variable a, Variable b) {
      Shape left = DecompositionOps.Steps.batch(a);
      Shape right = DecompositionOps.Steps.batch(b);
      Shape batch = left.equals(right) ? left : Shape.broadcast(left, right, "batch axes");
      double n = (double) a.size(-1);
      Shape result = Shape.of(b.size(-2), b.size(-1));
      return MatrixFunctions.apply(
          function,
          batch,
          new Shape[] {result},
          n * n * Math.max(n, (double) b.size(-1)),
          a.data().expand(join(batch, a)),
          b.data().expand(join(batch, b)));
    }

    private static Shape join(Shape batch, Variable x) {
      return batch.inserting(batch.rank(), x.size(-2)).inserting(batch.rank() + 1, x.size(-1));
    }

    static Variable solve(Variable a, Variable b) {
      if (Vmap.isAnyMapped(a, b)) {
        return Vmap.applyBroadcast(p -> solve(p[0], p[1]), a, b);
      }
      if (a.rank() == 2 && b.rank() > 2) {
        // One decomposition for all right sides.
        Variable columns = b.movedim(-2, 0);
        Variable x =
            solve(a, columns.reshape(b.size(-2), b.elementCount() / Math.max(1, b.size(-2))));
        return x.reshape(columns.shape().toArray()).movedim(0, -2);
      }
      int n = (int) a.size(-1);
      MatrixFunctions.Result result =
          apply((in, out) -> Decompositions.solve(in[0], n, in[1], in[1].length / n, out[0]), a, b);
      checkRegular("solve", a, b, result);
      return Node.record(
          "solve",
          result.arrays()[0],
          Edge.toWithResult(
              a, a, (g, matrix, x) -> solve(matrix.transpose(), g).matmul(x.transpose()).neg()),
          Edge.to(b, a, (g, matrix) -> solve(matrix.transpose(), g)));
    }

    /** Names the matrix by its place in the common batch. */
    private static void checkRegular(
        String operation, Variable a, Variable b, MatrixFunctions.Result result) {
      if (result.firstFailure() >= 0) {
        Shape batch =
            Shape.broadcast(
                DecompositionOps.Steps.batch(a), DecompositionOps.Steps.batch(b), operation);
        Variable expanded = a.detach().expand(join(batch, a).toArray());
        DecompositionOps.Steps.checkDone(
            operation,
            expanded,
            result,
            "is singular, with right side "
                + b.describe()
                + "; use lstsq() for a least-squares solution");
      }
    }

    static Variable inverse(String operation, Variable x, boolean mustExist) {
      int n = DecompositionOps.Steps.squareSize(operation, x);
      if (x.isMapped()) {
        return Vmap.apply(p -> inverse(operation, p, mustExist), x);
      }
      MatrixFunctions.Result result = invert(x, n);
      if (mustExist) {
        DecompositionOps.Steps.checkDone(
            operation, x, result, "is singular; use pinv() for a pseudo-inverse");
      }
      return Node.record(
          "inv",
          result.arrays()[0],
          Edge.toWithResult(
              x, (g, inverse) -> inverse.transpose().matmul(g).matmul(inverse.transpose()).neg()));
    }

    private static MatrixFunctions.Result invert(Variable x, int n) {
      return DecompositionOps.Steps.apply(
          (in, out) -> Decompositions.invert(in[0], n, out[0]), x, Shape.of(n, n));
    }

    static Variable leastSquares(Variable a, Variable b) {
      boolean wide = a.size(-2) < a.size(-1);
      Qr qr = (wide ? a.transpose() : a).qr();
      if (hasSmallPivot(
          Vmap.innermostPhysical(qr.r()).detach(), DecompositionOps.Steps.tolerance(a))) {
        return a.pinv().matmul(b);
      }
      return wide
          ? qr.q().matmul(qr.r().transpose().solveTriangular(b, false))
          : qr.r().solveTriangular(qr.q().transpose().matmul(b), true);
    }

    private static boolean hasSmallPivot(Variable r, double tolerance) {
      if (r.elementCount() == 0) {
        return false;
      }
      Variable pivots = r.diagonal(0, -2, -1).abs();
      return pivots.le(pivots.amaxKeepDims(-1).mul(tolerance)).any().item() != 0;
    }

    /** What differentiating the four equations that define a pseudo-inverse gives. */
    static Variable pseudoInverseGradient(Variable g, Variable a, Variable p) {
      Variable pt = p.transpose();
      Variable gt = g.transpose();
      Variable outsideColumns = gt.sub(a.matmul(p.matmul(gt))).matmul(p.matmul(pt));
      Variable outsideRows = pt.matmul(p).matmul(gt.sub(gt.matmul(p).matmul(a)));
      return outsideColumns.add(outsideRows).sub(pt.matmul(g).matmul(pt));
    }

    /** The gradient of the determinant: {@code det inv^T}, which is finite where det is 0. */
    static Variable cofactors(Variable x, Variable det) {
      int n = (int) x.size(-1);
      if (invert(Vmap.innermostPhysical(x), n).firstFailure() < 0) {
        return asMatrices(det).mul(inverse("det", x, true).transpose());
      }
      // 0 singular values are no problem in the products of all the others.
      Svd svd = x.svd();
      Variable s = svd.s();
      Variable others =
          Variable.where(
                  DecompositionOps.Steps.identity(s, n).gt(0),
                  Variable.onesLike(s).unsqueeze(-2),
                  s.unsqueeze(-2))
              .prod(-1);
      Variable sign = svd.u().detach().det().mul(svd.vh().detach().det()).round();
      return asMatrices(sign).mul(svd.u().mul(others.unsqueeze(-2)).matmul(svd.vh()));
    }

    /** Returns numbers of matrices in a shape that broadcasts with the matrices. */
    static Variable asMatrices(Variable x) {
      return x.unsqueeze(-1).unsqueeze(-1);
    }
  }
}
