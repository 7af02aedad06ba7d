package org.autograd.internal.storage;

import java.util.Arrays;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * How an array's elements lie in its storage: element {@code (i0, i1, ...)} is at {@code offset +
 * i0 * stride0 + i1 * stride1 + ...}. Immutable; a changed view of the same elements is another
 * layout.
 */
public final class Layout {
  private static final int[] NO_STRIDES = {};
  private static final Layout SCALAR = new Layout(Shape.scalar(), NO_STRIDES, 0);

  private final Shape shape;
  private final int[] strides;
  private final int offset;
  private final boolean contiguous;

  /** Of a matrix, once it was asked for: a weight is transposed at every step. */
  private @Nullable Layout transposed;

  private Layout(Shape shape, int[] strides, int offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = isRowMajor(shape, strides);
  }

  /** Returns the layout of a new array in row-major order. */
  public static Layout contiguous(Shape shape) {
    return shape.rank() == 0 ? SCALAR : new Layout(shape, rowMajorStrides(shape), 0);
  }

  private static int[] rowMajorStrides(Shape shape) {
    int[] strides = new int[shape.rank()];
    long stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = (int) stride;
      stride *= Math.max(shape.size(axis), 1);
    }
    return strides;
  }

  private static boolean isRowMajor(Shape shape, int[] strides) {
    if (shape.elementCount() == 0) {
      return true;
    }
    long expected = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      long size = shape.size(axis);
      if (size != 1 && strides[axis] != expected) {
        return false;
      }
      expected *= size;
    }
    return true;
  }

  /** Returns the sizes. */
  public Shape shape() {
    return shape;
  }

  /** Returns the distance in the storage between neighbours along an axis (from the start). */
  public int stride(int axis) {
    return strides[axis];
  }

  /** Returns the position of the first element. */
  public int offset() {
    return offset;
  }

  /** Returns whether the elements lie one after the other in row-major order. */
  public boolean isContiguous() {
    return contiguous;
  }

  /** Returns whether several elements lie at one place, as after {@link #expand}. */
  public boolean isOverlapping() {
    for (int axis = 0; axis < strides.length; axis++) {
      if (strides[axis] == 0 && shape.size(axis) > 1) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the layout with axes reordered: axis {@code i} of the result is {@code axes[i]} here.
   */
  public Layout permute(int[] axes) {
    long[] sizes = new long[axes.length];
    int[] newStrides = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      sizes[i] = shape.size(axes[i]);
      newStrides[i] = strides[axes[i]];
    }
    return new Layout(Shape.of(sizes), newStrides, offset);
  }

  /** Returns the layout with two axes (from the start) exchanged. */
  public Layout transpose(int first, int second) {
    if (strides.length == 2 && first != second) {
      Layout known = transposed;
      if (known == null) {
        known = permute(new int[] {1, 0});
        transposed = known;
      }
      return known;
    }
    int[] axes = new int[strides.length];
    for (int axis = 0; axis < axes.length; axis++) {
      axes[axis] = axis == first ? second : axis == second ? first : axis;
    }
    return permute(axes);
  }

  /**
   * Returns every {@code step}-th element along an axis.
   *
   * @param start the first one, in {@code [0, size)} unless {@code count} is 0
   * @param count how many
   * @param step the distance, negative to walk backwards
   */
  public Layout slice(int axis, long start, long count, long step) {
    int[] newStrides = strides.clone();
    newStrides[axis] = (int) (strides[axis] * step);
    int newOffset = count == 0 ? offset : (int) (offset + start * strides[axis]);
    return new Layout(shape.with(axis, count), newStrides, newOffset);
  }

  /** Returns the layout of one position along an axis, which disappears. */
  public Layout select(int axis, long index) {
    int[] newStrides = new int[strides.length - 1];
    System.arraycopy(strides, 0, newStrides, 0, axis);
    System.arraycopy(strides, axis + 1, newStrides, axis, newStrides.length - axis);
    return new Layout(shape.without(axis), newStrides, (int) (offset + index * strides[axis]));
  }

  /**
   * Returns the layout of the elements with equal positions along two axes, from given starts; the
   * two axes disappear and a last one of {@code count} elements is added.
   */
  public Layout diagonal(int first, long firstStart, int second, long secondStart, long count) {
    int[] newStrides = new int[strides.length - 1];
    long[] sizes = new long[strides.length - 1];
    int next = 0;
    for (int axis = 0; axis < strides.length; axis++) {
      if (axis != first && axis != second) {
        sizes[next] = shape.size(axis);
        newStrides[next++] = strides[axis];
      }
    }
    sizes[next] = count;
    newStrides[next] = strides[first] + strides[second];
    long start = count == 0 ? 0 : firstStart * strides[first] + secondStart * strides[second];
    return new Layout(Shape.of(sizes), newStrides, (int) (offset + start));
  }

  /** Returns the layout with a new axis of size 1 before {@code axis}. */
  public Layout unsqueeze(int axis) {
    int[] newStrides = new int[strides.length + 1];
    System.arraycopy(strides, 0, newStrides, 0, axis);
    System.arraycopy(strides, axis, newStrides, axis + 1, strides.length - axis);
    return new Layout(shape.inserting(axis, 1), newStrides, offset);
  }

  /** Returns the layout broadcast to a shape, with stride 0 along the repeated axes. */
  public Layout expand(Shape target) {
    if (target.equals(shape)) {
      return this;
    }
    int[] newStrides = new int[target.rank()];
    int shift = target.rank() - strides.length;
    for (int axis = 0; axis < strides.length; axis++) {
      boolean repeated = shape.size(axis) == 1 && target.size(axis + shift) != 1;
      newStrides[axis + shift] = repeated ? 0 : strides[axis];
    }
    return new Layout(target, newStrides, offset);
  }

  /**
   * Returns the layout of the same elements, in row-major order, under another shape with as many
   * elements, or null if no strides can express it and a copy is needed.
   */
  public @Nullable Layout reshape(Shape target) {
    if (contiguous) {
      return new Layout(target, rowMajorStrides(target), offset);
    }
    int[] newStrides = new int[target.rank()];
    int newAxis = target.rank() - 1;
    int axis = strides.length - 1;
    while (axis >= 0) {
      // Join old axes while each is the continuation of the one inside it.
      long joined = shape.size(axis);
      int base = strides[axis];
      int outer = axis - 1;
      while (outer >= 0
          && (shape.size(outer) == 1 || strides[outer] == (long) base * joined || joined == 1)) {
        if (joined == 1) {
          base = strides[outer];
        }
        joined *= shape.size(outer);
        outer--;
      }
      // Cut the joined run into new axes.
      long filled = 1;
      while (newAxis >= 0 && (filled < joined || target.size(newAxis) == 1)) {
        newStrides[newAxis] = (int) (base * filled);
        filled *= target.size(newAxis);
        newAxis--;
      }
      if (filled != joined) {
        return null;
      }
      axis = outer;
    }
    return new Layout(target, newStrides, offset);
  }

  @Override
  public String toString() {
    return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
  }

  /**
   * Returns the axes in the order in which the elements lie in memory, from the largest stride to
   * the smallest; the order that they have if there is any axis along which elements repeat.
   */
  public int[] axesByStride() {
    int[] order = new int[strides.length];
    for (int axis = 0; axis < order.length; axis++) {
      if (strides[axis] <= 0 && shape.size(axis) > 1) {
        for (int k = 0; k < order.length; k++) {
          order[k] = k;
        }
        return order;
      }
      // Insertion sort; axes of size 1 stay behind the one before, as their strides mean nothing.
      int at = axis;
      while (at > 0
          && shape.size(axis) > 1
          && shape.size(order[at - 1]) > 1
          && strides[order[at - 1]] < strides[axis]) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = axis;
    }
    return order;
  }

  /**
   * Returns whether no element of this is one of another layout of the same storage. Only layouts
   * of one shape with the same strides are looked at, such as two parts of the columns of a matrix;
   * for others the answer is false.
   */
  public boolean isApartFrom(Layout other) {
    return shape.equals(other.shape)
        && isAlike(other)
        && !meets(axesByStride(), 0, Math.abs((long) offset - other.offset));
  }

  /** Returns whether a distance may lie between two elements that differ along these axes only. */
  private boolean meets(int[] axes, int from, long distance) {
    if (from == axes.length) {
      return distance == 0;
    }
    long size = shape.size(axes[from]);
    if (size == 1) {
      return meets(axes, from + 1, distance);
    }
    long stride = strides[axes[from]];
    long within = 0;
    for (int k = from + 1; k < axes.length; k++) {
      within += (shape.size(axes[k]) - 1) * strides[axes[k]];
    }
    if (stride <= within) {
      return true;
    }
    long steps = distance / stride;
    long rest = distance % stride;
    return (steps < size && meets(axes, from + 1, rest))
        || (steps + 1 < size && meets(axes, from + 1, stride - rest));
  }

  /** Returns whether the strides are the same, for layouts of one shape. */
  public boolean isAlike(Layout other) {
    return Arrays.equals(strides, other.strides);
  }
}
