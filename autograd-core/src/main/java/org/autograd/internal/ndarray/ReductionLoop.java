package org.autograd.internal.ndarray;

import java.util.Arrays;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.kernel.compiler.Kernels;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Combines the values of an expression along axes: {@code sum(f(x, y))} in one pass. Axes that lie
 * side by side are reduced together, and each group of them from the last to the first.
 *
 * <p>Long runs are cut into blocks of fixed size whose results are combined by the same procedure
 * again. This keeps the rounding error of a float32 sum near the logarithm of its length, gives the
 * threads something to share, and does not depend on how many there are.
 */
public final class ReductionLoop {
  private static final int BLOCK_COLUMNS = 4096;
  private static final int BLOCK_ROWS = 128;
  private static final double[] NO_SCALARS = {};

  private final Combine combine;
  private final int inputs;
  private final Program alongRows;
  private final Program acrossRows;

  /**
   * Defines the reduction.
   *
   * @param combine how values are combined
   * @param inputs the number of arrays that the expression refers to
   * @param value what is combined
   */
  public ReductionLoop(Combine combine, int inputs, Expression value) {
    this.combine = combine;
    this.inputs = inputs;
    Program.Builder along = Program.builder(0);
    for (int k = 0; k < inputs; k++) {
      along.full();
    }
    int out = along.row();
    along.store(out, along.reduce(combine, value));
    this.alongRows = along.build();
    Program.Builder across = Program.builder(0);
    for (int k = 0; k < inputs; k++) {
      across.full();
    }
    int sums = across.full();
    Expression sum = Expression.input(sums);
    across.store(
        sums,
        switch (combine) {
          case SUM -> sum.add(value);
          case MAX -> sum.maximum(value);
          case MIN -> sum.minimum(value);
        });
    this.acrossRows = across.build();
  }

  /** Returns the plain reduction of one array. */
  public static ReductionLoop of(Combine combine) {
    return switch (combine) {
      case SUM -> SUM;
      case MAX -> MAX;
      case MIN -> MIN;
    };
  }

  private static final ReductionLoop SUM = new ReductionLoop(Combine.SUM, 1, Expression.input(0));
  private static final ReductionLoop MAX = new ReductionLoop(Combine.MAX, 1, Expression.input(0));
  private static final ReductionLoop MIN = new ReductionLoop(Combine.MIN, 1, Expression.input(0));

  /**
   * Returns the combined values, with the reduced axes kept at size 1.
   *
   * @param reduced for each axis whether it is reduced
   * @param arrays the inputs, of equal shape and floating dtype
   */
  public NdArray apply(boolean[] reduced, NdArray... arrays) {
    NdArray[] operands = new NdArray[inputs];
    for (int k = 0; k < inputs; k++) {
      operands[k] = arrays[k].contiguous();
    }
    Shape shape = arrays[0].shape();
    DType dtype = arrays[0].dtype();
    long[] kept = shape.toArray();
    for (int axis = 0; axis < reduced.length; axis++) {
      kept[axis] = reduced[axis] ? 1 : kept[axis];
    }
    Shape result = Shape.of(kept);
    if (shape.elementCount() == 0 || result.elementCount() == 0) {
      return NdArray.full(dtype, result, identity());
    }
    // The first group applies the expression; the results of that are then combined as they are.
    ReductionLoop loop = this;
    int axis = reduced.length - 1;
    // The elements of all axes after the group, those after earlier groups included.
    int inner = 1;
    while (axis >= 0) {
      while (axis >= 0 && (!reduced[axis] || operands[0].size(axis) == 1)) {
        inner *= operands[0].size(axis--);
      }
      int count = 1;
      long[] sizes = operands[0].shape().toArray();
      while (axis >= 0 && (reduced[axis] || sizes[axis] == 1)) {
        count *= (int) sizes[axis];
        sizes[axis--] = 1;
      }
      if (count > 1) {
        int outer = operands[0].elementCount() / inner / count;
        NdArray combined = loop.reduce(dtype, operands, outer, count, inner);
        operands = new NdArray[] {combined.reshape(Shape.of(sizes))};
        loop = of(combine);
      }
    }
    if (loop == this && loop != of(combine)) {
      // Every reduced axis had size 1, so the expression has not been applied yet.
      int all = operands[0].elementCount();
      operands = new NdArray[] {reduce(dtype, operands, all, 1, 1)};
    } else if (loop == this) {
      operands = new NdArray[] {operands[0].copy()};
    }
    return operands[0].reshape(result);
  }

