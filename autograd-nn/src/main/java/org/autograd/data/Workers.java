package org.autograd.data;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of a loader. They end after a moment without work, so that nobody has to stop them,
 * and start again when there is some.
 */
final class Workers {
  private static final long IDLE_MILLIS = 200;

  private final ThreadPoolExecutor executor;

  Workers(int count) {
    AtomicInteger number = new AtomicInteger();
    executor =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_MILLIS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "data-loader-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  <T> Future<T> submit(Callable<T> task) {
    return executor.submit(task);
  }
}
