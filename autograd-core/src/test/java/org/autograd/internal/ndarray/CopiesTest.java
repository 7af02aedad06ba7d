package org.autograd.internal.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.RandomLayouts;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/** Copies and conversions between any layouts, and the walk over positions beneath them. */
class CopiesTest {
  private static final int TRIALS = 3000;

  /** An array over a storage that holds at position i the value {@code value(i)}. */
  private static NdArray numbered(DType dtype, Layout layout, int length) {
    Storage storage = Storage.allocate(dtype, Shape.of(length));
    return new NdArray(fill(storage), layout);
  }

  private static Storage fill(Storage storage) {
    for (int i = 0; i < storage.length(); i++) {
      switch (storage.array()) {
        case boolean[] a -> a[i] = value(DType.BOOL, i) != 0;
        case int[] a -> a[i] = (int) value(DType.INT32, i);
        case long[] a -> a[i] = value(DType.INT64, i);
        case float[] a -> a[i] = value(DType.FLOAT32, i);
        case double[] a -> a[i] = value(DType.FLOAT64, i);
        default -> throw new AssertionError();
      }
    }
    return storage;
  }

  private static long value(DType dtype, int position) {
    return dtype == DType.BOOL ? Integer.bitCount(position) % 2 : position + 1;
  }

  private static long[] elements(NdArray array) {
    return Arrays.stream(RandomLayouts.positionsOf(array.layout()))
        .mapToLong(position -> array.storage().getLong(position))
        .toArray();
  }

  private static long[] expected(DType dtype, int[] positions) {
    return Arrays.stream(positions).mapToLong(position -> value(dtype, position)).toArray();
  }

  /** Larger than every storage that the random layouts reach into. */
  private static int length(RandomLayouts random) {
    return Arrays.stream(random.positions()).max().orElse(0) + 1;
  }

