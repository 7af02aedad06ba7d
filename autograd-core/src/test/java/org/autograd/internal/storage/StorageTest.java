package org.autograd.internal.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

class StorageTest {

  @Test
  void eachDtypeHasItsArray() {
    Object[] arrays = {new boolean[2], new int[2], new long[2], new float[2], new double[2]};
    DType[] dtypes = DType.values();
    for (int k = 0; k < dtypes.length; k++) {
      Storage adopted = Storage.adopt(arrays[k]);
      assertEquals(dtypes[k], adopted.dtype());
      assertEquals(2, adopted.length());
      assertSame(arrays[k], adopted.array());
      Storage allocated = Storage.allocate(dtypes[k], Shape.of(3, 4));
      assertEquals(arrays[k].getClass(), allocated.array().getClass());
      assertEquals(12, allocated.length());
      assertEquals(0, allocated.getDouble(11));
      assertEquals(0, allocated.getLong(11));
    }
    assertThrows(IllegalArgumentException.class, () -> Storage.adopt(new byte[1]));
  }

  @Test
  void elementsAsNumbers() {
    Storage longs = Storage.adopt(new long[] {Long.MAX_VALUE});
    assertEquals(Long.MAX_VALUE, longs.getLong(0));
    assertEquals(0x1p63, longs.getDouble(0));
    Storage floats = Storage.adopt(new float[] {-1.5f});
    assertEquals(-1, floats.getLong(0));
    assertEquals(-1.5, floats.getDouble(0));
    Storage booleans = Storage.adopt(new boolean[] {true});
    assertEquals(1, booleans.getLong(0));
    assertEquals(1, booleans.getDouble(0));
  }

  @Test
  void versionsCountChanges() {
    Storage storage = Storage.allocate(DType.FLOAT32, Shape.of(1));
    assertEquals(0, storage.version());
    storage.bumpVersion();
    storage.bumpVersion();
    assertEquals(2, storage.version());
  }

  @Test
  void tooManyElementsAreRefusedWithTheirNumber() {
    for (DType dtype : DType.values()) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Storage.allocate(dtype, Shape.of(Storage.MAX_LENGTH + 1L)));
      assertTrue(e.getMessage().contains("2147483640"), e.getMessage());
      assertTrue(e.getMessage().contains(dtype.toString()), e.getMessage());
    }
  }
}
