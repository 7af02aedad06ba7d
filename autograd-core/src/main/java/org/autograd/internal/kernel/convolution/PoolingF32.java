package org.autograd.internal.kernel.convolution;

import java.util.function.IntConsumer;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Simd;

/**
 * Pooling and its gradients, channel by channel. All arrays are in row-major order; results begin
 * at 0, and those that are added to are zeros at first.
 */
public final class PoolingF32 {
  /** At least this many elements are given to a thread at a time. */
  private static final int TASK_SIZE = 1 << 15;

  private PoolingF32() {}

  private static void forEachPlane(int planes, int size, IntConsumer body) {
    int each = Math.max(1, TASK_SIZE / Math.max(1, size));
    Parallel.forEach(
        Math.ceilDiv(planes, each),
        (long) planes * size,
        task -> {
          int end = Math.min(planes, (task + 1) * each);
          for (int plane = task * each; plane < end; plane++) {
            body.accept(plane);
          }
        });
  }

  /**
   * Finds the largest element of each window; the first of equal ones, but the last NaN.
   *
   * @param y receives the values
   * @param indices receives where in its channel each was found
   */
  public static void max(
      PoolingWindows windows, int planes, float[] x, int xOffset, float[] y, int[] indices) {
    PoolingWindows.Axis last = windows.axes()[2];
    int from = last.firstWhole();
    int to = last.endOfWhole();
    boolean vectors = Simd.bits() >= 128 && VectorPoolingF32.accepts(windows, to - from);
    forEachPlane(
        planes,
        windows.inputSize(),
        plane -> {
          int start = xOffset + plane * windows.inputSize();
          if (vectors) {
            maxByVectors(windows, x, start, y, indices, plane, from, to);
          } else {
            max(windows, x, start, y, indices, plane);
          }
        });
  }

  /** One channel, by the plain loop. */
  static void max(
      PoolingWindows windows, float[] x, int start, float[] y, int[] indices, int plane) {
    int length = windows.axes()[2].from().length;
    int output = plane * windows.outputSize();
    for (int a = 0; a < windows.axes()[0].from().length; a++) {
      for (int b = 0; b < windows.axes()[1].from().length; b++, output += length) {
        maxRow(windows, a, b, 0, length, x, start, y, indices, output);
      }
    }
  }

  /** Some outputs of one row. */
  private static void maxRow(
      PoolingWindows windows,
      int a,
      int b,
      int fromC,
      int toC,
      float[] x,
      int start,
      float[] y,
      int[] indices,
      int output) {
    PoolingWindows.Axis first = windows.axes()[0];
    PoolingWindows.Axis second = windows.axes()[1];
    PoolingWindows.Axis third = windows.axes()[2];
    int row0 = (first.from()[a] * second.size() + second.from()[b]) * third.size();
    for (int c = fromC; c < toC; c++) {
      int found = row0 + third.from()[c];
      float best = Float.NEGATIVE_INFINITY;
      for (int i = first.from()[a]; i < first.to()[a]; i += first.step()) {
        for (int j = second.from()[b]; j < second.to()[b]; j += second.step()) {
          int row = (i * second.size() + j) * third.size();
          for (int k = third.from()[c]; k < third.to()[c]; k += third.step()) {
            float value = x[start + row + k];
            if (value > best || Float.isNaN(value)) {
              best = value;
              found = row + k;
            }
          }
        }
      }
      y[output + c] = best;
      indices[output + c] = found;
    }
  }

  /** As the other; windows from {@code from} to {@code to} along the last axis are not clipped. */
  private static void maxByVectors(
      PoolingWindows windows,
      float[] x,
      int start,
      float[] y,
      int[] indices,
      int plane,
      int from,
      int to) {
    PoolingWindows.Axis first = windows.axes()[0];
    PoolingWindows.Axis second = windows.axes()[1];
    PoolingWindows.Axis third = windows.axes()[2];
    int length = third.from().length;
    int output = plane * windows.outputSize();
    int[] taps = new int[first.kernel() * second.kernel() * third.kernel()];
    float[] found = new float[to - from];
    for (int a = 0; a < first.from().length; a++) {
      for (int b = 0; b < second.from().length; b++, output += length) {
        int origin = (first.from()[a] * second.size() + second.from()[b]) * third.size();
        int count = 0;
        for (int i = first.from()[a]; i < first.to()[a]; i += first.step()) {
          for (int j = second.from()[b]; j < second.to()[b]; j += second.step()) {
            for (int k = 0; k < third.kernel(); k++) {
              taps[count++] = (i * second.size() + j) * third.size() + k * third.step() - origin;
            }
          }
        }
        int place = origin + third.from()[from];
        int end =
            from
                + VectorPoolingF32.max(
                    taps, count, third.stride(), x, start + place, y, output + from, found);
        for (int c = from; c < end; c++) {
          indices[output + c] = place + (c - from) * third.stride() + (int) found[c - from];
        }
        maxRow(windows, a, b, 0, from, x, start, y, indices, output);
        maxRow(windows, a, b, end, length, x, start, y, indices, output);
      }
    }
  }

