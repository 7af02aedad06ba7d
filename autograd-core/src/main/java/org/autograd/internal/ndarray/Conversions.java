package org.autograd.internal.ndarray;

import java.util.Arrays;
import java.util.List;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.Parallel;
import org.autograd.type.DType;

/** Converts arrays between dtypes. */
final class Conversions {
  private static final int BLOCK = 1 << 15;
  private static final double[] NO_SCALARS = {};

  private static final PointwiseLoop FROM_BOOL =
      new PointwiseLoop(
          1,
          0,
          List.of(
              Expression.where(
                  Expression.mask(0), Expression.constant(1), Expression.constant(0))));

  private static final PointwiseLoop TO_BOOL =
      new PointwiseLoop(1, 0, List.of(Expression.input(0).eq(0).not()));

  private Conversions() {}

  /**
   * Returns the elements in another dtype, in row-major order. Floats are truncated towards 0 when
   * they become integers, anything but 0 becomes true.
   */
  static NdArray convert(NdArray source, DType dtype) {
    Mark mark = KernelMeter.start();
    NdArray flat = source.contiguous();
    NdArray[] operands = Arrays.copyOf(new NdArray[] {flat}, 2);
    if (source.dtype() == DType.BOOL) {
      NdArray result = FROM_BOOL.apply(dtype, flat.shape(), operands, NO_SCALARS);
      KernelMeter.stop(mark);
      return result;
    }
    if (dtype == DType.BOOL) {
      NdArray result = TO_BOOL.apply(flat.dtype(), flat.shape(), operands, NO_SCALARS);
      KernelMeter.stop(mark);
      return result;
    }
    NdArray result = NdArray.unset(dtype, source.shape());
    Object from = flat.storage().array();
    Object to = result.storage().array();
    int start = flat.layout().offset();
    int count = flat.elementCount();
    Parallel.forEach(
        (count + BLOCK - 1) / BLOCK,
        count,
        block -> {
          int first = block * BLOCK;
          convert(from, start + first, to, first, Math.min(BLOCK, count - first));
        });
    KernelMeter.stop(mark);
    return result;
  }

  /** Each pair of types has a loop of its own, which HotSpot turns into SIMD code. */
  private static void convert(Object from, int s, Object to, int t, int count) {
    switch (from) {
      case float[] x -> fromFloats(x, s, to, t, count);
      case double[] x -> fromDoubles(x, s, to, t, count);
      case long[] x -> fromLongs(x, s, to, t, count);
      case int[] x -> fromInts(x, s, to, t, count);
      default -> throw new AssertionError(from.getClass());
    }
  }

  private static void fromFloats(float[] x, int s, Object to, int t, int count) {
    switch (to) {
      case double[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = x[s + i];
        }
      }
      case long[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (long) x[s + i];
        }
      }
      case int[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (int) (long) x[s + i];
        }
      }
      default -> throw new AssertionError(to.getClass());
    }
  }

  private static void fromDoubles(double[] x, int s, Object to, int t, int count) {
    switch (to) {
      case float[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (float) x[s + i];
        }
      }
      case long[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (long) x[s + i];
        }
      }
      case int[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (int) (long) x[s + i];
        }
      }
      default -> throw new AssertionError(to.getClass());
    }
  }

  private static void fromLongs(long[] x, int s, Object to, int t, int count) {
    switch (to) {
      case float[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (float) x[s + i];
        }
      }
      case double[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = x[s + i];
        }
      }
      case int[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (int) x[s + i];
        }
      }
      default -> throw new AssertionError(to.getClass());
    }
  }

  private static void fromInts(int[] x, int s, Object to, int t, int count) {
    switch (to) {
      case float[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = (float) x[s + i];
        }
      }
      case double[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = x[s + i];
        }
      }
      case long[] y -> {
        for (int i = 0; i < count; i++) {
          y[t + i] = x[s + i];
        }
      }
      default -> throw new AssertionError(to.getClass());
    }
  }
}
