package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loop of a product: a tile of {@value #ROWS} rows and one to three vectors, whose
 * sums stay in registers over the whole depth. Each step loads up to three vectors of B and
 * broadcasts six elements of A for up to eighteen multiply-adds, so that loads (two per cycle) keep
 * ahead of multiply-adds (two per cycle) with room to spare.
 *
 * <p>Written out by hand, a method for each width, because only local variables end up in
 * registers, and small methods get compiled. 18 sums, 3 vectors and a broadcast fill 22 of 32
 * registers; with 24 sums C2 began to spill. Machines with 16 registers use at most two vectors.
 */
final class VectorTileF32 {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  static final int ROWS = 6;
  static final int COLUMNS = (hasManyRegisters() ? 3 : 2) * LANES;

  private VectorTileF32() {}

  /** x86 has 32 vector registers from AVX-512 on and 16 before, all others have 32. */
  private static boolean hasManyRegisters() {
    return SPECIES.vectorBitSize() >= 512 || !System.getProperty("os.arch").equals("amd64");
  }

  /**
   * Computes one tile. It reads and writes whole vectors: the rows of B and C must extend to a
   * multiple of the lanes.
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
    if (columns > 2 * LANES) {
      multiply3(depth, a, aOffset, b, bOffset, bRowStride, c, cOffset, cRowStride, accumulate);
    } else if (columns > LANES) {
      multiply2(depth, a, aOffset, b, bOffset, bRowStride, c, cOffset, cRowStride, accumulate);
    } else {
      multiply1(depth, a, aOffset, b, bOffset, bRowStride, c, cOffset, cRowStride, accumulate);
    }
  }

  private static void multiply3(
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
    FloatVector s02 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s12 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s22 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s32 = FloatVector.zero(SPECIES);
    FloatVector s40 = FloatVector.zero(SPECIES);
    FloatVector s41 = FloatVector.zero(SPECIES);
    FloatVector s42 = FloatVector.zero(SPECIES);
    FloatVector s50 = FloatVector.zero(SPECIES);
    FloatVector s51 = FloatVector.zero(SPECIES);
    FloatVector s52 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      int i = aOffset + k * ROWS;
      int j = bOffset + k * bRowStride;
      FloatVector x0 = FloatVector.fromArray(SPECIES, b, j);
      FloatVector x1 = FloatVector.fromArray(SPECIES, b, j + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, b, j + 2 * LANES);
      FloatVector y = FloatVector.broadcast(SPECIES, a[i]);
      s00 = y.fma(x0, s00);
      s01 = y.fma(x1, s01);
      s02 = y.fma(x2, s02);
      y = FloatVector.broadcast(SPECIES, a[i + 1]);
      s10 = y.fma(x0, s10);
      s11 = y.fma(x1, s11);
      s12 = y.fma(x2, s12);
      y = FloatVector.broadcast(SPECIES, a[i + 2]);
      s20 = y.fma(x0, s20);
      s21 = y.fma(x1, s21);
      s22 = y.fma(x2, s22);
      y = FloatVector.broadcast(SPECIES, a[i + 3]);
      s30 = y.fma(x0, s30);
      s31 = y.fma(x1, s31);
      s32 = y.fma(x2, s32);
      y = FloatVector.broadcast(SPECIES, a[i + 4]);
      s40 = y.fma(x0, s40);
      s41 = y.fma(x1, s41);
      s42 = y.fma(x2, s42);
      y = FloatVector.broadcast(SPECIES, a[i + 5]);
      s50 = y.fma(x0, s50);
      s51 = y.fma(x1, s51);
      s52 = y.fma(x2, s52);
    }
    if (accumulate) {
      s00 = s00.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s01 = s01.add(FloatVector.fromArray(SPECIES, c, cOffset + LANES));
      s02 = s02.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * LANES));
      s10 = s10.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride));
      s11 = s11.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride + LANES));
      s12 = s12.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride + 2 * LANES));
      s20 = s20.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride));
      s21 = s21.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride + LANES));
      s22 = s22.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride + 2 * LANES));
      s30 = s30.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride));
      s31 = s31.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride + LANES));
      s32 = s32.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride + 2 * LANES));
      s40 = s40.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRowStride));
      s41 = s41.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRowStride + LANES));
      s42 = s42.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRowStride + 2 * LANES));
      s50 = s50.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRowStride));
      s51 = s51.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRowStride + LANES));
      s52 = s52.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRowStride + 2 * LANES));
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s02.intoArray(c, cOffset + 2 * LANES);
    s10.intoArray(c, cOffset + cRowStride);
    s11.intoArray(c, cOffset + cRowStride + LANES);
    s12.intoArray(c, cOffset + cRowStride + 2 * LANES);
    s20.intoArray(c, cOffset + 2 * cRowStride);
    s21.intoArray(c, cOffset + 2 * cRowStride + LANES);
    s22.intoArray(c, cOffset + 2 * cRowStride + 2 * LANES);
    s30.intoArray(c, cOffset + 3 * cRowStride);
    s31.intoArray(c, cOffset + 3 * cRowStride + LANES);
    s32.intoArray(c, cOffset + 3 * cRowStride + 2 * LANES);
    s40.intoArray(c, cOffset + 4 * cRowStride);
    s41.intoArray(c, cOffset + 4 * cRowStride + LANES);
    s42.intoArray(c, cOffset + 4 * cRowStride + 2 * LANES);
    s50.intoArray(c, cOffset + 5 * cRowStride);
    s51.intoArray(c, cOffset + 5 * cRowStride + LANES);
    s52.intoArray(c, cOffset + 5 * cRowStride + 2 * LANES);
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
    }
    if (accumulate) {
      s00 = s00.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s10 = s10.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride));
      s20 = s20.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride));
      s30 = s30.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride));
      s40 = s40.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRowStride));
      s50 = s50.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRowStride));
    }
    s00.intoArray(c, cOffset);
    s10.intoArray(c, cOffset + cRowStride);
    s20.intoArray(c, cOffset + 2 * cRowStride);
    s30.intoArray(c, cOffset + 3 * cRowStride);
    s40.intoArray(c, cOffset + 4 * cRowStride);
    s50.intoArray(c, cOffset + 5 * cRowStride);
  }
}
