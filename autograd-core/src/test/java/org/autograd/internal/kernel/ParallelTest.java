package org.autograd.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ParallelTest {
  private static final int THREADS = Parallel.threads();

  @AfterEach
  void restoreThreads() {
    Parallel.setThreads(THREADS);
  }

  @Test
  void everyBlockRunsOnce() {
    for (int threads : new int[] {1, 2, 7, 3}) {
      Parallel.setThreads(threads);
      for (int blocks : new int[] {0, 1, 2, 5, 1000}) {
        checkEveryBlockRunsOnce(blocks);
      }
    }
  }

  private static void checkEveryBlockRunsOnce(int blocks) {
    AtomicIntegerArray calls = new AtomicIntegerArray(blocks);
    Parallel.forEach(blocks, calls::incrementAndGet);
    for (int i = 0; i < blocks; i++) {
      assertEquals(1, calls.get(i));
    }
  }

  @Test
  void blocksRunAtTheSameTime() {
    Parallel.setThreads(3);
    CountDownLatch allThere = new CountDownLatch(3);
    Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    Parallel.forEach(
        3,
        block -> {
          threads.add(Thread.currentThread());
          allThere.countDown();
          await(allThere);
        });
    assertEquals(3, threads.size());
    assertTrue(threads.remove(Thread.currentThread()), "the caller takes part");
    assertTrue(threads.stream().allMatch(Thread::isDaemon));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLoopInsideALoopIsSerial() {
    Parallel.setThreads(4);
    Parallel.forEach(
        8,
        outer -> {
          Thread thread = Thread.currentThread();
          Parallel.forEach(8, inner -> assertSame(thread, Thread.currentThread()));
        });
  }

  @Test
  void oneThreadIsTheCaller() {
    Parallel.setThreads(1);
    Thread caller = Thread.currentThread();
    Parallel.forEach(8, block -> assertSame(caller, Thread.currentThread()));
  }

  @Test
  void anExceptionReachesTheCallerAndLeavesThePoolUsable() {
    for (int threads : new int[] {1, 4}) {
      Parallel.setThreads(threads);
      Error error = new AssertionError("expected");
      assertSame(
          error,
          assertThrows(
              AssertionError.class,
              () ->
                  Parallel.forEach(
                      100,
                      block -> {
                        if (block == 57) {
                          throw error;
                        }
                      })));
      checkEveryBlockRunsOnce(100);
    }
  }

  @Test
  void anInterruptedCallerStillWaitsForItsBlocks() {
    Parallel.setThreads(4);
    Thread.currentThread().interrupt();
    checkEveryBlockRunsOnce(1000);
    assertTrue(Thread.interrupted());
  }

  @Test
  void thereIsAtLeastOneThread() {
    assertThrows(IllegalArgumentException.class, () -> Parallel.setThreads(0));
    assertEquals(THREADS, Parallel.threads());
  }
}
