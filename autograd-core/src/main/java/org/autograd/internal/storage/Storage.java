package org.autograd.internal.storage;

import java.util.Arrays;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A Java array and a version. Views share their storage, so a write through any of them raises the
 * version that all of them see; a recorded operation that saved a value compares versions before it
 * uses the value.
 */
public final class Storage {
  /** The largest number of elements: what HotSpot can allocate as one array. */
  public static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

  /** Null once it was surrendered. */
  private @Nullable Object array;

  private final DType dtype;
  private final int length;
  private int version;
  private boolean shared;
  private boolean viewed;

  private Storage(Object array, DType dtype, int length) {
    this.array = array;
    this.dtype = dtype;
    this.length = length;
  }

  /**
   * Returns a new storage of zeros for an array of the given shape.
   *
   * @throws IllegalArgumentException if that many elements do not fit a Java array
   */
  public static Storage allocate(DType dtype, Shape shape) {
    int length = checkedLength(dtype, shape);
    Object spare = Spares.take(dtype, length);
    if (spare == null) {
      return new Storage(zeros(dtype, length), dtype, length);
    }
    clear(spare);
    return new Storage(spare, dtype, length);
  }

  /**
   * Returns a storage for an array of the given shape whose elements may be anything: the caller
   * writes them all.
   *
   * @throws IllegalArgumentException as {@link #allocate}
   */
  public static Storage allocateUnset(DType dtype, Shape shape) {
    int length = checkedLength(dtype, shape);
    Object spare = Spares.take(dtype, length);
    return new Storage(spare != null ? spare : zeros(dtype, length), dtype, length);
  }

  private static int checkedLength(DType dtype, Shape shape) {
    long count = shape.elementCount();
    if (count > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "allocate: shape "
              + shape
              + " of "
              + dtype
              + " has "
              + count
              + " elements, but one array holds at most "
              + MAX_LENGTH
              + "; split it along an axis");
    }
    return (int) count;
  }

  private static Object zeros(DType dtype, int length) {
    return switch (dtype) {
      case BOOL -> new boolean[length];
      case INT32 -> new int[length];
      case INT64 -> new long[length];
      case FLOAT32 -> new float[length];
      case FLOAT64 -> new double[length];
    };
  }

  private static void clear(Object array) {
    switch (array) {
      case float[] a -> Arrays.fill(a, 0);
      case double[] a -> Arrays.fill(a, 0);
      case long[] a -> Arrays.fill(a, 0);
      case int[] a -> Arrays.fill(a, 0);
      case boolean[] a -> Arrays.fill(a, false);
      default -> throw new AssertionError(array.getClass());
    }
  }

  /** Returns a storage with a part of an array of the given dtype. */
  public static Storage copyOf(Storage source, int from, int count) {
    Object array = source.array();
    Object spare = Spares.take(source.dtype, count);
    if (spare != null) {
      System.arraycopy(array, from, spare, 0, count);
      return new Storage(spare, source.dtype, count);
    }
    // HotSpot does not zero an array first that it fills by this.
    int to = from + count;
    return adopt(
        switch (array) {
          case float[] a -> Arrays.copyOfRange(a, from, to);
          case double[] a -> Arrays.copyOfRange(a, from, to);
          case long[] a -> Arrays.copyOfRange(a, from, to);
          case int[] a -> Arrays.copyOfRange(a, from, to);
          case boolean[] a -> Arrays.copyOfRange(a, from, to);
          default -> throw new AssertionError(array.getClass());
        });
  }

  /** Returns a storage over the given primitive array, which from now on belongs to the storage. */
  public static Storage adopt(Object array) {
    return switch (array) {
      case float[] a -> new Storage(a, DType.FLOAT32, a.length);
      case double[] a -> new Storage(a, DType.FLOAT64, a.length);
      case long[] a -> new Storage(a, DType.INT64, a.length);
      case int[] a -> new Storage(a, DType.INT32, a.length);
      case boolean[] a -> new Storage(a, DType.BOOL, a.length);
      default -> throw new IllegalArgumentException("storage of " + array.getClass());
    };
  }

  /** Returns the primitive array. Whoever writes to it calls {@link #bumpVersion()}. */
  public Object array() {
    Object present = array;
    if (present == null) {
      throw new IllegalStateException(
          dtype
              + " array of "
              + length
              + " elements: it was given up, to Context.recycle or Pointwise.applyOver, and its memory"
              + " is used for something else by now; do not keep such values");
    }
    return present;
  }

  /** Returns a storage over the same array, which is not to be had from here any more. */
  public Storage successor() {
    return new Storage(surrender(), dtype, length);
  }

  /** Returns the array for another use; it is not to be had from here any more. */
  Object surrender() {
    Object present = array();
    array = null;
    // Also for those who kept the array and ask for the version only.
    version++;
    return present;
  }

  /** Returns whether the array has got another use. */
  boolean isSurrendered() {
    return array == null;
  }

  /** Returns the element type. */
  public DType dtype() {
    return dtype;
  }

  /** Returns the number of elements. */
  public int length() {
    return length;
  }

  /** Returns the array of a float32 storage. */
  public float[] floats() {
    return (float[]) array();
  }

  /** Returns the array of a float64 storage. */
  public double[] doubles() {
    return (double[]) array();
  }

  /** Returns the array of an int32 storage. */
  public int[] ints() {
    return (int[]) array();
  }

  /** Returns the array of an int64 storage. */
  public long[] longs() {
    return (long[]) array();
  }

  /** Returns the array of a bool storage. */
  public boolean[] booleans() {
    return (boolean[]) array();
  }

  /** Returns an element as a double: 0 or 1 for a bool, rounded for an int64 above 2^53. */
  public double getDouble(int index) {
    return switch (dtype) {
      case BOOL -> booleans()[index] ? 1 : 0;
      case INT32 -> ints()[index];
      case INT64 -> longs()[index];
      case FLOAT32 -> floats()[index];
      case FLOAT64 -> doubles()[index];
    };
  }

  /** Returns an element as a long: 0 or 1 for a bool, truncated towards 0 for a float. */
  public long getLong(int index) {
    return switch (dtype) {
      case BOOL -> booleans()[index] ? 1 : 0;
      case INT32 -> ints()[index];
      case INT64 -> longs()[index];
      case FLOAT32 -> (long) floats()[index];
      case FLOAT64 -> (long) doubles()[index];
    };
  }

  /** Returns how often the content was changed in place. */
  public int version() {
    return version;
  }

  /** Notes that the content was changed in place. */
  public void bumpVersion() {
    version++;
  }

  /** Returns whether a view of this storage has been taken. */
  public boolean isShared() {
    return shared;
  }

  /** Notes that a view of this storage has been taken. */
  public void markShared() {
    shared = true;
  }

  /** Returns whether a view was taken of this that follows its changes. */
  public boolean isViewed() {
    return viewed;
  }

  /** Notes that a view follows the changes of this. */
  public void markViewed() {
    viewed = true;
  }
}
