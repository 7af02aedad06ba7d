package org.autograd;

import static org.autograd.Index.all;
import static org.autograd.Index.at;
import static org.autograd.Index.ellipsis;
import static org.autograd.Index.newAxis;
import static org.autograd.Index.range;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/** Index expressions, against Python's rules written out. */
class IndexTest {
  private static final Variable X = Variable.arange(24).reshape(2, 3, 4);

  private static void assertIs(Variable actual, String shape, long... values) {
    assertEquals(shape, actual.shape().toString());
    assertArrayEquals(values, actual.toLongArray());
  }

  @Test
  void positionsDropTheirAxis() {
    assertIs(X.get(at(1), at(2), at(3)), "[]", 23);
    assertIs(X.get(at(-1), at(0)), "[4]", 12, 13, 14, 15);
    assertIs(X.get(all(), at(-3), at(-4)), "[2]", 0, 12);
  }

  @Test
  void rangesAreClippedAsInPython() {
    Variable v = Variable.arange(5);
    assertIs(v.get(range(1, 3)), "[2]", 1, 2);
    assertIs(v.get(range(-2, 99)), "[2]", 3, 4);
    assertIs(v.get(range(-99, -3)), "[2]", 0, 1);
    assertIs(v.get(range(3, 1)), "[0]");
    assertIs(v.get(range(7, 9)), "[0]");
    assertIs(v.get(Index.from(3)), "[2]", 3, 4);
    assertIs(v.get(Index.from(-1)), "[1]", 4);
    assertIs(v.get(all().step(2)), "[3]", 0, 2, 4);
    assertIs(v.get(Index.from(1).step(3)), "[2]", 1, 4);
    assertIs(v.get(all().step(99)), "[1]", 0);
    assertIs(v.get(all().step(Long.MAX_VALUE)), "[1]", 0);
    assertIs(v.get(range(Long.MIN_VALUE, Long.MAX_VALUE)), "[5]", 0, 1, 2, 3, 4);
  }

  @Test
  void newAxesAndEllipses() {
    assertEquals(Shape.of(2, 1, 3, 4), X.get(all(), newAxis()).shape());
    assertEquals(Shape.of(1, 2, 3, 4, 1), X.get(newAxis(), ellipsis(), newAxis()).shape());
    assertIs(X.get(ellipsis(), at(0)), "[2, 3]", 0, 4, 8, 12, 16, 20);
    assertIs(X.get(at(1), ellipsis(), newAxis(), at(3)), "[3, 1]", 15, 19, 23);
    assertIs(X.get(at(1), at(1), ellipsis(), at(1)), "[]", 17);
    assertSame(X, X.get());
    assertSame(X, X.get(ellipsis()));
    assertIs(
        X.get(range(1, 3), ellipsis(), newAxis(), all().step(2)),
        "[1, 3, 1, 2]",
        12,
        14,
        16,
        18,
        20,
        22);
  }

  @Test
  void indexArraysCopyAndRepeat() {
    Variable index = Variable.of(2, 0, 2);
    Variable picked = X.get(at(0), at(index));
    assertIs(picked, "[3, 4]", 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
    assertNotSame(X.data().storage(), picked.data().storage());
    assertIs(X.get(ellipsis(), at(Variable.of(3L))), "[2, 3, 1]", 3, 7, 11, 15, 19, 23);
    assertIs(
        Variable.of(10, 20, 30).get(Variable.of(new int[] {2, 0, 1, 1}).reshape(2, 2)),
        "[2, 2]",
        30,
        10,
        20,
        20);
    assertIs(X.get(X.ge(21)), "[3]", 21, 22, 23);
    assertIs(X.get(X.lt(0)), "[0]");
  }

  @Test
  void slicesAreViewsAndNothingElseIs() {
    assertSame(X.data().storage(), X.get(at(1), range(0, 2).step(2)).data().storage());
    assertSame(X.data().storage(), X.transpose(0, 2).get(Index.from(1)).data().storage());
  }

  /** A random expression and, by a loop over all positions, what it means. */
  @Test
  void randomExpressions() {
    Random rng = new Random(1);
    for (int trial = 0; trial < 3000; trial++) {
      int[] sizes = {rng.nextInt(4), 1 + rng.nextInt(5), 1 + rng.nextInt(5)};
      Variable x =
          Variable.arange((long) sizes[0] * sizes[1] * sizes[2])
              .reshape(sizes[0], sizes[1], sizes[2]);
      List<Index> parts = new ArrayList<>();
      List<List<Integer>> taken = new ArrayList<>();
      List<Long> shape = new ArrayList<>();
      for (int axis = 0; axis < 3; axis++) {
        int size = sizes[axis];
        if (rng.nextInt(5) == 0) {
          parts.add(newAxis());
          shape.add(1L);
        }
        List<Integer> positions = new ArrayList<>();
        if (size > 0 && rng.nextInt(4) == 0) {
          int position = rng.nextInt(2 * size) - size;
          parts.add(at(position));
          positions.add(Math.floorMod(position, size));
        } else {
          int start = rng.nextInt(13) - 6;
          int end = rng.nextInt(13) - 6;
          int step = 1 + rng.nextInt(3);
          parts.add(range(start, end).step(step));
          int first = Math.clamp(start < 0 ? start + size : start, 0, size);
          int last = Math.clamp(end < 0 ? end + size : end, 0, size);
          for (int i = first; i < last; i += step) {
            positions.add(i);
          }
          shape.add((long) positions.size());
        }
        taken.add(positions);
      }
      List<Long> expected = new ArrayList<>();
      for (int i : taken.get(0)) {
        for (int j : taken.get(1)) {
          for (int k : taken.get(2)) {
            expected.add(((long) i * sizes[1] + j) * sizes[2] + k);
          }
        }
      }
      Variable result = x.get(parts.toArray(Index[]::new));
      String message = x.shape() + " at " + parts;
      assertEquals(
          Shape.of(shape.stream().mapToLong(Long::longValue).toArray()), result.shape(), message);
      assertArrayEquals(
          expected.stream().mapToLong(Long::longValue).toArray(), result.toLongArray(), message);
      // And the way back: a gradient of ones arrives where something was taken.
      Variable leaf = x.to(DType.FLOAT64).requiresGrad(true);
      double[] gradient =
          Autograd.grad(leaf.get(parts.toArray(Index[]::new)).sum(), leaf)
              .getFirst()
              .toDoubleArray();
      for (int i = 0; i < gradient.length; i++) {
        assertEquals(expected.contains((long) i) ? 1 : 0, gradient[i], message);
      }
    }
  }

  @Test
  void slopesOfProductsAtZeros() {
    Variable source = Variable.of(0.0, 3, 5, 0, 0, 4, 2, 7).requiresGrad(true);
    Variable index = Variable.of(0L, 0, 0, 1, 1, 1, 2, 2);
    Variable start = Variable.of(2.0, 1, 3);
    start.scatterReduce(0, index, source, ScatterReduction.PROD, true).sum().backward();
    // Of one zero its own slope is the product of the others; of two there is none.
    assertArrayEquals(
        new double[] {30, 0, 0, 0, 0, 0, 21, 6}, source.grad().toDoubleArray(), 1e-12);
  }
}
