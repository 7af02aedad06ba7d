package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.Functional.ValueAndGradients;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

class FunctionalTest {
  private static final Variable X = Variable.of(0.5, -1.5, 2.0);
  private static final Variable V = Variable.of(1.0, 2.0, -3.0);
  private static final Variable MIX =
      Variable.of(new double[][] {{0.2, -0.7, 0.4}, {0.9, 0.1, -0.3}});

  /** Gives two numbers for three. */
  private static Variable vector(Variable x) {
    return MIX.matmul(x.tanh()).mul(x.square().sum());
  }

  /** Gives a number whose Hessian is full. */
  private static Variable scalar(Variable x) {
    return vector(x).mul(0.1).exp().sum();
  }

  private static double[] value(Variable x) {
    return x.toDoubleArray();
  }

  /** The derivative by central differences, one column for each element of x. */
  private static double[][] columns(UnaryOperator<Variable> function, Variable x) {
    double[][] result = new double[(int) x.elementCount()][];
    double step = 1e-6;
    for (int k = 0; k < result.length; k++) {
      double[] up = x.toDoubleArray();
      double[] down = x.toDoubleArray();
      up[k] += step;
      down[k] -= step;
      double[] high = value(function.apply(Variable.of(up)));
      double[] low = value(function.apply(Variable.of(down)));
      result[k] = new double[high.length];
      for (int i = 0; i < high.length; i++) {
        result[k][i] = (high[i] - low[i]) / (2 * step);
      }
    }
    return result;
  }

  @Test
  void gradOfOneArgument() {
    Variable gradient = Functional.grad(FunctionalTest::scalar, X);
    double[][] columns = columns(FunctionalTest::scalar, X);
    for (int k = 0; k < 3; k++) {
      assertEquals(columns[k][0], value(gradient)[k], 1e-6);
    }
    assertFalse(gradient.requiresGrad());
    assertFalse(X.requiresGrad());
  }

  @Test
  void gradOfSeveralArguments() {
    ValueAndGradients both =
        Functional.valueAndGrad(
            in -> in[0].mul(in[1]).sum(), Variable.of(2.0, 3.0), Variable.scalar(5.0));
    assertEquals(25, both.value().item());
    assertArrayEquals(new double[] {5, 5}, value(both.gradients().get(0)));
    assertEquals(5, both.gradients().get(1).item());
    assertEquals(Shape.scalar(), both.gradients().get(1).shape());
    assertFalse(both.value().requiresGrad());
    assertEquals(
        List.of(7.0, 4.0),
        Functional.gradAll(in -> in[0].mul(in[1]), Variable.scalar(4.0), Variable.scalar(7.0))
            .stream()
            .map(Variable::item)
            .toList());
  }

  @Test
  void nests() {
    UnaryOperator<Variable> cube = x -> x.pow(3).sum();
    UnaryOperator<Variable> first = x -> Functional.grad(cube, x).sum();
    UnaryOperator<Variable> second = x -> Functional.grad(first, x).sum();
    assertArrayEquals(new double[] {3, -9, 12}, value(Functional.grad(first, X)));
    assertArrayEquals(new double[] {6, 6, 6}, value(Functional.grad(second, X)));
  }

  @Test
  void isConnectedToWhatRequiresAGradient() {
    Variable w = Variable.scalar(3.0).requiresGrad(true);
    Variable slope = Functional.grad(x -> x.square().mul(w).sum(), X);
    assertTrue(slope.requiresGrad());
    // The slope is 2 w x, the sum of the x is 1.
    assertEquals(2, Autograd.grad(slope.sum(), w).getFirst().item());
    assertFalse(w.hasGrad());
    Variable x = X.copy().requiresGrad(true);
    Functional.grad(v -> v.pow(3).sum(), x).sum().backward();
    Variable grad = x.grad();
    assertEquals(6 * 0.5, grad == null ? Double.NaN : value(grad)[0]);
    try (var _ = Autograd.noGrad()) {
      assertFalse(Functional.grad(v -> v.square().mul(w).sum(), x).requiresGrad());
    }
    try (var _ = Autograd.inferenceMode()) {
      Variable gradient = Functional.grad(v -> v.square().mul(w).sum(), x);
      assertEquals(3, value(gradient)[0]);
      assertFalse(gradient.requiresGrad());
    }
  }

  @Test
  void vjpIsTheTransposedJacobianTimesTheVector() {
    Variable u = Variable.of(2.0, -0.5);
    ValueAndGradients both = Functional.vjp(in -> vector(in[0]), u, X);
    assertArrayEquals(value(vector(X)), value(both.value()));
    Variable jacobian = Functional.jacobian(FunctionalTest::vector, X);
    assertArrayEquals(value(u.matmul(jacobian)), value(both.gradient()), 1e-12);
  }

