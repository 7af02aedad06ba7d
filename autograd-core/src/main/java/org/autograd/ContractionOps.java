package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.List;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Sums of products over axes, made of matrix products. */
sealed interface ContractionOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /**
   * Returns the matrix products of two batches, {@code [b, m, k]} and {@code [b, k, n]}. {@link
   * Variable#matmul} broadcasts.
   *
   * @throws IllegalArgumentException if the operands are not of these shapes
   */
  default Variable bmm(Variable right) {
    Steps.dtype("bmm", self(), right);
    Steps.checkProduct("bmm", 3, self(), right);
    return self().matmul(right);
  }

  /**
   * Returns {@code beta this + alpha left right} for batches of matrices {@code [b, m, k]} and
   * {@code [b, k, n]}; this broadcasts to the product. With {@code beta = 0} this is not read, even
   * if it has NaN.
   *
   * @throws IllegalArgumentException if the operands are not of these shapes
   */
  default Variable baddbmm(Variable left, Variable right, double beta, double alpha) {
    return Steps.addProduct("baddbmm", 3, self(), left, right, beta, alpha);
  }

  /**
   * Returns {@code beta this + alpha left right} for matrices {@code [m, k]} and {@code [k, n]};
   * this broadcasts to the product. With {@code beta = 0} this is not read, even if it has NaN.
   *
   * @throws IllegalArgumentException if the operands are not of these shapes
   */
  default Variable addmm(Variable left, Variable right, double beta, double alpha) {
    return Steps.addProduct("addmm", 2, self(), left, right, beta, alpha);
  }

  /**
   * Returns the sum of the diagonal of a matrix.
   *
   * @throws IllegalArgumentException if this is not a matrix
   */
  default Variable trace() {
    Variable x = self();
    checkArgument(
        x.rank() == 2,
        "trace: needs a matrix, got %s; for a batch use diagonal(0, -2, -1).sum(-1)",
        x.describe());
    return x.diagonal(0, 0, 1).sum();
  }

  /**
   * Returns the sums of products over the last {@code count} axes of this and the first of another:
   * with 1 the product of matrices, with 0 all products of elements.
   *
   * @throws IllegalArgumentException if there are not as many axes or their sizes differ
   */
  default Variable tensordot(Variable right, int count) {
    Variable left = self();
    checkArgument(
        count >= 0 && count <= left.rank() && count <= right.rank(),
        "tensordot: %s axes are to be summed over, of %s",
        count,
        Variable.describe(left, right));
    int[] last = new int[count];
    int[] first = new int[count];
    Arrays.setAll(last, k -> left.rank() - count + k);
    Arrays.setAll(first, k -> k);
    return tensordot(right, last, first);
  }

  /**
   * Returns the sums of products over pairs of axes, one of this and one of another each; the other
   * axes of this come first in the result, then those of the other.
   *
   * @throws IllegalArgumentException if an axis does not exist or is named twice, or sizes differ
   */
  default Variable tensordot(Variable right, int[] leftAxes, int[] rightAxes) {
    Variable left = self();
    checkArgument(
        leftAxes.length == rightAxes.length,
        "tensordot: axes %s of %s and %s of %s are not pairs",
        Ints.asList(leftAxes),
        left.describe(),
        Ints.asList(rightAxes),
        right.describe());
    int[] summedLeft = ShapeOps.Steps.axes("tensordot", left, leftAxes);
    int[] summedRight = ShapeOps.Steps.axes("tensordot", right, rightAxes);
    // An axis is labelled by its place; those of the other operand are counted on.
    int[] leftLabels = new int[left.rank()];
    int[] rightLabels = new int[right.rank()];
    Arrays.setAll(leftLabels, axis -> axis);
    Arrays.setAll(rightLabels, axis -> left.rank() + axis);
    for (int k = 0; k < summedLeft.length; k++) {
      long l = left.size(summedLeft[k]);
      long r = right.size(summedRight[k]);
      checkArgument(
          l == r || l == 1 || r == 1,
          "tensordot: axis %s of %s and axis %s of %s are summed over, but have sizes %s and %s",
          summedLeft[k],
          left.describe(),
          summedRight[k],
          right.describe(),
          l,
          r);
      rightLabels[summedRight[k]] = summedLeft[k];
    }
    int[] output =
        Ints.concat(
            Arrays.stream(leftLabels).filter(l -> !Ints.contains(summedLeft, l)).toArray(),
            Arrays.stream(rightLabels).filter(l -> l >= left.rank()).toArray());
    DType dtype = Steps.dtype("tensordot", left, right);
    return Contraction.contract(
        List.of(
            new Contraction.Term(left.to(dtype), leftLabels),
            new Contraction.Term(right.to(dtype), rightLabels)),
        output);
  }

  /**
   * Returns the Kronecker product: every element of this times the whole of another, in the places
   * of the elements. The operand with fewer axes gets axes of size 1 in front.
   */
  default Variable kron(Variable right) {
    int rank = Math.max(self().rank(), right.rank());
    long[] outer = new long[2 * rank];
    long[] inner = new long[2 * rank];
    long[] joined = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      int fromEnd = axis - rank;
      outer[2 * axis] = -fromEnd <= self().rank() ? self().size(fromEnd) : 1;
      outer[2 * axis + 1] = 1;
      inner[2 * axis] = 1;
      inner[2 * axis + 1] = -fromEnd <= right.rank() ? right.size(fromEnd) : 1;
      joined[axis] = outer[2 * axis] * inner[2 * axis + 1];
    }
    return self().reshape(outer).mul(right.reshape(inner)).reshape(joined);
  }

  /** See {@link Variable#einsum}. */
  static Variable einsum(String equation, Variable... operands) {
    DType dtype = Steps.dtype("einsum", operands);
    Variable[] converted = new Variable[operands.length];
    Arrays.setAll(converted, k -> operands[k].to(dtype));
    EinsumEquation parsed = new EinsumEquation(equation, converted);
    return Contraction.contract(parsed.terms(), parsed.output());
  }

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Returns the dtype to compute in. */
    static DType dtype(String operation, Variable... operands) {
      DType dtype = DType.FLOAT32;
      for (Variable operand : operands) {
        checkArgument(
            operand.dtype().isFloating(),
            "%s: needs float32 or float64, got %s; convert with to(DType.FLOAT32)",
            operation,
            Variable.describe(operands));
        dtype = DType.promote(dtype, operand.dtype());
      }
      return dtype;
    }

    static void checkProduct(String operation, int rank, Variable left, Variable right) {
      checkProduct(operation, rank, left, right, Variable.describe(left, right));
    }

    private static void checkProduct(
        String operation, int rank, Variable left, Variable right, Description all) {
      checkArgument(
          left.rank() == rank
              && right.rank() == rank
              && left.size(-1) == right.size(-2)
              && (rank == 2 || left.size(0) == right.size(0)),
          "%s: the product needs %s, got %s; matmul broadcasts",
          operation,
          rank == 2 ? "[m, k] and [k, n]" : "[b, m, k] and [b, k, n]",
          all);
    }

    static Variable addProduct(
        String operation,
        int rank,
        Variable x,
        Variable left,
        Variable right,
        double beta,
        double alpha) {
      dtype(operation, x, left, right);
      checkProduct(operation, rank, left, right, Variable.describe(x, left, right));
      Shape shape = left.shape().with(rank - 1, right.size(-1));
      checkArgument(
          x.shape().broadcastsTo(shape),
          "%s: %s does not broadcast to the product %s of %s",
          operation,
          x.describe(),
          shape,
          Variable.describe(left, right));
      Variable product = left.matmul(right);
      Variable scaled = alpha == 1 ? product : product.mul(alpha);
      if (beta == 0) {
        return scaled;
      }
      return scaled.add(beta == 1 ? x : x.mul(beta));
    }
  }
}
