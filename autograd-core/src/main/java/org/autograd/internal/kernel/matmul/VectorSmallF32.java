package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Simd;

/**
 * The product of small matrices, as in a layer of a few neurons. They stay in the first-level
 * cache, so A is read where it is, whatever its strides; and so is B if its rows are whole vectors.
 *
 * <p>The tile has eight rows and one vector. Where the rows of A are contiguous it has two, and if
 * B is not packed, six rows and four vectors. Where there are fewer rows, the last one is computed
 * several times over, which is simpler than smaller tiles and takes no longer than one tile.
 */
final class VectorSmallF32 {
  private static final VectorSpecies<Float> SPECIES = VectorTileF32.SPECIES;
  private static final int LANES = VectorTileF32.LANES;
  private static final int COLUMNS = VectorTileF32.COLUMNS;
  private static final int ROWS = 8;

  /** The tile that is wide and low, for processors with 32 registers. */
  private static final int WIDE_ROWS = 6;

  private static final int WIDE_COLUMNS = 4 * LANES;
  private static final boolean HAS_WIDE = Simd.bits() >= 512;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  /** A thread's packed strip of B, and its tile at the right edge. */
  private static final class Buffers {
    private final float[] packed = new float[Route.SMALL_DEPTH * COLUMNS];
    private final float[] edge = new float[ROWS * LANES];
  }

  private VectorSmallF32() {}

