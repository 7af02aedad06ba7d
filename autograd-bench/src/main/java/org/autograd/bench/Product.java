package org.autograd.bench;

import java.util.Random;
import org.autograd.type.DType;

/**
 * A matrix product {@code [rows, inner] x [inner, columns]}.
 *
 * @param dtype float32 or float64
 * @param layout for each operand n, or t if it is the transpose of a contiguous matrix
 * @param fresh whether the result is a new array each time, as an operation of a user's is, and not
 *     one that is overwritten
 */
public record Product(DType dtype, int rows, int inner, int columns, String layout, boolean fresh) {
  /** Returns whether the left operand is a transpose. */
  public boolean isLeftTransposed() {
    return layout.charAt(0) == 't';
  }

  /** Returns whether the right operand is a transpose. */
  public boolean isRightTransposed() {
    return layout.charAt(1) == 't';
  }

  /** Returns the elements of the left operand as they lie in memory: between -1 and 1. */
  public double[] left() {
    return new Random(1).doubles((long) rows * inner, -1, 1).toArray();
  }

  /** Returns the elements of the right operand as they lie in memory: between -1 and 1. */
  public double[] right() {
    return new Random(2).doubles((long) inner * columns, -1, 1).toArray();
  }

  /** Rounds each. */
  public static float[] toFloats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }
}
