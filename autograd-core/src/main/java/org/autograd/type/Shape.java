package org.autograd.type;

import java.util.Arrays;

/**
 * The sizes of an array along its axes; immutable. A scalar has rank 0 and one element. Axes may be
 * given from the end as negative numbers: {@code -1} is the last one.
 */
public final class Shape {
  private static final Shape SCALAR = new Shape(new long[0]);

  private final long[] sizes;
  private final long elementCount;

  private Shape(long[] sizes) {
    this.sizes = sizes;
    this.elementCount = count(sizes);
  }

  /**
   * Returns the shape with the given sizes.
   *
   * @throws IllegalArgumentException if a size is negative or the number of elements overflows
   */
  public static Shape of(long... sizes) {
    return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
  }

  /** Returns the shape of a scalar, {@code []}. */
  public static Shape scalar() {
    return SCALAR;
  }

  private static long count(long[] sizes) {
    long count = 1;
    boolean empty = false;
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(sizes) + ": sizes must not be negative");
      }
      empty |= size == 0;
    }
    if (empty) {
      return 0;
    }
    for (long size : sizes) {
      if (size > Long.MAX_VALUE / count) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(sizes) + ": the number of elements overflows a long");
      }
      count *= size;
    }
    return count;
  }

  /** Returns the number of axes. */
  public int rank() {
    return sizes.length;
  }

  /** Returns the number of elements, 1 for a scalar. */
  public long elementCount() {
    return elementCount;
  }

  /**
   * Returns the size along an axis, which may be negative to count from the end.
   *
   * @throws IllegalArgumentException if there is no such axis
   */
  public long size(int axis) {
    return sizes[axis(axis, "size")];
  }

  /** Returns the sizes as a new array. */
  public long[] toArray() {
    return sizes.clone();
  }

  /**
   * Returns the axis counted from the start, in {@code [0, rank)}.
   *
   * @param axis an axis, negative to count from the end
   * @param operation the name used in the error message
   * @throws IllegalArgumentException if there is no such axis
   */
  public int axis(int axis, String operation) {
    int rank = sizes.length;
    int result = axis < 0 ? axis + rank : axis;
    if (result < 0 || result >= rank) {
      throw new IllegalArgumentException(
          rank == 0
              ? operation
                  + ": axis "
                  + axis
                  + " does not exist, the operand is a scalar of shape []"
              : operation
                  + ": axis "
                  + axis
                  + " does not exist in shape "
                  + this
                  + "; give one from "
                  + -rank
                  + " to "
                  + (rank - 1));
    }
    return result;
  }

  /** Returns this shape with the size along {@code axis} (from the start) replaced. */
  public Shape with(int axis, long size) {
    long[] result = sizes.clone();
    result[axis] = size;
    return new Shape(result);
  }

  /** Returns this shape without the given axis (counted from the start). */
  public Shape without(int axis) {
    long[] result = new long[sizes.length - 1];
    System.arraycopy(sizes, 0, result, 0, axis);
    System.arraycopy(sizes, axis + 1, result, axis, result.length - axis);
    return Shape.of(result);
  }

  /** Returns this shape with a new axis of the given size inserted before {@code axis}. */
  public Shape inserting(int axis, long size) {
    long[] result = new long[sizes.length + 1];
    System.arraycopy(sizes, 0, result, 0, axis);
    result[axis] = size;
    System.arraycopy(sizes, axis, result, axis + 1, sizes.length - axis);
    return new Shape(result);
  }

  /**
   * Returns whether an array of this shape broadcasts to {@code target} as it is (NumPy's rule).
   */
  public boolean broadcastsTo(Shape target) {
    int shift = target.sizes.length - sizes.length;
    if (shift < 0) {
      return false;
    }
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] != 1 && sizes[axis] != target.sizes[axis + shift]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the common shape of two operands under NumPy's broadcasting rule: aligned at the last
   * axis, each pair of sizes is equal or one of them is 1.
   *
   * @param operation the name used in the error message
   * @throws IllegalArgumentException if the shapes do not broadcast together
   */
  public static Shape broadcast(Shape left, Shape right, String operation) {
    if (left.equals(right)) {
      return left;
    }
    int rank = Math.max(left.rank(), right.rank());
    long[] result = new long[rank];
    for (int fromEnd = 1; fromEnd <= rank; fromEnd++) {
      long l = fromEnd <= left.rank() ? left.sizes[left.rank() - fromEnd] : 1;
      long r = fromEnd <= right.rank() ? right.sizes[right.rank() - fromEnd] : 1;
      if (l != r && l != 1 && r != 1) {
        throw new IllegalArgumentException(
            operation
                + ": shapes "
                + left
                + " and "
                + right
                + " do not broadcast: at axis "
                + -fromEnd
                + " the sizes "
                + l
                + " and "
                + r
                + " differ and neither is 1"
                + remedy(left, right));
      }
      result[rank - fromEnd] = l == 1 ? r : l;
    }
    return Shape.of(result);
  }

  private static String remedy(Shape left, Shape right) {
    if (left.rank() == 2
        && right.rank() == 2
        && left.sizes[0] == right.sizes[1]
        && left.sizes[1] == right.sizes[0]) {
      return "; did you mean transpose()?";
    }
    if (left.rank() != right.rank()) {
      Shape shorter = left.rank() < right.rank() ? left : right;
      Shape longer = shorter == left ? right : left;
      if (shorter.rank() == longer.rank() - 1
          && Arrays.equals(shorter.sizes, Arrays.copyOf(longer.sizes, shorter.sizes.length))) {
        return "; did you mean unsqueeze(-1) on the operand of shape " + shorter + "?";
      }
    }
    return "";
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Shape shape && Arrays.equals(sizes, shape.sizes));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** Returns the sizes in brackets, for example {@code [32, 784]}. */
  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
