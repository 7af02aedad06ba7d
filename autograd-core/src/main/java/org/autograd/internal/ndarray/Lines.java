package org.autograd.internal.ndarray;

import java.util.Arrays;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.Parallel;
import org.autograd.type.DType;

/**
 * Sorting and running totals along an axis. A line of the array, that is all positions along the
 * axis at one place of the other axes, is worked off by one thread.
 */
public final class Lines {
  private static final long NAN = Double.doubleToLongBits(Double.NaN);

  private Lines() {}

  /** Works on a line whose elements lie {@code stride} apart from {@code start} on. */
  private interface LineTask {
    void run(int start, int stride, int count);
  }

  private static void forEach(NdArray array, int axis, LineTask task) {
    int inner = 1;
    for (int i = axis + 1; i < array.rank(); i++) {
      inner *= array.size(i);
    }
    int stride = inner;
    int count = array.size(axis);
    if (array.elementCount() > 0) {
      Parallel.forEach(
          array.elementCount() / count,
          array.elementCount(),
          line -> task.run(line / stride * stride * count + line % stride, stride, count));
    }
  }

  /** Returns numbers that are ordered as the elements are: NaN last, both zeros equal. */
  private static long[] keys(NdArray array) {
    long[] keys = new long[array.elementCount()];
    if (array.dtype().isFloating()) {
      double[] values = new double[keys.length];
      Copies.assign(NdArray.adopt(values, array.shape()), array.to(DType.FLOAT64));
      for (int i = 0; i < keys.length; i++) {
        long bits = Double.doubleToLongBits(values[i] + 0.0);
        keys[i] = bits ^ ((bits >> 63) & Long.MAX_VALUE);
      }
    } else {
      Copies.assign(NdArray.adopt(keys, array.shape()), array.to(DType.INT64));
    }
    return keys;
  }

  /**
   * Returns the int64 positions along an axis at which the elements are in order; equal ones stay
   * in theirs, and NaN counts as the largest.
   */
  public static NdArray argsort(NdArray array, int axis, boolean descending) {
    Mark mark = KernelMeter.start();
    NdArray result = NdArray.zeros(DType.INT64, array.shape());
    long[] positions = result.storage().longs();
    long[] keys = keys(array);
    forEach(
        array,
        axis,
        (start, stride, count) -> {
          long[] line = new long[count];
          for (int i = 0; i < count; i++) {
            long key = keys[start + i * stride];
            line[i] = descending ? ~key : key;
          }
          int[] order = sorted(line);
          for (int i = 0; i < count; i++) {
            positions[start + i * stride] = order[i];
          }
        });
    KernelMeter.stop(mark);
    return result;
  }

  /**
   * Returns the int64 positions along an axis, kept at size 1, of the most frequent elements: of
   * the smallest of them, the last one. NaN is equal to nothing.
   */
  public static NdArray mode(NdArray array, int axis) {
    NdArray result = NdArray.zeros(DType.INT64, array.shape().with(axis, 1));
    long[] positions = result.storage().longs();
    long[] keys = keys(array);
    boolean floating = array.dtype().isFloating();
    forEach(
        array,
        axis,
        (start, stride, count) -> {
          long[] line = new long[count];
          for (int i = 0; i < count; i++) {
            line[i] = keys[start + i * stride];
          }
          int[] order = sorted(line);
          int most = 0;
          int run = 0;
          for (int i = 0; i < count; i++) {
            long key = line[order[i]];
            run = i > 0 && key == line[order[i - 1]] && !(floating && key == NAN) ? run + 1 : 1;
            if (run > most) {
              most = run;
              positions[start / (stride * count) * stride + start % stride] = order[i];
            }
          }
        });
    return result;
  }

  /** Merges runs of 1, 2, 4, ... elements. */
  private static int[] sorted(long[] keys) {
    int[] from = new int[keys.length];
    Arrays.setAll(from, i -> i);
    int[] to = new int[keys.length];
    for (long run = 1; run < keys.length; run *= 2) {
      for (long low = 0; low < keys.length; low += 2 * run) {
        int middle = (int) Math.min(keys.length, low + run);
        int end = (int) Math.min(keys.length, low + 2 * run);
        int left = (int) low;
        int right = middle;
        for (int i = left; i < end; i++) {
          boolean takeLeft =
              left < middle && (right == end || keys[from[left]] <= keys[from[right]]);
          to[i] = from[takeLeft ? left++ : right++];
        }
      }
      int[] other = from;
      from = to;
      to = other;
    }
    return from;
  }

  /**
   * Returns how many elements of a sorted row are smaller than each value, or not larger.
   *
   * @param sorted a vector of the dtype of the values, or a row for each of theirs
   */
  public static NdArray search(NdArray sorted, NdArray values, boolean orEqual) {
    Mark mark = KernelMeter.start();
    NdArray result = NdArray.zeros(DType.INT64, values.shape());
    long[] positions = result.storage().longs();
    long[] places = keys(sorted);
    long[] wanted = keys(values);
    int length = sorted.size(sorted.rank() - 1);
    int perRow = sorted.rank() == 1 ? wanted.length : values.size(values.rank() - 1);
    for (int i = 0; i < wanted.length; i++) {
      int row = i / perRow * length;
      int low = row;
      int high = row + length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (places[middle] < wanted[i] || (orEqual && places[middle] == wanted[i])) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      positions[i] = (long) low - row;
    }
    KernelMeter.stop(mark);
    return result;
  }

  /** Returns the sums of all elements up to each; floating numbers are added in double. */
  public static NdArray cumsum(NdArray array, int axis) {
    Mark mark = KernelMeter.start();
    NdArray result = array.copy();
    forEach(
        result,
        axis,
        (start, stride, count) -> {
          switch (result.storage().array()) {
            case float[] x -> {
              double sum = 0;
              for (int i = 0, at = start; i < count; i++, at += stride) {
                sum += x[at];
                x[at] = (float) sum;
              }
            }
            case double[] x -> {
              double sum = 0;
              for (int i = 0, at = start; i < count; i++, at += stride) {
                sum += x[at];
                x[at] = sum;
              }
            }
            default -> {
              long[] x = result.storage().longs();
              long sum = 0;
              for (int i = 0, at = start; i < count; i++, at += stride) {
                sum += x[at];
                x[at] = sum;
              }
            }
          }
        });
    KernelMeter.stop(mark);
    return result;
  }

  /**
   * Returns the int64 positions of the largest (or smallest) element up to each; the last of equal
   * ones, and the last NaN from the first one on.
   */
  public static NdArray cumulativeExtreme(NdArray array, int axis, boolean largest) {
    Mark mark = KernelMeter.start();
    NdArray result = NdArray.zeros(DType.INT64, array.shape());
    long[] positions = result.storage().longs();
    long[] keys = keys(array);
    boolean floating = array.dtype().isFloating();
    forEach(
        array,
        axis,
        (start, stride, count) -> {
          int best = 0;
          for (int i = 0; i < count; i++) {
            long key = keys[start + i * stride];
            long before = keys[start + best * stride];
            boolean undefined = floating && before == NAN;
            boolean better = largest ? key >= before : key <= before;
            if ((floating && key == NAN) || (better && !undefined)) {
              best = i;
            }
            positions[start + i * stride] = best;
          }
        });
    KernelMeter.stop(mark);
    return result;
  }
}
