package org.autograd.internal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/** Every change of a layout against an oracle that moves elements one by one. */
class LayoutTest {
  private static final int TRIALS = 20_000;

  @Test
  void everyElementIsWhereItShouldBe() {
    Random rng = new Random(1);
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomLayouts expected = RandomLayouts.random(rng, 4);
      Layout layout = expected.layout();
      assertEquals(RandomLayouts.shape(expected.sizes()), layout.shape());
      assertArrayEquals(expected.positions(), RandomLayouts.positionsOf(layout), layout::toString);
    }
  }

  @Test
  void contiguousMeansOneAfterTheOther() {
    Random rng = new Random(2);
    int found = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomLayouts expected = RandomLayouts.random(rng, 3);
      int[] positions = expected.positions();
      boolean inOrder = true;
      for (int i = 0; i < positions.length; i++) {
        inOrder &= positions[i] == positions[0] + i;
      }
      Layout layout = expected.layout();
      assertEquals(inOrder, layout.isContiguous(), layout::toString);
      found += inOrder ? 1 : 0;
    }
    assertTrue(found > TRIALS / 10 && found < TRIALS * 9 / 10, "the trials are one-sided");
  }

  @Test
  void apartMeansThatNoPositionIsShared() {
    int apart = 0;
    int sharing = 0;
    for (int rows = 1; rows <= 3; rows++) {
      for (int columns = 1; columns <= 4; columns++) {
        Layout whole = Layout.contiguous(Shape.of(4, 6, 5));
        for (int a = 0; a < 60; a++) {
          Layout left = part(whole, a % 4, a / 4 % 3, a / 12, rows, columns);
          for (int b = 0; b < 60; b++) {
            Layout right = part(whole, b % 4, b / 4 % 3, b / 12, rows, columns);
            boolean shares =
                Arrays.stream(RandomLayouts.positionsOf(left))
                    .anyMatch(
                        p -> Arrays.stream(RandomLayouts.positionsOf(right)).anyMatch(q -> p == q));
            assertEquals(!shares, left.isApartFrom(right), () -> left + " and " + right);
            apart += shares ? 0 : 1;
            sharing += shares ? 1 : 0;
          }
        }
      }
    }
    assertTrue(apart > 1000 && sharing > 1000, "the trials are one-sided");
  }

  /** Returns a row of blocks of columns of a matrix of an array of four. */
  private static Layout part(Layout whole, int matrix, int row, int column, int rows, int columns) {
    return whole
        .slice(0, matrix, 1, 1)
        .slice(1, row, rows, 1)
        .slice(2, Math.min(column, 5 - columns), columns, 1);
  }

  @Test
  void layoutsOfOtherStridesAreNotTakenToBeApart() {
    Layout whole = Layout.contiguous(Shape.of(4, 4));
    assertFalse(whole.slice(1, 0, 2, 1).isApartFrom(whole.slice(0, 2, 2, 1)));
    assertFalse(whole.slice(1, 0, 1, 1).isApartFrom(whole.slice(1, 1, 3, 1)));
    Layout repeated = Layout.contiguous(Shape.of(1)).expand(Shape.of(3));
    assertFalse(repeated.isApartFrom(repeated));
  }

  @Test
  void overlappingMeansThatAPositionOccursTwice() {
    Random rng = new Random(3);
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomLayouts expected = RandomLayouts.random(rng, 3);
      int[] positions = expected.positions();
      if (positions.length > 0) {
        boolean repeats = Arrays.stream(positions).distinct().count() < positions.length;
        assertEquals(repeats, expected.layout().isOverlapping(), expected.layout()::toString);
      }
    }
  }

  @Test
  void reshapeIsAViewExactlyWhereStridesExist() {
    Random rng = new Random(4);
    int views = 0;
    int copies = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomLayouts expected = RandomLayouts.random(rng, 4);
      Layout layout = expected.layout();
      int[] target = RandomLayouts.randomShape(rng, expected.positions().length);
      Layout reshaped = layout.reshape(RandomLayouts.shape(target));
      String message = layout + " to " + Arrays.toString(target);
      if (expected.canView(target)) {
        assertNotNull(reshaped, message);
        assertEquals(RandomLayouts.shape(target), reshaped.shape(), message);
        assertArrayEquals(expected.positions(), RandomLayouts.positionsOf(reshaped), message);
        views += layout.isContiguous() ? 0 : 1;
      } else {
        assertNull(reshaped, message);
        copies++;
      }
    }
    assertTrue(views > TRIALS / 20 && copies > TRIALS / 20, views + " views, " + copies);
  }

  @Test
  void scalarsAndEmptyArrays() {
    Layout scalar = Layout.contiguous(Shape.scalar());
    assertTrue(scalar.isContiguous());
    assertArrayEquals(new int[] {0}, RandomLayouts.positionsOf(scalar));
    assertArrayEquals(new int[] {0, 0, 0}, RandomLayouts.positionsOf(scalar.expand(Shape.of(3))));
    assertEquals(Shape.of(1, 1), scalar.unsqueeze(0).unsqueeze(0).shape());
    Layout empty = Layout.contiguous(Shape.of(2, 0, 3));
    assertTrue(empty.isContiguous());
    assertTrue(empty.transpose(0, 2).isContiguous());
    assertEquals(Shape.of(0), empty.select(2, 1).select(0, 0).shape());
    Layout reshaped = empty.reshape(Shape.of(0, 7));
    assertNotNull(reshaped);
    assertEquals(Shape.of(0, 7), reshaped.shape());
  }

  @Test
  void aSliceOfNothingStaysInsideTheStorage() {
    Layout layout = Layout.contiguous(Shape.of(4)).slice(0, 4, 0, 1);
    assertEquals(0, layout.offset());
    assertEquals(Shape.of(0), layout.shape());
    assertFalse(layout.isOverlapping());
  }
}
