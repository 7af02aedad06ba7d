package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Simd;

/**
 * The innermost loop of a product: a tile of four, eight or twelve rows and one or two vectors,
 * whose sums stay in registers over the whole depth. At twelve by two each step loads two vectors
 * of B and broadcasts twelve elements of A for 24 multiply-adds, so that a processor with two loads
 * and two multiply-adds per cycle is not kept waiting for loads.
 *
 * <p>Written out, because only local variables end up in registers and only small methods are well
 * compiled. Measured with AVX-512, which has 32 registers: 12 x 2 reach 85% of the processor's
 * multiply-adds on data in the first-level cache, 8 x 2 80%, 6 x 3 and 8 x 3 70%, and 14 x 2 make
 * the compiler spill, now and then to a third of that.
 */
final class VectorTileF32 {
  static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Simd.bits()));
  static final int LANES = SPECIES.length();

  /** The heights of tiles are multiples of this. */
  static final int ROW_STEP = 4;

  /**
   * The height of the largest tile; x86 processors with narrower vectors have only 16 registers.
   */
  static final int ROWS = Simd.bits() >= 512 ? 12 : 8;

  static final int COLUMNS = 2 * LANES;

  private VectorTileF32() {}

  /**
   * Computes one tile. It reads and writes whole vectors: B and C must extend to a multiple of the
   * lanes.
   *
   * @param rows 4, 8 or 12
   * @param columns the width of the tile, of which the last vector may be used in part
   * @param a of each column, the elements side by side
   * @param aColumnStride from one column to the next
   * @param accumulate whether to add to {@code c} instead of overwriting it
   */
  static void multiply(
      int rows,
      int columns,
      int depth,
      float[] a,
      int aOffset,
      int aColumnStride,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    if (columns > LANES) {
      switch (rows) {
        case 12 ->
            multiply12x2(
                depth,
                a,
                aOffset,
                aColumnStride,
                b,
                bOffset,
                bRowStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
        case 8 ->
            multiply8x2(
                depth,
                a,
                aOffset,
                aColumnStride,
                b,
                bOffset,
                bRowStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
        default ->
            multiply4x2(
                depth,
                a,
                aOffset,
                aColumnStride,
                b,
                bOffset,
                bRowStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
      }
    } else {
      switch (rows) {
        case 12 ->
            multiply12x1(
                depth,
                a,
                aOffset,
                aColumnStride,
                b,
                bOffset,
                bRowStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
        case 8 ->
            multiply8x1(
                depth,
                a,
                aOffset,
                aColumnStride,
                b,
                bOffset,
                bRowStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
        default ->
            multiply4x1(
                depth,
                a,
                aOffset,
                aColumnStride,
                b,
                bOffset,
                bRowStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
      }
    }
  }

  private static void multiply12x2(
      int depth,
      float[] a,
      int aOffset,
      int aColumnStride,
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
    FloatVector s80 = FloatVector.zero(SPECIES);
    FloatVector s81 = FloatVector.zero(SPECIES);
    FloatVector s90 = FloatVector.zero(SPECIES);
    FloatVector s91 = FloatVector.zero(SPECIES);
    FloatVector sa0 = FloatVector.zero(SPECIES);
    FloatVector sa1 = FloatVector.zero(SPECIES);
    FloatVector sb0 = FloatVector.zero(SPECIES);
    FloatVector sb1 = FloatVector.zero(SPECIES);
    for (int k = 0, i = aOffset, j = bOffset; k < depth; k++, i += aColumnStride, j += bRowStride) {
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
      y = FloatVector.broadcast(SPECIES, a[i + 8]);
      s80 = y.fma(x0, s80);
      s81 = y.fma(x1, s81);
      y = FloatVector.broadcast(SPECIES, a[i + 9]);
      s90 = y.fma(x0, s90);
      s91 = y.fma(x1, s91);
      y = FloatVector.broadcast(SPECIES, a[i + 10]);
      sa0 = y.fma(x0, sa0);
      sa1 = y.fma(x1, sa1);
      y = FloatVector.broadcast(SPECIES, a[i + 11]);
      sb0 = y.fma(x0, sb0);
      sb1 = y.fma(x1, sb1);
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
      s80 = s80.add(FloatVector.fromArray(SPECIES, c, cOffset + 8 * cRowStride));
      s81 = s81.add(FloatVector.fromArray(SPECIES, c, cOffset + 8 * cRowStride + LANES));
      s90 = s90.add(FloatVector.fromArray(SPECIES, c, cOffset + 9 * cRowStride));
      s91 = s91.add(FloatVector.fromArray(SPECIES, c, cOffset + 9 * cRowStride + LANES));
      sa0 = sa0.add(FloatVector.fromArray(SPECIES, c, cOffset + 10 * cRowStride));
      sa1 = sa1.add(FloatVector.fromArray(SPECIES, c, cOffset + 10 * cRowStride + LANES));
      sb0 = sb0.add(FloatVector.fromArray(SPECIES, c, cOffset + 11 * cRowStride));
      sb1 = sb1.add(FloatVector.fromArray(SPECIES, c, cOffset + 11 * cRowStride + LANES));
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
    s80.intoArray(c, cOffset + 8 * cRowStride);
    s81.intoArray(c, cOffset + 8 * cRowStride + LANES);
    s90.intoArray(c, cOffset + 9 * cRowStride);
    s91.intoArray(c, cOffset + 9 * cRowStride + LANES);
    sa0.intoArray(c, cOffset + 10 * cRowStride);
    sa1.intoArray(c, cOffset + 10 * cRowStride + LANES);
    sb0.intoArray(c, cOffset + 11 * cRowStride);
    sb1.intoArray(c, cOffset + 11 * cRowStride + LANES);
  }

  private static void multiply12x1(
      int depth,
      float[] a,
      int aOffset,
      int aColumnStride,
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
    FloatVector s80 = FloatVector.zero(SPECIES);
    FloatVector s90 = FloatVector.zero(SPECIES);
    FloatVector sa0 = FloatVector.zero(SPECIES);
    FloatVector sb0 = FloatVector.zero(SPECIES);
    for (int k = 0, i = aOffset, j = bOffset; k < depth; k++, i += aColumnStride, j += bRowStride) {
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
      y = FloatVector.broadcast(SPECIES, a[i + 8]);
      s80 = y.fma(x0, s80);
      y = FloatVector.broadcast(SPECIES, a[i + 9]);
      s90 = y.fma(x0, s90);
      y = FloatVector.broadcast(SPECIES, a[i + 10]);
      sa0 = y.fma(x0, sa0);
      y = FloatVector.broadcast(SPECIES, a[i + 11]);
      sb0 = y.fma(x0, sb0);
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
      s80 = s80.add(FloatVector.fromArray(SPECIES, c, cOffset + 8 * cRowStride));
      s90 = s90.add(FloatVector.fromArray(SPECIES, c, cOffset + 9 * cRowStride));
      sa0 = sa0.add(FloatVector.fromArray(SPECIES, c, cOffset + 10 * cRowStride));
      sb0 = sb0.add(FloatVector.fromArray(SPECIES, c, cOffset + 11 * cRowStride));
    }
    s00.intoArray(c, cOffset);
    s10.intoArray(c, cOffset + cRowStride);
    s20.intoArray(c, cOffset + 2 * cRowStride);
    s30.intoArray(c, cOffset + 3 * cRowStride);
    s40.intoArray(c, cOffset + 4 * cRowStride);
    s50.intoArray(c, cOffset + 5 * cRowStride);
    s60.intoArray(c, cOffset + 6 * cRowStride);
    s70.intoArray(c, cOffset + 7 * cRowStride);
    s80.intoArray(c, cOffset + 8 * cRowStride);
    s90.intoArray(c, cOffset + 9 * cRowStride);
    sa0.intoArray(c, cOffset + 10 * cRowStride);
    sb0.intoArray(c, cOffset + 11 * cRowStride);
  }

  private static void multiply8x2(
      int depth,
      float[] a,
      int aOffset,
      int aColumnStride,
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
    for (int k = 0, i = aOffset, j = bOffset; k < depth; k++, i += aColumnStride, j += bRowStride) {
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

  private static void multiply8x1(
      int depth,
      float[] a,
      int aOffset,
      int aColumnStride,
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
    for (int k = 0, i = aOffset, j = bOffset; k < depth; k++, i += aColumnStride, j += bRowStride) {
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

  private static void multiply4x2(
      int depth,
      float[] a,
      int aOffset,
      int aColumnStride,
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
    for (int k = 0, i = aOffset, j = bOffset; k < depth; k++, i += aColumnStride, j += bRowStride) {
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
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s10.intoArray(c, cOffset + cRowStride);
    s11.intoArray(c, cOffset + cRowStride + LANES);
    s20.intoArray(c, cOffset + 2 * cRowStride);
    s21.intoArray(c, cOffset + 2 * cRowStride + LANES);
    s30.intoArray(c, cOffset + 3 * cRowStride);
    s31.intoArray(c, cOffset + 3 * cRowStride + LANES);
  }

  private static void multiply4x1(
      int depth,
      float[] a,
      int aOffset,
      int aColumnStride,
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
    for (int k = 0, i = aOffset, j = bOffset; k < depth; k++, i += aColumnStride, j += bRowStride) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, b, j);
      FloatVector y = FloatVector.broadcast(SPECIES, a[i]);
      s00 = y.fma(x0, s00);
      y = FloatVector.broadcast(SPECIES, a[i + 1]);
      s10 = y.fma(x0, s10);
      y = FloatVector.broadcast(SPECIES, a[i + 2]);
      s20 = y.fma(x0, s20);
      y = FloatVector.broadcast(SPECIES, a[i + 3]);
      s30 = y.fma(x0, s30);
    }
    if (accumulate) {
      s00 = s00.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s10 = s10.add(FloatVector.fromArray(SPECIES, c, cOffset + cRowStride));
      s20 = s20.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRowStride));
      s30 = s30.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRowStride));
    }
    s00.intoArray(c, cOffset);
    s10.intoArray(c, cOffset + cRowStride);
    s20.intoArray(c, cOffset + 2 * cRowStride);
    s30.intoArray(c, cOffset + 3 * cRowStride);
  }
}
