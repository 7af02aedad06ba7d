package org.autograd.internal.kernel.convolution;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Simd;

/** The largest elements of windows by the Vector API, for windows at distance 1 or 2. */
final class VectorPoolingF32 {
  private static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Simd.bits()));
  private static final int LANES = SPECIES.length();

  /** Up to this size of a channel, positions are exact in the element type. */
  private static final int MOST_POSITIONS = 1 << 24;

  /** Chooses every second element of two vectors. */
  private static final FloatVector EVEN = FloatVector.zero(SPECIES).addIndex(2);

  private VectorPoolingF32() {}

  /** Returns whether it is worth while for so many outputs in a row. */
  static boolean accepts(PoolingWindows windows, int count) {
    int stride = windows.axes()[2].stride();
    return 4 * count >= LANES
        && (stride == 1 || stride == 2)
        && windows.inputSize() <= MOST_POSITIONS;
  }

  /**
   * Finds the largest elements of windows in a row, in the order of the taps: the first of equal
   * ones, but the last NaN.
   *
   * @param taps where the elements of a window lie relative to the first
   * @param count the number of taps
   * @param stride from one window to the next, 1 or 2
   * @param y receives the values
   * @param found receives the taps; its length is the number of windows
   * @return the number of windows done: vectors must not reach beyond the end of {@code x}
   */
  static int max(
      int[] taps,
      int count,
      int stride,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      float[] found) {
    int reach = xOffset + taps[count - 1] + LANES * stride;
    int done = 0;
    for (; done < found.length && reach + done * stride <= x.length; done += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(done, found.length);
      FloatVector best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      FloatVector at = FloatVector.zero(SPECIES);
      for (int t = 0; t < count; t++) {
        int i = xOffset + done * stride + taps[t];
        FloatVector value = FloatVector.fromArray(SPECIES, x, i);
        if (stride == 2) {
          value = EVEN.selectFrom(value, FloatVector.fromArray(SPECIES, x, i + LANES));
        }
        VectorMask<Float> better =
            value.compare(VectorOperators.GT, best).or(value.test(VectorOperators.IS_NAN));
        best = best.blend(value, better);
        at = at.blend((float) taps[t], better);
      }
      best.intoArray(y, yOffset + done, mask);
      at.intoArray(found, done, mask);
    }
    return Math.min(done, found.length);
  }
}
