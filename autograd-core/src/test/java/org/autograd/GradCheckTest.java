package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker must accept right gradients and, above all, reject wrong ones. */
class GradCheckTest {
  private static final Variable MATRIX =
      Variable.of(new double[][] {{0.5, -1.25, 2}, {-0.75, 1.5, 0.25}});
  private static final Variable ROW = Variable.of(0.75, -0.5, 1.25);

  /** Returns {@code x^2} with the given rule instead of {@code 2 x g}. */
  private static Variable square(Variable x, java.util.function.BinaryOperator<Variable> rule) {
    return Node.record("square", x.detach().square().data(), Edge.to(x, x, rule));
  }

  private static String failure(Function<Variable[], Variable> function, Variable... inputs) {
    return assertThrows(AssertionError.class, () -> GradCheck.check(function, inputs)).getMessage();
  }

  private static String secondOrderFailure(
      Function<Variable[], Variable> function, Variable... inputs) {
    GradCheck.check(function, inputs);
    return assertThrows(AssertionError.class, () -> GradCheck.checkSecondOrder(function, inputs))
        .getMessage();
  }

  @Test
  void acceptsRightGradients() {
    GradCheck.checkSecondOrder(x -> square(x[0], (g, v) -> g.mul(v).mul(2)), MATRIX);
    GradCheck.checkSecondOrder(x -> x[0].mul(x[1]).sum(), MATRIX, ROW);
    GradCheck.checkSecondOrder(x -> x[0].matmul(x[1]), MATRIX, ROW);
    GradCheck.checkSecondOrder(x -> x[0].mul(3), Variable.zeros(DType.FLOAT64, 0, 3));
    GradCheck.checkAllSecondOrder(
        GradCheck.options(), x -> List.of(x[0].exp(), x[0].sum(0)), MATRIX);
  }

