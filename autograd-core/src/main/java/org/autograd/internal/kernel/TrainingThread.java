package org.autograd.internal.kernel;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one background thread in which SIMD code runs on data of its own until HotSpot has compiled
 * it. It is there only while there is something to train.
 */
public final class TrainingThread {
  private static final ThreadPoolExecutor EXECUTOR =
      new ThreadPoolExecutor(
          1, 1, 2, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), TrainingThread::newThread);

  static {
    EXECUTOR.allowCoreThreadTimeOut(true);
  }

  private TrainingThread() {}

  /** The lowest priority is a hint, and harmless where it is not taken. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static Thread newThread(Runnable task) {
    Thread thread =
        Thread.ofPlatform()
            .name("autograd-kernel-trainer")
            .daemon()
            .priority(Thread.MIN_PRIORITY)
            .inheritInheritableThreadLocals(false)
            .unstarted(task);
    thread.setContextClassLoader(null);
    return thread;
  }

  /** Runs a turn of training after those that were asked for before; no one else's wait is long. */
  public static void submit(Runnable turn) {
    EXECUTOR.execute(turn);
  }
}
