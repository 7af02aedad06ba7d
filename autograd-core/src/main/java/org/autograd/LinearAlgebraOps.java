package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.Products;
import org.autograd.internal.storage.Layout;
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
    if (Vmap.isAnyMapped(a, b)) {
      return Steps.mappedProduct(a, b);
    }
    if (a.rank() == 1 || b.rank() == 1) {
      return Steps.vectorProduct(a, b);
    }
    long inner = b.size(-2);
    long columns = b.size(-1);
    if (b.rank() == 2 && a.rank() > 2 && a.elementCount() > 0 && columns > 0) {
      // One large product instead of a batch that all use the same right side.
      NdArray rows = a.data().reshape(Shape.of(a.elementCount() / inner, inner));
      NdArray product = CheckpointFrame.known("matmul");
      if (product == null) {
        product = Products.matmul(rows, b.data()).reshape(a.shape().with(a.rank() - 1, columns));
        CheckpointFrame.offer("matmul", product);
      }
      return Node.record(
          "matmul",
          product,
          Edge.to(a, b, (g, saved) -> g.matmul(saved.transpose()), (t, saved) -> t.matmul(saved)),
          Edge.to(
              b,
              a,
              (g, saved) -> saved.reshape(-1, inner).transpose().matmul(g.reshape(-1, columns)),
              (t, saved) -> saved.matmul(t)));
    }
    NdArray product = CheckpointFrame.known("matmul");
    if (product == null) {
      product = Products.matmul(a.data(), b.data());
      CheckpointFrame.offer("matmul", product);
    }
    return Node.record(
        "matmul",
        product,
        Steps.isTransposed(a)
            ? Edge.to(
                a,
                b,
                (g, saved) -> saved.matmul(g.transpose()).transpose(),
                (t, saved) -> t.matmul(saved))
            : Edge.to(
                a, b, (g, saved) -> g.matmul(saved.transpose()), (t, saved) -> t.matmul(saved)),
        Steps.isTransposed(b)
            ? Edge.to(
                b,
                a,
                (g, saved) -> g.transpose().matmul(saved).transpose(),
                (t, saved) -> saved.matmul(t))
            : Edge.to(
                b, a, (g, saved) -> saved.transpose().matmul(g), (t, saved) -> saved.matmul(t)));
  }

  /**
   * Returns {@code x W^T + b} for this {@code x}: the affine map along the last axis, as one
   * operation. PyTorch's {@code torch.nn.functional.linear}.
   *
   * @param weight of shape {@code [out, in]}, where this is {@code [..., in]}
   * @param bias of shape {@code [out]}
   * @return of shape {@code [..., out]}
   * @throws IllegalArgumentException if the shapes do not fit or the dtypes are not all float32 or
   *     all float64
   */
  default Variable linear(Variable weight, Variable bias) {
    return Steps.linear(self(), weight, bias);
  }

  /** Returns {@code x W^T}, as {@link #linear(Variable, Variable)} without a bias. */
  default Variable linear(Variable weight) {
    return Steps.linear(self(), weight, null);
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

    /**
     * Whether a matrix lies column by column. Its gradient is then computed to lie so too: the
     * weight of a linear layer enters transposed, and would otherwise have its gradient transposed
     * back.
     */
    static boolean isTransposed(Variable x) {
      Layout layout = x.data().layout();
      return layout.stride(x.rank() - 2) == 1 && layout.stride(x.rank() - 1) != 1;
    }

    /** The batching rule of a product: one product of matrices, of which some may be vectors. */
    static Variable mappedProduct(Variable a, Variable b) {
      if (a.rank() == 1 && b.rank() <= 2 && !Vmap.isMappedWith(b, a, b)) {
        return Vmap.apply(p -> p.matmul(b), a);
      }
      Variable left = a.rank() == 1 ? a.unsqueeze(0) : a;
      Variable right = b.rank() == 1 ? b.unsqueeze(1) : b;
      Variable product = Vmap.applyBroadcast(p -> p[0].matmul(p[1]), left, right);
      Variable result = a.rank() == 1 ? product.squeeze(-2) : product;
      return b.rank() == 1 ? result.squeeze(-1) : result;
    }

    /** The product where at least one side is a vector, recorded as one operation. */
    static Variable vectorProduct(Variable a, Variable b) {
      if (a.rank() == 1 && b.rank() == 1) {
        return Node.record(
            "dot",
            Products.matmul(row(a), column(b)).reshape(Shape.scalar()),
            Edge.to(a, b, (g, right) -> right.mul(g), (t, right) -> t.dot(right)),
            Edge.to(b, a, (g, left) -> left.mul(g), (t, left) -> left.dot(t)));
      }
      NdArray product = Products.matmul(row(a), column(b));
      if (b.rank() == 1) {
        return Node.record(
            "matmul",
            product.reshape(product.shape().without(product.rank() - 1)),
            Edge.to(a, b, (g, right) -> g.unsqueeze(-1).mul(right), (t, right) -> t.matmul(right)),
            Edge.to(
                b,
                a,
                (g, left) -> left.transpose().matmul(g.unsqueeze(-1)).squeeze(-1),
                (t, left) -> left.matmul(t)));
      }
      return Node.record(
          "matmul",
          product.reshape(product.shape().without(product.rank() - 2)),
          Edge.to(
              a,
              b,
              (g, right) -> right.matmul(g.unsqueeze(-1)).squeeze(-1),
              (t, right) -> t.matmul(right)),
          Edge.to(
              b,
              a,
              (g, left) -> left.unsqueeze(-1).mul(g.unsqueeze(-2)),
              (t, left) -> left.matmul(t)));
    }

    private static NdArray row(Variable x) {
      return x.rank() == 1 ? x.data().view(x.data().layout().unsqueeze(0)) : x.data();
    }

    private static NdArray column(Variable x) {
      return x.rank() == 1 ? x.data().view(x.data().layout().unsqueeze(1)) : x.data();
    }

    static Variable linear(Variable x, Variable weight, @Nullable Variable bias) {
      checkLinear(x, weight, bias);
      long in = weight.size(1);
      long out = weight.size(0);
      boolean mapped = weight.isMapped() || (bias != null && bias.isMapped());
      if (x.isMapped() && !mapped) {
        return Vmap.apply(p -> linear(p, weight, bias), x);
      }
      if (in == 0 || out == 0 || mapped) {
        Variable product = x.matmul(weight.transpose());
        return bias == null ? product : product.add(bias);
      }
      NdArray product = CheckpointFrame.known("linear");
      if (product == null) {
        NdArray rows =
            x.rank() == 2 ? x.data() : x.data().reshape(Shape.of(x.elementCount() / in, in));
        NdArray columns = weight.data().transpose();
        product =
            bias == null
                ? Products.matmul(rows, columns)
                : Products.matmulPlusRow(rows, columns, bias.data());
        CheckpointFrame.offer("linear", product);
      }
      return Node.record(
          "linear",
          x.rank() == 2 ? product : product.reshape(x.shape().with(x.rank() - 1, out)),
          Edge.to(x, weight, (g, w) -> g.matmul(w), (t, w) -> t.linear(w)),
          // The gradient lies as the weight does.
          Edge.to(
              weight,
              x,
              (g, saved) -> weightGradient(rows(g, out), rows(saved, in)),
              (t, saved) -> saved.linear(t)),
          bias == null ? null : Edge.to(bias, g -> g, t -> t));
    }

    /** Returns {@code g^T x}, which lies as the weight does. */
    private static Variable weightGradient(Variable g, Variable x) {
      return GradMode.isEnabled() || Vmap.isAnyMapped(g, x)
          ? g.transpose().matmul(x)
          : new Variable(Products.matmul(g.data().transpose(), x.data()), null);
    }

    /** Returns the array with all axes before the last joined. */
    private static Variable rows(Variable x, long columns) {
      return x.rank() == 2 ? x : x.reshape(-1, columns);
    }

    private static void checkLinear(Variable x, Variable weight, @Nullable Variable bias) {
      checkArgument(
          weight.rank() == 2
              && x.rank() > 0
              && x.size(-1) == weight.size(1)
              && (bias == null || (bias.rank() == 1 && bias.size(0) == weight.size(0))),
          "linear: an input [..., in] needs a weight [out, in] and a bias [out], got %s, %s, %s",
          x.describe(),
          weight.describe(),
          bias == null ? "no bias" : bias.describe());
      checkArgument(
          x.dtype().isFloating()
              && weight.dtype() == x.dtype()
              && (bias == null || bias.dtype() == x.dtype()),
          "linear: input, weight and bias must be all float32 or all float64, got %s, %s, %s;"
              + " convert with to()",
          x.describe(),
          weight.describe(),
          bias == null ? "no bias" : bias.describe());
    }

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
      if (left.rank() <= 2 && right.rank() <= 2) {
        return;
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
