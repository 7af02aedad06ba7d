package org.autograd.internal.ndarray;

import java.util.function.LongBinaryOperator;
import org.autograd.internal.kernel.Parallel;
import org.autograd.type.Shape;

/** Functions of pairs of integers, element by element, for which there is no kernel. */
public final class IntegerLoop {
  private static final int BLOCK = 1 << 14;

  private IntegerLoop() {}

  /**
   * Returns the function of all pairs of elements.
   *
   * @param left of dtype int32 or int64
   * @param right of the same dtype
   * @param shape to which both broadcast
   */
  public static NdArray apply(
      LongBinaryOperator function, NdArray left, NdArray right, Shape shape) {
    NdArray result = NdArray.unset(left.dtype(), shape);
    NdArray a = left.expand(shape).contiguous();
    NdArray b = right.expand(shape).contiguous();
    int count = result.elementCount();
    Parallel.forEach(
        (count + BLOCK - 1) / BLOCK,
        count,
        block -> {
          int from = block * BLOCK;
          int end = Math.min(count, from + BLOCK);
          int x = a.layout().offset();
          int y = b.layout().offset();
          if (result.storage().array() instanceof long[] to) {
            long[] first = a.storage().longs();
            long[] second = b.storage().longs();
            for (int i = from; i < end; i++) {
              to[i] = function.applyAsLong(first[x + i], second[y + i]);
            }
          } else {
            int[] to = result.storage().ints();
            int[] first = a.storage().ints();
            int[] second = b.storage().ints();
            for (int i = from; i < end; i++) {
              to[i] = (int) function.applyAsLong(first[x + i], second[y + i]);
            }
          }
        });
    return result;
  }
}
