package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class ConcurrentGraphTest {
  private static final int THREADS = 4;

  private static <T> List<T> inParallel(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try (ExecutorService pool = Executors.newFixedThreadPool(tasks.size())) {
      CyclicBarrier start = new CyclicBarrier(tasks.size());
      List<Future<T>> futures = new ArrayList<>();
      for (Callable<T> task : tasks) {
        futures.add(
            pool.submit(() -> {
              start.await();
              return task.call();
            }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    }
  }

  /** A few training steps of a small network with its own seed; returns all its numbers. */
  private static float[] train(long seed) {
    Generator rng = new Generator(seed);
    Variable w1 = Variable.randn(rng, DType.FLOAT32, 7, 13).requiresGrad(true);
    Variable w2 = Variable.randn(rng, DType.FLOAT32, 13, 3).requiresGrad(true);
    Variable x = Variable.randn(rng, DType.FLOAT32, 50, 7);
    Variable labels = Variable.randint(rng, 0, 3, 50);
    float[] losses = new float[10];
    for (int step = 0; step < losses.length; step++) {
      Variable loss = x.matmul(w1).tanh().matmul(w2).softmaxCrossEntropy(labels).mean();
      loss.backward();
      losses[step] = (float) loss.item();
      try (var _ = Autograd.noGrad()) {
        for (Variable w : List.of(w1, w2)) {
          Variable grad = w.grad();
          assertNotNull(grad);
          w.sub_(grad.mul(0.1));
          w.zeroGrad();
        }
      }
    }
    float[] result = Arrays.copyOf(losses, losses.length + 13 * 3);
    System.arraycopy(w2.toFloatArray(), 0, result, losses.length, 13 * 3);
    return result;
  }

  @Test
  void independentGraphsGiveTheSameBitsAsAlone() throws InterruptedException, ExecutionException {
    List<Callable<float[]>> tasks = new ArrayList<>();
    for (int k = 0; k < THREADS; k++) {
      long seed = k;
      tasks.add(() -> train(seed));
    }
    List<float[]> parallel = inParallel(tasks);
    for (int k = 0; k < THREADS; k++) {
      assertArrayEquals(train(k), parallel.get(k));
    }
  }

  @Test
  void aSharedModelIsReadByMany() throws InterruptedException, ExecutionException {
    Variable w = Variable.randn(new Generator(1), DType.FLOAT64, 5, 5).requiresGrad(true);
    Callable<double[]> task =
        () -> {
          double[] sum = new double[25];
          for (int i = 0; i < 50; i++) {
            Variable y = w.matmul(w).tanh().mul(i).sum();
            double[] g = Autograd.grad(y, w).getFirst().toDoubleArray();
            Arrays.setAll(sum, k -> sum[k] + g[k]);
          }
          return sum;
        };
    List<double[]> results = inParallel(java.util.Collections.nCopies(THREADS, task));
    for (double[] result : results) {
      assertArrayEquals(results.getFirst(), result);
    }
  }

  @Test
  void noGradientIsLostAtASharedLeaf() throws InterruptedException, ExecutionException {
    // The leaf is the root as well: the passes do nothing but accumulate, all at the same time.
    Variable w = Variable.zeros(DType.FLOAT64, 20_000).requiresGrad(true);
    Variable seed = Variable.onesLike(w);
    int rounds = 1000;
    Callable<Boolean> task =
        () -> {
          for (int i = 0; i < rounds; i++) {
            w.backward(seed);
          }
          return true;
        };
    inParallel(java.util.Collections.nCopies(THREADS, task));
    double[] expected = new double[20_000];
    Arrays.fill(expected, rounds * THREADS);
    Variable grad = w.grad();
    assertNotNull(grad);
    assertArrayEquals(expected, grad.toDoubleArray());
  }

  @Test
  void passesOverASharedPartOfAGraph() throws InterruptedException, ExecutionException {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    Variable shared = x.exp();
    Callable<Boolean> task =
        () -> {
          for (int i = 0; i < 200; i++) {
            shared.mul(2).sum().backward(BackwardOptions.retainGraph());
          }
          return true;
        };
    inParallel(java.util.Collections.nCopies(THREADS, task));
    Variable grad = x.grad();
    assertNotNull(grad);
    assertEquals(2 * Math.E * 200 * THREADS, grad.toDoubleArray()[0], 1e-6);
  }

  @Test
  void theDefaultGeneratorMayBeSharedByThreads() throws InterruptedException, ExecutionException {
    // Each call draws its numbers without a gap, whoever draws in between: together the threads see
    // exactly the numbers that one thread would.
    Autograd.manualSeed(5);
    int rounds = 500;
    Callable<List<double[]>> task =
        () -> {
          List<double[]> drawn = new ArrayList<>();
          for (int i = 0; i < rounds; i++) {
            drawn.add(Variable.rand(101).toDoubleArray());
          }
          return drawn;
        };
    List<String> parallel = new ArrayList<>();
    for (List<double[]> part : inParallel(java.util.Collections.nCopies(THREADS, task))) {
      part.forEach(values -> parallel.add(Arrays.toString(values)));
    }
    Autograd.manualSeed(5);
    List<String> serial = new ArrayList<>();
    for (int i = 0; i < THREADS * rounds; i++) {
      serial.add(Arrays.toString(Variable.rand(101).toDoubleArray()));
    }
    parallel.sort(null);
    serial.sort(null);
    assertTrue(serial.equals(parallel), "the threads together drew other numbers");
  }
}