  /** Overwrites {@code c} with the product or adds it. */
  static void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    Buffers buffers = BUFFERS.get();
    int j = 0;
    if (HAS_WIDE && a.columnStride() == 1 && b.columnStride() == 1) {
      for (; c.columns() - j >= WIDE_COLUMNS; j += WIDE_COLUMNS) {
        multiplyWideStrip(a, b, c, j, accumulate);
      }
    }
    for (; j < c.columns(); j += COLUMNS) {
      int to = Math.min(c.columns(), j + COLUMNS);
      multiplyStrip(a, b.columns(j, to), c.columns(j, to), accumulate, buffers);
    }
  }

  private static void multiplyWideStrip(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, int column, boolean accumulate) {
    for (int i = 0; i < c.rows(); i += WIDE_ROWS) {
      multiplyRows4(
          Math.min(WIDE_ROWS, c.rows() - i) - 1,
          a.columns(),
          a.data(),
          a.index(i, 0),
          a.rowStride(),
          b.data(),
          b.index(0, column),
          b.rowStride(),
          c.data(),
          c.index(i, column),
          c.rowStride(),
          accumulate);
    }
  }

  private static void multiplyStrip(
      Matrix<float[]> a,
      Matrix<float[]> b,
      Matrix<float[]> c,
      boolean accumulate,
      Buffers buffers) {
    int depth = a.columns();
    boolean packed = b.columnStride() != 1 || c.columns() % LANES != 0;
    float[] right = packed ? buffers.packed : b.data();
    int rowStride = packed ? COLUMNS : b.rowStride();
    if (packed) {
      VectorPackingF32.packColumns(
          b.data(), b.offset(), b.rowStride(), b.columnStride(), c.columns(), depth, right, 0);
    }
    if (c.columns() == COLUMNS && a.columnStride() == 1) {
      for (int i = 0; i < c.rows(); i += ROWS) {
        multiplyRows2(
            Math.min(ROWS, c.rows() - i) - 1,
            depth,
            a.data(),
            a.index(i, 0),
            a.rowStride(),
            right,
            packed ? 0 : b.offset(),
            rowStride,
            c.data(),
            c.index(i, 0),
            c.rowStride(),
            accumulate);
      }
      return;
    }
    for (int j = 0; j < c.columns(); j += LANES) {
      int from = packed ? j : b.index(0, j);
      int columns = Math.min(LANES, c.columns() - j);
      boolean whole = columns == LANES;
      float[] target = whole ? c.data() : buffers.edge;
      int targetStride = whole ? c.rowStride() : LANES;
      for (int i = 0; i < c.rows(); i += ROWS) {
        int last = Math.min(ROWS, c.rows() - i) - 1;
        int start = a.index(i, 0);
        int to = whole ? c.index(i, j) : 0;
        if (a.columnStride() == 1) {
          multiplyRows(
              last,
              depth,
              a.data(),
              start,
              a.rowStride(),
              right,
              from,
              rowStride,
              target,
              to,
              targetStride,
              whole && accumulate);
        } else if (a.rowStride() == 1 && last == ROWS - 1) {
          VectorTileF32.multiply(
              ROWS,
              LANES,
              depth,
              a.data(),
              start,
              a.columnStride(),
              right,
              from,
              rowStride,
              target,
              to,
              targetStride,
              whole && accumulate);
        } else {
          multiply(
              last,
              depth,
              a.data(),
              start,
              a.rowStride(),
              a.columnStride(),
              right,
              from,
              rowStride,
              target,
              to,
              targetStride,
              whole && accumulate);
        }
        if (!whole) {
          copyEdge(buffers.edge, columns, c, i, j, last, accumulate);
        }
      }
    }
  }

  private static void copyEdge(
      float[] edge,
      int columns,
      Matrix<float[]> c,
      int row,
      int column,
      int last,
      boolean accumulate) {
    float[] data = c.data();
    VectorMask<Float> mask = SPECIES.indexInRange(0, columns);
    for (int i = 0; i <= last; i++) {
      int at = c.index(row + i, column);
      FloatVector sums = FloatVector.fromArray(SPECIES, edge, i * LANES);
      if (accumulate) {
        sums = FloatVector.fromArray(SPECIES, data, at, mask).add(sums);
      }
      sums.intoArray(data, at, mask);
    }
  }

  /** The tile for an A of any strides. */
  private static void multiply(
      int last,
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      int aColumnStride,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    int a1 = Math.min(1, last) * aRowStride;
    int a2 = Math.min(2, last) * aRowStride;
    int a3 = Math.min(3, last) * aRowStride;
    int a4 = Math.min(4, last) * aRowStride;
    int a5 = Math.min(5, last) * aRowStride;
    int a6 = Math.min(6, last) * aRowStride;
    int a7 = Math.min(7, last) * aRowStride;
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector s4 = FloatVector.zero(SPECIES);
    FloatVector s5 = FloatVector.zero(SPECIES);
    FloatVector s6 = FloatVector.zero(SPECIES);
    FloatVector s7 = FloatVector.zero(SPECIES);
    for (int k = 0, i = aOffset, j = bOffset; k < depth; k++, i += aColumnStride, j += bRowStride) {
      FloatVector x = FloatVector.fromArray(SPECIES, b, j);
      s0 = FloatVector.broadcast(SPECIES, a[i]).fma(x, s0);
      s1 = FloatVector.broadcast(SPECIES, a[i + a1]).fma(x, s1);
      s2 = FloatVector.broadcast(SPECIES, a[i + a2]).fma(x, s2);
      s3 = FloatVector.broadcast(SPECIES, a[i + a3]).fma(x, s3);
      s4 = FloatVector.broadcast(SPECIES, a[i + a4]).fma(x, s4);
      s5 = FloatVector.broadcast(SPECIES, a[i + a5]).fma(x, s5);
      s6 = FloatVector.broadcast(SPECIES, a[i + a6]).fma(x, s6);
      s7 = FloatVector.broadcast(SPECIES, a[i + a7]).fma(x, s7);
    }
    int c1 = cOffset + Math.min(1, last) * cRowStride;
    int c2 = cOffset + Math.min(2, last) * cRowStride;
    int c3 = cOffset + Math.min(3, last) * cRowStride;
    int c4 = cOffset + Math.min(4, last) * cRowStride;
    int c5 = cOffset + Math.min(5, last) * cRowStride;
    int c6 = cOffset + Math.min(6, last) * cRowStride;
    int c7 = cOffset + Math.min(7, last) * cRowStride;
    if (accumulate) {
      s0 = s0.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s1 = s1.add(FloatVector.fromArray(SPECIES, c, c1));
      s2 = s2.add(FloatVector.fromArray(SPECIES, c, c2));
      s3 = s3.add(FloatVector.fromArray(SPECIES, c, c3));
      s4 = s4.add(FloatVector.fromArray(SPECIES, c, c4));
      s5 = s5.add(FloatVector.fromArray(SPECIES, c, c5));
      s6 = s6.add(FloatVector.fromArray(SPECIES, c, c6));
      s7 = s7.add(FloatVector.fromArray(SPECIES, c, c7));
    }
    s0.intoArray(c, cOffset);
    s1.intoArray(c, c1);
    s2.intoArray(c, c2);
    s3.intoArray(c, c3);
    s4.intoArray(c, c4);
    s5.intoArray(c, c5);
    s6.intoArray(c, c6);
    s7.intoArray(c, c7);
  }

  /** The tile for contiguous rows of A, whose bounds HotSpot can check before the loop. */
  private static void multiplyRows(
      int last,
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    int a1 = aOffset + Math.min(1, last) * aRowStride;
    int a2 = aOffset + Math.min(2, last) * aRowStride;
    int a3 = aOffset + Math.min(3, last) * aRowStride;
    int a4 = aOffset + Math.min(4, last) * aRowStride;
    int a5 = aOffset + Math.min(5, last) * aRowStride;
    int a6 = aOffset + Math.min(6, last) * aRowStride;
    int a7 = aOffset + Math.min(7, last) * aRowStride;
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector s4 = FloatVector.zero(SPECIES);
    FloatVector s5 = FloatVector.zero(SPECIES);
    FloatVector s6 = FloatVector.zero(SPECIES);
    FloatVector s7 = FloatVector.zero(SPECIES);
    for (int k = 0, j = bOffset; k < depth; k++, j += bRowStride) {
      FloatVector x = FloatVector.fromArray(SPECIES, b, j);
      s0 = FloatVector.broadcast(SPECIES, a[aOffset + k]).fma(x, s0);
      s1 = FloatVector.broadcast(SPECIES, a[a1 + k]).fma(x, s1);
      s2 = FloatVector.broadcast(SPECIES, a[a2 + k]).fma(x, s2);
      s3 = FloatVector.broadcast(SPECIES, a[a3 + k]).fma(x, s3);
      s4 = FloatVector.broadcast(SPECIES, a[a4 + k]).fma(x, s4);
      s5 = FloatVector.broadcast(SPECIES, a[a5 + k]).fma(x, s5);
      s6 = FloatVector.broadcast(SPECIES, a[a6 + k]).fma(x, s6);
      s7 = FloatVector.broadcast(SPECIES, a[a7 + k]).fma(x, s7);
    }
    int c1 = cOffset + Math.min(1, last) * cRowStride;
    int c2 = cOffset + Math.min(2, last) * cRowStride;
    int c3 = cOffset + Math.min(3, last) * cRowStride;
    int c4 = cOffset + Math.min(4, last) * cRowStride;
    int c5 = cOffset + Math.min(5, last) * cRowStride;
    int c6 = cOffset + Math.min(6, last) * cRowStride;
    int c7 = cOffset + Math.min(7, last) * cRowStride;
    if (accumulate) {
      s0 = s0.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s1 = s1.add(FloatVector.fromArray(SPECIES, c, c1));
      s2 = s2.add(FloatVector.fromArray(SPECIES, c, c2));
      s3 = s3.add(FloatVector.fromArray(SPECIES, c, c3));
      s4 = s4.add(FloatVector.fromArray(SPECIES, c, c4));
      s5 = s5.add(FloatVector.fromArray(SPECIES, c, c5));
      s6 = s6.add(FloatVector.fromArray(SPECIES, c, c6));
      s7 = s7.add(FloatVector.fromArray(SPECIES, c, c7));
    }
    s0.intoArray(c, cOffset);
    s1.intoArray(c, c1);
    s2.intoArray(c, c2);
    s3.intoArray(c, c3);
    s4.intoArray(c, c4);
    s5.intoArray(c, c5);
    s6.intoArray(c, c6);
    s7.intoArray(c, c7);
  }

  /** The tile for contiguous rows of A that is two vectors wide. */
  private static void multiplyRows2(
      int last,
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    int a1 = aOffset + Math.min(1, last) * aRowStride;
    int a2 = aOffset + Math.min(2, last) * aRowStride;
    int a3 = aOffset + Math.min(3, last) * aRowStride;
    int a4 = aOffset + Math.min(4, last) * aRowStride;
    int a5 = aOffset + Math.min(5, last) * aRowStride;
    int a6 = aOffset + Math.min(6, last) * aRowStride;
    int a7 = aOffset + Math.min(7, last) * aRowStride;
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
    for (int k = 0, j = bOffset; k < depth; k++, j += bRowStride) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, b, j);
      FloatVector x1 = FloatVector.fromArray(SPECIES, b, j + LANES);
      FloatVector y = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      s00 = y.fma(x0, s00);
      s01 = y.fma(x1, s01);
      y = FloatVector.broadcast(SPECIES, a[a1 + k]);
      s10 = y.fma(x0, s10);
      s11 = y.fma(x1, s11);
      y = FloatVector.broadcast(SPECIES, a[a2 + k]);
      s20 = y.fma(x0, s20);
      s21 = y.fma(x1, s21);
      y = FloatVector.broadcast(SPECIES, a[a3 + k]);
      s30 = y.fma(x0, s30);
      s31 = y.fma(x1, s31);
      y = FloatVector.broadcast(SPECIES, a[a4 + k]);
      s40 = y.fma(x0, s40);
      s41 = y.fma(x1, s41);
      y = FloatVector.broadcast(SPECIES, a[a5 + k]);
      s50 = y.fma(x0, s50);
      s51 = y.fma(x1, s51);
      y = FloatVector.broadcast(SPECIES, a[a6 + k]);
      s60 = y.fma(x0, s60);
      s61 = y.fma(x1, s61);
      y = FloatVector.broadcast(SPECIES, a[a7 + k]);
      s70 = y.fma(x0, s70);
      s71 = y.fma(x1, s71);
    }
    int c1 = cOffset + Math.min(1, last) * cRowStride;
    int c2 = cOffset + Math.min(2, last) * cRowStride;
    int c3 = cOffset + Math.min(3, last) * cRowStride;
    int c4 = cOffset + Math.min(4, last) * cRowStride;
    int c5 = cOffset + Math.min(5, last) * cRowStride;
    int c6 = cOffset + Math.min(6, last) * cRowStride;
    int c7 = cOffset + Math.min(7, last) * cRowStride;
    if (accumulate) {
      s00 = s00.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s01 = s01.add(FloatVector.fromArray(SPECIES, c, cOffset + LANES));
      s10 = s10.add(FloatVector.fromArray(SPECIES, c, c1));
      s11 = s11.add(FloatVector.fromArray(SPECIES, c, c1 + LANES));
      s20 = s20.add(FloatVector.fromArray(SPECIES, c, c2));
      s21 = s21.add(FloatVector.fromArray(SPECIES, c, c2 + LANES));
      s30 = s30.add(FloatVector.fromArray(SPECIES, c, c3));
      s31 = s31.add(FloatVector.fromArray(SPECIES, c, c3 + LANES));
      s40 = s40.add(FloatVector.fromArray(SPECIES, c, c4));
      s41 = s41.add(FloatVector.fromArray(SPECIES, c, c4 + LANES));
      s50 = s50.add(FloatVector.fromArray(SPECIES, c, c5));
      s51 = s51.add(FloatVector.fromArray(SPECIES, c, c5 + LANES));
      s60 = s60.add(FloatVector.fromArray(SPECIES, c, c6));
      s61 = s61.add(FloatVector.fromArray(SPECIES, c, c6 + LANES));
      s70 = s70.add(FloatVector.fromArray(SPECIES, c, c7));
      s71 = s71.add(FloatVector.fromArray(SPECIES, c, c7 + LANES));
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + LANES);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + LANES);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + LANES);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + LANES);
    s50.intoArray(c, c5);
    s51.intoArray(c, c5 + LANES);
    s60.intoArray(c, c6);
    s61.intoArray(c, c6 + LANES);
    s70.intoArray(c, c7);
    s71.intoArray(c, c7 + LANES);
  }

  /**
   * The tile for contiguous rows of A that is four vectors wide. It has only six rows to address,
   * and each element of A is loaded for four multiply-adds: at eight rows and two vectors the
   * addresses do not fit the registers, and fetching them takes longer than the loads.
   */
  private static void multiplyRows4(
      int last,
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      float[] b,
      int bOffset,
      int bRowStride,
      float[] c,
      int cOffset,
      int cRowStride,
      boolean accumulate) {
    int a1 = aOffset + Math.min(1, last) * aRowStride;
    int a2 = aOffset + Math.min(2, last) * aRowStride;
    int a3 = aOffset + Math.min(3, last) * aRowStride;
    int a4 = aOffset + Math.min(4, last) * aRowStride;
    int a5 = aOffset + Math.min(5, last) * aRowStride;
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s02 = FloatVector.zero(SPECIES);
    FloatVector s03 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s12 = FloatVector.zero(SPECIES);
    FloatVector s13 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s22 = FloatVector.zero(SPECIES);
    FloatVector s23 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s32 = FloatVector.zero(SPECIES);
    FloatVector s33 = FloatVector.zero(SPECIES);
    FloatVector s40 = FloatVector.zero(SPECIES);
    FloatVector s41 = FloatVector.zero(SPECIES);
    FloatVector s42 = FloatVector.zero(SPECIES);
    FloatVector s43 = FloatVector.zero(SPECIES);
    FloatVector s50 = FloatVector.zero(SPECIES);
    FloatVector s51 = FloatVector.zero(SPECIES);
    FloatVector s52 = FloatVector.zero(SPECIES);
    FloatVector s53 = FloatVector.zero(SPECIES);
    for (int k = 0, j = bOffset; k < depth; k++, j += bRowStride) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, b, j);
      FloatVector x1 = FloatVector.fromArray(SPECIES, b, j + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, b, j + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, b, j + 3 * LANES);
      FloatVector y = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      s00 = y.fma(x0, s00);
      s01 = y.fma(x1, s01);
      s02 = y.fma(x2, s02);
      s03 = y.fma(x3, s03);
      y = FloatVector.broadcast(SPECIES, a[a1 + k]);
      s10 = y.fma(x0, s10);
      s11 = y.fma(x1, s11);
      s12 = y.fma(x2, s12);
      s13 = y.fma(x3, s13);
      y = FloatVector.broadcast(SPECIES, a[a2 + k]);
      s20 = y.fma(x0, s20);
      s21 = y.fma(x1, s21);
      s22 = y.fma(x2, s22);
      s23 = y.fma(x3, s23);
      y = FloatVector.broadcast(SPECIES, a[a3 + k]);
      s30 = y.fma(x0, s30);
      s31 = y.fma(x1, s31);
      s32 = y.fma(x2, s32);
      s33 = y.fma(x3, s33);
      y = FloatVector.broadcast(SPECIES, a[a4 + k]);
      s40 = y.fma(x0, s40);
      s41 = y.fma(x1, s41);
      s42 = y.fma(x2, s42);
      s43 = y.fma(x3, s43);
      y = FloatVector.broadcast(SPECIES, a[a5 + k]);
      s50 = y.fma(x0, s50);
      s51 = y.fma(x1, s51);
      s52 = y.fma(x2, s52);
      s53 = y.fma(x3, s53);
    }
    int c1 = cOffset + Math.min(1, last) * cRowStride;
    int c2 = cOffset + Math.min(2, last) * cRowStride;
    int c3 = cOffset + Math.min(3, last) * cRowStride;
    int c4 = cOffset + Math.min(4, last) * cRowStride;
    int c5 = cOffset + Math.min(5, last) * cRowStride;
    if (accumulate) {
      s00 = s00.add(FloatVector.fromArray(SPECIES, c, cOffset));
      s01 = s01.add(FloatVector.fromArray(SPECIES, c, cOffset + LANES));
      s02 = s02.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * LANES));
      s03 = s03.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * LANES));
      s10 = s10.add(FloatVector.fromArray(SPECIES, c, c1));
      s11 = s11.add(FloatVector.fromArray(SPECIES, c, c1 + LANES));
      s12 = s12.add(FloatVector.fromArray(SPECIES, c, c1 + 2 * LANES));
      s13 = s13.add(FloatVector.fromArray(SPECIES, c, c1 + 3 * LANES));
      s20 = s20.add(FloatVector.fromArray(SPECIES, c, c2));
      s21 = s21.add(FloatVector.fromArray(SPECIES, c, c2 + LANES));
      s22 = s22.add(FloatVector.fromArray(SPECIES, c, c2 + 2 * LANES));
      s23 = s23.add(FloatVector.fromArray(SPECIES, c, c2 + 3 * LANES));
      s30 = s30.add(FloatVector.fromArray(SPECIES, c, c3));
      s31 = s31.add(FloatVector.fromArray(SPECIES, c, c3 + LANES));
      s32 = s32.add(FloatVector.fromArray(SPECIES, c, c3 + 2 * LANES));
      s33 = s33.add(FloatVector.fromArray(SPECIES, c, c3 + 3 * LANES));
      s40 = s40.add(FloatVector.fromArray(SPECIES, c, c4));
      s41 = s41.add(FloatVector.fromArray(SPECIES, c, c4 + LANES));
      s42 = s42.add(FloatVector.fromArray(SPECIES, c, c4 + 2 * LANES));
      s43 = s43.add(FloatVector.fromArray(SPECIES, c, c4 + 3 * LANES));
      s50 = s50.add(FloatVector.fromArray(SPECIES, c, c5));
      s51 = s51.add(FloatVector.fromArray(SPECIES, c, c5 + LANES));
      s52 = s52.add(FloatVector.fromArray(SPECIES, c, c5 + 2 * LANES));
      s53 = s53.add(FloatVector.fromArray(SPECIES, c, c5 + 3 * LANES));
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + LANES);
    s02.intoArray(c, cOffset + 2 * LANES);
    s03.intoArray(c, cOffset + 3 * LANES);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + LANES);
    s12.intoArray(c, c1 + 2 * LANES);
    s13.intoArray(c, c1 + 3 * LANES);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + LANES);
    s22.intoArray(c, c2 + 2 * LANES);
    s23.intoArray(c, c2 + 3 * LANES);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + LANES);
    s32.intoArray(c, c3 + 2 * LANES);
    s33.intoArray(c, c3 + 3 * LANES);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + LANES);
    s42.intoArray(c, c4 + 2 * LANES);
    s43.intoArray(c, c4 + 3 * LANES);
    s50.intoArray(c, c5);
    s51.intoArray(c, c5 + LANES);
    s52.intoArray(c, c5 + 2 * LANES);
    s53.intoArray(c, c5 + 3 * LANES);
  }
}
