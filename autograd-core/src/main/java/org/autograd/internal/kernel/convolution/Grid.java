package org.autograd.internal.kernel.convolution;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A layout of an image in which a convolution is a sum of shifted copies, whatever its stride,
 * padding and dilation: output {@code o} and tap {@code k} meet at {@code position(o) + tap(k)}.
 *
 * <p>A channel consists of slices. Along each axis the padded image is dealt out to as many slices
 * as the stride, so that outputs which are neighbours meet neighbours; all loops over outputs
 * therefore run along contiguous memory, and no matrix of columns (im2col) is ever written. What is
 * computed between the end of a row of outputs and the begin of the next is dropped. Where that
 * would be much, each tap along the last axis has a slice of its own instead, as long as the
 * outputs: rows of outputs then follow each other without a gap.
 */
final class Grid {
  private static final int AXES = ConvolutionShape.AXES;
  private static final int NONE = -1;

  /** What a row of the grid may have more than the outputs before taps get slices of their own. */
  private static final double MOST_WASTE = 1.1;

  /**
   * The elements of a row of the image that go to one slice.
   *
   * @param imageStart the first in the row
   * @param imageStep the distance to the next
   * @param gridStart where the first goes; the next follow it
   * @param count how many they are
   */
  record Columns(int imageStart, int imageStep, int gridStart, int count) {}

  /** The number of elements of one channel. */
  final int planeSize;

  /** Where the taps of one channel lie. */
  final int[] taps;

  /** Where the first output of each row lies. */
  final int[] rows;

  /** The number of outputs in a row. */
  final int rowLength;

  /** Where the rows of the image that are used begin in a channel. */
  final int[] imageRows;

  /** Where each of those begins in the grid. */
  final int[] gridRows;

  /** Where their elements go. */
  final Columns[] columns;

  /** One of the first two axes: for each tap and input its slice, and its place there. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Axis(
      int slices,
      int size,
      int[] tapSlices,
      int[] tapPlaces,
      int[] inputSlices,
      int[] inputPlaces) {}

  Grid(ConvolutionShape shape) {
    int stride = shape.stride()[2];
    int reach = (shape.kernel()[2] - 1) * shape.dilation()[2];
    rowLength = shape.output()[2];
    int rowSize = rowLength + reach / stride;
    boolean slicePerTap =
        shape.output()[0] * shape.output()[1] > 1 && rowSize > MOST_WASTE * rowLength;
    Axis[] axes = {axis(shape, 0), axis(shape, 1), slicePerTap ? tapAxis(shape) : axis(shape, 2)};
    int rowStride = axes[2].size;
    int layerStride = Math.multiplyExact(axes[1].size, rowStride);
    int sliceSize = Math.multiplyExact(axes[0].size, layerStride);
    int[] sliceStrides = {axes[1].slices * axes[2].slices, axes[2].slices, 1};
    int[] strides = {layerStride, rowStride, 1};
    planeSize = Math.multiplyExact(sliceSize, axes[0].slices * sliceStrides[0]);

    int[] kernel = shape.kernel();
    taps = new int[ConvolutionShape.product(kernel)];
    for (int t = 0; t < taps.length; t++) {
      int[] at = {t / kernel[2] / kernel[1], t / kernel[2] % kernel[1], t % kernel[2]};
      for (int axis = 0; axis < AXES; axis++) {
        taps[t] +=
            axes[axis].tapSlices[at[axis]] * sliceStrides[axis] * sliceSize
                + axes[axis].tapPlaces[at[axis]] * strides[axis];
      }
    }
    int height = shape.output()[1];
    rows = new int[shape.output()[0] * height];
    Arrays.setAll(rows, r -> r / height * layerStride + r % height * rowStride);

    int[] input = shape.input();
    int[] all = new int[input[0] * input[1]];
    for (int row = 0; row < all.length; row++) {
      int a = row / input[1];
      int b = row % input[1];
      boolean used = axes[0].inputSlices[a] != NONE && axes[1].inputSlices[b] != NONE;
      all[row] =
          used
              ? (axes[0].inputSlices[a] * sliceStrides[0]
                          + axes[1].inputSlices[b] * sliceStrides[1])
                      * sliceSize
                  + axes[0].inputPlaces[a] * layerStride
                  + axes[1].inputPlaces[b] * rowStride
              : NONE;
    }
    int[] used = IntStream.range(0, all.length).filter(row -> all[row] != NONE).toArray();
    imageRows = Arrays.stream(used).map(row -> row * input[2]).toArray();
    gridRows = Arrays.stream(used).map(row -> all[row]).toArray();
    columns = columns(shape, axes[2], slicePerTap, sliceSize);
  }

  private static Axis axis(ConvolutionShape shape, int axis) {
    int stride = shape.stride()[axis];
    int dilation = shape.dilation()[axis];
    int reach = (shape.kernel()[axis] - 1) * dilation;
    int size = shape.output()[axis] + reach / stride;
    int[] slices = new int[Math.min(stride, reach + 1)];
    Arrays.fill(slices, NONE);
    int count = 0;
    int[] tapSlices = new int[shape.kernel()[axis]];
    int[] tapPlaces = new int[tapSlices.length];
    for (int k = 0; k < tapSlices.length; k++) {
      int at = k * dilation;
      if (slices[at % stride] == NONE) {
        slices[at % stride] = count++;
      }
      tapSlices[k] = slices[at % stride];
      tapPlaces[k] = at / stride;
    }
    int[] inputSlices = new int[shape.input()[axis]];
    int[] inputPlaces = new int[inputSlices.length];
    for (int i = 0; i < inputSlices.length; i++) {
      int at = i + shape.padding()[axis];
      inputPlaces[i] = at / stride;
      boolean used = at % stride < slices.length && inputPlaces[i] < size;
      inputSlices[i] = used ? slices[at % stride] : NONE;
    }
    return new Axis(count, size, tapSlices, tapPlaces, inputSlices, inputPlaces);
  }

  /** The last axis, with a slice for each tap. */
  private static Axis tapAxis(ConvolutionShape shape) {
    int kernel = shape.kernel()[2];
    int[] slices = new int[kernel];
    Arrays.setAll(slices, k -> k);
    return new Axis(kernel, shape.output()[2], slices, new int[kernel], new int[0], new int[0]);
  }

