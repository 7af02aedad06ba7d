package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies a strip of a matrix so that the innermost loop reads it from first to last: at each step
 * along the depth one element of every lane, side by side. For the left operand the lanes are rows
 * and the depth runs along columns; for the right operand it is the other way round.
 */
final class VectorPackingF32 {
  private static final VectorSpecies<Float> SPECIES = VectorTileF32.SPECIES;
  private static final int LANES = VectorTileF32.LANES;

  /** How many lanes are interleaved at a time where the depth is contiguous. */
  private static final int GROUP = 8;

  /** Choose {@code a0 b0 a1 b1 ...} from the first and from the second halves of two vectors. */
  private static final FloatVector FIRST = zip(0);

  private static final FloatVector SECOND = zip(LANES / 2);

  private static final VectorMask<Float> LOW = SPECIES.indexInRange(0, GROUP);
  private static final VectorMask<Float> HIGH = LOW.not();

  private VectorPackingF32() {}

  private static FloatVector zip(int from) {
    float[] indices = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      indices[i] = from + i / 2 + i % 2 * LANES;
    }
    return FloatVector.fromArray(SPECIES, indices, 0);
  }

  /**
   * Packs a strip.
   *
   * @param offset the index of its first element
   * @param laneStride from one lane to the next
   * @param depthStride from one step to the next
   * @param lanes the number of lanes
   * @param width the number of elements per step in {@code packed}; those beyond the lanes become 0
   */
  static void pack(
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
      for (int lane = 0; lane < width; lane += LANES) {
        copy(
            data,
            offset + lane,
            depthStride,
            SPECIES.indexInRange(lane, lanes),
            SPECIES.indexInRange(lane, width),
            depth,
            packed,
            packedOffset + lane,
            width);
      }
      return;
    }
    int vectors = depthStride == 1 && LANES <= 2 * GROUP ? depth / LANES * LANES : 0;
    int lane = 0;
    for (; lane + GROUP <= lanes; lane += GROUP) {
      int from = offset + lane * laneStride;
      int to = packedOffset + lane;
      interleave(data, from, laneStride, vectors, packed, to, width);
      from += vectors * depthStride;
      to += vectors * width;
      int rest = depth - vectors;
      gather(data, from, laneStride, depthStride, rest, packed, to, width);
      from += GROUP / 2 * laneStride;
      to += GROUP / 2;
      gather(data, from, laneStride, depthStride, rest, packed, to, width);
    }
    for (; lane < width; lane++) {
      boolean present = lane < lanes;
      int from = offset + lane * laneStride;
      for (int k = 0; k < depth; k++) {
        packed[packedOffset + lane + k * width] = present ? data[from + k * depthStride] : 0f;
      }
    }
  }

  /** Contiguous lanes, one vector of them. */
  private static void copy(
      float[] data,
      int from,
      int depthStride,
      VectorMask<Float> lanes,
      VectorMask<Float> width,
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
            .intoArray(packed, to + k * stride, width);
      }
    }
  }

  /** Four lanes, any strides. */
  private static void gather(
      float[] data,
      int from,
      int laneStride,
      int depthStride,
      int depth,
      float[] packed,
      int to,
      int width) {
    for (int k = 0; k < depth; k++) {
      packed[to] = data[from];
      packed[to + 1] = data[from + laneStride];
      packed[to + 2] = data[from + 2 * laneStride];
      packed[to + 3] = data[from + 3 * laneStride];
      from += depthStride;
      to += width;
    }
  }

  /**
   * Eight lanes with contiguous depth: whole vectors along the depth are zipped, those of four
   * lanes with those of the four others, then the pairs, then the fours. That is right for any
   * number of elements in a vector.
   */
  private static void interleave(
      float[] data, int from, int laneStride, int depth, float[] packed, int to, int width) {
    for (int k = 0; k < depth; k += LANES) {
      int i = from + k;
      FloatVector a0 = FloatVector.fromArray(SPECIES, data, i);
      FloatVector a1 = FloatVector.fromArray(SPECIES, data, i + laneStride);
      FloatVector a2 = FloatVector.fromArray(SPECIES, data, i + 2 * laneStride);
      FloatVector a3 = FloatVector.fromArray(SPECIES, data, i + 3 * laneStride);
      FloatVector a4 = FloatVector.fromArray(SPECIES, data, i + 4 * laneStride);
      FloatVector a5 = FloatVector.fromArray(SPECIES, data, i + 5 * laneStride);
      FloatVector a6 = FloatVector.fromArray(SPECIES, data, i + 6 * laneStride);
      FloatVector a7 = FloatVector.fromArray(SPECIES, data, i + 7 * laneStride);
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
      a2 = FIRST.selectFrom(b1, b5);
      a3 = SECOND.selectFrom(b1, b5);
      a4 = FIRST.selectFrom(b2, b6);
      a5 = SECOND.selectFrom(b2, b6);
      a6 = FIRST.selectFrom(b3, b7);
      a7 = SECOND.selectFrom(b3, b7);
      int j = to + k * width;
      store(FIRST.selectFrom(a0, a4), 0, packed, j, width);
      store(SECOND.selectFrom(a0, a4), 1, packed, j, width);
      store(FIRST.selectFrom(a1, a5), 2, packed, j, width);
      store(SECOND.selectFrom(a1, a5), 3, packed, j, width);
      store(FIRST.selectFrom(a2, a6), 4, packed, j, width);
      store(SECOND.selectFrom(a2, a6), 5, packed, j, width);
      store(FIRST.selectFrom(a3, a7), 6, packed, j, width);
      store(SECOND.selectFrom(a3, a7), 7, packed, j, width);
    }
  }

  /** Stores the vector of that number out of those that hold eight elements per step. */
  private static void store(FloatVector vector, int number, float[] packed, int to, int width) {
    int at = to + number * LANES / GROUP * width + number * LANES % GROUP;
    if (LANES <= GROUP) {
      vector.intoArray(packed, at);
    } else {
      vector.intoArray(packed, at, LOW);
      vector.intoArray(packed, at + width - GROUP, HIGH);
    }
  }
}
