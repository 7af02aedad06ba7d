package org.autograd.internal.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReductionLoopTest {
  private static final ReductionLoop PRODUCTS =
      new ReductionLoop(Combine.SUM, 2, Expression.input(0).mul(Expression.input(1)));

  /** Also with more rows and columns than a block has, and with few that could be folded. */
  @ParameterizedTest
  @CsvSource({"1, 5, 3", "2, 300, 7", "3, 128, 20", "1, 9, 5000", "2, 64, 2", "4, 1, 6"})
  void anOperandOfOneRowIsTheSameAsItsRepetition(int outer, int rows, int columns) {
    Random random = new Random(rows);
    Shape shape = Shape.of(outer, rows, columns);
    float[] x = new float[outer * rows * columns];
    float[] shared = new float[outer * columns];
    float[] repeated = new float[x.length];
    for (int i = 0; i < shared.length; i++) {
      shared[i] = random.nextInt(9) - 4;
    }
    for (int i = 0; i < x.length; i++) {
      // Whole numbers, whose sums are exact in any order.
      x[i] = random.nextInt(9) - 4;
      repeated[i] = shared[i / (rows * columns) * columns + i % columns];
    }
    boolean[] reduced = {false, true, false};
    NdArray left = NdArray.adopt(x, shape);
    NdArray expected = PRODUCTS.apply(reduced, left, NdArray.adopt(repeated, shape));
    NdArray actual =
        PRODUCTS.apply(reduced, left, NdArray.adopt(shared, Shape.of(outer, 1, columns)));
    assertEquals(expected.shape(), actual.shape());
    assertEquals(DType.FLOAT32, actual.dtype());
    assertArrayEquals(expected.storage().floats(), actual.storage().floats());
  }
}
