package org.autograd.internal.ndarray;

import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Finding, fetching and spreading elements by position along an axis; integer sums. */
public final class Selections {
  private Selections() {}

  /** The three axes that remain when everything before and after one axis is joined. */
  private record Split(int outer, int count, int inner) {
    static Split at(Shape shape, int axis) {
      long outer = 1;
      long inner = 1;
      for (int i = 0; i < shape.rank(); i++) {
        if (i < axis) {
          outer *= shape.size(i);
        } else if (i > axis) {
          inner *= shape.size(i);
        }
      }
      return new Split((int) outer, (int) shape.size(axis), (int) inner);
    }
  }

  /**
   * Returns the int64 positions of the largest (or smallest) values along an axis, which is kept at
   * size 1. The first of equal values wins; NaN counts as both largest and smallest, as in PyTorch.
   */
  public static NdArray argExtreme(NdArray array, int axis, boolean largest) {
    NdArray source = array.contiguous();
    Split split = Split.at(array.shape(), axis);
    NdArray result = NdArray.zeros(DType.INT64, array.shape().with(axis, 1));
    long[] positions = result.storage().longs();
    Storage storage = source.storage();
    boolean integer = !array.dtype().isFloating();
    int start = source.layout().offset();
    for (int o = 0; o < split.outer; o++) {
      for (int i = 0; i < split.inner; i++) {
        int base = start + o * split.count * split.inner + i;
        int best = 0;
        for (int k = 1; k < split.count; k++) {
          int at = base + k * split.inner;
          int bestAt = base + best * split.inner;
          boolean better =
              integer
                  ? largest
                      ? storage.getLong(at) > storage.getLong(bestAt)
                      : storage.getLong(at) < storage.getLong(bestAt)
                  : isBetter(storage.getDouble(at), storage.getDouble(bestAt), largest);
          if (better) {
            best = k;
          }
        }
        positions[o * split.inner + i] = best;
      }
    }
    return result;
  }

  private static boolean isBetter(double value, double best, boolean largest) {
    if (Double.isNaN(best)) {
      return false;
    }
    return Double.isNaN(value) || (largest ? value > best : value < best);
  }

  /** Returns the int64 sum of an integer or bool array along an axis, which is kept at size 1. */
  public static NdArray integerSum(NdArray array, int axis) {
    NdArray source = array.contiguous();
    Split split = Split.at(array.shape(), axis);
    NdArray result = NdArray.zeros(DType.INT64, array.shape().with(axis, 1));
    long[] sums = result.storage().longs();
    Storage storage = source.storage();
    int start = source.layout().offset();
    for (int o = 0; o < split.outer; o++) {
      for (int k = 0; k < split.count; k++) {
        for (int i = 0; i < split.inner; i++) {
          sums[o * split.inner + i] +=
              storage.getLong(start + (o * split.count + k) * split.inner + i);
        }
      }
    }
    return result;
  }

  /**
   * Returns {@code result[i][j][k] = array[i][index[i][j][k]][k]} (for axis 1 of rank 3). The sizes
   * of {@code index} along other axes are at most those of the array; indices have been checked.
   */
  public static NdArray gather(NdArray array, int axis, NdArray index) {
    NdArray result = NdArray.zeros(array.dtype(), index.shape());
    walk(array, axis, index, result, (from, to) -> copyOne(array, from, result, to));
    return result;
  }

  /**
   * Adds the elements of {@code source} to those of {@code target} at the positions along an axis:
   * {@code target[i][index[i][j][k]][k] += source[i][j][k]}, in the order of the elements, so that
   * equal positions always sum in the same order.
   */
  public static void scatterAdd(NdArray target, int axis, NdArray index, NdArray source) {
    walk(target, axis, index, source, (to, from) -> addOne(target, to, source, from));
  }

  /** Receives storage positions in the array that is selected from and in the other one. */
  private interface Visitor {
    void visit(int array, int other);
  }

  private static void walk(NdArray array, int axis, NdArray index, NdArray other, Visitor visitor) {
    if (index.elementCount() == 0) {
      return;
    }
    // The array is walked over the index's shape, with the indexed axis contributing nothing
    // itself.
    NdArray pinned = array;
    for (int i = 0; i < array.rank(); i++) {
      pinned =
          pinned.view(
              i == axis
                  ? pinned.layout().slice(i, 0, index.size(i), 0)
                  : pinned.layout().slice(i, 0, index.size(i), 1));
    }
    int stride = array.layout().stride(axis);
    Positions p = Positions.of(index.shape(), index.layout(), pinned.layout(), other.layout());
    Storage indices = index.storage();
    do {
      for (int i = 0; i < p.innerSize(); i++) {
        int position = (int) indices.getLong(p.offset(0) + i * p.innerStride(0)) * stride;
        visitor.visit(
            p.offset(1) + i * p.innerStride(1) + position, p.offset(2) + i * p.innerStride(2));
      }
    } while (p.next());
  }

