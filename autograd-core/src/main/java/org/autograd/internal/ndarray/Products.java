package org.autograd.internal.ndarray;

import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.matmul.Matmul;
import org.autograd.internal.kernel.matmul.MatmulKernel;
import org.autograd.internal.kernel.matmul.Matrix;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/** Matrix products of arrays. */
public final class Products {
  private Products() {}

  /**
   * Returns the product of {@code [..., m, k]} and {@code [..., k, n]}, both of the same floating
   * dtype, with the axes before the last two broadcast.
   */
  public static NdArray matmul(NdArray left, NdArray right) {
    Mark mark = KernelMeter.start();
    int m = left.size(left.rank() - 2);
    int k = left.size(left.rank() - 1);
    int n = right.size(right.rank() - 1);
    if (left.rank() == 2 && right.rank() == 2) {
      Shape shape = Shape.of(m, n);
      NdArray result =
          k == 0 ? NdArray.zeros(left.dtype(), shape) : NdArray.unset(left.dtype(), shape);
      multiply(left, right, result, false);
      KernelMeter.stop(mark);
      return result;
    }
    Shape batch = Shape.broadcast(batch(left), batch(right), "matmul");
    Shape joined = join(batch, m, n);
    if (joined.elementCount() == 0 || k == 0) {
      KernelMeter.stop(mark);
      return NdArray.zeros(left.dtype(), joined);
    }
    NdArray result = NdArray.unset(left.dtype(), joined);
    int[][] starts =
        starts(
            batch,
            left.layout().expand(join(batch, m, k)),
            right.layout().expand(join(batch, k, n)),
            result.layout());
    if (left.dtype() == DType.FLOAT32) {
      multiplyBatch(Matmul.float32(), float[].class, left, right, result, starts);
    } else {
      multiplyBatch(Matmul.float64(), double[].class, left, right, result, starts);
    }
    KernelMeter.stop(mark);
    return result;
  }

  /**
   * Returns the product of {@code [m, k]} and {@code [k, n]} with a row added to each of its rows.
   *
   * @param row of shape {@code [n]}
   */
  public static NdArray matmulPlusRow(NdArray left, NdArray right, NdArray row) {
    Mark mark = KernelMeter.start();
    int m = left.size(0);
    int n = right.size(1);
    NdArray result = NdArray.unset(left.dtype(), Shape.of(m, n));
    NdArray first = row.contiguous();
    if (left.dtype() == DType.FLOAT32) {
      multiplyPlusRow(Matmul.float32(), float[].class, left, right, first, result);
    } else {
      multiplyPlusRow(Matmul.float64(), double[].class, left, right, first, result);
    }
    KernelMeter.stop(mark);
    return result;
  }

  private static void multiply(NdArray left, NdArray right, NdArray result, boolean accumulate) {
    if (result.elementCount() == 0 || left.size(1) == 0) {
      return;
    }
    if (left.dtype() == DType.FLOAT32) {
      multiply(Matmul.float32(), float[].class, left, right, result, accumulate);
    } else {
      multiply(Matmul.float64(), double[].class, left, right, result, accumulate);
    }
  }

  private static <A> void multiply(
      MatmulKernel<A> kernel,
      Class<A> type,
      NdArray left,
      NdArray right,
      NdArray result,
      boolean accumulate) {
    kernel.multiply(matrix(type, left), matrix(type, right), matrix(type, result), accumulate);
  }

  private static <A> void multiplyPlusRow(
      MatmulKernel<A> kernel,
      Class<A> type,
      NdArray left,
      NdArray right,
      NdArray row,
      NdArray result) {
    kernel.multiplyPlusRow(
        matrix(type, left),
        matrix(type, right),
        type.cast(row.storage().array()),
        row.layout().offset(),
        matrix(type, result));
  }

  private static <A> void multiplyBatch(
      MatmulKernel<A> kernel,
      Class<A> type,
      NdArray left,
      NdArray right,
      NdArray result,
      int[][] starts) {
    kernel.multiplyBatch(
        matrix(type, left),
        starts[0],
        matrix(type, right),
        starts[1],
        matrix(type, result),
        starts[2],
        false);
  }

  /**
   * The right operand of one product or many. For a second one it is arranged once for all that
   * follow.
   *
   * @param <A> {@code float[]} or {@code double[]}
   */
  public static final class Right<A> {
    private final Class<A> type;
    private final MatmulKernel<A> kernel;
    private final Matrix<A> matrix;
    private boolean used;
    private MatmulKernel.@Nullable RightOperand<A> arranged;

    private Right(Class<A> type, MatmulKernel<A> kernel, NdArray array) {
      this.type = type;
      this.kernel = kernel;
      this.matrix = matrix(type, array);
    }

    /** Returns a matrix of a float dtype as a right operand; it must not change meanwhile. */
    public static Right<?> of(NdArray matrix) {
      return matrix.dtype() == DType.FLOAT32
          ? new Right<>(float[].class, Matmul.float32(), matrix)
          : new Right<>(double[].class, Matmul.float64(), matrix);
    }

    /**
     * Adds {@code left} times this operand to the target, in which the elements of a row must be
     * side by side, and raises its version.
     */
    public void addProduct(NdArray left, NdArray target) {
      Mark mark = KernelMeter.start();
      if (target.elementCount() > 0 && left.size(1) > 0) {
        multiply(matrix(type, left), matrix(type, target));
      }
      target.storage().bumpVersion();
      KernelMeter.stop(mark);
    }

    private void multiply(Matrix<A> left, Matrix<A> target) {
      MatmulKernel.RightOperand<A> operand = arranged;
      if (operand == null && used) {
        operand = kernel.rightOperand(matrix);
        arranged = operand;
      }
      if (operand != null) {
        operand.multiply(left, target, true);
      } else {
        kernel.multiply(left, matrix, target, true);
        used = true;
      }
    }
  }

  /** Returns the last two axes as a matrix. */
  private static <A> Matrix<A> matrix(Class<A> type, NdArray array) {
    Layout layout = array.layout();
    int row = array.rank() - 2;
    return new Matrix<>(
        type.cast(array.storage().array()),
        layout.offset(),
        array.size(row),
        array.size(row + 1),
        layout.stride(row),
        layout.stride(row + 1));
  }

  private static Shape batch(NdArray array) {
    Shape shape = array.shape();
    return shape.without(shape.rank() - 1).without(shape.rank() - 2);
  }

  private static Shape join(Shape batch, int rows, int columns) {
    return batch.inserting(batch.rank(), rows).inserting(batch.rank() + 1, columns);
  }

  /** Returns where each matrix of the batch starts in each operand. */
  private static int[][] starts(Shape batch, Layout... operands) {
    Layout[] firsts = new Layout[operands.length];
    for (int o = 0; o < operands.length; o++) {
      int rank = batch.rank() + 2;
      firsts[o] = operands[o].select(rank - 1, 0).select(rank - 2, 0);
    }
    int count = (int) batch.elementCount();
    int[][] starts = new int[operands.length][count];
    Positions positions = Positions.of(batch, firsts);
    int next = 0;
    do {
      for (int i = 0; i < positions.innerSize(); i++, next++) {
        for (int o = 0; o < operands.length; o++) {
          starts[o][next] = positions.offset(o) + i * positions.innerStride(o);
        }
      }
    } while (positions.next());
    return starts;
  }
}
