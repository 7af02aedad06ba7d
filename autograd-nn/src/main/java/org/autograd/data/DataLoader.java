package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.jspecify.annotations.Nullable;

/**
 * Takes a data set apart into batches. Each iteration is an epoch: every example comes once.
 *
 * <pre>{@code
 * DataLoader loader = DataLoader.of(train, 32).shuffle(seed);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *   for (Batch batch : loader) {
 *     ...
 *   }
 * }
 * }</pre>
 */
public final class DataLoader implements Iterable<Batch> {
  private final Dataset dataset;
  private final int batchSize;
  private final boolean dropLast;

  /** Determines the orders of a shuffled loader; null if the order is the data set's. */
  private final @Nullable Long key;

  /** Determines what is random in the examples. */
  private final long examplesKey;

  private final AtomicLong nextEpoch = new AtomicLong();

  private DataLoader(
      Dataset dataset, int batchSize, boolean dropLast, @Nullable Long key, long examplesKey) {
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    this.key = key;
    this.examplesKey = examplesKey;
  }

  /**
   * Returns a loader that gives the examples in their order. If the size is no multiple of the
   * batch size, then the last batch is smaller.
   *
   * @throws IllegalArgumentException if the batch size is not positive
   */
  public static DataLoader of(Dataset dataset, int batchSize) {
    checkArgument(batchSize > 0, "DataLoader: batchSize must be at least 1, got %s", batchSize);
    return new DataLoader(dataset, batchSize, false, null, 0);
  }

  /**
   * Returns a loader that gives the examples in a random order, another one in each epoch. The
   * order depends on the seed, the number of the epoch and the size of the data set only.
   */
  public DataLoader shuffle(long seed) {
    // Not the seed itself: a model initialised from the same seed is to draw other numbers.
    Generator keys = new Generator(seed);
    return new DataLoader(
        dataset, batchSize, dropLast, keys.split().state().seed(), keys.split().state().seed());
  }

  /** Returns a loader that leaves out the last batch if it is smaller than the others. */
  public DataLoader dropLast() {
    return new DataLoader(dataset, batchSize, true, key, examplesKey);
  }

  /** Returns the number of batches in an epoch. */
  public int batchCount() {
    return dropLast ? dataset.size() / batchSize : Math.ceilDiv(dataset.size(), batchSize);
  }

  /** Returns the batches of the next epoch; the first one is number 0. */
  @Override
  public Iterator<Batch> iterator() {
    return epoch(nextEpoch.getAndIncrement()).iterator();
  }

  /**
   * Returns the batches of a given epoch, to repeat one or to go on where another run has stopped.
   * It does not count for {@link #iterator()}.
   */
  public Iterable<Batch> epoch(long number) {
    return () -> {
      int[] order = order(number);
      return IntStream.range(0, batchCount())
          .mapToObj(batch -> batch(order, number, batch))
          .iterator();
    };
  }

  private int[] order(long epoch) {
    if (key == null) {
      return IntStream.range(0, dataset.size()).toArray();
    }
    return Indices.permutation(numbers(key, epoch, 0), dataset.size());
  }

  private Batch batch(int[] order, long epoch, int batch) {
    int start = batch * batchSize;
    int end = Math.min(start + batchSize, order.length);
    return dataset.batch(Arrays.copyOfRange(order, start, end), numbers(examplesKey, epoch, start));
  }

  /** Returns a generator at some place of an epoch; each epoch has 2^32 numbers of its own. */
  private static Generator numbers(long key, long epoch, int place) {
    Generator rng = new Generator(key);
    rng.restore(new Generator.State(key, (epoch << 32) + place));
    return rng;
  }
}
