package org.autograd.internal.ndarray;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Finding, fetching and spreading elements by position along an axis; integer sums. */
public final class Selections {
  /** So many elements are searched by one thread at least. */
  private static final int SEARCH_BLOCK = 1 << 14;

  /** Longer rows are searched up to the position; all others are exact in float32. */
  private static final int LONG_ROW = 1 << 13;

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
    Mark mark = KernelMeter.start();
    NdArray source = (array.dtype().isFloating() ? array : array.to(DType.INT64)).contiguous();
    Split split = Split.at(array.shape(), axis);
    boolean[] reduced = new boolean[array.rank()];
    reduced[axis] = true;
    NdArray best = ReductionLoop.of(largest ? Combine.MAX : Combine.MIN).apply(reduced, source);
    if (split.inner == 1 && source.dtype().isFloating() && split.count <= LONG_ROW) {
      NdArray first = firstPositions(source, best, split);
      KernelMeter.stop(mark);
      return first.to(DType.INT64).reshape(best.shape());
    }
    NdArray result = NdArray.full(DType.INT64, best.shape(), -1);
    int task = Math.max(1, SEARCH_BLOCK / Math.max(1, split.count * split.inner));
    Parallel.forEach(
        (split.outer + task - 1) / task,
        source.elementCount(),
        t -> {
          int end = Math.min(split.outer, (t + 1) * task);
          for (int o = t * task; o < end; o++) {
            Search search = new Search(source, best, result, split, o);
            if (split.inner == 1) {
              search.alongRow();
            } else {
              search.acrossRows();
            }
          }
        });
    KernelMeter.stop(mark);
    return result;
  }

  /** Of many rows SIMD code looks at all elements; a single search ends at the first. */
  private static NdArray firstPositions(NdArray array, NdArray best, Split split) {
    long[] positions = new long[split.count];
    Arrays.setAll(positions, i -> i);
    NdArray numbers = NdArray.adopt(positions, Shape.of(split.count)).to(array.dtype());
    return FirstPosition.LOOP.apply(
        split.outer, split.count, new double[] {}, array, numbers, best);
  }

  /** The smallest position of an element that is equal to a given value, or that is NaN. */
  private static final class FirstPosition {
    private static final RowLoop LOOP = loop();

    private static RowLoop loop() {
      Program.Builder program = Program.builder(0);
      Expression x = Expression.input(program.full());
      Expression position = Expression.input(program.full());
      Expression best = Expression.input(program.row());
      int out = program.row();
      Expression infinity = Expression.constant(Double.POSITIVE_INFINITY);
      Expression found = x.eq(best).or(x.eq(x).not());
      program.store(out, program.reduce(Combine.MIN, Expression.where(found, position, infinity)));
      return new RowLoop(program.build());
    }
  }

  /** Finds where the largest or smallest values, which are known, first occur. */
  private record Search(NdArray array, NdArray best, NdArray result, Split split, int outer) {
    private int start() {
      return array.layout().offset() + outer * split.count * split.inner;
    }

    void alongRow() {
      int start = start();
      result.storage().longs()[outer] =
          switch (array.storage().array()) {
            case float[] x -> first(x, start, best.storage().floats()[outer]);
            case double[] x -> first(x, start, best.storage().doubles()[outer]);
            default -> first(array.storage().longs(), start, best.storage().longs()[outer]);
          };
    }

    /** If the value is NaN, any NaN is one; else there is none. */
    private static int first(float[] x, int start, float value) {
      int at = start;
      while (x[at] != value && !Float.isNaN(x[at])) {
        at++;
      }
      return at - start;
    }

    private static int first(double[] x, int start, double value) {
      int at = start;
      while (x[at] != value && !Double.isNaN(x[at])) {
        at++;
      }
      return at - start;
    }

    private static int first(long[] x, int start, long value) {
      int at = start;
      while (x[at] != value) {
        at++;
      }
      return at - start;
    }

    void acrossRows() {
      for (int row = 0; row < split.count; row++) {
        int start = start() + row * split.inner;
        switch (array.storage().array()) {
          case float[] x -> inRow(x, start, best.storage().floats(), row);
          case double[] x -> inRow(x, start, best.storage().doubles(), row);
          default -> inRow(array.storage().longs(), start, best.storage().longs(), row);
        }
      }
    }

    private void inRow(float[] x, int start, float[] values, int row) {
      long[] positions = result.storage().longs();
      int to = outer * split.inner;
      for (int i = 0; i < split.inner; i++) {
        float value = x[start + i];
        if ((value == values[to + i] || Float.isNaN(value)) && positions[to + i] < 0) {
          positions[to + i] = row;
        }
      }
    }

    private void inRow(double[] x, int start, double[] values, int row) {
      long[] positions = result.storage().longs();
      int to = outer * split.inner;
      for (int i = 0; i < split.inner; i++) {
        double value = x[start + i];
        if ((value == values[to + i] || Double.isNaN(value)) && positions[to + i] < 0) {
          positions[to + i] = row;
        }
      }
    }

    private void inRow(long[] x, int start, long[] values, int row) {
      long[] positions = result.storage().longs();
      int to = outer * split.inner;
      for (int i = 0; i < split.inner; i++) {
        if (x[start + i] == values[to + i] && positions[to + i] < 0) {
          positions[to + i] = row;
        }
      }
    }
  }

  /**
   * Returns {@code result[i][j][k] = array[i][index[i][j][k]][k]} (for axis 1 of rank 3). The sizes
   * of {@code index} along other axes are at most those of the array; indices have been checked.
   */
  public static NdArray gather(NdArray array, int axis, NdArray index) {
    Mark mark = KernelMeter.start();
    NdArray result = NdArray.unset(array.dtype(), index.shape());
    walk(array, axis, index, result, (from, to) -> copyOne(array, from, result, to));
    KernelMeter.stop(mark);
    return result;
  }

  /**
   * Adds the elements of {@code source} to those of {@code target} at the positions along an axis:
   * {@code target[i][index[i][j][k]][k] += source[i][j][k]}, in the order of the elements, so that
   * equal positions always sum in the same order.
   */
  public static void scatterAdd(NdArray target, int axis, NdArray index, NdArray source) {
    Mark mark = KernelMeter.start();
    walk(target, axis, index, source, (to, from) -> addOne(target, to, source, from));
    KernelMeter.stop(mark);
  }

  /** As {@link #scatterAdd}, but the elements replace those of the target; the last one wins. */
  public static void scatter(NdArray target, int axis, NdArray index, NdArray source) {
    Mark mark = KernelMeter.start();
    walk(target, axis, index, source, (to, from) -> copyOne(source, from, target, to));
    KernelMeter.stop(mark);
  }

  /** As {@link #scatterAdd} with another function than the sum, of doubles or of longs. */
  public static void scatterBy(
      NdArray target,
      int axis,
      NdArray index,
      NdArray source,
      DoubleBinaryOperator floating,
      LongBinaryOperator whole) {
    Storage from = source.storage();
    walk(
        target,
        axis,
        index,
        source,
        (to, at) -> {
          switch (target.storage().array()) {
            case float[] a -> a[to] = (float) floating.applyAsDouble(a[to], from.getDouble(at));
            case double[] a -> a[to] = floating.applyAsDouble(a[to], from.getDouble(at));
            case long[] a -> a[to] = whole.applyAsLong(a[to], from.getLong(at));
            case int[] a -> a[to] = (int) whole.applyAsLong(a[to], from.getLong(at));
            default -> throw new AssertionError(target.dtype());
          }
        });
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
    Mark mark = KernelMeter.start();
    NdArray source = array.contiguous();
    Split split = Split.at(array.shape(), axis);
    int count = index.elementCount();
    NdArray result = NdArray.unset(array.dtype(), array.shape().with(axis, count));
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
    KernelMeter.stop(mark);
    return result;
  }

  /** Adds slices to those of {@code target}, which is contiguous, at positions along an axis. */
  public static void indexAdd(NdArray target, int axis, NdArray index, NdArray source) {
    Mark mark = KernelMeter.start();
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
    KernelMeter.stop(mark);
  }

  /**
   * Writes slices over those of {@code target}, which is contiguous, at positions along an axis.
   */
  public static void indexCopy(NdArray target, int axis, NdArray index, NdArray source) {
    Mark mark = KernelMeter.start();
    NdArray from = source.contiguous();
    Split split = Split.at(target.shape(), axis);
    int count = index.elementCount();
    NdArray positions = index.contiguous();
    for (int o = 0; o < split.outer; o++) {
      for (int j = 0; j < count; j++) {
        int k = (int) positions.storage().getLong(positions.layout().offset() + j);
        System.arraycopy(
            from.storage().array(),
            from.layout().offset() + (o * count + j) * split.inner,
            target.storage().array(),
            target.layout().offset() + (o * split.count + k) * split.inner,
            split.inner);
      }
    }
    KernelMeter.stop(mark);
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
    Mark mark = KernelMeter.start();
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
    KernelMeter.stop(mark);
    return result;
  }

  /**
   * Returns {@code -rows[i, positions[i]]} for each row.
   *
   * @param rows a contiguous floating array
   * @param positions a contiguous int64 array of the shape of {@code rows} without its last axis
   */
  public static NdArray negatedPicks(NdArray rows, NdArray positions) {
    Mark mark = KernelMeter.start();
    NdArray result = NdArray.unset(rows.dtype(), positions.shape());
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
    KernelMeter.stop(mark);
    return result;
  }

  /** Subtracts {@code values[i]} from {@code rows[i, positions[i]]} in place; shapes as above. */
  public static void subtractPicks(NdArray rows, NdArray positions, NdArray values) {
    Mark mark = KernelMeter.start();
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
    KernelMeter.stop(mark);
  }
}
