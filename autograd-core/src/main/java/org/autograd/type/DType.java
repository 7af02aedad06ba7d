package org.autograd.type;

/**
 * The element type of an array. A dtype belongs to the value: no global setting changes what an
 * operation computes.
 *
 * <p>Promotion follows one rule for every operation that combines arrays: the operands are
 * converted to the later of their dtypes in the order {@code BOOL < INT32 < INT64 < FLOAT32 <
 * FLOAT64}. A Java scalar operand never widens an array within its own kind ({@code
 * float32.add(0.1)} is float32); one that is not whole, or beyond the range of a long, turns an
 * integer array into float32.
 *
 * <p>Where this differs from PyTorch: an operand of shape [] counts like any other ({@code float32}
 * with a {@code float64} scalar Variable gives {@code float64}); arithmetic on truth values counts,
 * in int64; powers of integers are float32. Quotients and functions of integers are float32 there
 * as here.
 */
public enum DType {
  /** Truth values, stored as {@code boolean[]}. */
  BOOL("bool", 1),
  /** 32-bit two's complement integers, stored as {@code int[]}. */
  INT32("int32", 4),
  /**
   * 64-bit two's complement integers, stored as {@code long[]}; the dtype of indices and labels.
   */
  INT64("int64", 8),
  /** IEEE 754 single precision, stored as {@code float[]}; the default dtype of factories. */
  FLOAT32("float32", 4),
  /** IEEE 754 double precision, stored as {@code double[]}. */
  FLOAT64("float64", 8);

  private final String label;
  private final int byteSize;

  DType(String label, int byteSize) {
    this.label = label;
    this.byteSize = byteSize;
  }

  /** Returns the number of bytes of one element. */
  public int byteSize() {
    return byteSize;
  }

  /** Returns whether this is float32 or float64: only these can require a gradient. */
  public boolean isFloating() {
    return this == FLOAT32 || this == FLOAT64;
  }

  /** Returns whether this is int32 or int64. */
  public boolean isInteger() {
    return this == INT32 || this == INT64;
  }

  /**
   * Returns the dtype to which operands of the two dtypes are converted before they are combined.
   */
  public static DType promote(DType left, DType right) {
    return left.compareTo(right) >= 0 ? left : right;
  }

  /** Returns the name used by NumPy and PyTorch, for example {@code float32}. */
  @Override
  public String toString() {
    return label;
  }
}
