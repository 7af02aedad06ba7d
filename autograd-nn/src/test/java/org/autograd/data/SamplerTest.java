package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SamplerTest {
  private static final double[] WEIGHTS = {1, 0, 3, 6};

  @Test
  void drawsByWeightWithReplacement() {
    int count = 20_000;
    int[] drawn = Sampler.weighted(WEIGHTS, count).order(4, new Generator(1));
    assertEquals(count, drawn.length);
    double[] shares = new double[4];
    for (int index : drawn) {
      shares[index] += 1.0 / count;
    }
    // Four standard deviations of the share with the largest one.
    assertArrayEquals(new double[] {0.1, 0, 0.3, 0.6}, shares, 4 * Math.sqrt(0.24 / count));
    assertEquals(0, shares[1]);
  }

  @Test
  void drawsByWeightWithoutReplacement() {
    Sampler sampler = Sampler.weightedWithoutReplacement(WEIGHTS, 2);
    int rounds = 10_000;
    double[] first = new double[4];
    int[] pairs = new int[16];
    Generator rng = new Generator(2);
    for (int round = 0; round < rounds; round++) {
      int[] drawn = sampler.order(4, rng);
      assertEquals(2, drawn.length);
      first[drawn[0]] += 1.0 / rounds;
      pairs[drawn[0] * 4 + drawn[1]]++;
    }
    double tolerance = 4 * Math.sqrt(0.25 / rounds);
    assertArrayEquals(new double[] {0.1, 0, 0.3, 0.6}, first, tolerance);
    // After 3 of 10 was drawn, 6 of the 7 that are left.
    assertEquals(0.3 * 6 / 7, (double) pairs[2 * 4 + 3] / rounds, tolerance);
    assertEquals(0, pairs[0] + pairs[2 * 4 + 2] + pairs[3 * 4 + 3]);
    int[] all = Sampler.weightedWithoutReplacement(WEIGHTS, 3).order(4, rng);
    assertArrayEquals(new int[] {0, 2, 3}, IntStream.of(all).sorted().toArray());
  }

  @Test
  void drawsUniformlyWithReplacement() {
    int[] drawn = Sampler.randomWithReplacement(10_000).order(5, new Generator(3));
    int[] counts = new int[5];
    for (int index : drawn) {
      counts[index]++;
    }
    for (int count : counts) {
      assertEquals(2000, count, 4 * Math.sqrt(10_000 * 0.16));
    }
  }

  @Test
  void shufflesASubset() {
    int[] drawn = Sampler.subset(7, 3, 5, 9, 1).order(10, new Generator(0));
    assertArrayEquals(new int[] {1, 3, 5, 7, 9}, IntStream.of(drawn).sorted().toArray());
  }

  @Test
  void aLoaderCountsWhatItsSamplerGives() {
    TensorDataset ten = TensorDataset.of(Variable.arange(10));
    DataLoader loader = DataLoader.of(ten, 4).sampler(Sampler.randomWithReplacement(23)).seed(1);
    assertEquals(6, loader.batchCount());
    assertEquals(5, loader.dropLast().batchCount());
    int[] sizes = new int[6];
    int k = 0;
    for (Batch batch : loader) {
      sizes[k++] = batch.size();
    }
    assertArrayEquals(new int[] {4, 4, 4, 4, 4, 3}, sizes);
  }

  @Test
  void rejectsWhatCannotBeDrawn() {
    assertRejected(
        "that of example 1 is NaN", () -> Sampler.weighted(new double[] {1, 0.0 / 0}, 1));
    assertRejected("that of example 0 is -1.0", () -> Sampler.weighted(new double[] {-1, 2}, 1));
    assertRejected("0 of 2 weights", () -> Sampler.weighted(new double[2], 1));
    assertRejected("3 of 4 weights", () -> Sampler.weightedWithoutReplacement(WEIGHTS, 4));
    double[] huge = {Double.MAX_VALUE, Double.MAX_VALUE};
    assertRejected("sum", () -> Sampler.weighted(huge, 1));
    assertRejected("got -1", () -> Sampler.randomWithReplacement(-1));
    assertRejected(
        "each of 5 examples", () -> Sampler.weighted(WEIGHTS, 1).order(5, new Generator(0)));
    assertRejected("none", () -> Sampler.randomWithReplacement(1).order(0, new Generator(0)));
  }

  private static void assertRejected(String part, Executable executable) {
    var error = assertThrows(IllegalArgumentException.class, executable);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void theOrderIsDeterminedByTheGenerator() {
    Sampler sampler = Sampler.weighted(WEIGHTS, 50);
    assertTrue(
        Arrays.equals(sampler.order(4, new Generator(5)), sampler.order(4, new Generator(5))));
  }
}
