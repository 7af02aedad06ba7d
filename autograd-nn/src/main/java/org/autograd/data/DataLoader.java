package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Takes a data set apart into batches. Each iteration is an epoch: every example comes once.
 *
 * <pre>{@code
 * DataLoader loader = DataLoader.of(train, 32).shuffle(seed);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *   for (Dataset batch : loader) {
 *     ...
 *   }
 * }
 * }</pre>
 */
public final class DataLoader implements Iterable<Dataset> {
  private final Dataset dataset;
  private final int batchSize;
  private final boolean dropLast;

  /** Determines the orders of a shuffled loader; null if the order is the data set's. */
  private final @Nullable Long key;

  private final AtomicLong nextEpoch = new AtomicLong();

  private DataLoader(Dataset dataset, int batchSize, boolean dropLast, @Nullable Long key) {
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    this.key = key;
  }

  /**
   * Returns a loader that gives the examples in their order. If the size is no multiple of the
   * batch size, then the last batch is smaller.
   *
   * @throws IllegalArgumentException if the batch size is not positive
   */
  public static DataLoader of(Dataset dataset, int batchSize) {
    checkArgument(batchSize > 0, "DataLoader: batchSize must be at least 1, got %s", batchSize);
    return new DataLoader(dataset, batchSize, false, null);
  }

  /**
   * Returns a loader that gives the examples in a random order, another one in each epoch. The
   * order depends on the seed, the number of the epoch and the size of the data set only.
   */
  public DataLoader shuffle(long seed) {
    // Not the seed itself: a model initialised from the same seed is to draw other numbers.
    return new DataLoader(dataset, batchSize, dropLast, new Generator(seed).split().state().seed());
  }

  /** Returns a loader that leaves out the last batch if it is smaller than the others. */
  public DataLoader dropLast() {
    return new DataLoader(dataset, batchSize, true, key);
  }

  /** Returns the number of batches in an epoch. */
  public int batchCount() {
    return dropLast ? dataset.size() / batchSize : Math.ceilDiv(dataset.size(), batchSize);
  }

  /** Returns the batches of the next epoch; the first one is number 0. */
  @Override
  public Iterator<Dataset> iterator() {
    return epoch(nextEpoch.getAndIncrement()).iterator();
  }

  /**
   * Returns the batches of a given epoch, to repeat one or to go on where another run has stopped.
   * It does not count for {@link #iterator()}.
   */
  public Iterable<Dataset> epoch(long number) {
    return () -> {
      Variable order = order(number);
      return IntStream.range(0, batchCount()).mapToObj(batch -> batch(order, batch)).iterator();
    };
  }

  private @Nullable Variable order(long epoch) {
    if (key == null) {
      return null;
    }
    Generator rng = new Generator(key);
    // Each epoch has 2^32 numbers of its own.
    rng.restore(new Generator.State(key, epoch << 32));
    return Variable.randperm(rng, dataset.size());
  }

  private Dataset batch(@Nullable Variable order, int batch) {
    int start = batch * batchSize;
    int length = Math.min(batchSize, dataset.size() - start);
    return order == null
        ? dataset.slice(start, start + length)
        : dataset.select(order.narrow(0, start, length));
  }
}
