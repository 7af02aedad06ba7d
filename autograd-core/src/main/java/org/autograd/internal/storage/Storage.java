package org.autograd.internal.storage;

import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * A Java array and a version. Views share their storage, so a write through any of them raises the
 * version that all of them see; a recorded operation that saved a value compares versions before it
 * uses the value.
 */
public final class Storage {
  /** The largest number of elements: what HotSpot can allocate as one array. */
  public static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

  /** From how many elements on an array is worth keeping for its next use. */
  public static final int WORTH_REUSE = 1024;

  private final Object array;
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
    int length = (int) count;
    Object array =
        switch (dtype) {
          case BOOL -> new boolean[length];
          case INT32 -> new int[length];
          case INT64 -> new long[length];
          case FLOAT32 -> new float[length];
          case FLOAT64 -> new double[length];
        };
    return new Storage(array, dtype, length);
  }

  /**
   * Returns a storage for an array of the given shape whose elements may be anything: the caller
   * writes them all. It is over the array that {@link Spare} lends this thread, if that is as long.
   *
   * @throws IllegalArgumentException as {@link #allocate}
   */
  public static Storage allocateUnset(DType dtype, Shape shape) {
    if (shape.elementCount() >= WORTH_REUSE && shape.elementCount() <= MAX_LENGTH) {
      Storage spare = Spare.take(dtype, (int) shape.elementCount());
      if (spare != null) {
        return spare;
      }
    }
    return allocate(dtype, shape);
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
    return array;
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
    return (float[]) array;
  }

  /** Returns the array of a float64 storage. */
  public double[] doubles() {
    return (double[]) array;
  }

  /** Returns the array of an int32 storage. */
  public int[] ints() {
    return (int[]) array;
  }

  /** Returns the array of an int64 storage. */
  public long[] longs() {
    return (long[]) array;
  }

  /** Returns the array of a bool storage. */
  public boolean[] booleans() {
    return (boolean[]) array;
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
