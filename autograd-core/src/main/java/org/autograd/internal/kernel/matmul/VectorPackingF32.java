package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies a strip of a matrix so that the innermost loop reads it from first to last: at each step
 * along the depth one element of every lane, side by side. For the left operand the lanes are rows
 * and the depth runs along columns; for the right operand it is the other way round.
 *
 * <p>Where the depth is contiguous, that is a transposition. It is done in registers, by zipping:
 * from two vectors {@code a} and {@code b}, {@code a0 b0 a1 b1 ...} out of their first halves and
 * out of their second halves. Zipping lanes that are n apart, then those n / 2 apart and so on to
 * neighbours, puts the elements of each step side by side, whatever the size of the vectors.
 */
final class VectorPackingF32 {
  private static final VectorSpecies<Float> SPECIES = VectorTileF32.SPECIES;
  private static final int LANES = VectorTileF32.LANES;

  /** Choose from the first and from the second halves of two vectors. */
  static final FloatVector FIRST = zip(0);

  static final FloatVector SECOND = zip(LANES / 2);

  /** How many lanes are transposed at a time. */
  private static final int GROUP = LANES < 8 ? 8 : 16;

  /**
   * Choose, for each of three vectors of interleaved twelves, from vectors of interleaved fours:
   * from the first two, and from what that gave and the third.
   */
  private static final FloatVector[] FOURS = new FloatVector[6];

  static {
    for (int i = 0; i < 3; i++) {
      float[] two = new float[LANES];
      float[] three = new float[LANES];
      for (int j = 0; j < LANES; j++) {
        int step = (i * LANES + j) / 12;
        int lane = (i * LANES + j) % 12;
        int from = Math.min(LANES - 1, 4 * step + lane % 4);
        two[j] = lane / 4 % 2 * LANES + from;
        three[j] = lane < 8 ? j : LANES + from;
      }
      FOURS[i] = FloatVector.fromArray(SPECIES, two, 0);
      FOURS[3 + i] = FloatVector.fromArray(SPECIES, three, 0);
    }
  }

  private static final FloatVector TWO0 = FOURS[0];
  private static final FloatVector TWO1 = FOURS[1];
  private static final FloatVector TWO2 = FOURS[2];
  private static final FloatVector THREE0 = FOURS[3];
  private static final FloatVector THREE1 = FOURS[4];
  private static final FloatVector THREE2 = FOURS[5];

  /** So many vectors are copied side by side. */
  private static final int ABREAST = 4;

  private VectorPackingF32() {}

