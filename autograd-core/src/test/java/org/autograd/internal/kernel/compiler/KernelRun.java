package org.autograd.internal.kernel.compiler;

import java.util.Arrays;
import java.util.Random;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;

/**
 * Input for one run of a program: the same numbers for every kernel, in arrays that are longer than
 * what is used, so that a store beside the target shows.
 */
final class KernelRun {
  private final Program program;
  private final DType dtype;
  private final int rows;
  private final int columns;
  private final int[] offsets;
  private final int[] rowStrides;
  private final double[] parameters;
  private final double[][] data;

  /**
   * Makes random input.
   *
   * @param repeated whether buffers that are not stored to use their first row for all rows
   */
  KernelRun(
      Program program,
      DType dtype,
      int rows,
      int columns,
      boolean equalOffsets,
      boolean repeated,
      long seed) {
    this.program = program;
    this.dtype = dtype;
    this.rows = rows;
    this.columns = columns;
    Random random = new Random(seed);
    int count = program.buffers().size();
    offsets = new int[count];
    rowStrides = new int[count];
    data = new double[count][];
    for (int k = 0; k < count; k++) {
      boolean full = program.buffers().get(k).access() == Program.Access.FULL;
      offsets[k] = equalOffsets ? 3 : random.nextInt(9);
      rowStrides[k] = (full ? columns : 1) + (equalOffsets ? 0 : random.nextInt(4));
      if (repeated && !isStored(k)) {
        rowStrides[k] = 0;
      }
      data[k] = new double[offsets[k] + rows * rowStrides[k] + (full ? columns : 1) + 17];
      for (int i = 0; i < data[k].length; i++) {
        data[k][i] = sample(random);
      }
    }
    parameters = random.doubles(program.parameters(), 0.25, 2).toArray();
  }

  private static double sample(Random random) {
    return switch (random.nextInt(40)) {
      case 0 -> 0.0;
      case 1 -> -0.0;
      case 2 -> 1;
      default -> (float) (random.nextGaussian() * 2);
    };
  }

  private boolean isStored(int buffer) {
    return program.stages().stream()
            .anyMatch(stage -> stage.stores().stream().anyMatch(s -> s.buffer() == buffer))
        || program.rowStores().stream().anyMatch(s -> s.buffer() == buffer);
  }

  int bufferCount() {
    return data.length;
  }

  /** Returns whether a position in a buffer is one that the program may store to. */
  boolean isTarget(int buffer, int position) {
    if (!isStored(buffer)) {
      return false;
    }
    int width = program.buffers().get(buffer).access() == Program.Access.FULL ? columns : 1;
    for (int row = 0; row < rows; row++) {
      int start = offsets[buffer] + row * rowStrides[buffer];
      if (position >= start && position < start + width) {
        return true;
      }
    }
    return false;
  }

  /** Returns the buffers as they are before a run. */
  Object[] buffers() {
    Object[] buffers = new Object[data.length];
    for (int k = 0; k < buffers.length; k++) {
      double[] numbers = data[k];
      if (program.buffers().get(k).mask()) {
        boolean[] array = new boolean[numbers.length];
        for (int i = 0; i < array.length; i++) {
          array[i] = numbers[i] > 0;
        }
        buffers[k] = array;
      } else if (dtype == DType.FLOAT32) {
        float[] array = new float[numbers.length];
        for (int i = 0; i < array.length; i++) {
          array[i] = (float) numbers[i];
        }
        buffers[k] = array;
      } else if (dtype == DType.FLOAT64) {
        buffers[k] = numbers.clone();
      } else if (dtype == DType.INT32) {
        buffers[k] = Arrays.stream(numbers).mapToInt(x -> (int) (x * 1000)).toArray();
      } else {
        buffers[k] = Arrays.stream(numbers).mapToLong(x -> (long) (x * 0x1p40)).toArray();
      }
    }
    return buffers;
  }

  /** Runs a kernel and returns the buffers as they are then. */
  Object[] run(Kernel kernel) {
    Object[] buffers = buffers();
    kernel.run(buffers, offsets, rowStrides, parameters, rows, columns);
    return buffers;
  }
}
