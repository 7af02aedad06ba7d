package org.autograd.internal.ndarray;

import java.util.function.DoubleUnaryOperator;
import java.util.function.IntConsumer;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.Parallel;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Functions of floating elements, one by one, for which there is no kernel. */
public final class FloatLoop {
  private static final int BLOCK = 1 << 12;

  private FloatLoop() {}

  /** Returns the function of all elements, computed in double. */
  public static NdArray apply(DoubleUnaryOperator function, NdArray x) {
    Mark mark = KernelMeter.start();
    NdArray wide = x.to(DType.FLOAT64).contiguous();
    double[] from = wide.storage().doubles();
    int start = wide.layout().offset();
    double[] to = new double[x.elementCount()];
    forEach(to.length, i -> to[i] = function.applyAsDouble(from[start + i]));
    NdArray result = NdArray.adopt(to, x.shape()).to(x.dtype());
    KernelMeter.stop(mark);
    return result;
  }

  /**
   * Returns the numbers next to those of the first array in the direction of those of the second.
   *
   * @param y of the dtype of {@code x}
   * @param shape to which both broadcast
   */
  public static NdArray nextAfter(NdArray x, NdArray y, Shape shape) {
    Mark mark = KernelMeter.start();
    NdArray result = NdArray.unset(x.dtype(), shape);
    NdArray a = x.expand(shape).contiguous();
    NdArray b = y.expand(shape).contiguous();
    int startA = a.layout().offset();
    int startB = b.layout().offset();
    if (result.storage().array() instanceof float[] to) {
      float[] from = a.storage().floats();
      float[] towards = b.storage().floats();
      forEach(to.length, i -> to[i] = Math.nextAfter(from[startA + i], towards[startB + i]));
    } else {
      double[] to = result.storage().doubles();
      double[] from = a.storage().doubles();
      double[] towards = b.storage().doubles();
      forEach(to.length, i -> to[i] = Math.nextAfter(from[startA + i], towards[startB + i]));
    }
    KernelMeter.stop(mark);
    return result;
  }

  private static void forEach(int count, IntConsumer body) {
    Parallel.forEach(
        (count + BLOCK - 1) / BLOCK,
        count,
        block -> {
          int end = Math.min(count, (block + 1) * BLOCK);
          for (int i = block * BLOCK; i < end; i++) {
            body.accept(i);
          }
        });
  }
}
