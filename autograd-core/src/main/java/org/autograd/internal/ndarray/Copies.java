package org.autograd.internal.ndarray;

import java.util.Arrays;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;

/** Copies elements between arrays of equal shape, whatever their layouts. */
public final class Copies {
  private Copies() {}

  /**
   * Side of the square blocks in which a transposing copy walks: both sides stay in the L1 cache.
   */
  private static final int BLOCK = 32;

  /**
   * Writes the elements of {@code source} to {@code target}, which has the same shape and dtype;
   * does not raise the version.
   */
  public static void assign(NdArray target, NdArray source) {
    Mark mark = KernelMeter.start();
    if (target.elementCount() == 0) {
      return;
    }
    Positions p = Positions.of(target.shape(), target.layout(), source.layout());
    Object to = target.storage().array();
    Object from = source.storage().array();
    do {
      if (p.innerStride(0) == 1 && p.innerStride(1) == 1) {
        int rows = p.rowCount();
        for (int row = 0; row < rows; row++) {
          System.arraycopy(
              from,
              p.offset(1) + row * p.rowStride(1),
              to,
              p.offset(0) + row * p.rowStride(0),
              p.innerSize());
        }
      } else if (p.innerStride(0) == 1 && p.innerStride(1) == 0) {
        for (int row = 0; row < p.rowCount(); row++) {
          int start = p.offset(0) + row * p.rowStride(0);
          fill(to, start, p.innerSize(), from, p.offset(1) + row * p.rowStride(1));
        }
      } else {
        assignBlock(to, from, p);
      }
    } while (p.nextRows());
    KernelMeter.stop(mark);
  }

  /** Repeats one element, as an expanded array does. */
  private static void fill(Object to, int start, int count, Object from, int at) {
    int end = start + count;
    switch (to) {
      case float[] target -> Arrays.fill(target, start, end, ((float[]) from)[at]);
      case double[] target -> Arrays.fill(target, start, end, ((double[]) from)[at]);
      case long[] target -> Arrays.fill(target, start, end, ((long[]) from)[at]);
      case int[] target -> Arrays.fill(target, start, end, ((int[]) from)[at]);
      case boolean[] target -> Arrays.fill(target, start, end, ((boolean[]) from)[at]);
      default -> throw new AssertionError(to.getClass());
    }
  }

  private static void assignBlock(Object to, Object from, Positions p) {
    int rows = p.rowCount();
    int columns = p.innerSize();
    for (int row = 0; row < rows; row += BLOCK) {
      int rowEnd = Math.min(rows, row + BLOCK);
      for (int column = 0; column < columns; column += BLOCK) {
        int count = Math.min(columns, column + BLOCK) - column;
        for (int r = row; r < rowEnd; r++) {
          int t = p.offset(0) + r * p.rowStride(0) + column * p.innerStride(0);
          int s = p.offset(1) + r * p.rowStride(1) + column * p.innerStride(1);
          assignRun(to, t, p.innerStride(0), from, s, p.innerStride(1), count);
        }
      }
    }
  }

  private static void assignRun(
      Object to, int t, int toStride, Object from, int s, int fromStride, int count) {
    switch (to) {
      case float[] target -> {
        float[] source = (float[]) from;
        for (int i = 0; i < count; i++) {
          target[t + i * toStride] = source[s + i * fromStride];
        }
      }
      case double[] target -> {
        double[] source = (double[]) from;
        for (int i = 0; i < count; i++) {
          target[t + i * toStride] = source[s + i * fromStride];
        }
      }
      case long[] target -> {
        long[] source = (long[]) from;
        for (int i = 0; i < count; i++) {
          target[t + i * toStride] = source[s + i * fromStride];
        }
      }
      case int[] target -> {
        int[] source = (int[]) from;
        for (int i = 0; i < count; i++) {
          target[t + i * toStride] = source[s + i * fromStride];
        }
      }
      case boolean[] target -> {
        boolean[] source = (boolean[]) from;
        for (int i = 0; i < count; i++) {
          target[t + i * toStride] = source[s + i * fromStride];
        }
      }
      default -> throw new AssertionError(to.getClass());
    }
  }
}
