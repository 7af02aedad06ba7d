package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Simd;

/**
 * The innermost loop of a product: a tile of eight rows and one or two vectors, whose sums stay in
 * registers over the whole depth. Each step loads two vectors of B and broadcasts eight elements of
 * A for sixteen multiply-adds, so that a processor with two loads and two multiply-adds per cycle
 * is not kept waiting for loads.
 *
 * <p>Written out, because only local variables end up in registers and only small methods are well
 * compiled. Measured with AVX-512, 6 x 3 vectors are as fast but waste more at the edges of the
 * usual sizes, 12 x 2 are 5% faster on large matrices and slower on small ones, 8 x 3 begin to
 * spill. With AVX2, whose 16 registers cannot hold it all, this is still as fast as 6 x 2, which
 * they can.
 */
final class VectorTileF32 {
  static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Simd.bits()));
  static final int LANES = SPECIES.length();

  static final int ROWS = 8;
  static final int COLUMNS = 2 * LANES;

  private VectorTileF32() {}

  /**
   * Computes one tile. It reads and writes whole vectors: the rows of B and C must extend to a
   * multiple of the lanes, those of A are packed and so always do.
   *
   * @param columns the width of the tile, of which the last vector may be used in part
   * @param a packed: {@value #ROWS} elements of one column after those of the column before
   * @param accumulate whether to add to {@code c} instead of overwriting it
   */
  static void multiply(
      int columns,
      int depth,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    if (columns > LANES) {
      multiply2(depth, a, aOffset, b, bOffset, bRowStride, c, cOffset, cRowStride, accumulate);
    } else {
      multiply1(depth, a, aOffset, b, bOffset, bRowStride, c, cOffset, cRowStride, accumulate);
    }
  }

  private static void multiply2(
      int depth,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s40 = FloatVector.zero(SPECIES);
    FloatVector s41 = FloatVector.zero(SPECIES);
    FloatVector s50 = FloatVector.zero(SPECIES);
    FloatVector s51 = FloatVector.zero(SPECIES);
    FloatVector s60 = FloatVector.zero(SPECIES);
    FloatVector s61 = FloatVector.zero(SPECIES);
    FloatVector s70 = FloatVector.zero(SPECIES);
    FloatVector s71 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      int i = aOffset + k * ROWS;
      int j = bOffset + k * bRowStride;
      FloatVector x0 = FloatVector.fromArray(SPECIES, b, j);
      FloatVector x1 = FloatVector.fromArray(SPECIES, b, j + LANES);
      FloatVector y = FloatVector.broadcast(SPECIES, a[i]);
      s00 = y.fma(x0, s00);
      s01 = y.fma(x1, s01);
      y = FloatVector.broadcast(SPECIES, a[i + 1]);
      s10 = y.fma(x0, s10);
      s11 = y.fma(x1, s11);
      y = FloatVector.broadcast(SPECIES, a[i + 2]);
      s20 = y.fma(x0, s20);
      s21 = y.fma(x1, s21);
      y = FloatVector.broadcast(SPECIES, a[i + 3]);
      s30 = y.fma(x0, s30);
      s31 = y.fma(x1, s31);
      y = FloatVector.broadcast(SPECIES, a[i + 4]);
      s40 = y.fma(x0, s40);
      s41 = y.fma(x1, s41);
      y = FloatVector.broadcast(SPECIES, a[i + 5]);
      s50 = y.fma(x0, s50);
      s51 = y.fma(x1, s51);
      y = FloatVector.broadcast(SPECIES, a[i + 6]);
      s60 = y.fma(x0, s60);
      s61 = y.fma(x1, s61);
      y = FloatVector.broadcast(SPECIES, a[i + 7]);
      s70 = y.fma(x0, s70);
      s71 = y.fma(x1, s71);
    }
    if (accumulate) {
      s00 = s00.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s01 = s01.add(FloatVector.fromArray(SPECIES, c, cOffset + LANES));
      s10 = s10.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride));
      s11 = s11.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride + LANES));
      s20 = s20.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride));
      s21 = s21.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride + LANES));
      s30 = s30.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride));
      s31 = s31.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride + LANES));
      s40 = s40.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRowStride));
      s41 = s41.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRowStride + LANES));
      s50 = s50.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRowStride));
      s51 = s51.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRowStride + LANES));
      s60 = s60.add(FloatVector.fromArray(SPECIES, c, cOffset + 6 * cRowStride));
      s61 = s61.add(FloatVector.fromArray(SPECIES, c, cOffset + 6 * cRowStride + LANES));
      s70 = s70.add(FloatVector.fromArray(SPECIES, c, cOffset + 7 * cRowStride));
      s71 = s71.add(FloatVector.fromArray(SPECIES, c, cOffset + 7 * cRowStride + LANES));
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s10.intoArray(c, cOffset + cRowStride);
    s11.intoArray(c, cOffset + cRowStride + LANES);
    s20.intoArray(c, cOffset + 2 * cRowStride);
    s21.intoArray(c, cOffset + 2 * cRowStride + LANES);
    s30.intoArray(c, cOffset + 3 * cRowStride);
    s31.intoArray(c, cOffset + 3 * cRowStride + LANES);
    s40.intoArray(c, cOffset + 4 * cRowStride);
    s41.intoArray(c, cOffset + 4 * cRowStride + LANES);
    s50.intoArray(c, cOffset + 5 * cRowStride);
    s51.intoArray(c, cOffset + 5 * cRowStride + LANES);
    s60.intoArray(c, cOffset + 6 * cRowStride);
    s61.intoArray(c, cOffset + 6 * cRowStride + LANES);
    s70.intoArray(c, cOffset + 7 * cRowStride);
    s71.intoArray(c, cOffset + 7 * cRowStride + LANES);
  }

  private static void multiply1(
      int depth,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s40 = FloatVector.zero(SPECIES);
    FloatVector s50 = FloatVector.zero(SPECIES);
    FloatVector s60 = FloatVector.zero(SPECIES);
    FloatVector s70 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      int i = aOffset + k * ROWS;
      int j = bOffset + k * bRowStride;
      FloatVector x0 = FloatVector.fromArray(SPECIES, b, j);
      FloatVector y = FloatVector.broadcast(SPECIES, a[i]);
      s00 = y.fma(x0, s00);
      y = FloatVector.broadcast(SPECIES, a[i + 1]);
      s10 = y.fma(x0, s10);
      y = FloatVector.broadcast(SPECIES, a[i + 2]);
      s20 = y.fma(x0, s20);
      y = FloatVector.broadcast(SPECIES, a[i + 3]);
      s30 = y.fma(x0, s30);
      y = FloatVector.broadcast(SPECIES, a[i + 4]);
      s40 = y.fma(x0, s40);
      y = FloatVector.broadcast(SPECIES, a[i + 5]);
      s50 = y.fma(x0, s50);
      y = FloatVector.broadcast(SPECIES, a[i + 6]);
      s60 = y.fma(x0, s60);
      y = FloatVector.broadcast(SPECIES, a[i + 7]);
      s70 = y.fma(x0, s70);
    }
    if (accumulate) {
      s00 = s00.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s10 = s10.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride));
      s20 = s20.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride));
      s30 = s30.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride));
      s40 = s40.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRowStride));
      s50 = s50.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRowStride));
      s60 = s60.add(FloatVector.fromArray(SPECIES, c, cOffset + 6 * cRowStride));
      s70 = s70.add(FloatVector.fromArray(SPECIES, c, cOffset + 7 * cRowStride));
    }
    s00.intoArray(c, cOffset);
    s10.intoArray(c, cOffset + cRowStride);
    s20.intoArray(c, cOffset + 2 * cRowStride);
    s30.intoArray(c, cOffset + 3 * cRowStride);
    s40.intoArray(c, cOffset + 4 * cRowStride);
    s50.intoArray(c, cOffset + 5 * cRowStride);
    s60.intoArray(c, cOffset + 6 * cRowStride);
    s70.intoArray(c, cOffset + 7 * cRowStride);
  }
}
