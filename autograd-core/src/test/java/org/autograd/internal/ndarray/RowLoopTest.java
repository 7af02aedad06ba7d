package org.autograd.internal.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many short rows are computed at once, a single one by itself; both must agree. */
class RowLoopTest {
  private static final double[] SCALARS = {0.5};

  /** Softmax of x times a factor per row: every kind of buffer, two reductions, row values. */
  private static RowLoop scaledSoftmax() {
    Program.Builder program = Program.builder(1);
    Expression x = Expression.input(program.full()).add(Expression.parameter(0));
    Expression factor = Expression.input(program.row());
    int out = program.full();
    Expression max = program.reduce(Combine.MAX, x);
    Expression power = x.sub(max).exp();
    program.store(out, power);
    Expression sum = program.reduce(Combine.SUM, power);
    program.store(out, Expression.input(out).mul(factor.div(sum)));
    return new RowLoop(program.build());
  }

  /** The logarithm of the spread of a row, once per row. */
  private static RowLoop spread() {
    Program.Builder program = Program.builder(1);
    Expression x = Expression.input(program.full());
    int out = program.row();
    Expression max = program.reduce(Combine.MAX, x);
    Expression min = program.reduce(Combine.MIN, x);
    program.store(out, max.sub(min).add(Expression.parameter(0)).log());
    return new RowLoop(program.build());
  }

  private static NdArray random(DType dtype, long... sizes) {
    SplittableRandom rng = new SplittableRandom(7);
    Shape shape = Shape.of(sizes);
    double[] values = rng.doubles(shape.elementCount(), -3, 3).toArray();
    return NdArray.adopt(values, shape).to(dtype);
  }

  private static NdArray rows(NdArray array, int first, int count) {
    return array.view(array.layout().slice(0, first, count, 1));
  }

  private static double[] values(NdArray array) {
    return (double[]) array.to(DType.FLOAT64).copy().storage().array();
  }

  @ParameterizedTest
  @CsvSource({"8, 1", "32, 2", "33, 3", "64, 10", "600, 16", "5000, 7"})
  void manyShortRowsAreAsEachByItself(int rows, int columns) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      double tolerance = dtype == DType.FLOAT32 ? 3e-6 : 1e-14;
      NdArray x = random(dtype, rows, columns);
      NdArray factor = random(dtype, rows);
      double[] scaled = values(scaledSoftmax().apply(rows, columns, SCALARS, x, factor));
      double[] spread = values(spread().apply(rows, columns, SCALARS, x));
      for (int row = 0; row < rows; row++) {
        NdArray one = rows(x, row, 1);
        double[] expected =
            values(scaledSoftmax().apply(1, columns, SCALARS, one, rows(factor, row, 1)));
        double[] actual = Arrays.copyOfRange(scaled, row * columns, (row + 1) * columns);
        assertArrayEquals(expected, actual, tolerance);
        double alone = values(spread().apply(1, columns, SCALARS, one))[0];
        assertEquals(alone, spread[row], tolerance);
      }
    }
  }

  @Test
  void shortRowsStartWhereTheirViewDoes() {
    NdArray x = random(DType.FLOAT32, 40, 5);
    NdArray all = spread().apply(40, 5, SCALARS, x);
    NdArray some = spread().apply(20, 5, SCALARS, rows(x, 13, 20));
    assertArrayEquals(Arrays.copyOfRange(values(all), 13, 33), values(some));
  }

  @Test
  void threadsDoNotMatterToShortRows() {
    NdArray x = random(DType.FLOAT32, 70_001, 9);
    NdArray factor = random(DType.FLOAT32, 70_001);
    int before = Parallel.threads();
    try {
      Parallel.setThreads(1);
      double[] expected = values(scaledSoftmax().apply(70_001, 9, SCALARS, x, factor));
      for (int threads : new int[] {2, 3, 7}) {
        Parallel.setThreads(threads);
        double[] actual = values(scaledSoftmax().apply(70_001, 9, SCALARS, x, factor));
        assertArrayEquals(expected, actual);
      }
    } finally {
      Parallel.setThreads(before);
    }
  }
}
