package org.autograd.internal.ndarray;

import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.convolution.PoolingF32;
import org.autograd.internal.kernel.convolution.PoolingF64;
import org.autograd.internal.kernel.convolution.PoolingWindows;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Pooling of arrays and its gradients. The last axes of an array are spatial; a channel is what
 * they span. The dtypes are floating, those of indices int32.
 */
public final class Poolings {
  private Poolings() {}

  /**
   * The largest element of each window.
   *
   * @param indices int32: where in its channel each was found
   */
  public record Max(NdArray values, NdArray indices) {}

  private static int planes(NdArray array, int spatial) {
    long planes = 1;
    for (int axis = 0; axis < array.rank() - spatial; axis++) {
      planes *= array.size(axis);
    }
    return (int) planes;
  }

  private static int planeSize(Shape shape, int spatial) {
    long size = 1;
    for (int axis = shape.rank() - spatial; axis < shape.rank(); axis++) {
      size *= shape.size(axis);
    }
    return (int) size;
  }

  /** Returns the largest element of each window. */
  public static Max max(PoolingWindows windows, NdArray x, int spatial, Shape result) {
    Mark mark = KernelMeter.start();
    NdArray input = x.contiguous();
    NdArray y = NdArray.unset(x.dtype(), result);
    NdArray indices = NdArray.unset(DType.INT32, result);
    int planes = planes(x, spatial);
    int start = input.layout().offset();
    int[] found = indices.storage().ints();
    if (x.dtype() == DType.FLOAT32) {
      PoolingF32.max(windows, planes, input.storage().floats(), start, y.storage().floats(), found);
    } else {
      PoolingF64.max(
          windows, planes, input.storage().doubles(), start, y.storage().doubles(), found);
    }
    KernelMeter.stop(mark);
    return new Max(y, indices);
  }

  /** Returns the element of its channel that each index, contiguous, names. */
  public static NdArray pick(NdArray x, int spatial, NdArray indices) {
    Mark mark = KernelMeter.start();
    NdArray input = x.contiguous();
    NdArray y = NdArray.unset(x.dtype(), indices.shape());
    int planes = planes(x, spatial);
    int inputSize = planeSize(x.shape(), spatial);
    int outputSize = planeSize(indices.shape(), spatial);
    int start = input.layout().offset();
    int[] found = indices.storage().ints();
    if (x.dtype() == DType.FLOAT32) {
      float[] from = input.storage().floats();
      PoolingF32.pick(planes, inputSize, outputSize, from, start, found, y.storage().floats());
    } else {
      double[] from = input.storage().doubles();
      PoolingF64.pick(planes, inputSize, outputSize, from, start, found, y.storage().doubles());
    }
    KernelMeter.stop(mark);
    return y;
  }

  /** Returns zeros, each element of {@code g} added where its index, contiguous, says. */
  public static NdArray scatter(NdArray g, int spatial, NdArray indices, Shape result) {
    Mark mark = KernelMeter.start();
    NdArray gradient = g.contiguous();
    NdArray dx = NdArray.zeros(g.dtype(), result);
    int planes = planes(g, spatial);
    int inputSize = planeSize(result, spatial);
    int outputSize = planeSize(g.shape(), spatial);
    int start = gradient.layout().offset();
    int[] found = indices.storage().ints();
    if (g.dtype() == DType.FLOAT32) {
      float[] from = gradient.storage().floats();
      PoolingF32.scatter(planes, inputSize, outputSize, from, start, found, dx.storage().floats());
    } else {
      double[] from = gradient.storage().doubles();
      PoolingF64.scatter(planes, inputSize, outputSize, from, start, found, dx.storage().doubles());
    }
    KernelMeter.stop(mark);
    return dx;
  }

  /** Returns the mean of each window. */
  public static NdArray average(PoolingWindows windows, NdArray x, int spatial, Shape result) {
    Mark mark = KernelMeter.start();
    NdArray input = x.contiguous();
    NdArray y = NdArray.unset(x.dtype(), result);
    int planes = planes(x, spatial);
    int start = input.layout().offset();
    if (x.dtype() == DType.FLOAT32) {
      PoolingF32.average(windows, planes, input.storage().floats(), start, y.storage().floats());
    } else {
      PoolingF64.average(windows, planes, input.storage().doubles(), start, y.storage().doubles());
    }
    KernelMeter.stop(mark);
    return y;
  }

  /** Returns zeros with each element of {@code g} spread evenly over its window. */
  public static NdArray spread(PoolingWindows windows, NdArray g, int spatial, Shape result) {
    Mark mark = KernelMeter.start();
    NdArray gradient = g.contiguous();
    NdArray dx = NdArray.zeros(g.dtype(), result);
    int planes = planes(g, spatial);
    int start = gradient.layout().offset();
    if (g.dtype() == DType.FLOAT32) {
      PoolingF32.spread(windows, planes, gradient.storage().floats(), start, dx.storage().floats());
    } else {
      PoolingF64.spread(
          windows, planes, gradient.storage().doubles(), start, dx.storage().doubles());
    }
    KernelMeter.stop(mark);
    return dx;
  }
}
