package org.autograd.internal.ndarray;

import org.autograd.internal.kernel.matmul.Matmul;
import org.autograd.internal.kernel.matmul.Matrix;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Matrix products of arrays. */
public final class Products {
  private Products() {}

  /**
   * Returns the product of {@code [..., m, k]} and {@code [..., k, n]}, both of the same floating
   * dtype, with the axes before the last two broadcast.
   */
  public static NdArray matmul(NdArray left, NdArray right) {
    int m = left.size(left.rank() - 2);
    int k = left.size(left.rank() - 1);
    int n = right.size(right.rank() - 1);
    Shape batch = Shape.broadcast(batch(left), batch(right), "matmul");
    NdArray result = NdArray.zeros(left.dtype(), join(batch, m, n));
    if (result.elementCount() == 0 || k == 0) {
      return result;
    }
    int[][] starts =
        starts(
            batch,
            left.layout().expand(join(batch, m, k)),
            right.layout().expand(join(batch, k, n)),
            result.layout());
    if (left.dtype() == DType.FLOAT32) {
      Matmul.float32()
          .multiplyBatch(
              matrix(left.storage().floats(), left, m, k),
              starts[0],
              matrix(right.storage().floats(), right, k, n),
              starts[1],
              matrix(result.storage().floats(), result, m, n),
              starts[2],
              false);
    } else {
      Matmul.float64()
          .multiplyBatch(
              matrix(left.storage().doubles(), left, m, k),
              starts[0],
              matrix(right.storage().doubles(), right, k, n),
              starts[1],
              matrix(result.storage().doubles(), result, m, n),
              starts[2],
              false);
    }
    return result;
  }

  private static <A> Matrix<A> matrix(A data, NdArray array, int rows, int columns) {
    Layout layout = array.layout();
    int rank = array.rank();
    return new Matrix<>(
        data, layout.offset(), rows, columns, layout.stride(rank - 2), layout.stride(rank - 1));
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
