package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.internal.ndarray.Products;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/** Products of vectors and matrices. */
sealed interface LinearAlgebraOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /**
   * Returns the matrix product, with PyTorch's {@code matmul} rules: two vectors give their scalar
   * product; a vector on the left counts as a row, on the right as a column, and its axis does not
   * appear in the result; matrices {@code [..., m, k]} and {@code [..., k, n]} give {@code [..., m,
   * n]}, with the axes before the last two broadcast.
   *
   * @throws IllegalArgumentException if an operand is a scalar, the inner sizes differ, the batch
   *     axes do not broadcast, or a dtype is not float32 or float64
   */
  default Variable matmul(Variable right) {
    Variable left = self();
    Steps.check("matmul", left, right);
    DType dtype = DType.promote(left.dtype(), right.dtype());
    Variable a = left.to(dtype);
    Variable b = right.to(dtype);
    if (a.rank() == 1 || b.rank() == 1) {
      Variable product =
          (a.rank() == 1 ? a.unsqueeze(0) : a).matmul(b.rank() == 1 ? b.unsqueeze(1) : b);
      Variable withoutRow = a.rank() == 1 ? product.squeeze(-2) : product;
      return b.rank() == 1 ? withoutRow.squeeze(-1) : withoutRow;
    }
    if (b.rank() == 2 && a.rank() > 2) {
      // One large product instead of a batch that all use the same right side.
      long[] sizes = a.shape().toArray();
      Variable rows = a.reshape(-1, Math.max(1, sizes[sizes.length - 1]));
      if (a.elementCount() > 0) {
        sizes[sizes.length - 1] = b.size(1);
        return rows.matmul(b).reshape(sizes);
      }
    }
    return Node.record(
        "matmul",
        Products.matmul(a.data(), b.data()),
        Edge.to(a, b, (g, saved) -> g.matmul(saved.transpose())),
        Edge.to(b, a, (g, saved) -> saved.transpose().matmul(g)));
  }

  /**
   * Returns the scalar product of two vectors of equal length.
   *
   * @throws IllegalArgumentException if one is not a vector or the lengths differ
   */
  default Variable dot(Variable right) {
    checkArgument(
        self().rank() == 1 && right.rank() == 1,
        "dot: needs two vectors, got %s; use matmul or mul",
        Variable.describe(self(), right));
    Steps.check("dot", self(), right);
    return matmul(right);
  }

  /** Returns the matrix of all products {@code this[i] * right[j]} of two vectors. */
  default Variable outer(Variable right) {
    checkArgument(
        self().rank() == 1 && right.rank() == 1,
        "outer: needs two vectors, got %s",
        Variable.describe(self(), right));
    return self().unsqueeze(1).mul(right.unsqueeze(0));
  }

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    static void check(String operation, Variable left, Variable right) {
      checkArgument(
          left.dtype().isFloating() && right.dtype().isFloating(),
          "%s: needs float32 or float64, got %s; convert with to(DType.FLOAT32)",
          operation,
          Variable.describe(left, right));
      checkArgument(
          left.rank() > 0 && right.rank() > 0,
          "%s: operands must have at least one axis, got %s; use mul for scalars",
          operation,
          Variable.describe(left, right));
      long inner = left.size(-1);
      long outer = right.size(right.rank() == 1 ? 0 : -2);
      if (inner != outer) {
        throw new IllegalArgumentException(
            operation
                + ": left "
                + left.describe()
                + " and right "
                + right.describe()
                + ": inner sizes "
                + inner
                + " and "
                + outer
                + " differ"
                + remedy(left, right));
      }
      Shape leftBatch = batch(left);
      Shape rightBatch = batch(right);
      if (leftBatch.rank() > 0 && rightBatch.rank() > 0) {
        try {
          Shape.broadcast(leftBatch, rightBatch, operation + " batch axes");
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              e.getMessage() + " (operands " + Variable.describe(left, right) + ")", e);
        }
      }
    }

    private static Shape batch(Variable x) {
      Shape shape = x.shape();
      for (int axis = 0; axis < 2 && shape.rank() > 0; axis++) {
        shape = shape.without(shape.rank() - 1);
      }
      return shape;
    }

    private static String remedy(Variable left, Variable right) {
      @Nullable String remedy = null;
      if (right.rank() >= 2 && left.size(-1) == right.size(-1)) {
        remedy = "right.transpose()";
      } else if (left.rank() >= 2 && left.size(-2) == right.size(right.rank() == 1 ? 0 : -2)) {
        remedy = "left.transpose()";
      }
      return remedy == null ? "" : "; did you mean " + remedy + "?";
    }
  }
}
