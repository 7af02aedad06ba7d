package org.autograd.internal.kernel.matmul;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** With plain kernels and a clock that is not one, so that nothing depends on HotSpot. */
class TieredMatmulTest {
  private static final int LANES = 8;

  private final Deque<Runnable> queue = new ArrayDeque<>();

  /** How many products the second kernel has computed. */
  private final AtomicInteger calls = new AtomicInteger();

  private TieredMatmul<float[]> tiered(LongSupplier clock, Consumer<Runnable> turns) {
    MatmulKernel<float[]> counted =
        (a, b, c, accumulate) -> {
          calls.incrementAndGet();
          new PlainMatmulF32().multiply(a, b, c, accumulate);
        };
    return new TieredMatmul<>(
        new PlainMatmulF32(), () -> counted, float[]::new, LANES, turns, clock);
  }

  /** Both kernels seem to take as long. */
  private static LongSupplier steady() {
    AtomicLong time = new AtomicLong();
    return time::incrementAndGet;
  }

  /** Each call seems to take longer than the one before, and half a second is soon over. */
  private static LongSupplier slower() {
    AtomicLong time = new AtomicLong();
    AtomicLong step = new AtomicLong();
    return () -> time.addAndGet(step.addAndGet(1000));
  }

  private static float[] square(TieredMatmul<float[]> kernel, int size) {
    float[] numbers = new float[size * size];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i % 5 - 2;
    }
    Matrix<float[]> matrix = Matrix.rowMajor(numbers, size, size);
    float[] result = new float[size * size];
    kernel.multiply(matrix, matrix, Matrix.rowMajor(result, size, size));
    return result;
  }

  @Test
  void hotProductsAreTrainedAndThenGoOver() {
    TieredMatmul<float[]> kernel = tiered(steady(), queue::add);
    float[] cold = square(kernel, 100);
    assertEquals(1, queue.size());
    assertFalse(kernel.isVector(Route.BLOCKS));
    assertEquals(0, calls.get());
    queue.remove().run();
    assertTrue(kernel.isVector(Route.BLOCKS));
    int trained = calls.get();
    assertTrue(trained > 0);
    assertArrayEquals(cold, square(kernel, 100));
    assertEquals(trained + 1, calls.get());
    assertTrue(queue.isEmpty());
  }

  @Test
  void everyRouteHasItsOwnTurn() {
    TieredMatmul<float[]> kernel = tiered(steady(), queue::add);
    square(kernel, 100);
    queue.remove().run();
    for (Route route : Route.values()) {
      assertEquals(route == Route.BLOCKS, kernel.isVector(route), route.name());
    }
  }

  @Test
  void coldProductsAreNotTrained() {
    TieredMatmul<float[]> kernel = tiered(steady(), queue::add);
    square(kernel, 20);
    square(kernel, 4);
    assertTrue(queue.isEmpty());
  }

  @Test
  void trainingEndsEvenIfVectorCodeSeemsSlow() {
    TieredMatmul<float[]> kernel = tiered(slower(), queue::add);
    square(kernel, 100);
    queue.remove().run();
    assertTrue(kernel.isVector(Route.BLOCKS));
    square(kernel, 100);
    assertTrue(queue.isEmpty());
  }

  @Test
  void withoutAThreadItWorksAsWell() {
    TieredMatmul<float[]> kernel =
        tiered(
            steady(),
            turn -> {
              throw new RejectedExecutionException();
            });
    assertArrayEquals(square(kernel, 100), square(kernel, 100));
    assertFalse(kernel.isVector(Route.BLOCKS));
  }
}
