package org.autograd.internal.ndarray;

import java.util.Arrays;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Access;
import org.autograd.internal.kernel.compiler.Kernels;

/**
 * Runs a program of several stages over the rows of matrices: softmax and its like, which need a
 * reduction over the row before they can compute its elements.
 */
public final class RowLoop {
  private static final int BLOCK_ELEMENTS = 1 << 14;
  private static final double[] NO_SCALARS = {};

  private final Program program;

  /** Creates the loop; the last buffer of the program is its result. */
  public RowLoop(Program program) {
    this.program = program;
  }

  /**
   * Returns the result for contiguous inputs.
   *
   * @param inputs of equal dtype; a FULL buffer has {@code rows * columns} elements, a ROW buffer
   *     one per row
   */
  public NdArray apply(NdArray like, int rows, int columns, NdArray... inputs) {
    NdArray result = NdArray.zeros(like.dtype(), like.shape());
    if (rows == 0 || columns == 0) {
      return result;
    }
    Object[] buffers = new Object[inputs.length + 1];
    int[] starts = new int[buffers.length];
    int[] rowStrides = new int[buffers.length];
    for (int k = 0; k < buffers.length; k++) {
      NdArray array = k < inputs.length ? inputs[k] : result;
      buffers[k] = array.storage().array();
      starts[k] = array.layout().offset();
      rowStrides[k] = program.buffers().get(k).access() == Access.ROW ? 1 : columns;
    }
    Kernel kernel = Kernels.of(program, like.dtype());
    int block = Math.max(1, BLOCK_ELEMENTS / columns);
    Parallel.forEach(
        (rows + block - 1) / block,
        task -> {
          int[] at = starts.clone();
          Arrays.setAll(at, k -> starts[k] + task * block * rowStrides[k]);
          int count = Math.min(block, rows - task * block);
          kernel.run(buffers, at, rowStrides, NO_SCALARS, count, columns);
        });
    return result;
  }
}
