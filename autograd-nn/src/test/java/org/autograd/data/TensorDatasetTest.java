package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.junit.jupiter.api.Test;

class TensorDatasetTest {
  private static final TensorDataset TEN =
      TensorDataset.of(Variable.arange(20).reshape(10, 2), Variable.arange(10));

  @Test
  void selectsTheSameExamplesOfEveryTensor() {
    TensorDataset selected = TEN.subset(7, 2);
    assertArrayEquals(new long[] {14, 15, 4, 5}, selected.inputs().toLongArray());
    assertArrayEquals(new long[] {7, 2}, selected.targets().toLongArray());
    assertEquals(2, selected.size());
  }

  @Test
  void slices() {
    assertArrayEquals(new long[] {3, 4}, TEN.slice(3, 5).targets().toLongArray());
    assertEquals(0, TEN.slice(10, 10).size());
  }

  @Test
  void splitKeepsEveryExampleOnce() {
    Split<TensorDataset> split = TEN.split(7, new Generator(3));
    assertEquals(7, split.train().size());
    assertEquals(3, split.test().size());
    long[] all =
        LongStream.concat(
                Arrays.stream(split.train().targets().toLongArray()),
                Arrays.stream(split.test().targets().toLongArray()))
            .sorted()
            .toArray();
    assertArrayEquals(TEN.targets().toLongArray(), all);
  }

  @Test
  void splitIsDeterminedByTheGenerator() {
    assertArrayEquals(
        TEN.split(5, new Generator(3)).train().targets().toLongArray(),
        TEN.split(5, new Generator(3)).train().targets().toLongArray());
  }

  @Test
  void rejectsTensorsOfDifferentSizes() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> TensorDataset.of(Variable.zeros(3, 2), Variable.zeros(4)));
    assertTrue(error.getMessage().contains("[4]"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> TensorDataset.of(Variable.scalar(1f)));
    assertThrows(IllegalArgumentException.class, TensorDataset::of);
  }

  @Test
  void rejectsSplitOfMoreThanThereIs() {
    assertThrows(IllegalArgumentException.class, () -> TEN.split(11, new Generator(0)));
  }

  @Test
  void inputsAloneHaveNoTargets() {
    assertThrows(IllegalStateException.class, () -> TensorDataset.of(Variable.zeros(2)).targets());
  }
}
