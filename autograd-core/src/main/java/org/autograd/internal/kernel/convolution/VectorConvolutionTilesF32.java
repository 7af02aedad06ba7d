package org.autograd.internal.kernel.convolution;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Simd;

/**
 * The loops by the Vector API: tiles of eight rows and one or two vectors, whose sums stay in
 * registers, as in matrix products. They are written out, because only local variables end up in
 * registers and only small methods are well compiled.
 */
final class VectorConvolutionTilesF32 implements ConvolutionTilesF32 {
  static final VectorConvolutionTilesF32 INSTANCE = new VectorConvolutionTilesF32();

  private static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Simd.bits()));
  private static final int LANES = SPECIES.length();

  private VectorConvolutionTilesF32() {}

  @Override
  public int lanes() {
    return LANES;
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
    for (int position = 0; position < width; position += 2 * LANES) {
      boolean two = position + LANES < width;
      for (int row = 0; row < rows; row += ROWS) {
        int from = weightsOffset + row * depth;
        int at = gridOffset + position;
        int to = sumsOffset + row * sumsStride + position;
        int b = biasOffset + row;
        if (two) {
          addTaps2(weights, from, bias, b, fromTap, toTap, offsets, grid, at, sums, to, sumsStride);
        } else {
          addTaps1(weights, from, bias, b, fromTap, toTap, offsets, grid, at, sums, to, sumsStride);
        }
      }
    }
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
    for (int position = 0; position < width; position += 2 * LANES) {
      boolean two = position + LANES < width;
      int g = gradientsOffset + position;
      for (int tap = 0; tap < taps.length; tap++) {
        int from = weightsOffset + tap * filters * ROWS;
        int to = taps[tap] + position;
        if (two) {
          spread2(filters, weights, from, gradients, g, gradientsStride, grid, to, planeSize);
        } else {
          spread1(filters, weights, from, gradients, g, gradientsStride, grid, to, planeSize);
        }
      }
    }
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
    for (int filter = 0; filter < filters; filter += 2 * LANES) {
      boolean two = filter + LANES < filters;
      for (int k = 0; k < depth; k += ROWS) {
        int to = sumsOffset + k * filters + filter;
        if (two) {
          correlate2(
              filters,
              offsets,
              k,
              grid,
              fromOutput,
              toOutput,
              positions,
              gradients,
              filter,
              sums,
              to);
        } else {
          correlate1(
              filters,
              offsets,
              k,
              grid,
              fromOutput,
              toOutput,
              positions,
              gradients,
              filter,
              sums,
              to);
        }
      }
    }
  }

  private static void addTaps2(
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
    FloatVector s00;
    FloatVector s01;
    FloatVector s10;
    FloatVector s11;
    FloatVector s20;
    FloatVector s21;
    FloatVector s30;
    FloatVector s31;
    FloatVector s40;
    FloatVector s41;
    FloatVector s50;
    FloatVector s51;
    FloatVector s60;
    FloatVector s61;
    FloatVector s70;
    FloatVector s71;
    if (fromTap == 0) {
      s00 = FloatVector.broadcast(SPECIES, bias[biasOffset]);
      s01 = s00;
      s10 = FloatVector.broadcast(SPECIES, bias[biasOffset + 1]);
      s11 = s10;
      s20 = FloatVector.broadcast(SPECIES, bias[biasOffset + 2]);
      s21 = s20;
      s30 = FloatVector.broadcast(SPECIES, bias[biasOffset + 3]);
      s31 = s30;
      s40 = FloatVector.broadcast(SPECIES, bias[biasOffset + 4]);
      s41 = s40;
      s50 = FloatVector.broadcast(SPECIES, bias[biasOffset + 5]);
      s51 = s50;
      s60 = FloatVector.broadcast(SPECIES, bias[biasOffset + 6]);
      s61 = s60;
      s70 = FloatVector.broadcast(SPECIES, bias[biasOffset + 7]);
      s71 = s70;
    } else {
      s00 = FloatVector.fromArray(SPECIES, sums, sumsOffset);
      s01 = FloatVector.fromArray(SPECIES, sums, sumsOffset + LANES);
      s10 = FloatVector.fromArray(SPECIES, sums, sumsOffset + sumsStride);
      s11 = FloatVector.fromArray(SPECIES, sums, sumsOffset + sumsStride + LANES);
      s20 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 2 * sumsStride);
      s21 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 2 * sumsStride + LANES);
      s30 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 3 * sumsStride);
      s31 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 3 * sumsStride + LANES);
      s40 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 4 * sumsStride);
      s41 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 4 * sumsStride + LANES);
      s50 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 5 * sumsStride);
      s51 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 5 * sumsStride + LANES);
      s60 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 6 * sumsStride);
      s61 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 6 * sumsStride + LANES);
      s70 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 7 * sumsStride);
      s71 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 7 * sumsStride + LANES);
    }
    for (int k = fromTap; k < toTap; k++) {
      int w = weightsOffset + k * ROWS;
      int x = gridOffset + offsets[k];
      FloatVector x0 = FloatVector.fromArray(SPECIES, grid, x);
      FloatVector x1 = FloatVector.fromArray(SPECIES, grid, x + LANES);
      FloatVector y = FloatVector.broadcast(SPECIES, weights[w]);
      s00 = y.fma(x0, s00);
      s01 = y.fma(x1, s01);
      y = FloatVector.broadcast(SPECIES, weights[w + 1]);
      s10 = y.fma(x0, s10);
      s11 = y.fma(x1, s11);
      y = FloatVector.broadcast(SPECIES, weights[w + 2]);
      s20 = y.fma(x0, s20);
      s21 = y.fma(x1, s21);
      y = FloatVector.broadcast(SPECIES, weights[w + 3]);
      s30 = y.fma(x0, s30);
      s31 = y.fma(x1, s31);
      y = FloatVector.broadcast(SPECIES, weights[w + 4]);
      s40 = y.fma(x0, s40);
      s41 = y.fma(x1, s41);
      y = FloatVector.broadcast(SPECIES, weights[w + 5]);
      s50 = y.fma(x0, s50);
      s51 = y.fma(x1, s51);
      y = FloatVector.broadcast(SPECIES, weights[w + 6]);
      s60 = y.fma(x0, s60);
      s61 = y.fma(x1, s61);
      y = FloatVector.broadcast(SPECIES, weights[w + 7]);
      s70 = y.fma(x0, s70);
      s71 = y.fma(x1, s71);
    }
    s00.intoArray(sums, sumsOffset);
    s01.intoArray(sums, sumsOffset + LANES);
    s10.intoArray(sums, sumsOffset + sumsStride);
    s11.intoArray(sums, sumsOffset + sumsStride + LANES);
    s20.intoArray(sums, sumsOffset + 2 * sumsStride);
    s21.intoArray(sums, sumsOffset + 2 * sumsStride + LANES);
    s30.intoArray(sums, sumsOffset + 3 * sumsStride);
    s31.intoArray(sums, sumsOffset + 3 * sumsStride + LANES);
    s40.intoArray(sums, sumsOffset + 4 * sumsStride);
    s41.intoArray(sums, sumsOffset + 4 * sumsStride + LANES);
    s50.intoArray(sums, sumsOffset + 5 * sumsStride);
    s51.intoArray(sums, sumsOffset + 5 * sumsStride + LANES);
    s60.intoArray(sums, sumsOffset + 6 * sumsStride);
    s61.intoArray(sums, sumsOffset + 6 * sumsStride + LANES);
    s70.intoArray(sums, sumsOffset + 7 * sumsStride);
    s71.intoArray(sums, sumsOffset + 7 * sumsStride + LANES);
  }

  private static void addTaps1(
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
    FloatVector s00;
    FloatVector s10;
    FloatVector s20;
    FloatVector s30;
    FloatVector s40;
    FloatVector s50;
    FloatVector s60;
    FloatVector s70;
    if (fromTap == 0) {
      s00 = FloatVector.broadcast(SPECIES, bias[biasOffset]);
      s10 = FloatVector.broadcast(SPECIES, bias[biasOffset + 1]);
      s20 = FloatVector.broadcast(SPECIES, bias[biasOffset + 2]);
      s30 = FloatVector.broadcast(SPECIES, bias[biasOffset + 3]);
      s40 = FloatVector.broadcast(SPECIES, bias[biasOffset + 4]);
      s50 = FloatVector.broadcast(SPECIES, bias[biasOffset + 5]);
      s60 = FloatVector.broadcast(SPECIES, bias[biasOffset + 6]);
      s70 = FloatVector.broadcast(SPECIES, bias[biasOffset + 7]);
    } else {
      s00 = FloatVector.fromArray(SPECIES, sums, sumsOffset);
      s10 = FloatVector.fromArray(SPECIES, sums, sumsOffset + sumsStride);
      s20 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 2 * sumsStride);
      s30 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 3 * sumsStride);
      s40 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 4 * sumsStride);
      s50 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 5 * sumsStride);
      s60 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 6 * sumsStride);
      s70 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 7 * sumsStride);
    }
    for (int k = fromTap; k < toTap; k++) {
      int w = weightsOffset + k * ROWS;
      int x = gridOffset + offsets[k];
      FloatVector x0 = FloatVector.fromArray(SPECIES, grid, x);
      FloatVector y = FloatVector.broadcast(SPECIES, weights[w]);
      s00 = y.fma(x0, s00);
      y = FloatVector.broadcast(SPECIES, weights[w + 1]);
      s10 = y.fma(x0, s10);
      y = FloatVector.broadcast(SPECIES, weights[w + 2]);
      s20 = y.fma(x0, s20);
      y = FloatVector.broadcast(SPECIES, weights[w + 3]);
      s30 = y.fma(x0, s30);
      y = FloatVector.broadcast(SPECIES, weights[w + 4]);
      s40 = y.fma(x0, s40);
      y = FloatVector.broadcast(SPECIES, weights[w + 5]);
      s50 = y.fma(x0, s50);
      y = FloatVector.broadcast(SPECIES, weights[w + 6]);
      s60 = y.fma(x0, s60);
      y = FloatVector.broadcast(SPECIES, weights[w + 7]);
      s70 = y.fma(x0, s70);
    }
    s00.intoArray(sums, sumsOffset);
    s10.intoArray(sums, sumsOffset + sumsStride);
    s20.intoArray(sums, sumsOffset + 2 * sumsStride);
    s30.intoArray(sums, sumsOffset + 3 * sumsStride);
    s40.intoArray(sums, sumsOffset + 4 * sumsStride);
    s50.intoArray(sums, sumsOffset + 5 * sumsStride);
    s60.intoArray(sums, sumsOffset + 6 * sumsStride);
    s70.intoArray(sums, sumsOffset + 7 * sumsStride);
  }

  private static void spread2(
      int filters,
      float[] weights,
      int weightsOffset,
      float[] gradients,
      int gradientsOffset,
      int gradientsStride,
      float[] grid,
      int gridOffset,
      int planeSize) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, grid, gridOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, grid, gridOffset + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, grid, gridOffset + planeSize);
    FloatVector s11 = FloatVector.fromArray(SPECIES, grid, gridOffset + planeSize + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, grid, gridOffset + 2 * planeSize);
    FloatVector s21 = FloatVector.fromArray(SPECIES, grid, gridOffset + 2 * planeSize + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, grid, gridOffset + 3 * planeSize);
    FloatVector s31 = FloatVector.fromArray(SPECIES, grid, gridOffset + 3 * planeSize + LANES);
    FloatVector s40 = FloatVector.fromArray(SPECIES, grid, gridOffset + 4 * planeSize);
    FloatVector s41 = FloatVector.fromArray(SPECIES, grid, gridOffset + 4 * planeSize + LANES);
    FloatVector s50 = FloatVector.fromArray(SPECIES, grid, gridOffset + 5 * planeSize);
    FloatVector s51 = FloatVector.fromArray(SPECIES, grid, gridOffset + 5 * planeSize + LANES);
    FloatVector s60 = FloatVector.fromArray(SPECIES, grid, gridOffset + 6 * planeSize);
    FloatVector s61 = FloatVector.fromArray(SPECIES, grid, gridOffset + 6 * planeSize + LANES);
    FloatVector s70 = FloatVector.fromArray(SPECIES, grid, gridOffset + 7 * planeSize);
    FloatVector s71 = FloatVector.fromArray(SPECIES, grid, gridOffset + 7 * planeSize + LANES);
    for (int f = 0; f < filters; f++) {
      int w = weightsOffset + f * ROWS;
      int g = gradientsOffset + f * gradientsStride;
      FloatVector g0 = FloatVector.fromArray(SPECIES, gradients, g);
      FloatVector g1 = FloatVector.fromArray(SPECIES, gradients, g + LANES);
      FloatVector y = FloatVector.broadcast(SPECIES, weights[w]);
      s00 = y.fma(g0, s00);
      s01 = y.fma(g1, s01);
      y = FloatVector.broadcast(SPECIES, weights[w + 1]);
      s10 = y.fma(g0, s10);
      s11 = y.fma(g1, s11);
      y = FloatVector.broadcast(SPECIES, weights[w + 2]);
      s20 = y.fma(g0, s20);
      s21 = y.fma(g1, s21);
      y = FloatVector.broadcast(SPECIES, weights[w + 3]);
      s30 = y.fma(g0, s30);
      s31 = y.fma(g1, s31);
      y = FloatVector.broadcast(SPECIES, weights[w + 4]);
      s40 = y.fma(g0, s40);
      s41 = y.fma(g1, s41);
      y = FloatVector.broadcast(SPECIES, weights[w + 5]);
      s50 = y.fma(g0, s50);
      s51 = y.fma(g1, s51);
      y = FloatVector.broadcast(SPECIES, weights[w + 6]);
      s60 = y.fma(g0, s60);
      s61 = y.fma(g1, s61);
      y = FloatVector.broadcast(SPECIES, weights[w + 7]);
      s70 = y.fma(g0, s70);
      s71 = y.fma(g1, s71);
    }
    s00.intoArray(grid, gridOffset);
    s01.intoArray(grid, gridOffset + LANES);
    s10.intoArray(grid, gridOffset + planeSize);
    s11.intoArray(grid, gridOffset + planeSize + LANES);
    s20.intoArray(grid, gridOffset + 2 * planeSize);
    s21.intoArray(grid, gridOffset + 2 * planeSize + LANES);
    s30.intoArray(grid, gridOffset + 3 * planeSize);
    s31.intoArray(grid, gridOffset + 3 * planeSize + LANES);
    s40.intoArray(grid, gridOffset + 4 * planeSize);
    s41.intoArray(grid, gridOffset + 4 * planeSize + LANES);
    s50.intoArray(grid, gridOffset + 5 * planeSize);
    s51.intoArray(grid, gridOffset + 5 * planeSize + LANES);
    s60.intoArray(grid, gridOffset + 6 * planeSize);
    s61.intoArray(grid, gridOffset + 6 * planeSize + LANES);
    s70.intoArray(grid, gridOffset + 7 * planeSize);
    s71.intoArray(grid, gridOffset + 7 * planeSize + LANES);
  }

  private static void spread1(
      int filters,
      float[] weights,
      int weightsOffset,
      float[] gradients,
      int gradientsOffset,
      int gradientsStride,
      float[] grid,
      int gridOffset,
      int planeSize) {
    FloatVector s00 = FloatVector.fromArray(SPECIES, grid, gridOffset);
    FloatVector s10 = FloatVector.fromArray(SPECIES, grid, gridOffset + planeSize);
    FloatVector s20 = FloatVector.fromArray(SPECIES, grid, gridOffset + 2 * planeSize);
    FloatVector s30 = FloatVector.fromArray(SPECIES, grid, gridOffset + 3 * planeSize);
    FloatVector s40 = FloatVector.fromArray(SPECIES, grid, gridOffset + 4 * planeSize);
    FloatVector s50 = FloatVector.fromArray(SPECIES, grid, gridOffset + 5 * planeSize);
    FloatVector s60 = FloatVector.fromArray(SPECIES, grid, gridOffset + 6 * planeSize);
    FloatVector s70 = FloatVector.fromArray(SPECIES, grid, gridOffset + 7 * planeSize);
    for (int f = 0; f < filters; f++) {
      int w = weightsOffset + f * ROWS;
      int g = gradientsOffset + f * gradientsStride;
      FloatVector g0 = FloatVector.fromArray(SPECIES, gradients, g);
      FloatVector y = FloatVector.broadcast(SPECIES, weights[w]);
      s00 = y.fma(g0, s00);
      y = FloatVector.broadcast(SPECIES, weights[w + 1]);
      s10 = y.fma(g0, s10);
      y = FloatVector.broadcast(SPECIES, weights[w + 2]);
      s20 = y.fma(g0, s20);
      y = FloatVector.broadcast(SPECIES, weights[w + 3]);
      s30 = y.fma(g0, s30);
      y = FloatVector.broadcast(SPECIES, weights[w + 4]);
      s40 = y.fma(g0, s40);
      y = FloatVector.broadcast(SPECIES, weights[w + 5]);
      s50 = y.fma(g0, s50);
      y = FloatVector.broadcast(SPECIES, weights[w + 6]);
      s60 = y.fma(g0, s60);
      y = FloatVector.broadcast(SPECIES, weights[w + 7]);
      s70 = y.fma(g0, s70);
    }
    s00.intoArray(grid, gridOffset);
    s10.intoArray(grid, gridOffset + planeSize);
    s20.intoArray(grid, gridOffset + 2 * planeSize);
    s30.intoArray(grid, gridOffset + 3 * planeSize);
    s40.intoArray(grid, gridOffset + 4 * planeSize);
    s50.intoArray(grid, gridOffset + 5 * planeSize);
    s60.intoArray(grid, gridOffset + 6 * planeSize);
    s70.intoArray(grid, gridOffset + 7 * planeSize);
  }

  private static void correlate2(
      int filters,
      int[] offsets,
      int fromOffset,
      float[] grid,
      int fromOutput,
      int toOutput,
      int[] positions,
      float[] gradients,
      int filter,
      float[] sums,
      int sumsOffset) {
    int o0 = offsets[fromOffset];
    int o1 = offsets[fromOffset + 1];
    int o2 = offsets[fromOffset + 2];
    int o3 = offsets[fromOffset + 3];
    int o4 = offsets[fromOffset + 4];
    int o5 = offsets[fromOffset + 5];
    int o6 = offsets[fromOffset + 6];
    int o7 = offsets[fromOffset + 7];
    FloatVector s00 = FloatVector.fromArray(SPECIES, sums, sumsOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, sums, sumsOffset + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, sums, sumsOffset + filters);
    FloatVector s11 = FloatVector.fromArray(SPECIES, sums, sumsOffset + filters + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 2 * filters);
    FloatVector s21 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 2 * filters + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 3 * filters);
    FloatVector s31 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 3 * filters + LANES);
    FloatVector s40 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 4 * filters);
    FloatVector s41 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 4 * filters + LANES);
    FloatVector s50 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 5 * filters);
    FloatVector s51 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 5 * filters + LANES);
    FloatVector s60 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 6 * filters);
    FloatVector s61 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 6 * filters + LANES);
    FloatVector s70 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 7 * filters);
    FloatVector s71 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 7 * filters + LANES);
    for (int output = fromOutput; output < toOutput; output++) {
      int p = positions[output];
      int g = output * filters + filter;
      FloatVector g0 = FloatVector.fromArray(SPECIES, gradients, g);
      FloatVector g1 = FloatVector.fromArray(SPECIES, gradients, g + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, grid[o0 + p]);
      s00 = x.fma(g0, s00);
      s01 = x.fma(g1, s01);
      x = FloatVector.broadcast(SPECIES, grid[o1 + p]);
      s10 = x.fma(g0, s10);
      s11 = x.fma(g1, s11);
      x = FloatVector.broadcast(SPECIES, grid[o2 + p]);
      s20 = x.fma(g0, s20);
      s21 = x.fma(g1, s21);
      x = FloatVector.broadcast(SPECIES, grid[o3 + p]);
      s30 = x.fma(g0, s30);
      s31 = x.fma(g1, s31);
      x = FloatVector.broadcast(SPECIES, grid[o4 + p]);
      s40 = x.fma(g0, s40);
      s41 = x.fma(g1, s41);
      x = FloatVector.broadcast(SPECIES, grid[o5 + p]);
      s50 = x.fma(g0, s50);
      s51 = x.fma(g1, s51);
      x = FloatVector.broadcast(SPECIES, grid[o6 + p]);
      s60 = x.fma(g0, s60);
      s61 = x.fma(g1, s61);
      x = FloatVector.broadcast(SPECIES, grid[o7 + p]);
      s70 = x.fma(g0, s70);
      s71 = x.fma(g1, s71);
    }
    s00.intoArray(sums, sumsOffset);
    s01.intoArray(sums, sumsOffset + LANES);
    s10.intoArray(sums, sumsOffset + filters);
    s11.intoArray(sums, sumsOffset + filters + LANES);
    s20.intoArray(sums, sumsOffset + 2 * filters);
    s21.intoArray(sums, sumsOffset + 2 * filters + LANES);
    s30.intoArray(sums, sumsOffset + 3 * filters);
    s31.intoArray(sums, sumsOffset + 3 * filters + LANES);
    s40.intoArray(sums, sumsOffset + 4 * filters);
    s41.intoArray(sums, sumsOffset + 4 * filters + LANES);
    s50.intoArray(sums, sumsOffset + 5 * filters);
    s51.intoArray(sums, sumsOffset + 5 * filters + LANES);
    s60.intoArray(sums, sumsOffset + 6 * filters);
    s61.intoArray(sums, sumsOffset + 6 * filters + LANES);
    s70.intoArray(sums, sumsOffset + 7 * filters);
    s71.intoArray(sums, sumsOffset + 7 * filters + LANES);
  }

  private static void correlate1(
      int filters,
      int[] offsets,
      int fromOffset,
      float[] grid,
      int fromOutput,
      int toOutput,
      int[] positions,
      float[] gradients,
      int filter,
      float[] sums,
      int sumsOffset) {
    int o0 = offsets[fromOffset];
    int o1 = offsets[fromOffset + 1];
    int o2 = offsets[fromOffset + 2];
    int o3 = offsets[fromOffset + 3];
    int o4 = offsets[fromOffset + 4];
    int o5 = offsets[fromOffset + 5];
    int o6 = offsets[fromOffset + 6];
    int o7 = offsets[fromOffset + 7];
    FloatVector s00 = FloatVector.fromArray(SPECIES, sums, sumsOffset);
    FloatVector s10 = FloatVector.fromArray(SPECIES, sums, sumsOffset + filters);
    FloatVector s20 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 2 * filters);
    FloatVector s30 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 3 * filters);
    FloatVector s40 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 4 * filters);
    FloatVector s50 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 5 * filters);
    FloatVector s60 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 6 * filters);
    FloatVector s70 = FloatVector.fromArray(SPECIES, sums, sumsOffset + 7 * filters);
    for (int output = fromOutput; output < toOutput; output++) {
      int p = positions[output];
      int g = output * filters + filter;
      FloatVector g0 = FloatVector.fromArray(SPECIES, gradients, g);
      FloatVector x = FloatVector.broadcast(SPECIES, grid[o0 + p]);
      s00 = x.fma(g0, s00);
      x = FloatVector.broadcast(SPECIES, grid[o1 + p]);
      s10 = x.fma(g0, s10);
      x = FloatVector.broadcast(SPECIES, grid[o2 + p]);
      s20 = x.fma(g0, s20);
      x = FloatVector.broadcast(SPECIES, grid[o3 + p]);
      s30 = x.fma(g0, s30);
      x = FloatVector.broadcast(SPECIES, grid[o4 + p]);
      s40 = x.fma(g0, s40);
      x = FloatVector.broadcast(SPECIES, grid[o5 + p]);
      s50 = x.fma(g0, s50);
      x = FloatVector.broadcast(SPECIES, grid[o6 + p]);
      s60 = x.fma(g0, s60);
      x = FloatVector.broadcast(SPECIES, grid[o7 + p]);
      s70 = x.fma(g0, s70);
    }
    s00.intoArray(sums, sumsOffset);
    s10.intoArray(sums, sumsOffset + filters);
    s20.intoArray(sums, sumsOffset + 2 * filters);
    s30.intoArray(sums, sumsOffset + 3 * filters);
    s40.intoArray(sums, sumsOffset + 4 * filters);
    s50.intoArray(sums, sumsOffset + 5 * filters);
    s60.intoArray(sums, sumsOffset + 6 * filters);
    s70.intoArray(sums, sumsOffset + 7 * filters);
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
    for (int i = 0; i < count; i += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, count);
      for (int r = 0; r < imageRows.length; r++) {
        FloatVector.fromArray(SPECIES, image, imageOffset + imageRows[r] + i, mask)
            .intoArray(grid, gridOffset + gridRows[r] + i, mask);
      }
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
    for (int i = 0; i < count; i += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, count);
      for (int r = 0; r < imageRows.length; r++) {
        int to = imageOffset + imageRows[r] + i;
        FloatVector.fromArray(SPECIES, grid, gridOffset + gridRows[r] + i, mask)
            .add(FloatVector.fromArray(SPECIES, image, to, mask))
            .intoArray(image, to, mask);
      }
    }
  }
}
