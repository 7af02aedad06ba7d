package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/** The activations that {@link LayersTest} does not compare with a formula. */
class ActivationsTest {
  private static final double[] X = {-30, -4, -1.5, -.7, -.2, .3, .6, 1.1, 2.5, 7, 40};

  private static final Map<Activation, DoubleUnaryOperator> FORMULAS = new LinkedHashMap<>();

  static {
    FORMULAS.put(Activation.softplus(2, 20), x -> 2 * x > 20 ? x : Math.log1p(Math.exp(2 * x)) / 2);
    FORMULAS.put(Activation.logSigmoid(), x -> -Math.log1p(Math.exp(-x)));
    FORMULAS.put(Activation.mish(), x -> x * Math.tanh(Math.log1p(Math.exp(x))));
    FORMULAS.put(Activation.softsign(), x -> x / (1 + Math.abs(x)));
    FORMULAS.put(Activation.tanhshrink(), x -> x - Math.tanh(x));
    FORMULAS.put(Activation.hardshrink(), x -> Math.abs(x) > .5 ? x : 0);
    FORMULAS.put(Activation.hardshrink(2), x -> Math.abs(x) > 2 ? x : 0);
    FORMULAS.put(Activation.softshrink(), x -> Math.signum(x) * Math.max(Math.abs(x) - .5, 0));
    FORMULAS.put(Activation.softshrink(2), x -> Math.signum(x) * Math.max(Math.abs(x) - 2, 0));
    FORMULAS.put(Activation.hardtanh(), x -> Math.clamp(x, -1, 1));
    FORMULAS.put(Activation.hardtanh(-2, .5), x -> Math.clamp(x, -2, .5));
    FORMULAS.put(Activation.hardsigmoid(), x -> Math.clamp(x / 6 + .5, 0, 1));
    FORMULAS.put(Activation.hardswish(), x -> x * Math.clamp(x / 6 + .5, 0, 1));
    FORMULAS.put(Activation.relu6(), x -> Math.clamp(x, 0, 6));
    FORMULAS.put(
        Activation.selu(),
        x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)));
    FORMULAS.put(Activation.celu(), x -> x > 0 ? x : Math.expm1(x));
    FORMULAS.put(Activation.celu(2), x -> x > 0 ? x : 2 * Math.expm1(x / 2));
    FORMULAS.put(Activation.threshold(.5, -3), x -> x > .5 ? x : -3);
  }

  @Test
  void valuesAndGradients() {
    FORMULAS.forEach((activation, formula) -> {
      double[] actual = activation.apply(Variable.of(X)).toDoubleArray();
      for (int k = 0; k < X.length; k++) {
        double expected = formula.applyAsDouble(X[k]);
        assertEquals(
            expected,
            actual[k],
            1e-13 * Math.max(1, Math.abs(expected)),
            activation + " of " + X[k]);
      }
      GradCheck.check(x -> activation.apply(x[0]), Variable.of(X).requiresGrad(true));
    });
  }

  @Test
  void undefinedValuesPass() {
    Variable nan = Variable.of(Double.NaN);
    assertTrue(Double.isNaN(Activation.hardshrink().apply(nan).item()));
    assertTrue(Double.isNaN(Activation.softshrink().apply(nan).item()));
  }

  @Test
  void cornersHaveTheSlopeOfPyTorch() {
    Variable x = Variable.of(-.5, .5).requiresGrad(true);
    Activation.hardshrink().apply(x).add(Activation.softshrink().apply(x)).sum().backward();
    assertArrayEquals(new double[2], Objects.requireNonNull(x.grad()).toDoubleArray());
  }

  @Test
  void alongAnAxis() {
    Variable x = Variable.randn(new Generator(1), DType.FLOAT64, 2, 4, 3, 5);
    assertArrayEquals(
        x.neg().exp().div(x.neg().exp().sumKeepDims(2)).toDoubleArray(),
        Activation.softmin(2).apply(x).toDoubleArray(),
        1e-14);
    Variable images = x.exp().div(x.exp().sumKeepDims(1));
    assertArrayEquals(
        images.toDoubleArray(), Activation.softmax2d().apply(x).toDoubleArray(), 1e-14);
    assertArrayEquals(
        images.select(0, 1).toDoubleArray(),
        Activation.softmax2d().apply(x.select(0, 1)).toDoubleArray(),
        1e-14);
    Variable gate = x.narrow(1, 2, 2).neg().exp().add(1);
    assertArrayEquals(
        x.narrow(1, 0, 2).div(gate).toDoubleArray(),
        Activation.glu(1).apply(x).toDoubleArray(),
        1e-14);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Activation.softmax2d().apply(Variable.zeros(2, 2)));
    assertTrue(e.getMessage().contains("[batch, channels, height, width]"), e::getMessage);
    assertThrows(IllegalArgumentException.class, () -> Activation.softshrink(-1));
  }

  @Test
  void preluLearnsASlopeForEachChannel() {
    PRelu module = new PRelu(3, .25, DType.FLOAT64);
    Variable x = Variable.randn(new Generator(2), DType.FLOAT64, 4, 3, 2);
    assertArrayEquals(x.leakyRelu(.25).toDoubleArray(), module.apply(x).toDoubleArray(), 1e-15);
    assertEquals(List.of("weight"), List.copyOf(module.stateDict().keySet()));
    ModuleGradients.check(module, () -> module.apply(x), x);
    assertEquals("PRelu(slopes=1)", new PRelu().toString());
    assertThrows(IllegalArgumentException.class, () -> new PRelu(0, .25, DType.FLOAT64));
  }

  @Test
  void rreluDrawsSlopesInTrainingOnly() {
    RRelu module = new RRelu();
    Variable x = Variable.full(DType.FLOAT64, -1, 10_000);
    double[] drawn = module.apply(x).toDoubleArray();
    double sum = 0;
    for (double y : drawn) {
      assertTrue(-y >= 1.0 / 8 && -y < 1.0 / 3);
      sum -= y;
    }
    assertEquals((1.0 / 8 + 1.0 / 3) / 2, sum / drawn.length, .005);
    Variable positive = Variable.of(2.0, 0.0, 3.0);
    assertArrayEquals(positive.toDoubleArray(), module.apply(positive).toDoubleArray());
    module.eval();
    assertEquals(-(1.0 / 8 + 1.0 / 3) / 2, module.apply(x).mean().item(), 1e-15);
    assertThrows(IllegalArgumentException.class, () -> new RRelu(1, 0));
  }
}
