package org.autograd.internal.kernel.matmul;

/**
 * A view of an array as a matrix: element {@code (row, column)} lies at {@code offset + row *
 * rowStride + column * columnStride}. Transposed, sliced and broadcast matrices are views of the
 * same array, so a product takes them without a copy.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public record Matrix<A>(
    A data, int offset, int rows, int columns, int rowStride, int columnStride) {

  /** Checks that no size is negative. */
  public Matrix {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException("matrix of " + rows + " x " + columns);
    }
  }

  /** Returns a matrix whose rows follow each other from the start of the array. */
  public static <A> Matrix<A> rowMajor(A data, int rows, int columns) {
    return new Matrix<>(data, 0, rows, columns, columns, 1);
  }

  /** Returns the same elements with rows and columns exchanged. */
  public Matrix<A> transposed() {
    return new Matrix<>(data, offset, columns, rows, columnStride, rowStride);
  }

  /** Returns a matrix of the same shape that starts elsewhere in the array. */
  Matrix<A> at(int newOffset) {
    return new Matrix<>(data, newOffset, rows, columns, rowStride, columnStride);
  }

  /** Returns where an element lies in the array. */
  int index(int row, int column) {
    return offset + row * rowStride + column * columnStride;
  }

  /** Returns the rows {@code from} to {@code to} as a matrix. */
  Matrix<A> rows(int from, int to) {
    return new Matrix<>(data, index(from, 0), to - from, columns, rowStride, columnStride);
  }

  /** Returns the columns {@code from} to {@code to} as a matrix. */
  Matrix<A> columns(int from, int to) {
    return new Matrix<>(data, index(0, from), rows, to - from, rowStride, columnStride);
  }

  /** Throws unless {@code c} can hold the product of {@code a} and {@code b}. */
  static void checkProduct(Matrix<?> a, Matrix<?> b, Matrix<?> c) {
    if (a.columns != b.rows || c.rows != a.rows || c.columns != b.columns) {
      throw new IllegalArgumentException(
          "product of "
              + a.rows
              + " x "
              + a.columns
              + " and "
              + b.rows
              + " x "
              + b.columns
              + " into "
              + c.rows
              + " x "
              + c.columns);
    }
    if (c.columnStride != 1 && c.columns > 1) {
      throw new IllegalArgumentException("result with column stride " + c.columnStride);
    }
  }
}
