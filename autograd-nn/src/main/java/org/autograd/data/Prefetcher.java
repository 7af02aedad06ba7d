package org.autograd.data;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Gives batches in their order while workers make the next ones. Work is handed out only when a
 * batch is asked for, so what is left over when nobody asks any more is bounded.
 */
final class Prefetcher {
  private final Workers workers;
  private final int limit;
  private final int end;
  private final IntFunction<Batch> make;

  /** The batches from {@link #first} to {@link #first} + size - 1. */
  private final Queue<Future<Batch>> ahead = new ArrayDeque<>();

  private int first;

  Prefetcher(Workers workers, int limit, int first, int end, IntFunction<Batch> make) {
    this.workers = workers;
    this.limit = limit;
    this.first = first;
    this.end = end;
    this.make = make;
  }

  /**
   * Returns the next batch, or throws what its worker has thrown, with the caller's trace as a
   * suppressed exception; then it can be tried again.
   */
  Batch next() {
    fill();
    try {
      Batch batch = ahead.element().get();
      ahead.remove();
      first++;
      // The consumer is about to be busy with this batch.
      fill();
      return batch;
    } catch (ExecutionException e) {
      cancel();
      if (e.getCause() != null) {
        // Its own trace is the worker's and does not say who needed the batch.
        e.getCause()
            .addSuppressed(new IllegalStateException("batch " + first + " was asked for here"));
      }
      switch (e.getCause()) {
        case RuntimeException exception -> throw exception;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      cancel();
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for batch " + first);
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  private void fill() {
    while (ahead.size() < limit && first + ahead.size() < end) {
      int number = first + ahead.size();
      ahead.add(workers.submit(() -> make.apply(number)));
    }
  }

  private void cancel() {
    ahead.forEach(batch -> batch.cancel(false));
    ahead.clear();
  }
}
