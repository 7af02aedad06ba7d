package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class DatasetTest {
  private static final Generator RNG = new Generator(0);

  /** Makes its examples when they are asked for: the squares. */
  private static final Dataset SQUARES =
      new Dataset() {
        @Override
        public int size() {
          return 10;
        }

        @Override
        public Example get(int index, Generator rng) {
          return Example.of(Variable.of((float) index), (long) index * index);
        }

        @Override
        public String toString() {
          return "squares";
        }
      };

  private static long[] targets(Dataset data) {
    return LongStream.range(0, data.size())
        .map(i -> (long) data.get((int) i, RNG).target().item())
        .toArray();
  }

  @Test
  void aBatchIsAStackOfExamples() {
    Batch batch = SQUARES.batch(new int[] {3, 0, 3}, RNG);
    assertEquals(3, batch.size());
    assertEquals(Shape.of(3, 1), batch.inputs().shape());
    assertArrayEquals(new long[] {9, 0, 9}, batch.targets().toLongArray());
    assertArrayEquals(new long[] {0, 9}, batch.slice(1, 3).targets().toLongArray());
    assertEquals("Batch[float32[3, 1], int64[3]]", batch.toString());
    assertEquals("Example[float32[1], int64[]]", SQUARES.get(0, RNG).toString());
  }

  @Test
  void subsetsAndSums() {
    Dataset some = SQUARES.subset(5, 1).concat(SQUARES.subset(9));
    assertEquals(3, some.size());
    assertArrayEquals(new long[] {25, 1, 81}, targets(some));
    assertArrayEquals(
        new long[] {81, 25}, some.batch(new int[] {2, 0}, RNG).targets().toLongArray());
    assertArrayEquals(new long[] {1}, targets(SQUARES.subset(7, 5, 1).subset(2)));
    assertThrows(IndexOutOfBoundsException.class, () -> SQUARES.subset(10));
    assertThrows(IndexOutOfBoundsException.class, () -> some.get(3, RNG));
  }

  @Test
  void changesExamples() {
    Dataset negative = SQUARES.mapInputs((x, _) -> x.neg());
    assertEquals(-4, negative.get(4, RNG).input().item());
    assertEquals(16, negative.get(4, RNG).target().item());
    Dataset swapped = SQUARES.map((e, _) -> Example.of(e.target(), e.input()));
    assertEquals(16, swapped.get(4, RNG).input().item());
  }

  @Test
  void splitsWhatIsNotInMemory() {
    Split<? extends Dataset> parts = SQUARES.split(7, new Generator(1));
    assertEquals(7, parts.train().size());
    long[] all =
        LongStream.concat(
                LongStream.of(targets(parts.train())), LongStream.of(targets(parts.test())))
            .sorted()
            .toArray();
    assertArrayEquals(targets(SQUARES), all);
    assertThrows(IllegalArgumentException.class, () -> SQUARES.split(11, new Generator(1)));
  }

  @Test
  void anErrorNamesTheDataSetThatHasTheExample() {
    Dataset failing =
        SQUARES.map((_, _) -> {
          throw new IllegalStateException("torn");
        });
    var error =
        assertThrows(ExampleException.class, () -> failing.subset(4, 6).batch(new int[] {1}, RNG));
    assertEquals("example 6 of squares, changed: torn", error.getMessage());
    assertEquals(6, error.index());
  }

  @Test
  void rejectsExamplesThatDoNotFitTogether() {
    Example one = Example.of(Variable.zeros(2), 1);
    assertRejected(
        "number 1 is Example[float32[3]", () -> stack(one, Example.of(Variable.zeros(3), 1)));
    assertRejected("number 1", () -> stack(one, Example.of(Variable.zeros(2))));
    assertRejected("number 1", () -> stack(one, Example.of(Variable.of(1.0, 2.0), 1)));
    assertRejected("at least one", () -> stack());
    assertRejected("at least one", () -> Example.of());
    assertRejected("each of 2 tensors", () -> Batch.padded(List.of(one), 0));
    assertRejected("at least one", () -> Batch.padded(List.of(), 0));
    assertThrows(IllegalStateException.class, () -> Example.of(Variable.zeros(2)).target());
    assertThrows(IllegalStateException.class, () -> Batch.of(Variable.zeros(2)).targets());
  }

  private static Batch stack(Example... examples) {
    return Batch.stack(List.of(examples));
  }

  private static void assertRejected(String part, Executable executable) {
    var error = assertThrows(IllegalArgumentException.class, executable);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void padsEveryTensorToItsLongest() {
    Batch batch =
        Batch.padded(
            List.of(
                Example.of(Variable.ones(1, 2), Variable.of(7L)),
                Example.of(Variable.ones(3, 2), Variable.of(8L, 9L))),
            0,
            -100);
    assertEquals(Shape.of(2, 3, 2), batch.inputs().shape());
    assertEquals(8, batch.inputs().sum().item());
    assertArrayEquals(new long[] {7, -100, 8, 9}, batch.targets().toLongArray());
  }
}
