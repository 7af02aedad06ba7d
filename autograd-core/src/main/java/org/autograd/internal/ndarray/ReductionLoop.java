package org.autograd.internal.ndarray;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Access;
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

  /** The number of rows that are combined at once: fewer loads and stores of the result. */
  private static final int UNROLLED = 8;

  /** Rows shorter than this are joined. */
  private static final int SHORT_ROW = 256;

  private static final double[] NO_SCALARS = {};

  private final Combine combine;
  private final int inputs;
  private final int parameters;
  private final boolean[] maskInputs;
  private final Program alongRows;
  private final Program acrossRows;

  /** {@link #UNROLLED} rows at once, in the same order. */
  private final Program acrossManyRows;

  /**
   * Defines the reduction.
   *
   * @param combine how values are combined
   * @param inputs the number of arrays that the expression refers to
   * @param value what is combined
   */
  public ReductionLoop(Combine combine, int inputs, Expression value) {
    this(combine, inputs, 0, value);
  }

  /** Defines a reduction with scalar arguments. */
  public ReductionLoop(Combine combine, int inputs, int parameters, Expression value) {
    this.combine = combine;
    this.inputs = inputs;
    this.parameters = parameters;
    this.maskInputs = new boolean[inputs];
    for (int k = 0; k < inputs; k++) {
      maskInputs[k] = value.dependsOn(Expression.mask(k));
    }
    Program.Builder along = Program.builder(parameters);
    addInputs(along);
    int out = along.row();
    along.store(out, along.reduce(combine, value));
    this.alongRows = along.build();
    this.acrossRows = acrossRows(value, 1);
    this.acrossManyRows = acrossRows(value, UNROLLED);
  }

  private void addInputs(Program.Builder program) {
    for (boolean mask : maskInputs) {
      program.buffer(Access.FULL, mask);
    }
  }

  private Program acrossRows(Expression value, int rows) {
    Program.Builder across = Program.builder(parameters);
    for (int row = 0; row < rows; row++) {
      addInputs(across);
    }
    int results = across.full();
    Expression result = Expression.input(results);
    for (int row = 0; row < rows; row++) {
      Map<Expression, Expression> moved = new HashMap<>();
      for (int k = 0; k < inputs; k++) {
        moved.put(Expression.input(k), Expression.input(row * inputs + k));
        moved.put(Expression.mask(k), Expression.mask(row * inputs + k));
      }
      Expression next = value.substitute(moved);
      result =
          switch (combine) {
            case SUM -> result.add(next);
            case MAX -> result.maximum(next);
            case MIN -> result.minimum(next);
          };
    }
    return across.store(results, result).build();
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

  /** Counts the elements of a bool array that are true. */
  public static final ReductionLoop COUNT =
      new ReductionLoop(
          Combine.SUM,
          1,
          Expression.where(Expression.mask(0), Expression.constant(1), Expression.constant(0)));

  /** Returns the same as {@link #apply(DType, boolean[], double[], NdArray...)}. */
  public NdArray apply(boolean[] reduced, NdArray... arrays) {
    return apply(arrays[0].dtype(), reduced, NO_SCALARS, arrays);
  }

  /**
   * Returns the combined values, with the reduced axes kept at size 1.
   *
   * @param dtype of the computation, of the result and of all arrays but masks
   * @param reduced for each axis whether it is reduced
   * @param arrays the inputs, of equal shape; where axes that lie side by side are reduced and the
   *     last is not among them, all but the first may have size 1 along those axes
   */
  public NdArray apply(DType dtype, boolean[] reduced, double[] scalars, NdArray... arrays) {
    Mark mark = KernelMeter.start();
    NdArray result = applyAsItLies(dtype, reduced, scalars, arrays);
    KernelMeter.stop(mark);
    return result;
  }

  private NdArray applyAsItLies(
      DType dtype, boolean[] reduced, double[] scalars, NdArray... arrays) {
    if (arrays[0].layout().isContiguous()) {
      return applyInOrder(dtype, reduced, scalars, arrays);
    }
    int[] order = arrays[0].layout().axesByStride();
    boolean ordered = true;
    boolean[] moved = new boolean[reduced.length];
    for (int axis = 0; axis < order.length; axis++) {
      ordered &= order[axis] == axis;
      moved[axis] = reduced[order[axis]];
    }
    if (ordered) {
      return applyInOrder(dtype, reduced, scalars, arrays);
    }
    // A transposed array is walked as it lies in memory; only the result is brought into order.
    NdArray[] permuted = new NdArray[arrays.length];
    for (int k = 0; k < arrays.length; k++) {
      permuted[k] = arrays[k].view(arrays[k].layout().permute(order));
    }
    NdArray result = applyInOrder(dtype, moved, scalars, permuted);
    int[] inverse = new int[order.length];
    for (int axis = 0; axis < order.length; axis++) {
      inverse[order[axis]] = axis;
    }
    return result.view(result.layout().permute(inverse)).contiguous();
  }

  private NdArray applyInOrder(
      DType dtype, boolean[] reduced, double[] scalars, NdArray... arrays) {
    Shape shape = arrays[0].shape();
    if (shape.elementCount() == 0) {
      return NdArray.full(dtype, kept(shape, reduced, -1), identity());
    }
    // The first group applies the expression; the results of that are then combined as they are.
    ReductionLoop loop = this;
    double[] arguments = scalars;
    NdArray[] operands = contiguous(arrays);
    boolean applied = false;
    int axis = reduced.length - 1;
    // The elements of all axes after the group, those after earlier groups included.
    int inner = 1;
    while (axis >= 0) {
      while (axis >= 0 && (!reduced[axis] || shape.size(axis) == 1)) {
        inner *= (int) shape.size(axis--);
      }
      int count = 1;
      while (axis >= 0 && (reduced[axis] || shape.size(axis) == 1)) {
        count *= (int) shape.size(axis--);
      }
      if (count > 1) {
        int outer = operands[0].elementCount() / inner / count;
        Shape result = kept(shape, reduced, axis);
        NdArray combined =
            inner == 1
                ? loop.alongRows(dtype, arguments, operands, outer, count, result)
                : loop.acrossRows(dtype, arguments, operands, outer, count, inner, result);
        operands = new NdArray[] {combined};
        loop = of(combine);
        arguments = NO_SCALARS;
        applied = true;
      }
    }
    if (applied) {
      return operands[0];
    }
    // Every reduced axis has size 1.
    return this == of(combine)
        ? operands[0].copy()
        : alongRows(dtype, scalars, operands, operands[0].elementCount(), 1, shape);
  }

  private static NdArray[] contiguous(NdArray[] arrays) {
    NdArray[] result = arrays;
    for (int k = 0; k < arrays.length; k++) {
      if (!arrays[k].layout().isContiguous()) {
        result = result == arrays ? arrays.clone() : result;
        result[k] = arrays[k].copy();
      }
    }
    return result;
  }

  /** Returns the shape with size 1 along the reduced axes behind a given one. */
  private static Shape kept(Shape shape, boolean[] reduced, int last) {
    long[] sizes = shape.toArray();
    for (int axis = last + 1; axis < sizes.length; axis++) {
      sizes[axis] = reduced[axis] ? 1 : sizes[axis];
    }
    return Shape.of(sizes);
  }

  private double identity() {
    return switch (combine) {
      case SUM -> 0;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  /**
   * Reduces the last one of two axes of contiguous arrays.
   *
   * @param shape of the result
   */
  private NdArray alongRows(
      DType dtype, double[] scalars, NdArray[] arrays, int rows, int columns, Shape shape) {
    int blocks = (columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    NdArray partial = NdArray.unset(dtype, blocks == 1 ? shape : Shape.of(rows, blocks));
    Kernel kernel = Kernels.of(alongRows, dtype);
    Object[] buffers = buffers(arrays, partial);
    int[] starts = starts(arrays, partial);
    int[] rowStrides = new int[inputs + 1];
    Arrays.fill(rowStrides, 0, inputs, columns);
    rowStrides[inputs] = 1;
    if ((long) rows * columns <= BLOCK_COLUMNS) {
      kernel.run(buffers, starts, rowStrides, scalars, rows, columns);
      return partial;
    }
    if (blocks == 1) {
      int rowsPerTask = Math.max(1, 4 * BLOCK_COLUMNS / columns);
      Parallel.forEach(
          (rows + rowsPerTask - 1) / rowsPerTask,
          (long) rows * columns,
          task -> {
            int first = task * rowsPerTask;
            int[] at = starts.clone();
            for (int k = 0; k < inputs; k++) {
              at[k] += first * columns;
            }
            at[inputs] += first;
            int count = Math.min(rowsPerTask, rows - first);
            kernel.run(buffers, at, rowStrides, scalars, count, columns);
          });
      return partial;
    }
    Parallel.forEach(
        rows * blocks,
        (long) rows * columns,
        task -> {
          int row = task / blocks;
          int first = task % blocks * BLOCK_COLUMNS;
          int[] at = starts.clone();
          for (int k = 0; k < inputs; k++) {
            at[k] += row * columns + first;
          }
          at[inputs] += task;
          int count = Math.min(BLOCK_COLUMNS, columns - first);
          kernel.run(buffers, at, rowStrides, scalars, 1, count);
        });
    NdArray[] partials = {partial};
    return of(combine).alongRows(dtype, NO_SCALARS, partials, rows, blocks, shape);
  }

  /**
   * Reduces the middle one of three axes of contiguous arrays.
   *
   * @param shape of the result
   */
  private NdArray acrossRows(
      DType dtype,
      double[] scalars,
      NdArray[] arrays,
      int outer,
      int rows,
      int columns,
      Shape shape) {
    int fold = fold(rows, columns);
    if (fold > 1 && !isAnyShared(arrays)) {
      int width = columns * fold;
      Shape wide = Shape.of(outer, width);
      NdArray[] folded = {acrossRows(dtype, scalars, arrays, outer, rows / fold, width, wide)};
      return of(combine).acrossRows(dtype, NO_SCALARS, folded, outer, fold, columns, shape);
    }
    int rowBlocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    int columnBlocks = (columns + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    Shape partialShape = rowBlocks == 1 ? shape : Shape.of(outer, rowBlocks, columns);
    NdArray partial = NdArray.full(dtype, partialShape, identity());
    int tasks = outer * rowBlocks * columnBlocks;
    if (tasks == 1) {
      acrossBlocks(dtype, scalars, arrays, 0, 0, columns, partial, 0, rows, columns);
      return partial;
    }
    Parallel.forEach(
        tasks,
        (long) outer * rows * columns,
        task -> {
          int column = task % columnBlocks * BLOCK_COLUMNS;
          int block = task / columnBlocks;
          int firstRow = block % rowBlocks * BLOCK_ROWS;
          int matrix = block / rowBlocks;
          int at = (matrix * rows + firstRow) * columns + column;
          int shared = matrix * columns + column;
          int count = Math.min(BLOCK_ROWS, rows - firstRow);
          int width = Math.min(BLOCK_COLUMNS, columns - column);
          int to = block * columns + column;
          acrossBlocks(dtype, scalars, arrays, at, shared, columns, partial, to, count, width);
        });
    NdArray[] partials = {partial};
    return rowBlocks == 1
        ? partial
        : of(combine).acrossRows(dtype, NO_SCALARS, partials, outer, rowBlocks, columns, shape);
  }

  /** Combines rows into one row of the result, as many as possible at once. */
  private void acrossBlocks(
      DType dtype,
      double[] scalars,
      NdArray[] arrays,
      int at,
      int shared,
      int columns,
      NdArray result,
      int to,
      int count,
      int width) {
    int many = count / UNROLLED * UNROLLED;
    if (many > 0) {
      acrossBlock(dtype, scalars, arrays, at, shared, columns, result, to, UNROLLED, many, width);
    }
    if (many < count) {
      int rest = at + many * columns;
      acrossBlock(
          dtype, scalars, arrays, rest, shared, columns, result, to, 1, count - many, width);
    }
  }

  /**
   * Returns how many rows are joined to one, so that short ones fill vectors: half of the rows are
   * added to the other half first, so to speak.
   */
  private static int fold(int rows, int columns) {
    int fold = 1;
    while (columns * fold < SHORT_ROW && rows % (2 * fold) == 0 && rows / fold > 4 * UNROLLED) {
      fold *= 2;
    }
    return fold;
  }

  /** Combines {@code count} rows, some of them at once, into one row of the result. */
  private void acrossBlock(
      DType dtype,
      double[] scalars,
      NdArray[] arrays,
      int at,
      int shared,
      int columns,
      NdArray result,
      int to,
      int atOnce,
      int count,
      int width) {
    int operands = inputs * atOnce;
    Object[] buffers = new Object[operands + 1];
    int[] starts = new int[operands + 1];
    int[] rowStrides = new int[operands + 1];
    for (int k = 0; k < operands; k++) {
      NdArray array = arrays[k % inputs];
      buffers[k] = array.storage().array();
      boolean isShared = isShared(array, arrays[0]);
      starts[k] = array.layout().offset() + (isShared ? shared : at + k / inputs * columns);
      rowStrides[k] = isShared ? 0 : atOnce * columns;
    }
    buffers[operands] = result.storage().array();
    starts[operands] = to;
    Kernels.of(atOnce == 1 ? acrossRows : acrossManyRows, dtype)
        .run(buffers, starts, rowStrides, scalars, count / atOnce, width);
  }

  /** Returns whether an operand has one row, which all rows of the first one use. */
  private static boolean isShared(NdArray operand, NdArray first) {
    return operand.elementCount() < first.elementCount();
  }

  private static boolean isAnyShared(NdArray[] arrays) {
    for (NdArray array : arrays) {
      if (isShared(array, arrays[0])) {
        return true;
      }
    }
    return false;
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