  @Test
  void copiesOfEveryLayoutAndDtype() {
    Random rng = new Random(1);
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomLayouts random = RandomLayouts.random(rng, 5);
      for (DType dtype : DType.values()) {
        NdArray source = numbered(dtype, random.layout(), length(random));
        NdArray copy = source.copy();
        assertArrayEquals(expected(dtype, random.positions()), elements(copy));
        assertEquals(dtype, copy.dtype());
        assertEquals(source.shape(), copy.shape());
        assertNotSame(source.storage(), copy.storage());
      }
    }
  }

  @Test
  void writesOnlyWhereTheTargetIs() {
    Random rng = new Random(2);
    int trials = 0;
    while (trials < TRIALS) {
      RandomLayouts random = RandomLayouts.random(rng, 5);
      if (random.layout().isOverlapping() || random.positions().length == 0) {
        continue;
      }
      trials++;
      NdArray target =
          new NdArray(Storage.allocate(DType.INT32, Shape.of(length(random) + 3)), random.layout());
      NdArray source =
          numbered(
              DType.INT32, Layout.contiguous(random.layout().shape()), random.positions().length);
      Copies.assign(target, source);
      assertArrayEquals(elements(source), elements(target));
      long written = Arrays.stream(target.storage().ints()).filter(v -> v != 0).count();
      assertEquals(random.positions().length, written);
    }
  }

  @Test
  void conversionsOfEveryLayout() {
    Random rng = new Random(3);
    for (int trial = 0; trial < TRIALS / 5; trial++) {
      RandomLayouts random = RandomLayouts.random(rng, 4);
      for (DType from : DType.values()) {
        NdArray source = numbered(from, random.layout(), length(random));
        for (DType to : DType.values()) {
          NdArray converted = source.to(to);
          if (from == to) {
            assertSame(source, converted);
            continue;
          }
          long[] values = expected(from, random.positions());
          if (to == DType.BOOL) {
            values = Arrays.stream(values).map(v -> v == 0 ? 0 : 1).toArray();
          }
          assertArrayEquals(values, elements(converted), from + " to " + to);
        }
      }
    }
  }

  @Test
  void longRunsAndBlocksOfTransposedCopies() {
    for (int rows : new int[] {1, 31, 32, 33, 100}) {
      for (int columns : new int[] {1, 31, 32, 33, 100}) {
        Layout layout = Layout.contiguous(Shape.of(rows, columns));
        NdArray source = numbered(DType.FLOAT32, layout.transpose(0, 1), rows * columns);
        assertArrayEquals(elements(source), elements(source.copy()));
        NdArray batch =
            numbered(
                DType.FLOAT64,
                Layout.contiguous(Shape.of(2, rows, columns)).transpose(1, 2),
                2 * rows * columns);
        assertArrayEquals(elements(batch), elements(batch.copy()));
      }
    }
  }

  /** Pairs of positions in the order in which they are walked. */
  private static long[] walk(Positions p) {
    LongStream.Builder pairs = LongStream.builder();
    do {
      for (int i = 0; i < p.innerSize(); i++) {
        pairs.add(pair(p.offset(0) + i * p.innerStride(0), p.offset(1) + i * p.innerStride(1)));
      }
    } while (p.next());
    return pairs.build().toArray();
  }

  private static long[] walkRows(Positions p) {
    LongStream.Builder pairs = LongStream.builder();
    do {
      for (int row = 0; row < p.rowCount(); row++) {
        for (int i = 0; i < p.innerSize(); i++) {
          pairs.add(
              pair(
                  p.offset(0) + row * p.rowStride(0) + i * p.innerStride(0),
                  p.offset(1) + row * p.rowStride(1) + i * p.innerStride(1)));
        }
      }
    } while (p.nextRows());
    return pairs.build().toArray();
  }

  private static long pair(int a, int b) {
    return ((long) a << 32) + b;
  }

  @Test
  void severalLayoutsAreWalkedTogetherInRowMajorOrder() {
    Random rng = new Random(4);
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomLayouts random = RandomLayouts.random(rng, 4);
      Shape shape = random.layout().shape();
      if (shape.elementCount() == 0) {
        continue;
      }
      Layout other = rng.nextBoolean() ? Layout.contiguous(shape) : random.layout().expand(shape);
      int[] others = RandomLayouts.positionsOf(other);
      long[] pairs = new long[others.length];
      Arrays.setAll(pairs, i -> pair(random.positions()[i], others[i]));
      assertArrayEquals(pairs, walk(Positions.of(shape, random.layout(), other)));
      assertArrayEquals(pairs, walkRows(Positions.of(shape, random.layout(), other)));
    }
  }

  @Test
  void axesAreJoinedWhereAllLayoutsAllowIt() {
    Shape shape = Shape.of(2, 3, 4);
    Layout rows = Layout.contiguous(shape);
    assertEquals(24, Positions.of(shape, rows, rows).innerSize());
    Layout oneRow = Layout.contiguous(Shape.of(4)).expand(shape);
    Positions broadcast = Positions.of(shape, rows, oneRow);
    assertEquals(4, broadcast.innerSize());
    assertEquals(6, broadcast.rowCount());
    assertEquals(0, broadcast.rowStride(1));
    Layout scalar = Layout.contiguous(Shape.scalar()).expand(shape);
    assertEquals(24, Positions.of(shape, rows, scalar).innerSize());
    assertEquals(0, Positions.of(shape, rows, scalar).innerStride(1));
    Layout turned = Layout.contiguous(Shape.of(4, 3, 2)).transpose(0, 2);
    assertEquals(4, Positions.of(shape, rows, turned).innerSize());
    assertEquals(1, Positions.of(Shape.scalar(), Layout.contiguous(Shape.scalar())).innerSize());
    assertEquals(
        5, Positions.of(Shape.of(1, 5, 1), Layout.contiguous(Shape.of(1, 5, 1))).innerSize());
  }
}
