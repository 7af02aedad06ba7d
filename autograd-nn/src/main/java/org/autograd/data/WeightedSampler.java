package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.autograd.Generator;

/** Draws examples by their weights. */
final class WeightedSampler implements Sampler {
  private final double[] weights;
  private final int count;
  private final boolean replacement;

  /** The sums of the weights up to each example and with it. */
  private final double[] sums;

  WeightedSampler(double[] weights, int count, boolean replacement) {
    this.weights = weights.clone();
    this.count = count;
    this.replacement = replacement;
    int positive = 0;
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
        throw new IllegalArgumentException(
            "Sampler: weights must be finite and not negative, but that of example %d is %s"
                .formatted(i, weights[i]));
      }
      positive += weights[i] > 0 ? 1 : 0;
    }
    sums = weights.clone();
    Arrays.parallelPrefix(sums, Double::sum);
    checkArgument(
        sums.length == 0 || sums[sums.length - 1] < Double.POSITIVE_INFINITY,
        "Sampler: the sum of the weights must be finite");
    checkArgument(
        count >= 0 && (replacement ? positive > 0 || count == 0 : count <= positive),
        "Sampler: %s examples cannot be drawn %s replacement, as %s of %s weights are positive",
        count,
        replacement ? "with" : "without",
        positive,
        weights.length);
  }

  @Override
  public int count(int size) {
    return count;
  }

  @Override
  public int[] order(int size, Generator rng) {
    checkArgument(
        size == weights.length,
        "Sampler: there must be a weight for each of %s examples, got %s",
        size,
        weights.length);
    return replacement ? independent(rng) : shrinking(rng);
  }

  private int[] independent(Generator rng) {
    return IntStream.range(0, count).map(_ -> find(rng.nextDouble())).toArray();
  }

  /** Returns the first example whose sum is above a share of the whole: its weight is positive. */
  private int find(double share) {
    double point = share * sums[sums.length - 1];
    int low = 0;
    int high = sums.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sums[middle] > point) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /**
   * Gives each example an exponential waiting time of its weight as rate; those that come first are
   * drawn (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
   */
  private int[] shrinking(Generator rng) {
    double[] times = new double[weights.length];
    for (int i = 0; i < times.length; i++) {
      // StrictMath: the same on every machine.
      times[i] = -StrictMath.log1p(-rng.nextDouble()) / weights[i];
    }
    return IntStream.range(0, times.length)
        .filter(i -> weights[i] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> times[i]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
