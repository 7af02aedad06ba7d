package org.autograd.internal.kernel.convolution;

import org.autograd.internal.kernel.Simd;

/**
 * The innermost loops of the three products that make up a convolution. Weights and sums stand in
 * groups of {@value #ROWS} rows, filled up with zeros; vectors run along positions or filters, and
 * may be read and written up to {@link #lanes()} elements beyond the end of what is wanted.
 */
interface ConvolutionTilesF32 {
  /** How many rows of a product are computed at a time. */
  int ROWS = 8;

  /** Convolutions with fewer multiply-adds for an image are left to plain Java. */
  long PLAIN_WORK = 2048;

  /** Returns the loops for convolutions of the given size. */
  static ConvolutionTilesF32 of(ConvolutionShape shape) {
    return Simd.bits() >= 128 && shape.work() >= PLAIN_WORK
        ? VectorConvolutionTilesF32.INSTANCE
        : PlainConvolutionTilesF32.INSTANCE;
  }

  /** Returns the multiple to which positions and filters are filled up. */
  int lanes();

  /**
   * Adds up taps: {@code sums[row][position] = sum over k of weights[row][k] * grid[offsets[k] +
   * position]} on top of the sums so far, or of the bias of the row if {@code k} starts at 0.
   *
   * @param rows a multiple of {@value #ROWS}
   * @param width the number of positions
   * @param weights in groups of rows: all {@code depth} taps of one group, then those of the next
   * @param fromTap the first tap to add
   * @param toTap the end of the taps to add
   * @param gridOffset the first position
   * @param sums rows of {@code sumsStride}, a multiple of the lanes
   */
  void addTaps(
      int rows,
      int width,
      int depth,
      float[] weights,
      int weightsOffset,
      float[] bias,
      int biasOffset,
      int fromTap,
      int toTap,
      int[] offsets,
      float[] grid,
      int gridOffset,
      float[] sums,
      int sumsOffset,
      int sumsStride);

  /**
   * Spreads gradients of outputs over the channels of a grid: {@code grid[channel * planeSize + tap
   * + position] += sum over f of weights[tap][f][channel] * gradients[f][position]}, for one group
   * of channels.
   *
   * @param width the number of positions
   * @param weights for each tap and filter {@value #ROWS} channels
   * @param gradients rows of {@code gradientsStride}, a multiple of the lanes, 0 where there is no
   *     output
   */
  void spread(
      int width,
      int filters,
      float[] weights,
      int weightsOffset,
      float[] gradients,
      int gradientsOffset,
      int gradientsStride,
      int[] taps,
      float[] grid,
      int planeSize);

  /**
   * Correlates gradients of outputs with a grid: {@code sums[k][f] += sum over outputs of
   * grid[offsets[k] + positions[output]] * gradients[output][f]}.
   *
   * @param depth the number of offsets, a multiple of {@value #ROWS}
   * @param filters a multiple of the lanes
   */
  void correlate(
      int depth,
      int filters,
      int[] offsets,
      float[] grid,
      int fromOutput,
      int toOutput,
      int[] positions,
      float[] gradients,
      float[] sums,
      int sumsOffset);

  /**
   * Copies rows: {@code grid[gridOffset + gridRows[r] + i] = image[imageOffset + imageRows[r] + i]}
   * for all {@code i} below {@code count}.
   */
  void copyRows(
      float[] image,
      int imageOffset,
      int[] imageRows,
      float[] grid,
      int gridOffset,
      int[] gridRows,
      int count);

  /** Adds rows of the grid to those of the image, the other way round. */
  void addRows(
      float[] image,
      int imageOffset,
      int[] imageRows,
      float[] grid,
      int gridOffset,
      int[] gridRows,
      int count);
}