  /** Fetches the element of each channel that each index names. */
  public static void pick(
      int planes, int inputSize, int outputSize, float[] x, int xOffset, int[] indices, float[] y) {
    forEachPlane(
        planes,
        outputSize,
        plane -> {
          int start = xOffset + plane * inputSize;
          for (int i = plane * outputSize; i < (plane + 1) * outputSize; i++) {
            y[i] = x[start + indices[i]];
          }
        });
  }

  /** Adds each element to that of its channel which its index names. */
  public static void scatter(
      int planes,
      int inputSize,
      int outputSize,
      float[] g,
      int gOffset,
      int[] indices,
      float[] dx) {
    forEachPlane(
        planes,
        inputSize,
        plane -> {
          int start = plane * inputSize;
          for (int i = plane * outputSize; i < (plane + 1) * outputSize; i++) {
            dx[start + indices[i]] += g[gOffset + i];
          }
        });
  }

  /** Computes the mean of each window. */
  public static void average(
      PoolingWindows windows, int planes, float[] x, int xOffset, float[] y) {
    forEachPlane(
        planes,
        windows.inputSize(),
        plane -> average(windows, x, xOffset + plane * windows.inputSize(), y, plane));
  }

  private static void average(PoolingWindows windows, float[] x, int start, float[] y, int plane) {
    PoolingWindows.Axis first = windows.axes()[0];
    PoolingWindows.Axis second = windows.axes()[1];
    PoolingWindows.Axis third = windows.axes()[2];
    int output = plane * windows.outputSize();
    for (int a = 0; a < first.from().length; a++) {
      for (int b = 0; b < second.from().length; b++) {
        int count = first.counts()[a] * second.counts()[b];
        for (int c = 0; c < third.from().length; c++, output++) {
          float sum = 0f;
          for (int i = first.from()[a]; i < first.to()[a]; i++) {
            for (int j = second.from()[b]; j < second.to()[b]; j++) {
              int row = start + (i * second.size() + j) * third.size();
              for (int k = third.from()[c]; k < third.to()[c]; k++) {
                sum += x[row + k];
              }
            }
          }
          y[output] = sum / (count * third.counts()[c]);
        }
      }
    }
  }

  /** Spreads gradients of means over their windows. */
  public static void spread(
      PoolingWindows windows, int planes, float[] g, int gOffset, float[] dx) {
    forEachPlane(
        planes,
        windows.inputSize(),
        plane -> spread(windows, g, gOffset + plane * windows.outputSize(), dx, plane));
  }

  private static void spread(PoolingWindows windows, float[] g, int from, float[] dx, int plane) {
    PoolingWindows.Axis first = windows.axes()[0];
    PoolingWindows.Axis second = windows.axes()[1];
    PoolingWindows.Axis third = windows.axes()[2];
    int start = plane * windows.inputSize();
    int output = from;
    for (int a = 0; a < first.from().length; a++) {
      for (int b = 0; b < second.from().length; b++) {
        int count = first.counts()[a] * second.counts()[b];
        for (int c = 0; c < third.from().length; c++, output++) {
          float share = g[output] / (count * third.counts()[c]);
          for (int i = first.from()[a]; i < first.to()[a]; i++) {
            for (int j = second.from()[b]; j < second.to()[b]; j++) {
              int row = start + (i * second.size() + j) * third.size();
              for (int k = third.from()[c]; k < third.to()[c]; k++) {
                dx[row + k] += share;
              }
            }
          }
        }
      }
    }
  }
}
