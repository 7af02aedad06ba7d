package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.autograd.type.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private final Generator defaultGenerator = Autograd.generator();
  private final Generator.State defaultState = defaultGenerator.state();

  @AfterEach
  void restore() {
    Autograd.manualSeed(0);
    Autograd.generator().restore(defaultState);
  }

  /** Philox4x32-10 as in the paper, with the whole counter and key free. */
  private static int[] philox(int[] counter, int[] key) {
    int[] c = counter.clone();
    int[] k = key.clone();
    for (int round = 0; round < 10; round++) {
      long p0 = Integer.toUnsignedLong(c[0]) * 0xD2511F53L;
      long p1 = Integer.toUnsignedLong(c[2]) * 0xCD9E8D57L;
      c =
          new int[] {
            (int) (p1 >>> 32) ^ c[1] ^ k[0], (int) p1, (int) (p0 >>> 32) ^ c[3] ^ k[1], (int) p0
          };
      k[0] += 0x9E3779B9;
      k[1] += 0xBB67AE85;
    }
    return c;
  }

  /** The known answers of Random123, the authors' library (kat_vectors). */
  @Test
  void theReferenceGivesTheKnownAnswers() {
    assertArrayEquals(
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, philox(new int[4], new int[2]));
    assertArrayEquals(
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        philox(new int[] {-1, -1, -1, -1}, new int[] {-1, -1}));
    assertArrayEquals(
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
        philox(
            new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
            new int[] {0xa4093822, 0x299f31d0}));
  }

  @Test
  void theGeneratorGivesTheKnownAnswerOfZero() {
    Generator rng = new Generator(0);
    assertEquals(0xe169c58d6627e8d5L, rng.nextLong());
    assertEquals(0x9b00dbd8bc57ac4cL, rng.nextLong());
  }

  @Test
  void theGeneratorCountsBlocksUnderItsKey() {
    for (long seed : new long[] {0, 1, -1, 0x299f31d0a4093822L}) {
      for (long block : new long[] {0, 1, 2, 0xFFFFFFFFL, 0x100000000L, (1L << 62) + 12345}) {
        int[] expected =
            philox(
                new int[] {(int) block, (int) (block >>> 32), 0, 0},
                new int[] {(int) seed, (int) (seed >>> 32)});
        Generator rng = new Generator(7);
        rng.restore(new Generator.State(seed, 2 * block));
        long first = rng.nextLong();
        long second = rng.nextLong();
        assertArrayEquals(
            expected,
            new int[] {(int) first, (int) (first >>> 32), (int) second, (int) (second >>> 32)});
      }
    }
  }

  @Test
  void continuesFromASavedStateAtEvenAndOddPositions() {
    for (int drawn = 0; drawn < 5; drawn++) {
      Generator rng = new Generator(42);
      for (int i = 0; i < drawn; i++) {
        rng.nextLong();
      }
      Generator.State state = rng.state();
      assertEquals(new Generator.State(42, drawn), state);
      long[] expected = rng.longs(7).toArray();
      Generator other = new Generator(-3);
      other.nextLong();
      other.restore(state);
      assertArrayEquals(expected, other.longs(7).toArray());
      rng.restore(state);
      assertArrayEquals(expected, rng.longs(7).toArray());
    }
  }

  @Test
  void normalsAreRestoredAsWell() {
    Generator rng = new Generator(3);
    rng.nextGaussian();
    rng.nextFloat();
    Generator.State state = rng.state();
    double expected = rng.nextGaussian();
    rng.restore(state);
    assertEquals(expected, rng.nextGaussian());
  }

  @Test
  void splittingGivesUnrelatedNumbers() {
    Generator rng = new Generator(11);
    Set<Long> seen = new HashSet<>();
    Generator[] all = new Generator[20];
    all[0] = rng;
    for (int k = 1; k < all.length; k++) {
      all[k] = k % 2 == 0 ? all[k - 1].split() : rng.split();
    }
    for (Generator one : all) {
      one.longs(100).forEach(seen::add);
    }
    assertEquals(100 * all.length, seen.size());
    assertArrayEquals(
        new Generator(11).split().longs(5).toArray(), new Generator(11).split().longs(5).toArray());
  }

  @Test
  void neighbouringSeedsAreUncorrelated() {
    double[] a = new Generator(1).doubles(10_000).toArray();
    double[] b = new Generator(2).doubles(10_000).toArray();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - 0.5) * (b[i] - 0.5) * 12;
    }
    assertEquals(0, sum / a.length, 4 / Math.sqrt(a.length));
  }

  private static void assertMoments(double[] values, double mean, double deviation) {
    double n = values.length;
    double actualMean = Arrays.stream(values).sum() / n;
    double variance = Arrays.stream(values).map(v -> (v - actualMean) * (v - actualMean)).sum() / n;
    // Five standard errors; the numbers are the same in every run.
    assertEquals(mean, actualMean, 5 * deviation / Math.sqrt(n));
    assertEquals(deviation * deviation, variance, 10 * deviation * deviation / Math.sqrt(n));
  }

  @Test
  void uniformNumbers() {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      double[] values = Variable.rand(new Generator(5), dtype, 100_000).toDoubleArray();
      assertMoments(values, 0.5, Math.sqrt(1 / 12.0));
      assertTrue(Arrays.stream(values).allMatch(v -> v >= 0 && v < 1));
      int[] counts = new int[10];
      Arrays.stream(values).forEach(v -> counts[(int) (v * 10)]++);
      assertTrue(Arrays.stream(counts).allMatch(c -> Math.abs(c - 10_000) < 500));
    }
  }

  /** Arrays are drawn many numbers at a time, and by several threads. */
  @Test
  void arraysHoldTheNumbersThatFollow() {
    for (long seed : new long[] {5, -7}) {
      for (long start : new long[] {0, 1, 0x1_FFFF_FFF0L, 0x1_FFFF_FFF1L}) {
        for (int length : new int[] {0, 1, 2, 3, 767, 768, 769, 50_001}) {
          Generator.State state = new Generator.State(seed, start);
          Generator one = new Generator(0);
          one.restore(state);
          float[] floats = new float[length];
          double[] doubles = new double[length];
          boolean[] likely = new boolean[length];
          for (int k = 0; k < length; k++) {
            floats[k] = one.nextFloat();
          }
          Generator.State after = one.state();
          one.restore(state);
          Arrays.setAll(doubles, _ -> one.nextDouble());
          one.restore(state);
          for (int k = 0; k < length; k++) {
            likely[k] = (one.nextLong() >>> 32) * 0x1p-32 >= 0.25;
          }
          Generator many = new Generator(0);
          many.restore(state);
          assertArrayEquals(floats, Variable.rand(many, DType.FLOAT32, length).toFloatArray());
          assertEquals(after, many.state());
          many.restore(state);
          assertArrayEquals(doubles, Variable.rand(many, DType.FLOAT64, length).toDoubleArray());
          assertEquals(after, many.state());
          many.restore(state);
          assertArrayEquals(likely, Variable.bernoulli(many, 0.75, length).toBooleanArray());
          assertEquals(after, many.state());
          assertEquals(one.nextLong(), many.nextLong());
        }
      }
    }
  }

  @Test
  void theNumberOfThreadsDoesNotChangeArrays() {
    int threads = Autograd.threads();
    Generator rng = new Generator(3);
    Generator.State state = rng.state();
    try {
      Autograd.setThreads(1);
      float[] expected = Variable.rand(rng, DType.FLOAT32, 1_000_003).toFloatArray();
      for (int count : new int[] {2, 3, 7}) {
        Autograd.setThreads(count);
        rng.restore(state);
        assertArrayEquals(expected, Variable.rand(rng, DType.FLOAT32, 1_000_003).toFloatArray());
      }
    } finally {
      Autograd.setThreads(threads);
    }
  }

  @Test
  void truthValuesOfAProbability() {
    for (double p : new double[] {0, 0.1, 0.5, 1}) {
      double[] values =
          Variable.bernoulli(new Generator(4), p, 100, 1000).to(DType.FLOAT64).toDoubleArray();
      assertMoments(values, p, Math.sqrt(p * (1 - p)));
    }
    assertThrows(
        IllegalArgumentException.class, () -> Variable.bernoulli(new Generator(4), 1.1, 2));
  }

  @Test
  void normalNumbers() {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      double[] values = Variable.randn(new Generator(6), dtype, 100_000).toDoubleArray();
      assertMoments(values, 0, 1);
      assertTrue(Arrays.stream(values).allMatch(Double::isFinite));
      double fourth = Arrays.stream(values).map(v -> v * v * v * v).average().orElseThrow();
      assertEquals(3, fourth, 0.15);
      double inOne = Arrays.stream(values).filter(v -> Math.abs(v) < 1).count();
      assertEquals(0.6827, inOne / values.length, 0.01);
    }
  }

  @Test
  void integersAndOrders() {
    long[] values = Variable.randint(new Generator(7), -3, 4, 10_000).toLongArray();
    for (long value = -3; value < 4; value++) {
      long wanted = value;
      long count = Arrays.stream(values).filter(v -> v == wanted).count();
      assertEquals(10_000 / 7.0, (double) count, 200);
    }
    assertTrue(Arrays.stream(values).allMatch(v -> v >= -3 && v < 4));
    long[] order = Variable.randperm(new Generator(8), 100).toLongArray();
    long[] sorted = order.clone();
    Arrays.sort(sorted);
    assertArrayEquals(Variable.arange(100).toLongArray(), sorted);
    assertNotEquals(Arrays.toString(sorted), Arrays.toString(order));
    assertEquals(0, Variable.randperm(new Generator(8), 0).elementCount());
  }

  @Test
  void theDefaultGeneratorFollowsTheSeed() {
    Autograd.manualSeed(9);
    float[] first = Variable.rand(5).toFloatArray();
    float[] second = Variable.randn(5).toFloatArray();
    Autograd.manualSeed(9);
    assertArrayEquals(first, Variable.rand(5).toFloatArray());
    assertArrayEquals(second, Variable.randn(5).toFloatArray());
    Autograd.manualSeed(10);
    assertNotEquals(Arrays.toString(first), Arrays.toString(Variable.rand(5).toFloatArray()));
  }
}
