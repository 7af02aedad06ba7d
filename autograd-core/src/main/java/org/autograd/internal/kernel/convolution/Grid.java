package org.autograd.internal.kernel.convolution;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A layout of an image in which a convolution is a sum of shifted copies, whatever its stride,
 * padding and dilation: output {@code o} and tap {@code k} meet at {@code position(o) + tap(k)}.
 *
 * <p>Along each axis the image is padded and dealt out into as many phases as the stride, so that
 * outputs which are neighbours meet neighbours. All loops over outputs therefore run along
 * contiguous memory, and no matrix of columns (im2col) is ever written. The price is that positions
 * between the end of a row of outputs and the begin of the next are computed too, and dropped.
 */
final class Grid {
  private static final int AXES = ConvolutionShape.AXES;

  /** The place of what is not used. */
  private static final int NONE = -1;

  /** The number of elements of one channel. */
  final int planeSize;

  /** Where the taps of one channel lie. */
  final int[] taps;

  /** Where the first output of each row lies. */
  final int[] rows;

  /** The number of outputs in a row. */
  final int rowLength;

  /** Where the rows of the image that are used begin in a channel, and where in the grid. */
  final int[] imageRows;

  final int[] gridRows;

  /** Which elements of such a row are used, and where they go relative to its begin. */
  final int[] imageColumns;

  final int[] gridColumns;

  /** Whether those elements are neighbours, and remain so. */
  final boolean contiguousRows;

  /** Whether a channel lies in the grid as it does in the image. */
  final boolean unmoved;

  Grid(ConvolutionShape shape) {
    int[] input = shape.input();
    int[] output = shape.output();
    int[] kernel = shape.kernel();
    int[] sizes = new int[AXES];
    int[][] tapCells = new int[AXES][];
    int[][] inputCells = new int[AXES][];
    for (int axis = 0; axis < AXES; axis++) {
      int stride = shape.stride()[axis];
      int dilation = shape.dilation()[axis];
      int reach = (kernel[axis] - 1) * dilation;
      int[] phases = new int[Math.min(stride, reach + 1)];
      int count = phases(kernel[axis], dilation, stride, phases);
      int phaseSize = output[axis] + reach / stride;
      sizes[axis] = Math.multiplyExact(count, phaseSize);
      tapCells[axis] = new int[kernel[axis]];
      for (int k = 0; k < kernel[axis]; k++) {
        int at = k * dilation;
        tapCells[axis][k] = phases[at % stride] * phaseSize + at / stride;
      }
      inputCells[axis] = new int[input[axis]];
      for (int i = 0; i < input[axis]; i++) {
        int at = i + shape.padding()[axis];
        int phase = at % stride < phases.length ? phases[at % stride] : NONE;
        boolean used = phase != NONE && at / stride < phaseSize;
        inputCells[axis][i] = used ? phase * phaseSize + at / stride : NONE;
      }
    }
    planeSize = ConvolutionShape.product(sizes);
    taps = places(tapCells[0], tapCells[1], tapCells[2], sizes);
    rowLength = output[2];
    rows = places(identity(output[0]), identity(output[1]), identity(1), sizes);
    int[] all = places(inputCells[0], inputCells[1], identity(1), sizes);
    imageRows = used(all, input[2]);
    gridRows = Arrays.stream(all).filter(place -> place != NONE).toArray();
    imageColumns = used(inputCells[2], 1);
    gridColumns = Arrays.stream(inputCells[2]).filter(place -> place != NONE).toArray();
    contiguousRows = isRun(imageColumns) && isRun(gridColumns);
    unmoved =
        Arrays.equals(sizes, input)
            && Arrays.equals(inputCells[0], identity(input[0]))
            && Arrays.equals(inputCells[1], identity(input[1]))
            && Arrays.equals(inputCells[2], identity(input[2]));
  }

  private static int[] identity(int size) {
    int[] result = new int[size];
    Arrays.setAll(result, i -> i);
    return result;
  }

  /** Returns the place of each combination of cells in a grid of the given sizes. */
  private static int[] places(int[] first, int[] second, int[] third, int[] sizes) {
    int[] result = new int[first.length * second.length * third.length];
    int next = 0;
    for (int a : first) {
      for (int b : second) {
        for (int c : third) {
          boolean exists = a != NONE && b != NONE && c != NONE;
          result[next++] = exists ? (a * sizes[1] + b) * sizes[2] + c : NONE;
        }
      }
    }
    return result;
  }

  /** Returns the numbers, times a factor, of those places that exist. */
  private static int[] used(int[] places, int factor) {
    return IntStream.range(0, places.length)
        .filter(i -> places[i] != NONE)
        .map(i -> i * factor)
        .toArray();
  }

  private static boolean isRun(int[] places) {
    for (int i = 1; i < places.length; i++) {
      if (places[i] != places[0] + i) {
        return false;
      }
    }
    return true;
  }

  /** Numbers the phases in which taps lie, NONE for those without; returns how many there are. */
  private static int phases(int kernel, int dilation, int stride, int[] phases) {
    Arrays.fill(phases, NONE);
    int count = 0;
    for (int k = 0; k < kernel; k++) {
      int phase = (int) ((long) k * dilation % stride);
      if (phases[phase] == NONE) {
        phases[phase] = count++;
      }
    }
    return count;
  }

  /** Returns how many positions there are from one row of outputs to the end of another. */
  int span(int fromRow, int toRow) {
    return rows[toRow - 1] + rowLength - rows[fromRow];
  }

  /** Returns where each output lies. */
  int[] positions() {
    int[] result = new int[rows.length * rowLength];
    for (int i = 0; i < result.length; i++) {
      result[i] = rows[i / rowLength] + i % rowLength;
    }
    return result;
  }

  /** Returns where each tap of each channel lies. */
  int[] offsets(int channels) {
    int[] result = new int[channels * taps.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = i / taps.length * planeSize + taps[i % taps.length];
    }
    return result;
  }
}
