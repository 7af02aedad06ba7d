package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.checkIndex;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.jspecify.annotations.Nullable;

/**
 * Takes a data set apart into batches. Each iteration is an epoch.
 *
 * <pre>{@code
 * DataLoader loader = DataLoader.of(train, 32).shuffle(seed);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *   for (Batch batch : loader) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Examples that take time to make, such as images that are read and varied at random, are made
 * in the background with {@link #workers}. What is random in an epoch depends on the seed, the
 * number of the epoch and the place in the epoch's order, never on workers, batch size or timing.
 *
 * <p>A run that was stopped goes on within an epoch:
 *
 * <pre>{@code
 * DataLoader.State state = loader.state();   // to be stored with the model
 * ...
 * loader.restore(state);                     // the next iteration gives what was left
 * }</pre>
 */
public final class DataLoader implements Iterable<Batch> {
  // Set once, before anybody else sees the loader.
  private final Dataset dataset;
  private final int batchSize;
  private boolean dropLast;
  private Sampler sampler = Sampler.sequential();
  private long seed;

  /** Null if the data set makes batches itself. */
  private @Nullable Function<List<Example>, Batch> collate;

  /** Makes batches in the background; null if they are made when they are asked for. */
  private @Nullable Workers workers;

  private int prefetch;

  /** Where the next iteration begins. */
  private State next = new State(0, 0);

  /** How far the last iteration has come; each iteration has its own. */
  private AtomicReference<State> current = new AtomicReference<>(next);

  private DataLoader(Dataset dataset, int batchSize) {
    this.dataset = dataset;
    this.batchSize = batchSize;
  }

  /** Returns a loader with the same settings, at the start. */
  private DataLoader copy() {
    DataLoader copy = new DataLoader(dataset, batchSize);
    copy.dropLast = dropLast;
    copy.sampler = sampler;
    copy.seed = seed;
    copy.collate = collate;
    copy.workers = workers;
    copy.prefetch = prefetch;
    return copy;
  }

  /**
   * A place in the sequence of batches.
   *
   * @param epoch the number of the epoch, from 0
   * @param batch how many batches of it have been given
   */
  public record State(long epoch, int batch) {
    /**
     * Makes a state.
     *
     * @throws IllegalArgumentException if a number is negative
     */
    public State {
      checkArgument(
          epoch >= 0 && batch >= 0,
          "State: epoch and batch must not be negative, got %s and %s",
          epoch,
          batch);
    }
  }

  /**
   * Returns a loader that gives the examples in their order. If the size is no multiple of the
   * batch size, then the last batch is smaller.
   *
   * @throws IllegalArgumentException if the batch size is not positive
   */
  public static DataLoader of(Dataset dataset, int batchSize) {
    checkArgument(batchSize > 0, "DataLoader: batchSize must be at least 1, got %s", batchSize);
    return new DataLoader(dataset, batchSize);
  }

  /**
   * Returns a loader that gives the examples in a random order, another one in each epoch. The
   * order depends on the seed, the number of the epoch and the size of the data set only.
   */
  public DataLoader shuffle(long seed) {
    return sampler(Sampler.random()).seed(seed);
  }

  /** Returns a loader that leaves it to a sampler which examples come, and in which order. */
  public DataLoader sampler(Sampler sampler) {
    DataLoader copy = copy();
    copy.sampler = sampler;
    return copy;
  }

  /** Returns a loader whose order and whose examples are determined by a seed; at first it is 0. */
  public DataLoader seed(long seed) {
    DataLoader copy = copy();
    copy.seed = seed;
    return copy;
  }

  /** Returns a loader that leaves out the last batch if it is smaller than the others. */
  public DataLoader dropLast() {
    DataLoader copy = copy();
    copy.dropLast = true;
    return copy;
  }

  /**
   * Returns a loader that makes batches of examples by a function, instead of stacking them. It
   * gets examples of different shapes into one batch:
   *
   * <pre>{@code
   * loader.collate(sentences -> Batch.padded(sentences, 0, -100))
   * }</pre>
   *
   * @param collate used by several threads if there are workers
   */
  public DataLoader collate(Function<List<Example>, Batch> collate) {
    DataLoader copy = copy();
    copy.collate = collate;
    return copy;
  }

  /**
   * Returns a loader that makes batches in the background, up to two per worker ahead.
   *
   * @param count the number of threads; with 0, batches are made when they are asked for
   */
  public DataLoader workers(int count) {
    return workers(count, 2 * count);
  }

  /**
   * Returns a loader that makes batches in the background. Its threads end by themselves when
   * nothing is asked of them, so an iteration may be left at any time.
   *
   * @param count the number of threads; with 0, batches are made when they are asked for
   * @param prefetch how many batches are ready or being made at most, which bounds the memory
   * @throws IllegalArgumentException if the count is negative or prefetch is less than it
   */
  public DataLoader workers(int count, int prefetch) {
    checkArgument(
        count >= 0 && prefetch >= count,
        "DataLoader: workers must not be negative and prefetch at least as many, got %s and %s",
        count,
        prefetch);
    DataLoader copy = copy();
    copy.workers = count == 0 ? null : new Workers(count);
    copy.prefetch = prefetch;
    return copy;
  }

