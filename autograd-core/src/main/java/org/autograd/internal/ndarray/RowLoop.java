package org.autograd.internal.ndarray;

import java.util.Arrays;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Access;
import org.autograd.internal.kernel.compiler.Kernels;
import org.autograd.type.Shape;

/**
 * Runs a program of several stages over the rows of matrices: softmax and its like, which need a
 * reduction over the row before they can compute its elements.
 */
public final class RowLoop {
  private static final int BLOCK_ELEMENTS = 1 << 14;

  /** Rows up to this length are computed many at once, if there are as many. */
  private static final int SHORT_ROW = 16;

  private static final int MANY_ROWS = 8;

  private final Program program;
  private final ShortRows shortRows;

  /** Creates the loop; the last buffer of the program is its result, and nothing else is stored. */
  public RowLoop(Program program) {
    this.program = program;
    this.shortRows = new ShortRows(program);
  }

  /**
   * Returns the result for contiguous inputs, of the shape of the first or, if the result is a ROW
   * buffer, with one element per row.
   *
   * @param scalars the parameters of the program
   * @param inputs of equal dtype; a FULL buffer has {@code rows * columns} elements or {@code
   *     columns}, the same for all rows; a ROW buffer one per row
   */
  public NdArray apply(int rows, int columns, double[] scalars, NdArray... inputs) {
    Mark mark = KernelMeter.start();
    NdArray like = inputs[0];
    boolean perRow = isRow(inputs.length);
    Shape shape = perRow ? Shape.of(rows) : like.shape();
    if (rows == 0 || columns == 0) {
      KernelMeter.stop(mark);
      return NdArray.zeros(like.dtype(), shape);
    }
    NdArray result = NdArray.unset(like.dtype(), shape);
    if (columns <= SHORT_ROW && rows >= MANY_ROWS && !isAnyShared(columns, inputs)) {
      runShortRows(rows, columns, scalars, inputs, result);
      KernelMeter.stop(mark);
      return result;
    }
    Object[] buffers = new Object[inputs.length + 1];
    int[] starts = new int[buffers.length];
    int[] rowStrides = new int[buffers.length];
    for (int k = 0; k < buffers.length; k++) {
      NdArray array = k < inputs.length ? inputs[k] : result;
      buffers[k] = array.storage().array();
      starts[k] = array.layout().offset();
      rowStrides[k] = isRow(k) ? 1 : array.elementCount() == columns ? 0 : columns;
    }
    Kernel kernel = Kernels.of(program, like.dtype());
    int block = Math.max(1, BLOCK_ELEMENTS / columns);
    Parallel.forEach(
        (rows + block - 1) / block,
        (long) rows * columns,
        task -> {
          int[] at = starts.clone();
          Arrays.setAll(at, k -> starts[k] + task * block * rowStrides[k]);
          int count = Math.min(block, rows - task * block);
          kernel.run(buffers, at, rowStrides, scalars, count, columns);
        });
    KernelMeter.stop(mark);
    return result;
  }

  private boolean isRow(int buffer) {
    return program.buffers().get(buffer).access() == Access.ROW;
  }

  /** Returns whether an input is one row that all rows use. */
  private boolean isAnyShared(int columns, NdArray[] inputs) {
    for (int k = 0; k < inputs.length; k++) {
      if (!isRow(k) && inputs[k].elementCount() == columns) {
        return true;
      }
    }
    return false;
  }

  private void runShortRows(
      int rows, int columns, double[] scalars, NdArray[] inputs, NdArray result) {
    NdArray[] arrays = Arrays.copyOf(inputs, inputs.length + 1);
    arrays[inputs.length] = result;
    int block = ShortRows.rowsAtOnce(columns);
    Parallel.forEach(
        (rows + block - 1) / block,
        (long) rows * columns,
        task -> {
          int first = task * block;
          int count = Math.min(block, rows - first);
          shortRows.run(result.dtype(), arrays, scalars, first, count, columns);
        });
  }
}