  private static FloatVector zip(int from) {
    float[] indices = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      indices[i] = from + i / 2 + i % 2 * LANES;
    }
    return FloatVector.fromArray(SPECIES, indices, 0);
  }

  /**
   * Packs rows of the left operand in strips of {@link VectorTileF32#ROWS}, one behind the other.
   * What stands for missing rows of the last one is unspecified.
   *
   * @param offset the index of the first element
   * @param rows the number of rows that are there
   */
  static void packRows(
      float[] data,
      int offset,
      int rowStride,
      int columnStride,
      int rows,
      int depth,
      float[] packed,
      int packedOffset) {
    packStrips(
        data,
        offset,
        rowStride,
        columnStride,
        rows,
        VectorTileF32.ROWS,
        depth,
        packed,
        packedOffset);
  }

  /**
   * Packs columns of the right operand in strips of {@link VectorTileF32#COLUMNS}, one behind the
   * other. What stands for missing columns of the last one is unspecified.
   *
   * @param offset the index of the first element
   * @param columns the number of columns that are there
   */
  static void packColumns(
      float[] data,
      int offset,
      int rowStride,
      int columnStride,
      int columns,
      int depth,
      float[] packed,
      int packedOffset) {
    packStrips(
        data,
        offset,
        columnStride,
        rowStride,
        columns,
        VectorTileF32.COLUMNS,
        depth,
        packed,
        packedOffset);
  }

  private static void packStrips(
      float[] data,
      int offset,
      int laneStride,
      int depthStride,
      int lanes,
      int width,
      int depth,
      float[] packed,
      int packedOffset) {
    int lane = 0;
    // Several vectors abreast: the steps along the depth are often whole pages, of which more than
    // one cache line should be read at a time.
    if (laneStride == 1 && width <= LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(0, width);
      for (; lanes - lane >= ABREAST * width; lane += ABREAST * width) {
        copyStrips(
            data,
            offset + lane,
            depthStride,
            width,
            mask,
            depth,
            packed,
            packedOffset + lane * depth);
      }
    } else if (laneStride == 1 && width == 2 * LANES) {
      for (; lanes - lane >= ABREAST * LANES; lane += ABREAST * LANES) {
        copyPairs(data, offset + lane, depthStride, depth, packed, packedOffset + lane * depth);
      }
    }
    for (; lane < lanes; lane += width) {
      pack(
          data,
          offset + lane * laneStride,
          laneStride,
          depthStride,
          Math.min(width, lanes - lane),
          width,
          depth,
          packed,
          packedOffset + lane * depth);
    }
  }

  /** Contiguous lanes, four strips of at most one vector. */
  private static void copyStrips(
      float[] data,
      int from,
      int depthStride,
      int width,
      VectorMask<Float> mask,
      int depth,
      float[] packed,
      int to) {
    int strip = width * depth;
    for (int k = 0; k < depth; k++) {
      int i = from + k * depthStride;
      int j = to + k * width;
      FloatVector.fromArray(SPECIES, data, i, mask).intoArray(packed, j, mask);
      FloatVector.fromArray(SPECIES, data, i + width, mask).intoArray(packed, j + strip, mask);
      FloatVector.fromArray(SPECIES, data, i + 2 * width, mask)
          .intoArray(packed, j + 2 * strip, mask);
      FloatVector.fromArray(SPECIES, data, i + 3 * width, mask)
          .intoArray(packed, j + 3 * strip, mask);
    }
  }

  /** Contiguous lanes, two strips of two vectors. */
  private static void copyPairs(
      float[] data, int from, int depthStride, int depth, float[] packed, int to) {
    int strip = 2 * LANES * depth;
    for (int k = 0; k < depth; k++) {
      int i = from + k * depthStride;
      int j = to + k * 2 * LANES;
      FloatVector.fromArray(SPECIES, data, i).intoArray(packed, j);
      FloatVector.fromArray(SPECIES, data, i + LANES).intoArray(packed, j + LANES);
      FloatVector.fromArray(SPECIES, data, i + 2 * LANES).intoArray(packed, j + strip);
      FloatVector.fromArray(SPECIES, data, i + 3 * LANES).intoArray(packed, j + strip + LANES);
    }
  }

  private static void pack(
      float[] data,
      int offset,
      int laneStride,
      int depthStride,
      int lanes,
      int width,
      int depth,
      float[] packed,
      int packedOffset) {
    if (laneStride == 1) {
      for (int lane = 0; lane < lanes; lane += LANES) {
        copy(
            data,
            offset + lane,
            depthStride,
            SPECIES.indexInRange(lane, lanes),
            depth,
            packed,
            packedOffset + lane,
            width);
      }
      return;
    }
    int vectors = depthStride == 1 && LANES >= 4 && LANES <= 16 ? SPECIES.loopBound(depth) : 0;
    for (int lane = 0; lane < lanes; ) {
      int from = offset + lane * laneStride;
      int to = packedOffset + lane;
      int present = lanes - lane;
      int last = present - 1;
      if (width == 12) {
        transpose12(data, from, laneStride, last, vectors, packed, to);
        lane += 12;
      } else if (GROUP == 8 || width == 8) {
        transpose8(data, from, laneStride, last, vectors, packed, to, width);
        lane += 8;
      } else {
        transpose16(data, from, laneStride, last, vectors, packed, to, width);
        lane += 16;
      }
    }
    for (int lane = 0; lane < lanes; lane += 4) {
      gather(
          data,
          offset + lane * laneStride + vectors * depthStride,
          laneStride,
          depthStride,
          Math.min(4, lanes - lane) - 1,
          depth - vectors,
          packed,
          packedOffset + lane + vectors * width,
          width);
    }
  }

  /** Contiguous lanes, one vector of them. */
  private static void copy(
      float[] data,
      int from,
      int depthStride,
      VectorMask<Float> lanes,
      int depth,
      float[] packed,
      int to,
      int stride) {
    if (lanes.allTrue()) {
      for (int k = 0; k < depth; k++) {
        FloatVector.fromArray(SPECIES, data, from + k * depthStride)
            .intoArray(packed, to + k * stride);
      }
    } else {
      for (int k = 0; k < depth; k++) {
        FloatVector.fromArray(SPECIES, data, from + k * depthStride, lanes)
            .intoArray(packed, to + k * stride, lanes);
      }
    }
  }

  /** Four lanes, any strides; lanes after the last repeat it. */
  private static void gather(
      float[] data,
      int from,
      int laneStride,
      int depthStride,
      int last,
      int depth,
      float[] packed,
      int to,
      int width) {
    int lane1 = from + Math.min(1, last) * laneStride;
    int lane2 = from + Math.min(2, last) * laneStride;
    int lane3 = from + Math.min(3, last) * laneStride;
    for (int k = 0; k < depth; k++) {
      int i = k * depthStride;
      packed[to] = data[from + i];
      packed[to + 1] = data[lane1 + i];
      packed[to + 2] = data[lane2 + i];
      packed[to + 3] = data[lane3 + i];
      to += width;
    }
  }

  /** Eight lanes; those after the last repeat it. */
  private static void transpose8(
      float[] data,
      int from,
      int laneStride,
      int last,
      int depth,
      float[] packed,
      int to,
      int width) {
    int lane1 = from + Math.min(1, last) * laneStride;
    int lane2 = from + Math.min(2, last) * laneStride;
    int lane3 = from + Math.min(3, last) * laneStride;
    int lane4 = from + Math.min(4, last) * laneStride;
    int lane5 = from + Math.min(5, last) * laneStride;
    int lane6 = from + Math.min(6, last) * laneStride;
    int lane7 = from + Math.min(7, last) * laneStride;
    for (int k = 0; k < depth; k += LANES) {
      FloatVector a0 = FloatVector.fromArray(SPECIES, data, from + k);
      FloatVector a1 = FloatVector.fromArray(SPECIES, data, lane1 + k);
      FloatVector a2 = FloatVector.fromArray(SPECIES, data, lane2 + k);
      FloatVector a3 = FloatVector.fromArray(SPECIES, data, lane3 + k);
      FloatVector a4 = FloatVector.fromArray(SPECIES, data, lane4 + k);
      FloatVector a5 = FloatVector.fromArray(SPECIES, data, lane5 + k);
      FloatVector a6 = FloatVector.fromArray(SPECIES, data, lane6 + k);
      FloatVector a7 = FloatVector.fromArray(SPECIES, data, lane7 + k);
      FloatVector b0 = FIRST.selectFrom(a0, a4);
      FloatVector b1 = SECOND.selectFrom(a0, a4);
      FloatVector b2 = FIRST.selectFrom(a1, a5);
      FloatVector b3 = SECOND.selectFrom(a1, a5);
      FloatVector b4 = FIRST.selectFrom(a2, a6);
      FloatVector b5 = SECOND.selectFrom(a2, a6);
      FloatVector b6 = FIRST.selectFrom(a3, a7);
      FloatVector b7 = SECOND.selectFrom(a3, a7);
      a0 = FIRST.selectFrom(b0, b4);
      a1 = SECOND.selectFrom(b0, b4);
      a2 = FIRST.selectFrom(b2, b6);
      a3 = SECOND.selectFrom(b2, b6);
      a4 = FIRST.selectFrom(b1, b5);
      a5 = SECOND.selectFrom(b1, b5);
      a6 = FIRST.selectFrom(b3, b7);
      a7 = SECOND.selectFrom(b3, b7);
      int j = to + k * width;
      FIRST.selectFrom(a0, a2).intoArray(packed, j);
      SECOND.selectFrom(a0, a2).intoArray(packed, j + 1 * LANES / 8 * width + 1 * LANES % 8);
      FIRST.selectFrom(a1, a3).intoArray(packed, j + 2 * LANES / 8 * width + 2 * LANES % 8);
      SECOND.selectFrom(a1, a3).intoArray(packed, j + 3 * LANES / 8 * width + 3 * LANES % 8);
      FIRST.selectFrom(a4, a6).intoArray(packed, j + 4 * LANES / 8 * width + 4 * LANES % 8);
      SECOND.selectFrom(a4, a6).intoArray(packed, j + 5 * LANES / 8 * width + 5 * LANES % 8);
      FIRST.selectFrom(a5, a7).intoArray(packed, j + 6 * LANES / 8 * width + 6 * LANES % 8);
      SECOND.selectFrom(a5, a7).intoArray(packed, j + 7 * LANES / 8 * width + 7 * LANES % 8);
    }
  }

  /** Sixteen lanes; those after the last repeat it. */
  private static void transpose16(
      float[] data,
      int from,
      int laneStride,
      int last,
      int depth,
      float[] packed,
      int to,
      int width) {
    int lane1 = from + Math.min(1, last) * laneStride;
    int lane2 = from + Math.min(2, last) * laneStride;
    int lane3 = from + Math.min(3, last) * laneStride;
    int lane4 = from + Math.min(4, last) * laneStride;
    int lane5 = from + Math.min(5, last) * laneStride;
    int lane6 = from + Math.min(6, last) * laneStride;
    int lane7 = from + Math.min(7, last) * laneStride;
    int lane8 = from + Math.min(8, last) * laneStride;
    int lane9 = from + Math.min(9, last) * laneStride;
    int lane10 = from + Math.min(10, last) * laneStride;
    int lane11 = from + Math.min(11, last) * laneStride;
    int lane12 = from + Math.min(12, last) * laneStride;
    int lane13 = from + Math.min(13, last) * laneStride;
    int lane14 = from + Math.min(14, last) * laneStride;
    int lane15 = from + Math.min(15, last) * laneStride;
    for (int k = 0; k < depth; k += LANES) {
      FloatVector a0 = FloatVector.fromArray(SPECIES, data, from + k);
      FloatVector a1 = FloatVector.fromArray(SPECIES, data, lane1 + k);
      FloatVector a2 = FloatVector.fromArray(SPECIES, data, lane2 + k);
      FloatVector a3 = FloatVector.fromArray(SPECIES, data, lane3 + k);
      FloatVector a4 = FloatVector.fromArray(SPECIES, data, lane4 + k);
      FloatVector a5 = FloatVector.fromArray(SPECIES, data, lane5 + k);
      FloatVector a6 = FloatVector.fromArray(SPECIES, data, lane6 + k);
      FloatVector a7 = FloatVector.fromArray(SPECIES, data, lane7 + k);
      FloatVector a8 = FloatVector.fromArray(SPECIES, data, lane8 + k);
      FloatVector a9 = FloatVector.fromArray(SPECIES, data, lane9 + k);
      FloatVector a10 = FloatVector.fromArray(SPECIES, data, lane10 + k);
      FloatVector a11 = FloatVector.fromArray(SPECIES, data, lane11 + k);
      FloatVector a12 = FloatVector.fromArray(SPECIES, data, lane12 + k);
      FloatVector a13 = FloatVector.fromArray(SPECIES, data, lane13 + k);
      FloatVector a14 = FloatVector.fromArray(SPECIES, data, lane14 + k);
      FloatVector a15 = FloatVector.fromArray(SPECIES, data, lane15 + k);
      FloatVector b0 = FIRST.selectFrom(a0, a8);
      FloatVector b1 = SECOND.selectFrom(a0, a8);
      FloatVector b2 = FIRST.selectFrom(a1, a9);
      FloatVector b3 = SECOND.selectFrom(a1, a9);
      FloatVector b4 = FIRST.selectFrom(a2, a10);
      FloatVector b5 = SECOND.selectFrom(a2, a10);
      FloatVector b6 = FIRST.selectFrom(a3, a11);
      FloatVector b7 = SECOND.selectFrom(a3, a11);
      FloatVector b8 = FIRST.selectFrom(a4, a12);
      FloatVector b9 = SECOND.selectFrom(a4, a12);
      FloatVector b10 = FIRST.selectFrom(a5, a13);
      FloatVector b11 = SECOND.selectFrom(a5, a13);
      FloatVector b12 = FIRST.selectFrom(a6, a14);
      FloatVector b13 = SECOND.selectFrom(a6, a14);
      FloatVector b14 = FIRST.selectFrom(a7, a15);
      FloatVector b15 = SECOND.selectFrom(a7, a15);
      a0 = FIRST.selectFrom(b0, b8);
      a1 = SECOND.selectFrom(b0, b8);
      a2 = FIRST.selectFrom(b2, b10);
      a3 = SECOND.selectFrom(b2, b10);
      a4 = FIRST.selectFrom(b4, b12);
      a5 = SECOND.selectFrom(b4, b12);
      a6 = FIRST.selectFrom(b6, b14);
      a7 = SECOND.selectFrom(b6, b14);
      a8 = FIRST.selectFrom(b1, b9);
      a9 = SECOND.selectFrom(b1, b9);
      a10 = FIRST.selectFrom(b3, b11);
      a11 = SECOND.selectFrom(b3, b11);
      a12 = FIRST.selectFrom(b5, b13);
      a13 = SECOND.selectFrom(b5, b13);
      a14 = FIRST.selectFrom(b7, b15);
      a15 = SECOND.selectFrom(b7, b15);
      b0 = FIRST.selectFrom(a0, a4);
      b1 = SECOND.selectFrom(a0, a4);
      b2 = FIRST.selectFrom(a2, a6);
      b3 = SECOND.selectFrom(a2, a6);
      b4 = FIRST.selectFrom(a1, a5);
      b5 = SECOND.selectFrom(a1, a5);
      b6 = FIRST.selectFrom(a3, a7);
      b7 = SECOND.selectFrom(a3, a7);
      b8 = FIRST.selectFrom(a8, a12);
      b9 = SECOND.selectFrom(a8, a12);
      b10 = FIRST.selectFrom(a10, a14);
      b11 = SECOND.selectFrom(a10, a14);
      b12 = FIRST.selectFrom(a9, a13);
      b13 = SECOND.selectFrom(a9, a13);
      b14 = FIRST.selectFrom(a11, a15);
      b15 = SECOND.selectFrom(a11, a15);
      int j = to + k * width;
      FIRST.selectFrom(b0, b2).intoArray(packed, j);
      SECOND.selectFrom(b0, b2).intoArray(packed, j + 1 * LANES / 16 * width + 1 * LANES % 16);
      FIRST.selectFrom(b1, b3).intoArray(packed, j + 2 * LANES / 16 * width + 2 * LANES % 16);
      SECOND.selectFrom(b1, b3).intoArray(packed, j + 3 * LANES / 16 * width + 3 * LANES % 16);
      FIRST.selectFrom(b4, b6).intoArray(packed, j + 4 * LANES / 16 * width + 4 * LANES % 16);
      SECOND.selectFrom(b4, b6).intoArray(packed, j + 5 * LANES / 16 * width + 5 * LANES % 16);
      FIRST.selectFrom(b5, b7).intoArray(packed, j + 6 * LANES / 16 * width + 6 * LANES % 16);
      SECOND.selectFrom(b5, b7).intoArray(packed, j + 7 * LANES / 16 * width + 7 * LANES % 16);
      FIRST.selectFrom(b8, b10).intoArray(packed, j + 8 * LANES / 16 * width + 8 * LANES % 16);
      SECOND.selectFrom(b8, b10).intoArray(packed, j + 9 * LANES / 16 * width + 9 * LANES % 16);
      FIRST.selectFrom(b9, b11).intoArray(packed, j + 10 * LANES / 16 * width + 10 * LANES % 16);
      SECOND.selectFrom(b9, b11).intoArray(packed, j + 11 * LANES / 16 * width + 11 * LANES % 16);
      FIRST.selectFrom(b12, b14).intoArray(packed, j + 12 * LANES / 16 * width + 12 * LANES % 16);
      SECOND.selectFrom(b12, b14).intoArray(packed, j + 13 * LANES / 16 * width + 13 * LANES % 16);
      FIRST.selectFrom(b13, b15).intoArray(packed, j + 14 * LANES / 16 * width + 14 * LANES % 16);
      SECOND.selectFrom(b13, b15).intoArray(packed, j + 15 * LANES / 16 * width + 15 * LANES % 16);
    }
  }

  /**
   * Twelve lanes, side by side; those after the last repeat it. Three groups of four are
   * transposed, then joined.
   */
  private static void transpose12(
      float[] data, int from, int laneStride, int last, int depth, float[] packed, int to) {
    int lane1 = from + Math.min(1, last) * laneStride;
    int lane2 = from + Math.min(2, last) * laneStride;
    int lane3 = from + Math.min(3, last) * laneStride;
    int lane4 = from + Math.min(4, last) * laneStride;
    int lane5 = from + Math.min(5, last) * laneStride;
    int lane6 = from + Math.min(6, last) * laneStride;
    int lane7 = from + Math.min(7, last) * laneStride;
    int lane8 = from + Math.min(8, last) * laneStride;
    int lane9 = from + Math.min(9, last) * laneStride;
    int lane10 = from + Math.min(10, last) * laneStride;
    int lane11 = from + Math.min(11, last) * laneStride;
    for (int k = 0; k < depth; k += LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, data, from + k);
      FloatVector x1 = FloatVector.fromArray(SPECIES, data, lane1 + k);
      FloatVector x2 = FloatVector.fromArray(SPECIES, data, lane2 + k);
      FloatVector x3 = FloatVector.fromArray(SPECIES, data, lane3 + k);
      FloatVector y0 = FIRST.selectFrom(x0, x2);
      FloatVector y1 = FIRST.selectFrom(x1, x3);
      FloatVector y2 = SECOND.selectFrom(x0, x2);
      FloatVector y3 = SECOND.selectFrom(x1, x3);
      FloatVector a0 = FIRST.selectFrom(y0, y1);
      FloatVector a1 = SECOND.selectFrom(y0, y1);
      FloatVector a2 = FIRST.selectFrom(y2, y3);
      FloatVector a3 = SECOND.selectFrom(y2, y3);
      x0 = FloatVector.fromArray(SPECIES, data, lane4 + k);
      x1 = FloatVector.fromArray(SPECIES, data, lane5 + k);
      x2 = FloatVector.fromArray(SPECIES, data, lane6 + k);
      x3 = FloatVector.fromArray(SPECIES, data, lane7 + k);
      y0 = FIRST.selectFrom(x0, x2);
      y1 = FIRST.selectFrom(x1, x3);
      y2 = SECOND.selectFrom(x0, x2);
      y3 = SECOND.selectFrom(x1, x3);
      FloatVector b0 = FIRST.selectFrom(y0, y1);
      FloatVector b1 = SECOND.selectFrom(y0, y1);
      FloatVector b2 = FIRST.selectFrom(y2, y3);
      FloatVector b3 = SECOND.selectFrom(y2, y3);
      x0 = FloatVector.fromArray(SPECIES, data, lane8 + k);
      x1 = FloatVector.fromArray(SPECIES, data, lane9 + k);
      x2 = FloatVector.fromArray(SPECIES, data, lane10 + k);
      x3 = FloatVector.fromArray(SPECIES, data, lane11 + k);
      y0 = FIRST.selectFrom(x0, x2);
      y1 = FIRST.selectFrom(x1, x3);
      y2 = SECOND.selectFrom(x0, x2);
      y3 = SECOND.selectFrom(x1, x3);
      FloatVector c0 = FIRST.selectFrom(y0, y1);
      FloatVector c1 = SECOND.selectFrom(y0, y1);
      FloatVector c2 = FIRST.selectFrom(y2, y3);
      FloatVector c3 = SECOND.selectFrom(y2, y3);
      int j = to + k * 12;
      THREE0.selectFrom(TWO0.selectFrom(a0, b0), c0).intoArray(packed, j);
      THREE1.selectFrom(TWO1.selectFrom(a0, b0), c0).intoArray(packed, j + LANES);
      THREE2.selectFrom(TWO2.selectFrom(a0, b0), c0).intoArray(packed, j + 2 * LANES);
      THREE0.selectFrom(TWO0.selectFrom(a1, b1), c1).intoArray(packed, j + 3 * LANES);
      THREE1.selectFrom(TWO1.selectFrom(a1, b1), c1).intoArray(packed, j + 4 * LANES);
      THREE2.selectFrom(TWO2.selectFrom(a1, b1), c1).intoArray(packed, j + 5 * LANES);
      THREE0.selectFrom(TWO0.selectFrom(a2, b2), c2).intoArray(packed, j + 6 * LANES);
      THREE1.selectFrom(TWO1.selectFrom(a2, b2), c2).intoArray(packed, j + 7 * LANES);
      THREE2.selectFrom(TWO2.selectFrom(a2, b2), c2).intoArray(packed, j + 8 * LANES);
      THREE0.selectFrom(TWO0.selectFrom(a3, b3), c3).intoArray(packed, j + 9 * LANES);
      THREE1.selectFrom(TWO1.selectFrom(a3, b3), c3).intoArray(packed, j + 10 * LANES);
      THREE2.selectFrom(TWO2.selectFrom(a3, b3), c3).intoArray(packed, j + 11 * LANES);
    }
  }
}
