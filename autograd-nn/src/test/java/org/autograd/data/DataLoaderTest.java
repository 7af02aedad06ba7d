package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.autograd.Variable;
import org.junit.jupiter.api.Test;

class DataLoaderTest {
  private static final int SIZE = 103;
  private static final TensorDataset DATA = TensorDataset.of(Variable.arange(SIZE));

  @Test
  void givesTheExamplesInOrderAndASmallerLastBatch() {
    DataLoader loader = DataLoader.of(DATA, 20);
    assertEquals(List.of(20, 20, 20, 20, 20, 3), sizes(loader));
    assertEquals(6, loader.batchCount());
    assertArrayEquals(LongStream.range(0, SIZE).toArray(), examples(loader));
  }

  @Test
  void dropsTheLastBatchIfAsked() {
    DataLoader loader = DataLoader.of(DATA, 20).dropLast();
    assertEquals(List.of(20, 20, 20, 20, 20), sizes(loader));
    assertEquals(5, loader.batchCount());
    assertEquals(List.of(SIZE), sizes(DataLoader.of(DATA, SIZE).dropLast()));
    assertEquals(List.of(), sizes(DataLoader.of(DATA, SIZE + 1).dropLast()));
  }

  @Test
  void shufflingKeepsEveryExampleOnce() {
    long[] shuffled = examples(DataLoader.of(DATA, 20).shuffle(1));
    assertFalse(Arrays.equals(LongStream.range(0, SIZE).toArray(), shuffled));
    Arrays.sort(shuffled);
    assertArrayEquals(LongStream.range(0, SIZE).toArray(), shuffled);
  }

  @Test
  void orderDependsOnSeedAndEpochOnly() {
    DataLoader loader = DataLoader.of(DATA, 20).shuffle(1);
    long[] first = examples(loader);
    long[] second = examples(loader);
    assertFalse(Arrays.equals(first, second));
    assertArrayEquals(second, examples(loader.epoch(1)));
    assertArrayEquals(first, examples(loader.epoch(0)));
    DataLoader again = DataLoader.of(DATA, 7).dropLast().shuffle(1);
    assertArrayEquals(Arrays.copyOf(second, 98), examples(again.epoch(1)));
    assertFalse(Arrays.equals(first, examples(DataLoader.of(DATA, 20).shuffle(2))));
  }

  @Test
  void orderNeverChangesBetweenVersions() {
    TensorDataset eight = TensorDataset.of(Variable.arange(8));
    DataLoader loader = DataLoader.of(eight, 8).shuffle(42);
    assertArrayEquals(new long[] {4, 1, 0, 3, 6, 2, 7, 5}, examples(loader.epoch(0)));
    assertArrayEquals(new long[] {2, 1, 6, 4, 7, 3, 5, 0}, examples(loader.epoch(1)));
  }

  @Test
  void anEpochInProgressIsNotDisturbedByAnother() {
    DataLoader loader = DataLoader.of(DATA, 20).shuffle(1);
    long[] expected = examples(loader.epoch(0));
    List<Long> seen = new ArrayList<>();
    for (Batch batch : loader) {
      examples(loader);
      for (long example : batch.inputs().toLongArray()) {
        seen.add(example);
      }
    }
    assertArrayEquals(expected, seen.stream().mapToLong(Long::longValue).toArray());
  }

  @Test
  void goesOnWhereAnotherLoaderStopped() {
    for (int given = 0; given <= 6; given++) {
      DataLoader first = DataLoader.of(DATA, 20).shuffle(1);
      examples(first); // epoch 0
      Iterator<Batch> batches = first.iterator();
      for (int k = 0; k < given; k++) {
        batches.next();
      }
      assertEquals(new DataLoader.State(1, given), first.state());

      DataLoader second = DataLoader.of(DATA, 20).shuffle(1).workers(2);
      second.restore(first.state());
      assertEquals(first.state(), second.state());
      assertArrayEquals(examples(() -> batches), examples(second));
      assertEquals(new DataLoader.State(2, 0), second.state());
      assertArrayEquals(examples(first.epoch(2)), examples(second));
    }
  }

  @Test
  void anEpochCanBeginInItsMiddle() {
    DataLoader loader = DataLoader.of(DATA, 20).shuffle(1);
    long[] all = examples(loader.epoch(7));
    assertArrayEquals(Arrays.copyOfRange(all, 40, SIZE), examples(loader.epoch(7, 2)));
    assertArrayEquals(new long[0], examples(loader.epoch(7, 6)));
    assertEquals(new DataLoader.State(0, 0), loader.state());
    assertThrows(IndexOutOfBoundsException.class, () -> loader.epoch(7, 7));
    assertThrows(IndexOutOfBoundsException.class, () -> loader.restore(new DataLoader.State(0, 7)));
    assertThrows(IllegalArgumentException.class, () -> new DataLoader.State(-1, 0));
  }

  @Test
  void stateFollowsTheLastIterationOnly() {
    DataLoader loader = DataLoader.of(DATA, 20);
    Iterator<Batch> older = loader.iterator();
    loader.iterator().next();
    older.next();
    older.next();
    assertEquals(new DataLoader.State(1, 1), loader.state());
  }

  @Test
  void anEmptyDataSetHasNoBatches() {
    assertEquals(List.of(), sizes(DataLoader.of(DATA.slice(0, 0), 5).shuffle(0)));
  }

  @Test
  void rejectsBatchesOfNothing() {
    assertThrows(IllegalArgumentException.class, () -> DataLoader.of(DATA, 0));
  }

  private static List<Integer> sizes(Iterable<Batch> batches) {
    List<Integer> sizes = new ArrayList<>();
    batches.forEach(batch -> sizes.add(batch.size()));
    return sizes;
  }

  private static long[] examples(Iterable<Batch> batches) {
    LongStream.Builder examples = LongStream.builder();
    batches.forEach(batch -> Arrays.stream(batch.inputs().toLongArray()).forEach(examples::add));
    return examples.build().toArray();
  }
}
