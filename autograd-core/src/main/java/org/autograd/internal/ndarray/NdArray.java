package org.autograd.internal.ndarray;

import java.util.Arrays;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A strided view of a storage. The view itself never changes; the elements may, through {@link
 * Copies#assign} and the in-place kernels, which raise the storage's version.
 */
public class NdArray {
  private final Storage storage;
  private final Layout layout;
  private final boolean alias;

  /** Creates a view. */
  public NdArray(Storage storage, Layout layout) {
    this(storage, layout, false);
  }

  /**
   * Creates a view.
   *
   * @param alias whether a user holds it beside the array itself
   */
  protected NdArray(Storage storage, Layout layout, boolean alias) {
    this.storage = storage;
    this.layout = layout;
    this.alias = alias;
  }

  /** Returns a new array of zeros (or false). */
  public static NdArray zeros(DType dtype, Shape shape) {
    return new NdArray(Storage.allocate(dtype, shape), Layout.contiguous(shape));
  }

  /** Returns an array like {@link #unset} in a contiguous layout that starts at 0. */
  static NdArray unset(DType dtype, Layout layout) {
    return new NdArray(Storage.allocateUnset(dtype, layout.shape()), layout);
  }

  /** Returns a new array whose elements may be anything: the caller writes them all. */
  public static NdArray unset(DType dtype, Shape shape) {
    return new NdArray(Storage.allocateUnset(dtype, shape), Layout.contiguous(shape));
  }

  /** Returns an array over a primitive array in row-major order, without copying it. */
  public static NdArray adopt(Object array, Shape shape) {
    return new NdArray(Storage.adopt(array), Layout.contiguous(shape));
  }

  /** Returns a new array filled with a value, converted to the dtype. */
  public static NdArray full(DType dtype, Shape shape, double value) {
    if (value == 0 && 1 / value > 0) {
      return zeros(dtype, shape);
    }
    NdArray result = unset(dtype, shape);
    switch (result.storage.array()) {
      case float[] a -> Arrays.fill(a, (float) value);
      case double[] a -> Arrays.fill(a, value);
      case long[] a -> Arrays.fill(a, (long) value);
      case int[] a -> Arrays.fill(a, (int) value);
      case boolean[] a -> Arrays.fill(a, value != 0);
      default -> throw new AssertionError();
    }
    return result;
  }

  /** Returns a new array of rank 0 with a value. */
  public static NdArray scalar(DType dtype, double value) {
    return full(dtype, Shape.scalar(), value);
  }

  /** Returns the storage, shared with other views. */
  public final Storage storage() {
    return storage;
  }

  /** Returns how the elements lie in the storage. */
  public final Layout layout() {
    return layout;
  }

  /** Returns the element type. */
  public final DType dtype() {
    return storage.dtype();
  }

  /** Returns the sizes. */
  public final Shape shape() {
    return layout.shape();
  }

  /** Returns the number of axes. */
  public final int rank() {
    return layout.shape().rank();
  }

  /** Returns the number of elements. */
  public final int elementCount() {
    return (int) layout.shape().elementCount();
  }

  /** Returns the size along an axis (from the start) as an int. */
  public final int size(int axis) {
    return (int) layout.shape().size(axis);
  }

  /** Returns another view of the same storage. */
  public final NdArray view(Layout other) {
    return other == layout ? this : new NdArray(storage, other);
  }

  /**
   * Returns a view of the same storage which a user holds beside the array itself: what happens to
   * one in place happens to the other.
   */
  public final NdArray alias(Layout other) {
    return new NdArray(storage, other, true);
  }

  /** Returns whether this was made by {@link #alias}. */
  public final boolean isAlias() {
    return alias;
  }

  /** Returns this array if it is in row-major order, else a copy that is. */
  public final NdArray contiguous() {
    return layout.isContiguous() ? this : copy();
  }

  /** Returns a new array with the same elements, in row-major order. */
  public final NdArray copy() {
    Mark mark = KernelMeter.start();
    if (layout.isContiguous() && elementCount() > 0) {
      NdArray result =
          new NdArray(
              Storage.copyOf(storage, layout.offset(), elementCount()), Layout.contiguous(shape()));
      KernelMeter.stop(mark);
      return result;
    }
    NdArray result = unset(dtype(), shape());
    Copies.assign(result, this);
    KernelMeter.stop(mark);
    return result;
  }

  /** Returns this array if it has the dtype, else a converted copy in row-major order. */
  public final NdArray to(DType dtype) {
    return dtype == dtype() ? this : Conversions.convert(this, dtype);
  }

  /** Returns the same elements under another shape: a view if possible, else a copy. */
  public final NdArray reshape(Shape shape) {
    @Nullable Layout view = layout.reshape(shape);
    return view != null ? view(view) : new NdArray(copy().storage, Layout.contiguous(shape));
  }

  /** Returns the array broadcast to a shape, as a view. */
  public final NdArray expand(Shape shape) {
    return view(layout.expand(shape));
  }

  /** Returns the array with the last two axes exchanged, as a view. */
  public final NdArray transpose() {
    return view(layout.transpose(rank() - 2, rank() - 1));
  }

  /** Returns the only element of an array with one element. */
  public final double item() {
    return storage.getDouble(layout.offset());
  }
}