  @Test
  void jvpIsTheJacobianTimesTheVector() {
    Variable jacobian = Functional.jacobian(FunctionalTest::vector, X);
    assertArrayEquals(
        value(jacobian.matmul(V)), value(Functional.jvp(FunctionalTest::vector, X, V)), 1e-12);
    // Linear, constant, and the identity.
    assertArrayEquals(value(MIX.matmul(V)), value(Functional.jvp(MIX::matmul, X, V)), 1e-12);
    assertArrayEquals(new double[3], value(Functional.jvp(_ -> X, X, V)));
    assertArrayEquals(value(V), value(Functional.jvp(x -> x, X, V)));
  }

  @Test
  void jvpIsDifferentiable() {
    GradCheck.check(in -> Functional.jvp(FunctionalTest::vector, in[0], in[1]), X, V);
  }

  @Test
  void jacobianOfAVector() {
    Variable jacobian = Functional.jacobian(FunctionalTest::vector, X);
    assertEquals(Shape.of(2, 3), jacobian.shape());
    double[][] columns = columns(FunctionalTest::vector, X);
    for (int i = 0; i < 2; i++) {
      for (int k = 0; k < 3; k++) {
        assertEquals(columns[k][i], value(jacobian)[3 * i + k], 1e-6);
      }
    }
    assertFalse(jacobian.requiresGrad());
  }

  @Test
  void theJacobiansShapeIsThatOfTheValueAndThatOfTheArgument() {
    Variable matrix = Variable.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    assertEquals(Shape.of(3, 2, 2, 3), Functional.jacobian(Variable::transpose, matrix).shape());
    assertEquals(Shape.of(2, 3), Functional.jacobian(Variable::sum, matrix).shape());
    assertArrayEquals(
        new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, value(Functional.jacobian(x -> x, X)));
    assertEquals(Shape.of(0, 3), Functional.jacobian(_ -> Variable.of(new double[0]), X).shape());
  }

  @Test
  void hessianAndItsProducts() {
    Variable hessian = Functional.hessian(FunctionalTest::scalar, X);
    assertEquals(Shape.of(3, 3), hessian.shape());
    double[][] columns = columns(x -> Functional.grad(FunctionalTest::scalar, x), X);
    for (int i = 0; i < 3; i++) {
      for (int k = 0; k < 3; k++) {
        assertEquals(columns[k][i], value(hessian)[3 * i + k], 1e-4);
      }
    }
    double[] expected = value(hessian.matmul(V));
    assertArrayEquals(expected, value(Functional.hvp(FunctionalTest::scalar, X, V)), 1e-10);
    assertArrayEquals(expected, value(Functional.vhp(FunctionalTest::scalar, X, V)), 1e-10);
  }

  @Test
  void anArgumentWithoutInfluenceHasZeros() {
    assertArrayEquals(new double[3], value(Functional.grad(_ -> Variable.scalar(1.0), X)));
    assertArrayEquals(new double[9], value(Functional.hessian(x -> x.mul(2).sum(), X)));
    ValueAndGradients both = Functional.valueAndGrad(in -> in[0].sum(), X, V);
    assertArrayEquals(new double[3], value(both.gradients().get(1)));
  }

  @Test
  void errorsNameShapes() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> Functional.grad(FunctionalTest::vector, X))
            .getMessage();
    assertTrue(message.contains("float64[2]"), message);
    message =
        assertThrows(
                IllegalArgumentException.class, () -> Functional.vjp(in -> vector(in[0]), V, X))
            .getMessage();
    assertTrue(message.contains("float64[2]") && message.contains("float64[3]"), message);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Functional.hvp(FunctionalTest::scalar, X, Variable.of(1.0)))
            .getMessage();
    assertTrue(message.startsWith("hvp") && message.contains("float64[1]"), message);
    assertThrows(
        IllegalArgumentException.class, () -> Functional.grad(Variable::sum, Variable.of(1, 2)));
    assertThrows(IllegalArgumentException.class, () -> Functional.gradAll(_ -> X));
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void aFunctionThatThrowsLeavesTheModesAsTheyWere() {
    try (var _ = Autograd.noGrad()) {
      assertThrows(
          UnsupportedOperationException.class,
          () ->
              Functional.grad(
                  _ -> {
                    throw new UnsupportedOperationException("mine");
                  },
                  X));
      assertFalse(Autograd.isGradEnabled());
    }
  }
}