  @Test
  void acceptsViewsAndLeavesInputsAsTheyWere() {
    Variable base = Variable.of(new double[][] {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}});
    double[] before = base.toDoubleArray();
    Variable view = base.transpose().get(Index.range(1, 4), Index.all().step(2));
    GradCheck.checkSecondOrder(x -> x[0].mul(x[0]).mul(x[0]), view);
    GradCheck.check(x -> x[0].mul(x[0]), ROW.expand(4, 3));
    assertEquals(List.of(), differences(before, base.toDoubleArray()));
    assertEquals(false, base.requiresGrad());
  }

  private static List<Integer> differences(double[] a, double[] b) {
    return java.util.stream.IntStream.range(0, a.length).filter(i -> a[i] != b[i]).boxed().toList();
  }

  @Test
  void rejectsAWrongFactor() {
    String message = failure(x -> square(x[0], (g, v) -> g.mul(v)), MATRIX);
    assertTrue(message.contains("input 0, float64[2, 3]"), message);
    assertTrue(message.contains("element [0, 0]: analytic"), message);
    assertTrue(message.contains("6 wrong of 6"), message);
  }

  @Test
  void rejectsAWrongSign() {
    failure(x -> square(x[0], (g, v) -> g.mul(v).mul(-2)), MATRIX);
  }

  @Test
  void namesTheOnlyWrongElement() {
    Variable mask = Variable.of(new double[][] {{2, 2, 2}, {2, 2.01, 2}});
    String message = failure(x -> square(x[0], (g, v) -> g.mul(v).mul(mask)), MATRIX);
    assertTrue(message.contains("element [1, 1]"), message);
    assertTrue(message.contains("1 wrong of 6"), message);
  }

  @Test
  void rejectsAMissingTerm() {
    // x * exp(x) without the derivative of its second factor.
    String message = failure(x -> x[0].mul(x[0].detach().exp()), MATRIX);
    assertTrue(message.contains("analytic"), message);
  }

  @Test
  void namesTheInputWithTheWrongGradient() {
    String message =
        failure(
            x ->
                Node.record(
                    "mul",
                    x[0].detach().mul(x[1].detach()).data(),
                    Edge.to(x[0], x[1], (g, v) -> g.mul(v)),
                    Edge.to(x[1], x[1], (g, v) -> g.mul(v))),
            MATRIX,
            ROW);
    assertTrue(message.contains("input 1, float64[3]"), message);
  }

  @Test
  void rejectsAMissingGradient() {
    String message = failure(x -> x[0].mul(x[1].detach()), MATRIX, ROW);
    assertTrue(message.contains("input 1"), message);
    assertTrue(message.contains("no gradient arrived"), message);
    assertTrue(failure(x -> x[0].detach().exp(), ROW).contains("no gradient arrived"));
  }

  @Test
  void rejectsForgottenUnbroadcasting() {
    // A sum over the wrong axis of a square array has the right shape, too.
    Variable square = Variable.of(new double[][] {{1, 2}, {3, 4}});
    Variable row = Variable.of(0.5, -0.5);
    Function<Variable[], Variable> wrong =
        x ->
            Node.record(
                "mul",
                x[0].detach().mul(x[1].detach()).data(),
                Edge.to(x[1], x[0], (g, v) -> g.mul(v).sum(1)));
    String message = failure(x -> wrong.apply(new Variable[] {square, x[0]}), row);
    assertTrue(message.contains("element [0]"), message);
    // Only the last row instead of the sum over rows.
    failure(
        x ->
            Node.record(
                "expand", x[0].detach().expand(2, 2).data(), Edge.to(x[0], g -> g.select(0, -1))),
        row);
  }

  @Test
  void rejectsAGradientOfTheWrongShape() {
    assertThrows(
        IllegalArgumentException.class,
        () -> GradCheck.check(x -> square(x[0], (g, v) -> g.mul(v).mul(2).sum(1)), MATRIX));
  }

  @Test
  void rejectsAnIndexThatIsSwapped() {
    Variable square = Variable.of(new double[][] {{1, 2}, {3, 4}});
    failure(
        x ->
            Node.record(
                "matmul",
                x[0].detach().matmul(square).data(),
                Edge.to(x[0], g -> g.matmul(square))),
        square);
  }

  @Test
  void rejectsWhatIsWrongOnlyAtSecondOrder() {
    // Right values, but the factor is cut off from the graph, as a fused kernel would do it.
    String message =
        secondOrderFailure(x -> square(x[0], (g, v) -> g.mul(v.detach()).mul(2)), MATRIX);
    assertTrue(message.startsWith("second order"), message);
    // The gradient is cut off from the gradient that comes in.
    message = secondOrderFailure(x -> square(x[0], (g, v) -> g.detach().mul(v).mul(2)), MATRIX);
    assertTrue(message.contains("input 1, float64[2, 3]"), message);
    // A wrong rule for the derivative of the derivative.
    UnaryOperator<Variable> wrongDouble =
        v -> Node.record("double", v.detach().mul(2).data(), Edge.to(v, g -> g.mul(3)));
    message = secondOrderFailure(x -> square(x[0], (g, v) -> g.mul(wrongDouble.apply(v))), MATRIX);
    assertTrue(message.contains("input 0, float64[2, 3]"), message);
  }

  @Test
  void rejectsABackwardThatDependsOnWhetherItIsRecorded() {
    String message =
        secondOrderFailure(
            x -> square(x[0], (g, v) -> g.mul(v).mul(Autograd.isGradEnabled() ? 2.00001 : 2)),
            MATRIX);
    assertTrue(message.contains("createGraph"), message);
  }

  @Test
  void rejectsAFunctionThatIsNotDeterministic() {
    AtomicInteger calls = new AtomicInteger();
    String message = failure(x -> x[0].mul(1 + 1e-9 * calls.getAndIncrement()), ROW);
    assertTrue(message.contains("called a second time"), message);
    message = failure(x -> x[0].mul(Autograd.isGradEnabled() ? 2 : 3), ROW);
    assertTrue(message.contains("noGrad"), message);
    AtomicInteger passes = new AtomicInteger();
    message =
        failure(
            x -> square(x[0], (g, v) -> g.mul(v).mul(2 + 1e-9 * passes.getAndIncrement())), ROW);
    assertTrue(message.contains("backward is called a second time"), message);
  }

  @Test
  void rejectsAFunctionThatChangesItsInput() {
    String message =
        failure(
            x -> {
              try (var _ = Autograd.noGrad()) {
                x[0].copy_(Variable.of(1.0, 2.0, 3.0));
              }
              return x[0].exp();
            },
            ROW);
    assertTrue(message.contains("changes its input 0"), message);
  }

  @Test
  void rejectsNaN() {
    assertTrue(failure(x -> x[0].sqrt(), Variable.of(-1.0, 4.0)).contains("NaN"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 100, 600, 699})
  void findsOneWrongElementAmongMany(int wrong) {
    Variable x = Variable.linspace(-1, 1, 700).to(DType.FLOAT64);
    double[] factors = new double[700];
    java.util.Arrays.fill(factors, 2);
    GradCheck.checkSecondOrder(
        GradCheck.options().elementLimit(100), v -> square(v[0], (g, s) -> g.mul(s).mul(2)), x);
    factors[wrong] = 3;
    Variable mask = Variable.of(factors);
    String message = failure(v -> square(v[0], (g, s) -> g.mul(s).mul(mask)), x);
    assertTrue(message.contains("element [" + wrong + "]"), message);
  }

  @Test
  void refusesFloat32() {
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> GradCheck.check(x -> x[0].exp(), Variable.of(1f, 2f)));
    assertTrue(thrown.getMessage().contains("float32[2]"), thrown.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> GradCheck.check(x -> x[0].to(DType.FLOAT32).exp(), ROW));
    assertThrows(IllegalArgumentException.class, () -> GradCheck.options().eps(0));
  }

  @Test
  void passesIntegersOn() {
    GradCheck.checkSecondOrder(
        x -> x[0].indexSelect(1, x[1]), MATRIX, Variable.of(new long[] {2, 0, 2}));
  }
}