  /** Returns the data set. */
  public Dataset dataset() {
    return dataset;
  }

  /** Returns the number of examples in a batch, the last one excepted. */
  public int batchSize() {
    return batchSize;
  }

  /** Returns what determines the order and the examples. */
  public long seed() {
    return seed;
  }

  /**
   * Returns the positions in the data set of all examples of a given epoch, in their order.
   *
   * @param epoch the number of the epoch, from 0
   */
  public int[] order(long epoch) {
    // Not the seed itself: a model initialised from the same seed is to draw other numbers.
    long key = new Generator(seed).split().state().seed();
    int size = dataset.size();
    int[] order = Indices.check(sampler.order(size, numbers(key, epoch, 0)), size);
    int expected = sampler.count(size);
    if (order.length != expected) {
      throw new IllegalStateException(
          "DataLoader: the sampler promised %d examples and gave %d"
              .formatted(expected, order.length));
    }
    return order;
  }

  /** Returns a generator at some place of an epoch, which has 2^32 numbers of its own. */
  private static Generator numbers(long key, long epoch, int place) {
    Generator rng = new Generator(key);
    rng.restore(new Generator.State(key, (epoch << 32) + place));
    return rng;
  }

  /** Returns the number of batches in an epoch. */
  public int batchCount() {
    int examples = sampler.count(dataset.size());
    return dropLast ? examples / batchSize : Math.ceilDiv(examples, batchSize);
  }

  /**
   * Returns the batches of the next epoch, the first one being number 0; after {@link #restore},
   * what was left of an epoch.
   */
  @Override
  public synchronized Iterator<Batch> iterator() {
    State start = next;
    next = new State(start.epoch + 1, 0);
    current = new AtomicReference<>(start);
    return new Epoch(start, current);
  }

  /**
   * Returns the batches of a given epoch, to repeat one. It counts neither for {@link #iterator()}
   * nor for {@link #state()}.
   */
  public Iterable<Batch> epoch(long number) {
    return epoch(number, 0);
  }

  /**
   * Returns the batches of a given epoch from one on, to go on where another run has stopped. It
   * counts neither for {@link #iterator()} nor for {@link #state()}.
   *
   * @param firstBatch how many batches to leave out, at most {@link #batchCount()}
   */
  public Iterable<Batch> epoch(long number, int firstBatch) {
    State start = new State(number, firstBatch);
    checkStart(start);
    return () -> new Epoch(start, new AtomicReference<>(start));
  }

  /**
   * Returns how far the last iteration has come: the batch that it gave last counts as done. An
   * iteration that has given all of its batches is at the end of its epoch until it is asked for
   * another one.
   */
  public synchronized State state() {
    return current.get();
  }

  /**
   * Makes the next iteration begin where another loader with the same settings was when {@link
   * #state()} was called there.
   *
   * @throws IndexOutOfBoundsException if an epoch has not so many batches
   */
  public synchronized void restore(State state) {
    checkStart(state);
    next = state;
    current = new AtomicReference<>(state);
  }

  private void checkStart(State start) {
    checkIndex(start.batch, batchCount() + 1);
  }

  /** One pass over the data. */
  private final class Epoch implements Iterator<Batch> {
    private final long number;
    private final AtomicReference<State> progress;
    private final int[] order;
    private final long examplesKey;
    private final int batchCount = batchCount();
    private final @Nullable Prefetcher prefetcher;
    private int position;

    Epoch(State start, AtomicReference<State> progress) {
      this.number = start.epoch;
      this.progress = progress;
      this.position = start.batch;
      order = order(number);
      Generator keys = new Generator(seed);
      keys.split(); // the order's
      examplesKey = keys.split().state().seed();
      prefetcher =
          workers == null
              ? null
              : new Prefetcher(workers, prefetch, position, batchCount, this::make);
    }

    @Override
    public boolean hasNext() {
      if (position < batchCount) {
        return true;
      }
      progress.set(new State(number + 1, 0));
      return false;
    }

    @Override
    public Batch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("epoch " + number + " has no more batches");
      }
      Batch batch = prefetcher == null ? make(position) : prefetcher.next();
      position++;
      progress.set(new State(number, position));
      return batch;
    }

    private Batch make(int number) {
      int start = number * batchSize;
      int end = Math.min(start + batchSize, order.length);
      int[] indices = Arrays.copyOfRange(order, start, end);
      // Splitting draws one number, so example k of the epoch is split from number k.
      Generator rng = numbers(examplesKey, Epoch.this.number, start);
      try (var _ = Autograd.noGrad()) {
        return collate == null
            ? dataset.batch(indices, rng)
            : collate.apply(dataset.examples(indices, rng));
      }
    }
  }
}
