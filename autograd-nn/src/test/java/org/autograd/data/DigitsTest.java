package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void holdsTheTestPartOfTheOriginal() {
    TensorDataset digits = Digits.load();
    assertEquals(Shape.of(1797, 64), digits.inputs().shape());
    assertEquals(DType.FLOAT32, digits.inputs().dtype());
    assertEquals(Shape.of(1797), digits.targets().shape());
    assertEquals(DType.INT64, digits.targets().dtype());
    assertEquals(0, digits.inputs().min().item());
    assertEquals(1, digits.inputs().max().item());
    // The class counts in the description of the original.
    long[] counts = new long[Digits.CLASSES];
    for (long label : digits.targets().toLongArray()) {
      counts[(int) label]++;
    }
    assertArrayEquals(new long[] {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}, counts);
  }

  @Test
  void firstImageIsAZero() {
    TensorDataset first = Digits.load().slice(0, 1);
    assertEquals(0, first.targets().item());
    float[] topRow = Arrays.copyOf(first.inputs().toFloatArray(), 8);
    assertArrayEquals(new float[] {0, 0, 5 / 16f, 13 / 16f, 9 / 16f, 1 / 16f, 0, 0}, topRow);
  }

  @Test
  void splitIsFixedByTheSeed() {
    Split<TensorDataset> split = Digits.split(1);
    assertEquals(1437, split.train().size());
    assertEquals(360, split.test().size());
    long[] labels = split.test().targets().toLongArray();
    assertArrayEquals(labels, Digits.split(1).test().targets().toLongArray());
    assertFalse(Arrays.equals(labels, Digits.split(2).test().targets().toLongArray()));
  }
}
