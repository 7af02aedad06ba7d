package org.autograd;

import org.autograd.internal.kernel.Parallel;

/**
 * The numbers of a {@link Generator}, many at a time: the same bits, in loops over arrays that
 * HotSpot turns into SIMD code by itself, and on several threads, for a counter is encrypted
 * whatever the one before it gave.
 */
final class PhiloxBlocks {
  private static final long LOW = 0xFFFFFFFFL;

  /**
   * So many blocks at a time. Eight arrays of this length stay in the first-level cache, and as it
   * is no power of two, no two of them lie a multiple of 4 KB apart, which a processor would take
   * for the same place.
   */
  private static final int SIZE = 384;

  /** What one thread does at a time: so many blocks, and twice as many numbers. */
  private static final int PARALLEL_SIZE = 48 * SIZE;

  private final long[] c0 = new long[SIZE];
  private final long[] c1 = new long[SIZE];
  private final long[] c2 = new long[SIZE];
  private final long[] c3 = new long[SIZE];
  private final long[] next0 = new long[SIZE];
  private final long[] next1 = new long[SIZE];
  private final long[] next2 = new long[SIZE];
  private final long[] next3 = new long[SIZE];

  private PhiloxBlocks() {}

  /** Writes two floats for each block: what {@link Generator#nextFloat} returns. */
  static void floats(long seed, long firstBlock, float[] values, int from, int blocks) {
    forEach(
        blocks,
        (work, start, count) -> {
          work.encrypt(seed, firstBlock + start, count);
          for (int i = 0, at = from + 2 * start; i < count; i++, at += 2) {
            values[at] = (int) (work.c1[i] >>> 8) * 0x1p-24f;
            values[at + 1] = (int) (work.c3[i] >>> 8) * 0x1p-24f;
          }
        });
  }

  /** Writes two doubles for each block: what {@link Generator#nextDouble} returns. */
  static void doubles(long seed, long firstBlock, double[] values, int from, int blocks) {
    forEach(
        blocks,
        (work, start, count) -> {
          work.encrypt(seed, firstBlock + start, count);
          for (int i = 0, at = from + 2 * start; i < count; i++, at += 2) {
            values[at] = ((work.c1[i] << 21) | (work.c0[i] >>> 11)) * 0x1p-53;
            values[at + 1] = ((work.c3[i] << 21) | (work.c2[i] >>> 11)) * 0x1p-53;
          }
        });
  }

  /** Writes two truth values for each block: whether the upper half of a draw is large enough. */
  static void atLeast(
      long seed, long firstBlock, long least, boolean[] values, int from, int blocks) {
    forEach(
        blocks,
        (work, start, count) -> {
          work.encrypt(seed, firstBlock + start, count);
          for (int i = 0, at = from + 2 * start; i < count; i++, at += 2) {
            values[at] = work.c1[i] >= least;
            values[at + 1] = work.c3[i] >= least;
          }
        });
  }

  private interface Body {
    /** Does blocks {@code start} to {@code start + count}, at most {@link #SIZE}. */
    void run(PhiloxBlocks work, int start, int count);
  }

  private static void forEach(int blocks, Body body) {
    Parallel.forEach(
        Math.ceilDiv(blocks, PARALLEL_SIZE),
        2L * blocks,
        part -> {
          PhiloxBlocks work = new PhiloxBlocks();
          int end = Math.min(blocks, (part + 1) * PARALLEL_SIZE);
          for (int start = part * PARALLEL_SIZE; start < end; start += SIZE) {
            body.run(work, start, Math.min(SIZE, end - start));
          }
        });
  }

  /** Computes the four words of each block, each in the low half of a long. */
  private void encrypt(long seed, long firstBlock, int count) {
    for (int i = 0; i < count; i++) {
      c0[i] = (firstBlock + i) & LOW;
      c1[i] = (firstBlock + i) >>> 32;
      c2[i] = 0;
      c3[i] = 0;
    }
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < Generator.ROUNDS; round += 2) {
      half(Generator.MULTIPLIER_0, c0, c3, k1 & LOW, next2, next3, count);
      half(Generator.MULTIPLIER_1, c2, c1, k0 & LOW, next0, next1, count);
      k0 += Generator.WEYL_0;
      k1 += Generator.WEYL_1;
      half(Generator.MULTIPLIER_0, next0, next3, k1 & LOW, c2, c3, count);
      half(Generator.MULTIPLIER_1, next2, next1, k0 & LOW, c0, c1, count);
      k0 += Generator.WEYL_0;
      k1 += Generator.WEYL_1;
    }
  }

  /** Half a round. HotSpot uses SIMD here because nothing is read that is written. */
  private static void half(
      long multiplier, long[] word, long[] other, long key, long[] high, long[] low, int count) {
    for (int i = 0; i < count; i++) {
      long product = multiplier * word[i];
      high[i] = (product >>> 32) ^ other[i] ^ key;
      low[i] = product & LOW;
    }
  }
}