  /** Returns the slices of an array at positions along an axis; indices have been checked. */
  public static NdArray indexSelect(NdArray array, int axis, NdArray index) {
    NdArray source = array.contiguous();
    Split split = Split.at(array.shape(), axis);
    int count = index.elementCount();
    NdArray result = NdArray.zeros(array.dtype(), array.shape().with(axis, count));
    NdArray positions = index.contiguous();
    for (int o = 0; o < split.outer; o++) {
      for (int j = 0; j < count; j++) {
        int k = (int) positions.storage().getLong(positions.layout().offset() + j);
        System.arraycopy(
            source.storage().array(),
            source.layout().offset() + (o * split.count + k) * split.inner,
            result.storage().array(),
            (o * count + j) * split.inner,
            split.inner);
      }
    }
    return result;
  }

  /** Adds slices to those of {@code target}, which is contiguous, at positions along an axis. */
  public static void indexAdd(NdArray target, int axis, NdArray index, NdArray source) {
    NdArray from = source.contiguous();
    Split split = Split.at(target.shape(), axis);
    int count = index.elementCount();
    NdArray positions = index.contiguous();
    for (int o = 0; o < split.outer; o++) {
      for (int j = 0; j < count; j++) {
        int k = (int) positions.storage().getLong(positions.layout().offset() + j);
        int to = target.layout().offset() + (o * split.count + k) * split.inner;
        int at = from.layout().offset() + (o * count + j) * split.inner;
        for (int i = 0; i < split.inner; i++) {
          addOne(target, to + i, from, at + i);
        }
      }
    }
  }

  private static void copyOne(NdArray from, int source, NdArray to, int target) {
    switch (to.storage().array()) {
      case float[] a -> a[target] = from.storage().floats()[source];
      case double[] a -> a[target] = from.storage().doubles()[source];
      case long[] a -> a[target] = from.storage().longs()[source];
      case int[] a -> a[target] = from.storage().ints()[source];
      case boolean[] a -> a[target] = from.storage().booleans()[source];
      default -> throw new AssertionError();
    }
  }

  private static void addOne(NdArray to, int target, NdArray from, int source) {
    switch (to.storage().array()) {
      case float[] a -> a[target] += from.storage().floats()[source];
      case double[] a -> a[target] += from.storage().doubles()[source];
      case long[] a -> a[target] += from.storage().longs()[source];
      case int[] a -> a[target] += from.storage().ints()[source];
      default -> throw new AssertionError(to.dtype());
    }
  }

  /** Returns the positions in row-major order at which a bool array is true. */
  public static long[] truePositions(NdArray mask) {
    NdArray flat = mask.contiguous();
    boolean[] array = flat.storage().booleans();
    int start = flat.layout().offset();
    int count = 0;
    for (int i = 0; i < flat.elementCount(); i++) {
      count += array[start + i] ? 1 : 0;
    }
    long[] result = new long[count];
    int next = 0;
    for (int i = 0; i < flat.elementCount(); i++) {
      if (array[start + i]) {
        result[next++] = i;
      }
    }
    return result;
  }

  /**
   * Returns {@code -rows[i, positions[i]]} for each row.
   *
   * @param rows a contiguous floating array
   * @param positions a contiguous int64 array of the shape of {@code rows} without its last axis
   */
  public static NdArray negatedPicks(NdArray rows, NdArray positions) {
    NdArray result = NdArray.zeros(rows.dtype(), positions.shape());
    int columns = rows.size(rows.rank() - 1);
    int start = rows.layout().offset();
    long[] at = positions.storage().longs();
    int first = positions.layout().offset();
    int count = positions.elementCount();
    if (rows.dtype() == DType.FLOAT32) {
      float[] from = rows.storage().floats();
      float[] to = result.storage().floats();
      for (int i = 0; i < count; i++) {
        to[i] = -from[start + i * columns + (int) at[first + i]];
      }
    } else {
      double[] from = rows.storage().doubles();
      double[] to = result.storage().doubles();
      for (int i = 0; i < count; i++) {
        to[i] = -from[start + i * columns + (int) at[first + i]];
      }
    }
    return result;
  }

  /** Subtracts {@code values[i]} from {@code rows[i, positions[i]]} in place; shapes as above. */
  public static void subtractPicks(NdArray rows, NdArray positions, NdArray values) {
    NdArray amounts = values.contiguous();
    int columns = rows.size(rows.rank() - 1);
    int start = rows.layout().offset();
    int amount = amounts.layout().offset();
    long[] at = positions.storage().longs();
    int first = positions.layout().offset();
    int count = positions.elementCount();
    if (rows.dtype() == DType.FLOAT32) {
      float[] to = rows.storage().floats();
      float[] from = amounts.storage().floats();
      for (int i = 0; i < count; i++) {
        to[start + i * columns + (int) at[first + i]] -= from[amount + i];
      }
    } else {
      double[] to = rows.storage().doubles();
      double[] from = amounts.storage().doubles();
      for (int i = 0; i < count; i++) {
        to[start + i * columns + (int) at[first + i]] -= from[amount + i];
      }
    }
  }
}
