package org.autograd.internal.kernel.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Array;
import java.util.Random;

/**
 * A kernel under test and what its tests do with the arrays of its float type.
 *
 * @param epsilon the distance from 1 to the next number
 */
record Samples<A>(
    MatmulProvider provider, MatmulKernel<A> kernel, Class<?> component, double epsilon) {

  /** How a matrix lies in its array. */
  enum Layout {
    ROWS,
    COLUMNS,
    /** Every second row and every second column of an array that begins and ends further out. */
    SLICED,
    /** A window in a wider array. */
    WINDOW
  }

  static Samples<float[]> float32(MatmulProvider provider) {
    return new Samples<>(provider, provider.float32(), float.class, Math.ulp(1f));
  }

  static Samples<double[]> float64(MatmulProvider provider) {
    return new Samples<>(provider, provider.float64(), double.class, Math.ulp(1.0));
  }

  @Override
  public String toString() {
    return provider + " " + component;
  }

  @SuppressWarnings("unchecked")
  A zeros(int length) {
    return (A) Array.newInstance(component, length);
  }

  A random(int length, int seed) {
    A array = zeros(length);
    Random random = new Random(seed);
    for (int i = 0; i < length; i++) {
      set(array, i, random.nextGaussian());
    }
    return array;
  }

  Matrix<A> matrix(int rows, int columns, Layout layout, int seed) {
    return switch (layout) {
      case ROWS -> Matrix.rowMajor(random(rows * columns, seed), rows, columns);
      case COLUMNS -> Matrix.rowMajor(random(rows * columns, seed), columns, rows).transposed();
      case SLICED -> {
        int rowStride = 2 * (2 * columns + 1);
        A array = random(rows * rowStride + 7, seed);
        yield new Matrix<>(array, 5, rows, columns, rowStride, 2);
      }
      case WINDOW -> {
        A array = random(rows * (columns + 3) + 11, seed);
        yield new Matrix<>(array, 11, rows, columns, columns + 3, 1);
      }
    };
  }

  /** Returns a matrix to be overwritten, all NaN. */
  Matrix<A> result(int rows, int columns, int rowStride) {
    A array = zeros(rows * rowStride + 9);
    for (int i = 0; i < Array.getLength(array); i++) {
      set(array, i, Double.NaN);
    }
    return new Matrix<>(array, 4, rows, columns, rowStride, 1);
  }

  /** Multiplies random matrices into a window of a wider array. */
  void check(int m, int k, int n, Layout left, Layout right) {
    check(matrix(m, k, left, 1), matrix(k, n, right, 2), result(m, n, n + 5));
  }

  /**
   * Multiplies, and checks every element of the array behind {@code c}; adds the product to that,
   * and checks again.
   */
  void check(Matrix<A> a, Matrix<A> b, Matrix<A> c) {
    kernel.multiply(a, b, c);
    check(a, b, c, 1);
    kernel.multiply(a, b, c, true);
    check(a, b, c, 2);
  }

  private void check(Matrix<A> a, Matrix<A> b, Matrix<A> c, int times) {
    double[] left = toDoubles(a);
    double[] right = toDoubles(b.transposed());
    int depth = a.columns();
    // Rounding errors of the terms mostly cancel; a wrong or missing term is far larger.
    double precision = 8 * epsilon * (1 + Math.sqrt(depth) / 4);
    for (int row = 0; row < c.rows(); row++) {
      for (int column = 0; column < c.columns(); column++) {
        double sum = 0;
        double magnitude = 0;
        for (int k = 0; k < depth; k++) {
          double term = left[row * depth + k] * right[column * depth + k];
          sum += term;
          magnitude += Math.abs(term);
        }
        assertEquals(
            times * sum,
            get(c, row, column),
            times * magnitude * precision,
            () -> this + " " + a + " * " + b + " -> " + c);
      }
    }
    int untouched = 0;
    for (int i = 0; i < Array.getLength(c.data()); i++) {
      untouched += Double.isNaN(Array.getDouble(c.data(), i)) ? 1 : 0;
    }
    int written = c.rows() * c.columns();
    assertEquals(Array.getLength(c.data()) - written, untouched, "cells around the result");
  }

  private double[] toDoubles(Matrix<A> matrix) {
    double[] copy = new double[matrix.rows() * matrix.columns()];
    for (int row = 0, i = 0; row < matrix.rows(); row++) {
      for (int column = 0; column < matrix.columns(); column++) {
        copy[i++] = get(matrix, row, column);
      }
    }
    return copy;
  }

  void assertSameBits(Matrix<A> expected, Matrix<A> actual) {
    for (int row = 0; row < expected.rows(); row++) {
      for (int column = 0; column < expected.columns(); column++) {
        assertEquals(
            Double.doubleToRawLongBits(get(expected, row, column)),
            Double.doubleToRawLongBits(get(actual, row, column)),
            this::toString);
      }
    }
  }

  double get(Matrix<A> matrix, int row, int column) {
    return Array.getDouble(matrix.data(), matrix.index(row, column));
  }

  void set(Matrix<A> matrix, int row, int column, double value) {
    set(matrix.data(), matrix.index(row, column), value);
  }

  private void set(A array, int index, double value) {
    if (array instanceof float[] floats) {
      floats[index] = (float) value;
    } else {
      Array.setDouble(array, index, value);
    }
  }
}
