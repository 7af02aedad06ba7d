package org.autograd;

import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * A source of random numbers whose state is two numbers that can be saved and restored, and which
 * splits into independent sources. It encrypts a counter with a key (Philox-4x32-10: Salmon,
 * Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011), so the same seed gives
 * the same numbers on every machine. The factories of {@link Variable} draw each array in one go,
 * so threads may share a generator there, though which thread gets which numbers is then left to
 * chance; otherwise give each thread its own by {@link #split()}.
 */
public final class Generator implements RandomGenerator {
  static final int ROUNDS = 10;
  static final long MULTIPLIER_0 = 0xD2511F53L;
  static final long MULTIPLIER_1 = 0xCD9E8D57L;
  static final int WEYL_0 = 0x9E3779B9;
  static final int WEYL_1 = 0xBB67AE85;

  private long seed;

  /** The number of 64-bit values drawn so far. */
  private long position;

  /** The second half of the block that {@link #position} lies in, if that is odd. */
  private long spare;

  private boolean hasSpare;

  /** Creates a source that is determined by the seed. */
  public Generator(long seed) {
    this.seed = seed;
  }

  /**
   * What determines all future numbers.
   *
   * @param seed the key
   * @param position how many 64-bit values have been drawn
   */
  public record State(long seed, long position) {}

  /** Returns the state, for {@link #restore}. */
  public State state() {
    return new State(seed, position);
  }

  /** Continues as the generator did from which the state was taken. */
  public void restore(State state) {
    seed = state.seed();
    position = state.position();
    hasSpare = false;
    if ((position & 1) == 1) {
      position--;
      nextLong();
    }
  }

  /** Returns a new source, independent of what this one gives from now on. */
  public Generator split() {
    return new Generator(mix(nextLong()));
  }

  /** Makes seeds that lie close together lead to unrelated keys (SplitMix64's finaliser). */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public long nextLong() {
    position++;
    if (hasSpare) {
      hasSpare = false;
      return spare;
    }
    long block = (position - 1) >>> 1;
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = 0;
    int c3 = 0;
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
      long p1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    spare = ((long) c3 << 32) | (c2 & 0xFFFFFFFFL);
    hasSpare = true;
    return ((long) c1 << 32) | (c0 & 0xFFFFFFFFL);
  }

  /** Fills an array with what {@link #nextFloat} would return one after the other. */
  void fill(float[] values) {
    fill(
        values.length,
        k -> values[k] = nextFloat(),
        (first, from, blocks) -> PhiloxBlocks.floats(seed, first, values, from, blocks));
  }

  /** Fills an array with what {@link #nextDouble} would return one after the other. */
  void fill(double[] values) {
    fill(
        values.length,
        k -> values[k] = nextDouble(),
        (first, from, blocks) -> PhiloxBlocks.doubles(seed, first, values, from, blocks));
  }

  /** Fills an array with whether the upper half of each draw is, unsigned, at least a number. */
  void fill(boolean[] values, long least) {
    fill(
        values.length,
        k -> values[k] = nextLong() >>> 32 >= least,
        (first, from, blocks) -> PhiloxBlocks.atLeast(seed, first, least, values, from, blocks));
  }

  private interface BlockFiller {
    /** Fills two places for each block. */
    void fill(long firstBlock, int from, int blocks);
  }

  private void fill(int length, IntConsumer one, BlockFiller many) {
    int from = 0;
    if (length > 0 && hasSpare) {
      one.accept(from++);
    }
    int blocks = (length - from) / 2;
    many.fill(position >>> 1, from, blocks);
    position += 2L * blocks;
    if (from + 2 * blocks < length) {
      one.accept(length - 1);
    }
  }

  /** Returns a uniform float in [0, 1) with 24 random bits. */
  @Override
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /** Returns a value of the standard normal distribution. */
  @Override
  public double nextGaussian() {
    // One pair of uniforms per value and no cache (Box and Muller), so that the state stays two
    // numbers.
    double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }
}
