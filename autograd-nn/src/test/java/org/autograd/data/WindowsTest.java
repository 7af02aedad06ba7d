package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

class WindowsTest {
  private static final Generator RNG = new Generator(0);

  @Test
  void pairsAWindowWithWhatFollows() {
    Windows windows = Windows.forecast(Variable.arange(10), 4, 2);
    assertEquals(5, windows.size());
    Example last = windows.get(4, RNG);
    assertArrayEquals(new long[] {4, 5, 6, 7}, last.input().toLongArray());
    assertArrayEquals(new long[] {8, 9}, last.target().toLongArray());
    assertThrows(IndexOutOfBoundsException.class, () -> windows.get(5, RNG));
    assertThrows(IndexOutOfBoundsException.class, () -> windows.batch(new int[] {5}, RNG));
  }

  @Test
  void pairsEachStepWithTheNext() {
    Windows windows = Windows.next(Variable.arange(7), 3);
    assertEquals(4, windows.size());
    Example last = windows.get(3, RNG);
    assertArrayEquals(new long[] {3, 4, 5}, last.input().toLongArray());
    assertArrayEquals(new long[] {4, 5, 6}, last.target().toLongArray());
    assertEquals(2, windows.every(3).size());
    assertArrayEquals(new long[] {3, 4, 5}, windows.every(3).get(1, RNG).input().toLongArray());
  }

  @Test
  void batchesAreStacksOfExamples() {
    Variable series = Variable.arange(24).reshape(8, 3);
    for (Windows windows :
        new Windows[] {Windows.forecast(series, 3, 2), Windows.next(series, 4)}) {
      int[] indices = {2, 0, 2};
      Batch fast = windows.batch(indices, RNG);
      Batch plain = Batch.stack(windows.examples(indices, RNG));
      assertEquals(plain.inputs().shape(), fast.inputs().shape());
      assertEquals(plain.targets().shape(), fast.targets().shape());
      assertArrayEquals(plain.inputs().toLongArray(), fast.inputs().toLongArray());
      assertArrayEquals(plain.targets().toLongArray(), fast.targets().toLongArray());
    }
  }

  @Test
  void rejectsTooShortSequences() {
    Variable ten = Variable.arange(10);
    assertEquals(1, Windows.forecast(ten, 8, 2).size());
    var error = assertThrows(IllegalArgumentException.class, () -> Windows.forecast(ten, 8, 3));
    assertTrue(error.getMessage().contains("11 steps"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Windows.next(ten, 10));
    assertThrows(IllegalArgumentException.class, () -> Windows.next(ten, 0));
    assertThrows(IllegalArgumentException.class, () -> Windows.forecast(ten, 3, 0));
    assertThrows(IllegalArgumentException.class, () -> Windows.next(ten, 3).every(0));
  }

  @Test
  void aVocabularyNumbersCharacters() {
    Vocabulary vocabulary = Vocabulary.of("banana \uD83D\uDC0B");
    assertEquals(5, vocabulary.size());
    assertEquals(" abn\uD83D\uDC0B", vocabulary.characters());
    Variable tokens = vocabulary.encode("nab \uD83D\uDC0B");
    assertEquals(Shape.of(5), tokens.shape());
    assertArrayEquals(new long[] {3, 1, 2, 0, 4}, tokens.toLongArray());
    assertEquals("nab \uD83D\uDC0B", vocabulary.decode(tokens));
    assertEquals(vocabulary.characters(), Vocabulary.of(vocabulary.characters()).characters());
    var error = assertThrows(IllegalArgumentException.class, () -> vocabulary.encode("bx"));
    assertTrue(error.getMessage().contains("'x'"), error.getMessage());
    assertThrows(IndexOutOfBoundsException.class, () -> vocabulary.decode(Variable.of(5L)));
  }
}
