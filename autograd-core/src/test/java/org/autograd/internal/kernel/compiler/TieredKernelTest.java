package org.autograd.internal.kernel.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Simd;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class TieredKernelTest {
  private static Program program() {
    Program.Builder builder = Program.builder(1);
    int in = builder.full();
    int out = builder.full();
    Expression x = Expression.input(in);
    return builder.store(out, x.mul(Expression.parameter(0)).tanh().add(x.exp())).build();
  }

  private static float[] run(TieredKernel kernel, float[] x) {
    float[] result = new float[x.length];
    kernel.run(new Object[] {x, result}, new int[2], new int[2], new double[] {0.7}, 1, x.length);
    return result;
  }

  private static float[] values() {
    float[] x = new float[1001];
    for (int i = 0; i < x.length; i++) {
      x[i] = i * 0.01f - 5;
    }
    return x;
  }

  private static Trainer trainer(LongSupplier clock) {
    return new Trainer(
        program(),
        DType.FLOAT32,
        KernelCompiler.compile(program(), DType.FLOAT32, 0),
        KernelCompiler.compile(program(), DType.FLOAT32, Simd.bits()),
        clock);
  }

  /** Every look at it takes some time, so no kernel is faster than another one. */
  private static LongSupplier clock(long step) {
    AtomicLong time = new AtomicLong();
    return () -> time.addAndGet(step);
  }

  /** Runs a kernel until it asks for a turn of training, and returns how often. */
  private static int runsUntilQueued(TieredKernel kernel, List<TieredKernel> queue, float[] x) {
    int runs = 0;
    for (; queue.isEmpty(); runs++) {
      run(kernel, x);
    }
    assertEquals(List.of(kernel), queue);
    queue.clear();
    return runs;
  }

  @Test
  void vectorCodeTakesOverUnnoticedAfterAsManyTurnsAsItNeeds() {
    assumeTrue(Simd.bits() > 0);
    List<TieredKernel> queue = new ArrayList<>();
    TieredKernel kernel = new TieredKernel(program(), DType.FLOAT32, queue::add);
    float[] x = values();
    float[] expected = run(kernel, x);
    Trainer trainer = trainer(clock(1));
    int before = runsUntilQueued(kernel, queue, x);
    for (int turn = 0; turn < 2; turn++) {
      // It waits for its turn, and asks for no other one.
      for (int i = 0; i < 2 * before; i++) {
        run(kernel, x);
      }
      assertTrue(queue.isEmpty());
      kernel.endTurn(trainer, false);
      assertFalse(kernel.isVector());
      assertArrayEquals(expected, run(kernel, x));
      int runs = runsUntilQueued(kernel, queue, x);
      assertTrue(runs > 4 * before, runs + " runs after " + before);
      before = runs;
    }
    kernel.endTurn(trainer, true);
    assertTrue(kernel.isVector());
    assertArrayEquals(expected, run(kernel, x));
    for (int i = 0; i < 2 * before; i++) {
      run(kernel, x);
    }
    assertTrue(queue.isEmpty());
  }

  @Test
  void aTurnEndsWhenTheKernelsAreEquallyFast() throws InterruptedException {
    assumeTrue(Simd.bits() > 0);
    assertTrue(trainer(clock(1)).turn());
  }

  @Test
  void aTurnEndsInTimeAndTheNextOneContinuesIt() throws InterruptedException {
    assumeTrue(Simd.bits() > 0);
    Trainer trainer = trainer(clock(2_500_000));
    assertFalse(trainer.turn());
    assertFalse(trainer.turn());
    assertTrue(trainer.turn());
  }

  @Test
  void aKernelIsTrainedByItself() throws InterruptedException {
    assumeTrue(Simd.bits() > 0);
    TieredKernel kernel = new TieredKernel(program(), DType.FLOAT32, k -> {});
    // Whether this turn is enough is up to HotSpot; either way the result is the same.
    float[] expected = run(kernel, values());
    kernel.train();
    assertArrayEquals(expected, run(kernel, values()));
  }
}