  private double identity() {
    return switch (combine) {
      case SUM -> 0;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  /** Reduces the middle one of three axes of contiguous arrays. */
  private NdArray reduce(DType dtype, NdArray[] arrays, int outer, int count, int inner) {
    return inner == 1
        ? alongRows(dtype, arrays, outer, count)
        : acrossRows(dtype, arrays, outer, count, inner);
  }

  private NdArray alongRows(DType dtype, NdArray[] arrays, int rows, int columns) {
    int blocks = (columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    NdArray partial = NdArray.zeros(dtype, Shape.of(rows, blocks));
    Kernel kernel = Kernels.of(alongRows, dtype);
    Object[] buffers = buffers(arrays, partial);
    int[] starts = starts(arrays, partial);
    int[] rowStrides = new int[inputs + 1];
    if (blocks == 1) {
      Arrays.fill(rowStrides, 0, inputs, columns);
      rowStrides[inputs] = 1;
      int rowsPerTask = Math.max(1, 4 * BLOCK_COLUMNS / columns);
      Parallel.forEach(
          (rows + rowsPerTask - 1) / rowsPerTask,
          task -> {
            int first = task * rowsPerTask;
            int[] at = starts.clone();
            for (int k = 0; k < inputs; k++) {
              at[k] += first * columns;
            }
            at[inputs] += first;
            int count = Math.min(rowsPerTask, rows - first);
            kernel.run(buffers, at, rowStrides, NO_SCALARS, count, columns);
          });
      return partial;
    }
    Parallel.forEach(
        rows * blocks,
        task -> {
          int row = task / blocks;
          int first = task % blocks * BLOCK_COLUMNS;
          int[] at = starts.clone();
          for (int k = 0; k < inputs; k++) {
            at[k] += row * columns + first;
          }
          at[inputs] += task;
          int count = Math.min(BLOCK_COLUMNS, columns - first);
          kernel.run(buffers, at, rowStrides, NO_SCALARS, 1, count);
        });
    return of(combine).alongRows(dtype, new NdArray[] {partial}, rows, blocks);
  }

  private NdArray acrossRows(DType dtype, NdArray[] arrays, int outer, int rows, int columns) {
    int rowBlocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    int columnBlocks = (columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    NdArray partial = NdArray.full(dtype, Shape.of(outer, rowBlocks, columns), identity());
    Kernel kernel = Kernels.of(acrossRows, dtype);
    Object[] buffers = buffers(arrays, partial);
    int[] starts = starts(arrays, partial);
    int[] rowStrides = new int[inputs + 1];
    Arrays.fill(rowStrides, 0, inputs, columns);
    Parallel.forEach(
        outer * rowBlocks * columnBlocks,
        task -> {
          int column = task % columnBlocks * BLOCK_COLUMNS;
          int block = task / columnBlocks;
          int firstRow = block % rowBlocks * BLOCK_ROWS;
          int[] at = starts.clone();
          for (int k = 0; k < inputs; k++) {
            at[k] += (block / rowBlocks * rows + firstRow) * columns + column;
          }
          at[inputs] += block * columns + column;
          kernel.run(
              buffers,
              at,
              rowStrides,
              NO_SCALARS,
              Math.min(BLOCK_ROWS, rows - firstRow),
              Math.min(BLOCK_COLUMNS, columns - column));
        });
    return rowBlocks == 1
        ? partial
        : of(combine).acrossRows(dtype, new NdArray[] {partial}, outer, rowBlocks, columns);
  }

  private static Object[] buffers(NdArray[] arrays, NdArray result) {
    Object[] buffers = new Object[arrays.length + 1];
    for (int k = 0; k < arrays.length; k++) {
      buffers[k] = arrays[k].storage().array();
    }
    buffers[arrays.length] = result.storage().array();
    return buffers;
  }

  private static int[] starts(NdArray[] arrays, NdArray result) {
    int[] starts = new int[arrays.length + 1];
    for (int k = 0; k < arrays.length; k++) {
      starts[k] = arrays[k].layout().offset();
    }
    starts[arrays.length] = result.layout().offset();
    return starts;
  }
}
