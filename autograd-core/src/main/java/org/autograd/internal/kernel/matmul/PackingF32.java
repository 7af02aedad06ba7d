package org.autograd.internal.kernel.matmul;

/**
 * Copies a strip of a matrix so that the innermost loop reads it from first to last: at each step
 * along the depth one element of every lane, side by side. For the left operand the lanes are rows
 * and the depth runs along columns; for the right operand it is the other way round.
 */
final class PackingF32 {
  private PackingF32() {}

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
      for (int k = 0; k < depth; k++) {
        copy(data, offset + k * depthStride, lanes, packed, packedOffset + k * width);
      }
    } else {
      int lane = 0;
      for (; lane + 6 <= lanes; lane += 6) {
        int from = offset + lane * laneStride;
        transpose6(data, from, laneStride, depthStride, depth, packed, packedOffset + lane, width);
      }
      for (; lane < lanes; lane++) {
        int from = offset + lane * laneStride;
        transpose1(data, from, depthStride, depth, packed, packedOffset + lane, width);
      }
    }
    if (lanes < width) {
      for (int k = 0; k < depth; k++) {
        int at = packedOffset + k * width;
        java.util.Arrays.fill(packed, at + lanes, at + width, 0f);
      }
    }
  }

  private static void copy(float[] data, int from, int count, float[] packed, int to) {
    for (int i = 0; i < count; i++) {
      packed[to + i] = data[from + i];
    }
  }

  private static void transpose6(
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
      packed[to + 4] = data[from + 4 * laneStride];
      packed[to + 5] = data[from + 5 * laneStride];
      from += depthStride;
      to += width;
    }
  }

  private static void transpose1(
      float[] data, int from, int depthStride, int depth, float[] packed, int to, int width) {
    for (int k = 0; k < depth; k++) {
      packed[to] = data[from];
      from += depthStride;
      to += width;
    }
  }
}
