package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.stream.IntStream;
import org.autograd.Generator;

/**
 * Which examples an epoch has, and in which order. One of your own is a function:
 *
 * <pre>{@code
 * Sampler backwards = (size, rng) -> IntStream.range(0, size).map(i -> size - 1 - i).toArray();
 * DataLoader loader = DataLoader.of(train, 32).sampler(backwards);
 * }</pre>
 */
@FunctionalInterface
public interface Sampler {
  /**
   * Returns the positions of an epoch's examples, in their order.
   *
   * @param size the number of examples of the data set
   * @param rng the only source of random numbers, the epoch's own
   * @return {@link #count} positions in [0, size)
   */
  int[] order(int size, Generator rng);

  /** Returns how many examples an epoch has: as many as the data set, unless overridden. */
  default int count(int size) {
    return size;
  }

  /** Returns a sampler of all examples in their order. */
  static Sampler sequential() {
    return (size, _) -> IntStream.range(0, size).toArray();
  }

  /** Returns a sampler of all examples in a random order. */
  static Sampler random() {
    return (size, rng) -> Indices.permutation(rng, size);
  }

  /**
   * Returns a sampler that draws examples with replacement.
   *
   * @param count how many an epoch has
   */
  static Sampler randomWithReplacement(int count) {
    checkArgument(count >= 0, "Sampler: count must not be negative, got %s", count);
    return new FixedCount(
        count,
        (size, rng) -> {
          checkArgument(
              size > 0 || count == 0, "Sampler: %s examples cannot be drawn from none", count);
          return IntStream.range(0, count).map(_ -> rng.nextInt(size)).toArray();
        });
  }

  /** Returns a sampler of some examples in a random order. */
  static Sampler subset(int... indices) {
    int[] chosen = indices.clone();
    return new FixedCount(
        chosen.length,
        (_, rng) -> {
          int[] order = Indices.permutation(rng, chosen.length);
          return IntStream.of(order).map(place -> chosen[place]).toArray();
        });
  }

  /**
   * Returns a sampler that draws examples with replacement, each as often as its weight demands:
   * with weights of 1 / (size of the class), all classes come equally often.
   *
   * @param weights one for each example, not negative, not all 0; their sum does not matter
   * @param count how many examples an epoch has
   */
  static Sampler weighted(double[] weights, int count) {
    return new WeightedSampler(weights, count, true);
  }

  /**
   * Returns a sampler that draws examples without replacement: one after the other from those that
   * are left, with probabilities in proportion to their weights.
   *
   * @param weights one for each example, not negative
   * @param count how many examples an epoch has, at most as many as have a positive weight
   */
  static Sampler weightedWithoutReplacement(double[] weights, int count) {
    return new WeightedSampler(weights, count, false);
  }
}
