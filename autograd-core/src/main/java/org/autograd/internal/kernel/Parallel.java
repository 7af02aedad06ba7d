package org.autograd.internal.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the blocks of a kernel on several threads.
 *
 * <p>Which thread runs which block is left to chance, so a kernel gives the same bits with any
 * number of threads only if it cuts its work by size alone and each block writes what no other
 * block reads or writes.
 */
public final class Parallel {
  /** Bound while a thread runs blocks; a loop started there is serial, for all threads are busy. */
  private static final ScopedValue<Boolean> INSIDE = ScopedValue.newInstance();

  /** 0 until it is set or asked for. */
  private static final AtomicInteger THREADS = new AtomicInteger();

  /** About what it takes to wake a thread, so that spinning costs at most twice the best choice. */
  private static final long SPIN_NANOS = 50_000;

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private Parallel() {}

  /**
   * Returns the number of threads that share a loop, the calling one included.
   *
   * @throws IllegalArgumentException if the system property {@code autograd.threads} is wrong and
   *     nothing was set instead
   */
  public static int threads() {
    int count = THREADS.get();
    if (count > 0) {
      return count;
    }
    THREADS.compareAndSet(0, Settings.threads());
    return THREADS.get();
  }

  /**
   * Sets the number of threads for loops that start from now on. The initial value is the system
   * property {@code autograd.threads}, by default the number of processors.
   */
  public static void setThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + count);
    }
    THREADS.set(count);
  }

  /**
   * Loops over fewer elements than this are serial: a thread that has to be woken comes 30 to 50
   * microseconds late, and the rest of the time goes into memory that the caller alone allocates.
   */
  private static final long WORTH_WAKING = 1 << 19;

  /** Does as {@link #forEach(int, IntConsumer)}, but serially if the blocks have few elements. */
  public static void forEach(int blocks, long elements, IntConsumer body) {
    if (elements >= WORTH_WAKING) {
      forEach(blocks, body);
      return;
    }
    for (int block = 0; block < blocks; block++) {
      body.accept(block);
    }
  }

  /**
   * Calls {@code body} once for each of {@code 0 ... blocks - 1}, in any order and on any thread,
   * and returns when all are done. The calling thread takes its share. If a block throws, no
   * further blocks are started and the first exception is thrown here.
   */
  public static void forEach(int blocks, IntConsumer body) {
    int helpers = Math.min(threads(), blocks) - 1;
    if (helpers <= 0 || INSIDE.isBound()) {
      for (int block = 0; block < blocks; block++) {
        body.accept(block);
      }
      return;
    }
    Loop loop = new Loop(blocks, body);
    Helpers.start(helpers, loop);
    loop.run();
    loop.await();
  }

  /** Waits a short time, unless threads that have work to do may need the processor. */
  private static void spinWhile(BooleanSupplier condition) {
    if (threads() > PROCESSORS) {
      return;
    }
    long start = System.nanoTime();
    while (condition.getAsBoolean() && System.nanoTime() - start < SPIN_NANOS) {
      Thread.onSpinWait();
    }
  }

  /** One loop: whoever runs it takes blocks until none are left. */
  private static final class Loop implements Runnable {
    private final int blocks;
    private final IntConsumer body;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * Counts blocks, not helpers: a helper that the pool starts too late to be of use is not waited
     * for.
     */
    private final CountDownLatch remaining;

    Loop(int blocks, IntConsumer body) {
      this.blocks = blocks;
      this.body = body;
      remaining = new CountDownLatch(blocks);
    }

    @Override
    public void run() {
      ScopedValue.where(INSIDE, true).run(this::takeBlocks);
    }

    private void takeBlocks() {
      for (int block = next.getAndIncrement(); block < blocks; block = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            body.accept(block);
          }
        } catch (Throwable thrown) {
          failure.compareAndSet(null, thrown);
        } finally {
          remaining.countDown();
        }
      }
    }

    /** Waits for the blocks that other threads took, whatever interrupts: they still write. */
    void await() {
      spinWhile(() -> remaining.getCount() > 0);
      boolean interrupted = false;
      while (remaining.getCount() > 0) {
        try {
          remaining.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      switch (failure.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }

  /** Spins before it sleeps, for the next loop of a training step is often not far off. */
  @SuppressWarnings("serial") // never serialized
  private static final class SpinningQueue extends LinkedBlockingQueue<Runnable> {
    @Override
    public Runnable take() throws InterruptedException {
      spinWhile(this::isEmpty);
      return super.take();
    }
  }

  /**
   * The daemon threads, started when first needed. All loops share them, so that callers in many
   * threads do not multiply them.
   */
  private static final class Helpers {
    private static final ThreadPoolExecutor POOL =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new SpinningQueue(),
            Thread.ofPlatform().daemon().name("autograd-", 1).factory());

    static void start(int helpers, Loop loop) {
      if (POOL.getCorePoolSize() < helpers) {
        grow(helpers);
      }
      for (int i = 0; i < helpers; i++) {
        POOL.execute(loop);
      }
    }

    /** A pool that is too large does no harm: a loop asks for no more helpers than it may have. */
    private static synchronized void grow(int size) {
      POOL.setMaximumPoolSize(Math.max(size, POOL.getMaximumPoolSize()));
      POOL.setCorePoolSize(POOL.getMaximumPoolSize());
    }
  }
}
