package org.autograd.internal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SparesTest {
  private static final Shape SHAPE = Shape.of(40, 50);

  @BeforeEach
  void forgetAll() {
    Spares.age();
    Spares.age();
  }

  private static Storage of(float value) {
    Storage storage = Storage.allocate(DType.FLOAT32, SHAPE);
    Arrays.fill(storage.floats(), value);
    return storage;
  }

  private static float[] filled(float value) {
    float[] result = new float[2000];
    Arrays.fill(result, value);
    return result;
  }

  private static float[] unset() {
    return Storage.allocateUnset(DType.FLOAT32, SHAPE).floats();
  }

  @Test
  void theLastArrayGivenIsUsedFirst() {
    Storage first = of(1);
    Storage second = of(2);
    float[] firstArray = first.floats();
    float[] secondArray = second.floats();
    Spares.give(first);
    Spares.give(second);
    assertSame(secondArray, unset());
    assertSame(firstArray, unset());
    assertArrayEquals(filled(0), unset());
  }

  @Test
  void zerosAreZerosAndCopiesAreCopies() {
    Storage source = of(3);
    Spares.give(of(1));
    Storage zeros = Storage.allocate(DType.FLOAT32, SHAPE);
    float[] array = zeros.floats();
    assertArrayEquals(filled(0), array);
    Spares.give(zeros);
    Storage copy = Storage.copyOf(source, 0, 2000);
    assertSame(array, copy.floats());
    assertArrayEquals(filled(3), copy.floats());
  }

  @Test
  void onlyTheSameDtypeAndLengthFits() {
    Spares.give(of(1));
    assertArrayEquals(
        new float[1999], Storage.allocateUnset(DType.FLOAT32, Shape.of(1999)).floats());
    assertArrayEquals(new int[2000], Storage.allocateUnset(DType.INT32, SHAPE).ints());
    assertArrayEquals(filled(1), unset());
  }

  @Test
  void whoStillUsesAnArrayGetsAnError() {
    Storage storage = of(1);
    Spares.give(storage);
    String message = assertThrows(IllegalStateException.class, storage::floats).getMessage();
    assertTrue(message.contains("float32 array of 2000 elements"), message);
    assertTrue(message.contains("Context.recycle"), message);
    assertThrows(IllegalStateException.class, storage::array);
  }

  @Test
  void givingTwiceIsGivingOnce() {
    Storage storage = of(1);
    float[] array = storage.floats();
    Spares.give(storage);
    Spares.give(storage);
    assertSame(array, unset());
    assertNotSame(array, unset());
  }

  @Test
  void whatIsNotUsedUntilTheEndOfTheNextPassIsForgotten() {
    Storage second = of(2);
    Spares.give(of(1));
    Spares.age();
    Spares.give(second);
    assertArrayEquals(filled(2), unset());
    assertArrayEquals(filled(1), unset());
    Spares.give(of(3));
    Spares.age();
    Spares.age();
    assertArrayEquals(filled(0), unset());
  }

  @Test
  void anotherThreadHasItsOwn() throws InterruptedException {
    Spares.give(of(1));
    float[][] seen = new float[1][];
    Thread thread = new Thread(() -> seen[0] = unset());
    thread.start();
    thread.join();
    assertArrayEquals(filled(0), seen[0]);
    assertArrayEquals(filled(1), unset());
  }
}