  private static Columns[] columns(
      ConvolutionShape shape, Axis axis, boolean slicePerTap, int sliceSize) {
    int stride = shape.stride()[2];
    int padding = shape.padding()[2];
    Columns[] result = new Columns[axis.slices];
    for (int k = 0; k < shape.kernel()[2]; k++) {
      int slice = axis.tapSlices[k];
      if (result[slice] == null) {
        // The padded image's elements first, first + stride, ... are those of the slice.
        int first = slicePerTap ? k * shape.dilation()[2] : k * shape.dilation()[2] % stride;
        int from = Math.max(0, Math.ceilDiv(padding - first, stride));
        int end = Math.ceilDiv(shape.input()[2] + padding - first, stride);
        int to = Math.max(from, Math.min(axis.size, end));
        result[slice] =
            new Columns(
                first + from * stride - padding, stride, slice * sliceSize + from, to - from);
      }
    }
    return result;
  }

  /** Returns whether the rows of outputs follow each other without gaps. */
  boolean isCompact() {
    for (int r = 0; r < rows.length; r++) {
      if (rows[r] != r * rowLength) {
        return false;
      }
    }
    return true;
  }

  /** Returns how many positions there are from one row of outputs to the end of another. */
  int span(int fromRow, int toRow) {
    return rows[toRow - 1] + rowLength - rows[fromRow];
  }

  /** Returns where each output lies. */
  int[] positions() {
    int[] result = new int[rows.length * rowLength];
    Arrays.setAll(result, i -> rows[i / rowLength] + i % rowLength);
    return result;
  }

  /** Returns where each tap of each channel lies. */
  int[] offsets(int channels) {
    int[] result = new int[Math.multiplyExact(channels, taps.length)];
    Arrays.setAll(result, i -> i / taps.length * planeSize + taps[i % taps.length]);
    return result;
  }
}
