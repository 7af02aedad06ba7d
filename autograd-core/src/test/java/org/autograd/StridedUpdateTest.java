package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.expression.Expression;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes in place of arrays that do not lie in row-major order, against copies that do. */
class StridedUpdateTest {
  private static final PointwiseUpdate SWAP_AND_DOUBLE =
      PointwiseUpdate.of(
          "swapAndDouble", 2, 0, Expression.input(1).add(Expression.input(1)), Expression.input(0));

  private static final List<UnaryOperator<Variable>> VIEWS =
      List.of(
          x -> x,
          x -> x.transpose(),
          x -> x.get(Index.all(), Index.all().step(2)),
          x -> x.get(Index.all().step(2)).transpose(),
          x -> x.transpose().get(Index.all().step(3), Index.all()),
          x -> x.transpose().mul(2));

  private static Variable base(long... shape) {
    return Variable.randn(new Generator(3), DType.FLOAT64, shape);
  }

  @Test
  void aViewIsChangedWhereItLies() {
    for (UnaryOperator<Variable> view : VIEWS) {
      Variable changed = view.apply(base(6, 6));
      Variable expected = view.apply(base(6, 6)).mul(3);
      changed.mul_(3);
      assertArrayEquals(expected.toDoubleArray(), changed.toDoubleArray());
    }
  }

  @Test
  void targetsMayLieInDifferentOrders() {
    for (UnaryOperator<Variable> first : VIEWS) {
      for (UnaryOperator<Variable> second : VIEWS) {
        Variable a = first.apply(base(6, 6));
        Variable b = second.apply(base(6, 6).add(1));
        if (!a.shape().equals(b.shape())) {
          continue;
        }
        double[] oldA = a.toDoubleArray();
        double[] oldB = b.mul(2).toDoubleArray();
        SWAP_AND_DOUBLE.apply(new Variable[] {a, b});
        assertArrayEquals(oldB, a.toDoubleArray());
        assertArrayEquals(oldA, b.toDoubleArray());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void largeOnesOnAnyNumberOfThreads(int threads) {
    int before = Autograd.threads();
    Autograd.setThreads(threads);
    try {
      Variable changed = base(900, 800).transpose();
      Variable other = base(800, 900);
      double[] expected = other.mul(2).toDoubleArray();
      double[] old = changed.toDoubleArray();
      SWAP_AND_DOUBLE.apply(new Variable[] {changed, other});
      assertArrayEquals(expected, changed.toDoubleArray());
      assertArrayEquals(old, other.toDoubleArray());
    } finally {
      Autograd.setThreads(before);
    }
  }
}
