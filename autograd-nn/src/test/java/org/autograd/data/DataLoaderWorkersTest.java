package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataLoaderWorkersTest {
  private static final int SIZE = 53;

  /** Examples with noise of their own, made one by one. */
  private static final Dataset NOISY =
      TensorDataset.of(Variable.arange(DType.FLOAT32, 0, SIZE, 1), Variable.arange(SIZE))
          .mapInputs((x, rng) -> x.add(Variable.randn(rng, DType.FLOAT32, 3).mul(0.1)));

  private static List<String> epoch(DataLoader loader, long number) {
    List<String> result = new ArrayList<>();
    loader
        .epoch(number)
        .forEach(batch ->
            result.add(
                Arrays.toString(batch.inputs().toFloatArray())
                    + Arrays.toString(batch.targets().toLongArray())));
    return result;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void batchesDoNotDependOnTheNumberOfWorkers(int workers) {
    DataLoader loader = DataLoader.of(NOISY, 8).shuffle(3);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertEquals(epoch(loader, epoch), epoch(loader.workers(workers), epoch));
    }
    assertNotEquals(epoch(loader, 0), epoch(loader, 1));
    assertNotEquals(epoch(loader, 0), epoch(loader.seed(4), 0));
  }

  @Test
  void whatIsRandomInAnExampleDoesNotDependOnTheBatchSize() {
    float[] one = DataLoader.of(NOISY, SIZE).epoch(1).iterator().next().inputs().toFloatArray();
    List<Float> other = new ArrayList<>();
    for (Batch batch : DataLoader.of(NOISY, 7).epoch(1)) {
      for (float value : batch.inputs().toFloatArray()) {
        other.add(value);
      }
    }
    for (int i = 0; i < one.length; i++) {
      assertEquals(one[i], other.get(i));
    }
  }

  @Test
  void noiseDiffersBetweenEpochsAlsoWithoutShuffling() {
    DataLoader loader = DataLoader.of(NOISY, 8);
    assertNotEquals(epoch(loader, 0), epoch(loader, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void anErrorNamesTheExample(int workers) {
    Dataset failing =
        NOISY.map((example, _) -> {
          if (example.target().item() == 21) {
            throw new IllegalStateException("the file is damaged");
          }
          return example;
        });
    Iterator<Batch> batches = DataLoader.of(failing, 10).workers(workers).iterator();
    batches.next();
    batches.next();
    for (int attempt = 0; attempt < 2; attempt++) {
      var error = assertThrows(ExampleException.class, batches::next);
      assertEquals(21, error.index());
      assertTrue(error.getMessage().startsWith("example 21 of "), error.getMessage());
      assertTrue(error.getMessage().endsWith(": the file is damaged"), error.getMessage());
    }
  }

  @Test
  void errorsOfWorkersReachTheConsumerAsTheyAre() {
    Dataset failing =
        NOISY.map((_, _) -> {
          throw new AssertionError("wrong");
        });
    Iterator<Batch> batches = DataLoader.of(failing, 10).workers(1).iterator();
    AssertionError error = assertThrows(AssertionError.class, batches::next);
    assertEquals("wrong", error.getMessage());
    // The trace is the worker's; that of who asked for the batch is there too.
    Throwable[] suppressed = error.getSuppressed();
    assertEquals(1, suppressed.length);
    assertTrue(
        Stream.of(suppressed[0].getStackTrace())
            .anyMatch(frame -> frame.getClassName().equals(getClass().getName())),
        () -> List.of(suppressed[0].getStackTrace()).toString());
  }

  @Test
  void anIterationLeftEarlyLeaksNoThreads() throws InterruptedException {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    Dataset watched =
        NOISY.map((example, _) -> {
          threads.add(Thread.currentThread());
          return example;
        });
    for (int round = 0; round < 3; round++) {
      for (Batch batch : DataLoader.of(watched, 2).workers(2)) {
        assertEquals(2, batch.size());
        break;
      }
    }
    assertFalse(threads.isEmpty());
    assertFalse(threads.contains(Thread.currentThread()));
    for (Thread thread : threads) {
      thread.join(10_000);
      assertFalse(thread.isAlive(), thread::getName);
    }
  }

  @Test
  void noMoreThanSoManyBatchesAreMadeAhead() throws InterruptedException {
    AtomicInteger made = new AtomicInteger();
    CountDownLatch five = new CountDownLatch(5);
    Dataset counted =
        NOISY.map((example, _) -> {
          made.incrementAndGet();
          five.countDown();
          return example;
        });
    Iterator<Batch> batches = DataLoader.of(counted, 1).workers(2, 4).iterator();
    batches.next();
    five.await(); // one given and four ahead
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("data-loader-")) {
        thread.join(10_000); // whatever they do, they are done with it
      }
    }
    assertEquals(5, made.get());
    for (int k = 1; k < SIZE; k++) {
      batches.next();
    }
    assertFalse(batches.hasNext());
    assertEquals(SIZE, made.get());
  }

  @Test
  void anInterruptedConsumerIsToldSo() {
    CountDownLatch never = new CountDownLatch(1);
    Dataset stuck =
        NOISY.map((example, _) -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return example;
        });
    Iterator<Batch> batches = DataLoader.of(stuck, 1).workers(1).iterator();
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, batches::next);
    assertTrue(Thread.interrupted());
    never.countDown();
  }

  @Test
  void collatesByAFunction() {
    Dataset sequences =
        TensorDataset.of(Variable.of(1L, 2L, 3L), Variable.arange(3))
            .mapInputs((x, _) -> Variable.arange((long) x.item()));
    DataLoader loader = DataLoader.of(sequences, 3);
    var error = assertThrows(IllegalArgumentException.class, () -> loader.iterator().next());
    assertTrue(error.getMessage().contains("collate"), error.getMessage());
    DataLoader padded = loader.collate(examples -> Batch.padded(examples, -1, 0)).workers(1);
    Batch batch = padded.iterator().next();
    assertArrayEquals(new long[] {0, -1, -1, 0, 1, -1, 0, 1, 2}, batch.inputs().toLongArray());
    assertArrayEquals(new long[] {0, 1, 2}, batch.targets().toLongArray());
  }

  @Test
  void rejectsImpossibleNumbers() {
    DataLoader loader = DataLoader.of(NOISY, 8);
    assertThrows(IllegalArgumentException.class, () -> loader.workers(-1));
    assertThrows(IllegalArgumentException.class, () -> loader.workers(3, 2));
    Generator rng = new Generator(0);
    assertThrows(IndexOutOfBoundsException.class, () -> NOISY.get(SIZE, rng));
    Sampler beyond = (size, _) -> new int[size + 1];
    assertThrows(IllegalStateException.class, () -> loader.sampler(beyond).iterator());
    Sampler outside = (size, _) -> IntStream.rangeClosed(1, size).toArray();
    assertThrows(IndexOutOfBoundsException.class, () -> loader.sampler(outside).iterator());
  }
}
