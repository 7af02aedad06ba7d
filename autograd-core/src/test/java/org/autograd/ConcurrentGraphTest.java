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

  /**
   * The gradients of a small model for integer inputs: all numbers that occur are small integers,
   * which float32 adds exactly in any order.
   */
  private static Variable integerLoss(List<Variable> model, int thread, int round) {
    Variable x = Variable.full(1 + (thread + round) % 3, 2, 40);
    Variable hidden = x.linear(model.get(0), model.get(1)).relu();
    return hidden.matmul(model.get(2)).mul(model.get(3)).sum();
  }

  private static List<Variable> integerModel() {
    // Large enough for the array of a gradient to be used again, one of a scalar, one of a bias.
    List<Variable> model =
        List.of(
            Variable.ones(30, 40), Variable.ones(30), Variable.ones(30, 2), Variable.scalar(1f));
    model.forEach(parameter -> parameter.requiresGrad(true));
    return model;
  }

  @Test
  void gradientsOfASharedModelAreSummedExactly() throws InterruptedException, ExecutionException {
    int threads = 8;
    int rounds = 60;
    List<Variable> model = integerModel();
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int k = 0; k < threads; k++) {
      int thread = k;
      tasks.add(() -> {
        for (int round = 0; round < rounds; round++) {
          Variable loss = integerLoss(model, thread, round);
          // Recorded passes add gradients out of place, which must not lose any either.
          boolean recorded = round % 7 == 0;
          loss.backward(recorded ? BackwardOptions.createGraph() : BackwardOptions.defaults());
        }
        return true;
      });
    }
    // Several times, so that the arrays of earlier gradients are used again.
    for (int time = 0; time < 3; time++) {
      inParallel(tasks);
      List<Variable> alone = integerModel();
      for (int k = 0; k < threads; k++) {
        for (int round = 0; round < rounds; round++) {
          integerLoss(alone, k, round).backward();
        }
      }
      for (int k = 0; k < model.size(); k++) {
        Variable expected = alone.get(k).grad();
        Variable actual = model.get(k).hiddenGrad();
        assertNotNull(expected);
        assertNotNull(actual);
        assertTrue(expected.abs().amax().item() < 1 << 24, "float32 counts exactly so far only");
        assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), "parameter " + k);
        model.get(k).zeroGrad();
      }
    }
  }

  @Test
  void readersSeeWholeValuesWhileOthersDifferentiate()
      throws InterruptedException, ExecutionException {
    Variable w = Variable.full(DType.FLOAT64, 3, 500).requiresGrad(true);
    Variable view = w.reshape(20, 25).transpose();
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int k = 0; k < THREADS; k++) {
      boolean reads = k % 2 == 0;
      tasks.add(() -> {
        for (int i = 0; i < 300; i++) {
          if (reads) {
            assertEquals(1500, w.sum().item());
            assertEquals(60, view.sum(1).toDoubleArray()[i % 25]);
            assertEquals(9, view.get(Index.at(3), Index.at(4)).square().item());
            assertTrue(w.toString().contains("float64"));
          } else {
            view.square().sum().backward(BackwardOptions.retainGraph());
          }
        }
        return true;
      });
    }
    inParallel(tasks);
    double[] expected = new double[500];
    Arrays.fill(expected, 6.0 * 300 * (THREADS / 2));
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
