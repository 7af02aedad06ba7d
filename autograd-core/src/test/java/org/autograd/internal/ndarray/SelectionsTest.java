package org.autograd.internal.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionsTest {
  /** The first of the best elements, one by one; NaN is the best. */
  private static long first(double[] row, boolean largest) {
    int best = 0;
    for (int i = 1; i < row.length && !Double.isNaN(row[best]); i++) {
      boolean better = largest ? row[i] > row[best] : row[i] < row[best];
      if (better || Double.isNaN(row[i])) {
        best = i;
      }
    }
    return best;
  }

  /** Lengths on both sides of where one way of searching ends and the other begins. */
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 17", "40, 7", "5, 300", "2, 8192", "2, 8193"})
  void argExtremeFindsTheFirstOfEqualsAndNaN(int rows, int columns) {
    Random random = new Random(columns);
    double[][] table = new double[rows][columns];
    double[] flat = new double[rows * columns];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < columns; i++) {
        // Few values, so that many are equal; both zeros are among them.
        double value = random.nextInt(5) * (random.nextBoolean() ? 0.5 : -0.5);
        boolean special = row % 3 == 1 && random.nextInt(columns) < 2;
        table[row][i] = special ? random.nextBoolean() ? Double.NaN : -1 / 0.0 : value;
        flat[row * columns + i] = table[row][i];
      }
    }
    NdArray doubles = NdArray.adopt(flat, Shape.of(rows, columns));
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (boolean largest : new boolean[] {true, false}) {
        long[] expected = new long[rows];
        for (int row = 0; row < rows; row++) {
          expected[row] = first(table[row], largest);
        }
        NdArray found = Selections.argExtreme(doubles.to(dtype), 1, largest);
        assertArrayEquals(expected, found.storage().longs(), dtype + " " + largest);
      }
    }
  }
}
