package org.autograd.internal.kernel.convolution;

/** The loops in plain Java. */
final class PlainConvolutionTilesF32 implements ConvolutionTilesF32 {
  static final PlainConvolutionTilesF32 INSTANCE = new PlainConvolutionTilesF32();

  private PlainConvolutionTilesF32() {}

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public void addTaps(
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
      int sumsStride) {
    for (int row = 0; row < rows; row += ROWS) {
      for (int position = 0; position < width; position++) {
        int at = sumsOffset + row * sumsStride + position;
        for (int half = 0; half < ROWS; half += ROWS / 2) {
          addTaps(
              fromTap == 0 ? bias : sums,
              fromTap == 0 ? biasOffset + row + half : at + half * sumsStride,
              fromTap == 0 ? 1 : sumsStride,
              weights,
              weightsOffset + row * depth + half,
              fromTap,
              toTap,
              offsets,
              grid,
              gridOffset + position,
              sums,
              at + half * sumsStride,
              sumsStride);
        }
      }
    }
  }

  /** Four rows of one position. */
  private static void addTaps(
      float[] start,
      int startOffset,
      int startStride,
      float[] weights,
      int weightsOffset,
      int fromTap,
      int toTap,
      int[] offsets,
      float[] grid,
      int gridOffset,
      float[] sums,
      int sumsOffset,
      int sumsStride) {
    float s0 = start[startOffset];
    float s1 = start[startOffset + startStride];
    float s2 = start[startOffset + 2 * startStride];
    float s3 = start[startOffset + 3 * startStride];
    for (int k = fromTap; k < toTap; k++) {
      float x = grid[gridOffset + offsets[k]];
      int w = weightsOffset + k * ROWS;
      s0 += weights[w] * x;
      s1 += weights[w + 1] * x;
      s2 += weights[w + 2] * x;
      s3 += weights[w + 3] * x;
    }
    sums[sumsOffset] = s0;
    sums[sumsOffset + sumsStride] = s1;
    sums[sumsOffset + 2 * sumsStride] = s2;
    sums[sumsOffset + 3 * sumsStride] = s3;
  }

  @Override
  public void spread(
      int width,
      int filters,
      float[] weights,
      int weightsOffset,
      float[] gradients,
      int gradientsOffset,
      int gradientsStride,
      int[] taps,
      float[] grid,
      int planeSize) {
    for (int tap = 0; tap < taps.length; tap++) {
      for (int position = 0; position < width; position++) {
        int at = taps[tap] + position;
        for (int half = 0; half < ROWS; half += ROWS / 2) {
          spread(
              filters,
              weights,
              weightsOffset + tap * filters * ROWS + half,
              gradients,
              gradientsOffset + position,
              gradientsStride,
              grid,
              at + half * planeSize,
              planeSize);
        }
      }
    }
  }

  /** Four channels of one position. */
  private static void spread(
      int filters,
      float[] weights,
      int weightsOffset,
      float[] gradients,
      int gradientsOffset,
      int gradientsStride,
      float[] grid,
      int gridOffset,
      int planeSize) {
    float s0 = 0f;
    float s1 = 0f;
    float s2 = 0f;
    float s3 = 0f;
    for (int f = 0; f < filters; f++) {
      float g = gradients[gradientsOffset + f * gradientsStride];
      int w = weightsOffset + f * ROWS;
      s0 += weights[w] * g;
      s1 += weights[w + 1] * g;
      s2 += weights[w + 2] * g;
      s3 += weights[w + 3] * g;
    }
    grid[gridOffset] += s0;
    grid[gridOffset + planeSize] += s1;
    grid[gridOffset + 2 * planeSize] += s2;
    grid[gridOffset + 3 * planeSize] += s3;
  }

  @Override
  public void correlate(
      int depth,
      int filters,
      int[] offsets,
      float[] grid,
      int fromOutput,
      int toOutput,
      int[] positions,
      float[] gradients,
      float[] sums,
      int sumsOffset) {
    for (int k = 0; k < depth; k += ROWS / 2) {
      for (int f = 0; f < filters; f++) {
        correlate(
            filters,
            offsets[k],
            offsets[k + 1],
            offsets[k + 2],
            offsets[k + 3],
            grid,
            fromOutput,
            toOutput,
            positions,
            gradients,
            f,
            sums,
            sumsOffset + k * filters + f);
      }
    }
  }

  /** Four taps of one filter. */
  private static void correlate(
      int filters,
      int o0,
      int o1,
      int o2,
      int o3,
      float[] grid,
      int fromOutput,
      int toOutput,
      int[] positions,
      float[] gradients,
      int filter,
      float[] sums,
      int sumsOffset) {
    float s0 = 0f;
    float s1 = 0f;
    float s2 = 0f;
    float s3 = 0f;
    for (int output = fromOutput; output < toOutput; output++) {
      float g = gradients[output * filters + filter];
      int position = positions[output];
      s0 += g * grid[o0 + position];
      s1 += g * grid[o1 + position];
      s2 += g * grid[o2 + position];
      s3 += g * grid[o3 + position];
    }
    sums[sumsOffset] += s0;
    sums[sumsOffset + filters] += s1;
    sums[sumsOffset + 2 * filters] += s2;
    sums[sumsOffset + 3 * filters] += s3;
  }

  @Override
  public void copyRows(
      float[] image,
      int imageOffset,
      int[] imageRows,
      float[] grid,
      int gridOffset,
      int[] gridRows,
      int count) {
    for (int r = 0; r < imageRows.length; r++) {
      System.arraycopy(image, imageOffset + imageRows[r], grid, gridOffset + gridRows[r], count);
    }
  }

  @Override
  public void addRows(
      float[] image,
      int imageOffset,
      int[] imageRows,
      float[] grid,
      int gridOffset,
      int[] gridRows,
      int count) {
    for (int r = 0; r < imageRows.length; r++) {
      int to = imageOffset + imageRows[r];
      int from = gridOffset + gridRows[r];
      for (int i = 0; i < count; i++) {
        image[to + i] += grid[from + i];
      }
    }
  }
}
