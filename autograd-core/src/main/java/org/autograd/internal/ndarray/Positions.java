package org.autograd.internal.ndarray;

import org.autograd.internal.storage.Layout;
import org.autograd.type.Shape;

/**
 * Walks several layouts of one shape together, in row-major order, with adjacent axes joined where
 * every layout allows it. What remains is a loop over outer positions around an inner run of equal
 * length for all:
 *
 * <pre>{@code
 * Positions p = Positions.of(shape, a, b);
 * do {
 *   // elements a: p.offset(0) + i * p.innerStride(0), i < p.innerSize(); b likewise
 * } while (p.next());
 * }</pre>
 *
 * Not for empty shapes: there is nothing to walk.
 */
final class Positions {
  private final int operands;
  private final int axes;
  private final int[] sizes;

  /** Strides of operand k along axis a at {@code [k * axes + a]}. */
  private final int[] strides;

  private final int[] offsets;
  private final int[] counters;

  private Positions(int operands, int axes, int[] sizes, int[] strides, int[] offsets) {
    this.operands = operands;
    this.axes = axes;
    this.sizes = sizes;
    this.strides = strides;
    this.offsets = offsets;
    this.counters = new int[axes];
  }

  /** Prepares to walk layouts that have all been expanded to {@code shape}. */
  static Positions of(Shape shape, Layout... layouts) {
    int operands = layouts.length;
    int rank = shape.rank();
    int[] sizes = new int[Math.max(rank, 1)];
    // The strides along joined axis a, of operand k at [a * operands + k].
    int[] joined = new int[Math.max(rank, 1) * operands];
    int axes = 0;
    for (int axis = 0; axis < rank; axis++) {
      int size = (int) shape.size(axis);
      if (size == 1) {
        continue;
      }
      boolean joins = axes > 0;
      for (int k = 0; joins && k < operands; k++) {
        joins = joined[(axes - 1) * operands + k] == (long) layouts[k].stride(axis) * size;
      }
      if (joins) {
        sizes[axes - 1] *= size;
      } else {
        sizes[axes++] = size;
      }
      for (int k = 0; k < operands; k++) {
        joined[(axes - 1) * operands + k] = layouts[k].stride(axis);
      }
    }
    if (axes == 0) {
      sizes[axes++] = 1;
    }
    int[] strides = new int[operands * axes];
    int[] offsets = new int[operands];
    for (int k = 0; k < operands; k++) {
      offsets[k] = layouts[k].offset();
      for (int axis = 0; axis < axes; axis++) {
        strides[k * axes + axis] = joined[axis * operands + k];
      }
    }
    return new Positions(operands, axes, sizes, strides, offsets);
  }

  /** Returns the length of the inner run. */
  int innerSize() {
    return sizes[axes - 1];
  }

  /** Returns the stride of an operand along the inner run. */
  int innerStride(int operand) {
    return strides[operand * axes + axes - 1];
  }

  /** Returns the length of the axis around the inner run, 1 if there is none. */
  int rowCount() {
    return axes < 2 ? 1 : sizes[axes - 2];
  }

  /** Returns the stride of an operand along the axis around the inner run. */
  int rowStride(int operand) {
    return axes < 2 ? 0 : strides[operand * axes + axes - 2];
  }

  /** Returns where an operand's current run (or block of rows) starts. */
  int offset(int operand) {
    return offsets[operand];
  }

  /** Returns the operands' current starts; valid until the next step. */
  int[] offsets() {
    return offsets;
  }

  /** Goes to the next inner run; false after the last. */
  boolean next() {
    return advance(axes - 2);
  }

  /** Goes to the next block of {@link #rowCount} inner runs; false after the last. */
  boolean nextRows() {
    return advance(axes - 3);
  }

  private boolean advance(int from) {
    for (int axis = from; axis >= 0; axis--) {
      boolean carry = ++counters[axis] == sizes[axis];
      if (carry) {
        counters[axis] = 0;
      }
      for (int k = 0; k < operands; k++) {
        int stride = strides[k * axes + axis];
        offsets[k] += carry ? -stride * (sizes[axis] - 1) : stride;
      }
      if (!carry) {
        return true;
      }
    }
    return false;
  }
}
