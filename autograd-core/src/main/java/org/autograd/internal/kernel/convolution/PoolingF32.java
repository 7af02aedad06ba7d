package org.autograd.internal.kernel.convolution;

import java.util.function.IntConsumer;
import org.autograd.internal.kernel.Parallel;

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
    forEachPlane(
        planes,
        windows.inputSize(),
        plane -> max(windows, x, xOffset + plane * windows.inputSize(), y, indices, plane));
  }

  private static void max(
      PoolingWindows windows, float[] x, int start, float[] y, int[] indices, int plane) {
    PoolingWindows.Axis first = windows.axes()[0];
    PoolingWindows.Axis second = windows.axes()[1];
    PoolingWindows.Axis third = windows.axes()[2];
    int output = plane * windows.outputSize();
    for (int a = 0; a < first.from().length; a++) {
      for (int b = 0; b < second.from().length; b++) {
        for (int c = 0; c < third.from().length; c++, output++) {
          int at = (first.from()[a] * second.size() + second.from()[b]) * third.size();
          int found = at + third.from()[c];
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
          y[output] = best;
          indices[output] = found;
        }
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
