package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayersTest {
  private static final Linear.Options FLOAT64 =
      Linear.options().dtype(DType.FLOAT64).generator(new Generator(3));

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  /** Compares the gradients of all parameters and of the input with central differences. */
  private static void assertGradients(UnaryModule module, Variable input) {
    Variable weights =
        Variable.randn(new Generator(9), DType.FLOAT64, module.apply(input).shape().toArray());
    input.requiresGrad(true);
    module.apply(input).mul(weights).sum().backward();
    Map<String, Variable> leaves = new LinkedHashMap<>(module.namedParameters());
    leaves.put("input", input);
    double step = 1e-6;
    leaves.forEach((name, leaf) -> {
      double[] analytic = Objects.requireNonNull(leaf.grad()).toDoubleArray();
      double[] numeric = new double[analytic.length];
      double[] values = leaf.toDoubleArray();
      try (var _ = Autograd.noGrad()) {
        for (int k = 0; k < values.length; k++) {
          double[] sums = new double[2];
          for (int side = 0; side < 2; side++) {
            double[] moved = values.clone();
            moved[k] += side == 0 ? step : -step;
            leaf.copy_(Variable.fromArray(moved, leaf.shape().toArray()));
            sums[side] = module.apply(input).mul(weights).sum().item();
          }
          numeric[k] = (sums[0] - sums[1]) / (2 * step);
        }
        leaf.copy_(Variable.fromArray(values, leaf.shape().toArray()));
      }
      assertArrayEquals(numeric, analytic, 1e-7, name);
      assertTrue(Arrays.stream(analytic).anyMatch(g -> g != 0), name);
    });
  }

  @Test
  void linearComputesTheAffineMap() {
    Linear layer = new Linear(2, 3);
    layer.loadStateDict(
        Map.of(
            "weight", Variable.of(new float[][] {{1, 2}, {3, 4}, {5, 6}}),
            "bias", Variable.of(10f, 20f, 30f)));
    assertArrayEquals(new float[] {15, 31, 47}, layer.apply(Variable.of(1f, 2f)).toFloatArray());
    assertEquals(Shape.of(4, 5, 3), layer.apply(Variable.zeros(4, 5, 2)).shape());
    assertEquals(Shape.of(0, 3), layer.apply(Variable.zeros(0, 2)).shape());
  }

  @Test
  void linearWithoutBiasHasNone() {
    Linear layer = new Linear(2, 3, Linear.options().bias(false));
    assertNull(layer.bias());
    assertEquals(List.of("weight"), List.copyOf(layer.stateDict().keySet()));
    assertEquals(0, layer.apply(Variable.zeros(1, 2)).sum().item());
    assertEquals("Linear(inFeatures=2, outFeatures=3, bias=false)", layer.toString());
  }

  @Test
  void linearStartsAsInPyTorch() {
    Linear layer = new Linear(64, 1000, Linear.options().generator(new Generator(1)));
    double bound = 1.0 / 8;
    for (Variable parameter : layer.parameters()) {
      assertTrue(parameter.detach().abs().max().item() <= bound);
      // Uniform in [-bound, bound] has the deviation bound / sqrt(3).
      assertEquals(bound / Math.sqrt(3), parameter.detach().std().item(), bound / 30);
      assertEquals(0, parameter.detach().mean().item(), bound / 20);
    }
  }

  @Test
  void theSameSeedGivesTheSameLayer() {
    Autograd.manualSeed(5);
    float[] first = new Linear(3, 4).weight().toFloatArray();
    float[] second = new Linear(3, 4).weight().toFloatArray();
    Autograd.manualSeed(5);
    assertArrayEquals(first, new Linear(3, 4).weight().toFloatArray());
    assertNotEquals(first[0], second[0]);
  }

  @Test
  void gradientsOfLinear() {
    assertGradients(
        new Linear(3, 4, FLOAT64), Variable.randn(new Generator(4), DType.FLOAT64, 5, 3));
    assertGradients(
        new Linear(3, 4, FLOAT64.bias(false)),
        Variable.randn(new Generator(4), DType.FLOAT64, 2, 5, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Relu", "Tanh", "Sigmoid", "Silu"})
  void gradientsOfMlp(String name) {
    Activation activation =
        List.of(Activation.relu(), Activation.tanh(), Activation.sigmoid(), Activation.silu())
            .stream()
            .filter(a -> a.label().equals(name))
            .findFirst()
            .orElseThrow();
    assertGradients(
        new Mlp(Mlp.options().activation(activation).linear(FLOAT64), 3, 5, 4, 2),
        Variable.randn(new Generator(4), DType.FLOAT64, 6, 3));
  }

  @Test
  void mlpIsNamedAsASequentialOfPyTorch() {
    Mlp mlp = new Mlp(4, 8, 8, 2);
    assertEquals(
        List.of("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"),
        List.copyOf(mlp.stateDict().keySet()));
    assertEquals(
        """
        Mlp(
          (0): Linear(inFeatures=4, outFeatures=8, bias=true)
          (1): Relu()
          (2): Linear(inFeatures=8, outFeatures=8, bias=true)
          (3): Relu()
          (4): Linear(inFeatures=8, outFeatures=2, bias=true)
        )\
        """,
        mlp.toString());
    assertEquals(Shape.of(7, 2), mlp.apply(Variable.zeros(7, 4)).shape());
  }

  @Test
  void mlpTakesAnInitialisation() {
    Linear.Options he = Linear.options().initializer(Initializers.kaimingNormal(Gain.RELU));
    Mlp mlp = new Mlp(Mlp.options().linear(he.generator(new Generator(1))), 200, 300, 10);
    Variable weight = mlp.stateDict().get("0.weight");
    assertEquals(Math.sqrt(2.0 / 200), weight.std().item(), 2e-3);
    assertEquals(0, mlp.stateDict().get("0.bias").abs().max().item());
  }

  @Test
  void sequentialAppliesInOrder() {
    Sequential chain =
        new Sequential(Activation.of("Double", x -> x.mul(2)), Activation.of("Inc", x -> x.add(1)));
    assertEquals(7, chain.apply(Variable.scalar(3f)).item());
    assertEquals(2, chain.layers().size());
    Variable x = Variable.zeros(1);
    assertSame(x, new Sequential().apply(x));
  }

  @Test
  void activationsComputeWhatTheyAreCalled() {
    Map<Activation, DoubleUnaryOperator> expected = new LinkedHashMap<>();
    expected.put(Activation.relu(), x -> Math.max(x, 0));
    expected.put(Activation.leakyRelu(), x -> x > 0 ? x : .01 * x);
    expected.put(Activation.leakyRelu(.3), x -> x > 0 ? x : .3 * x);
    expected.put(Activation.elu(), x -> x > 0 ? x : Math.expm1(x));
    expected.put(Activation.elu(2), x -> x > 0 ? x : 2 * Math.expm1(x));
    expected.put(Activation.silu(), x -> x / (1 + Math.exp(-x)));
    expected.put(Activation.softplus(), x -> Math.log1p(Math.exp(x)));
    expected.put(Activation.sigmoid(), x -> 1 / (1 + Math.exp(-x)));
    expected.put(Activation.tanh(), Math::tanh);
    expected.put(Activation.identity(), x -> x);
    // Phi(1.5) and Phi(-1.5), and the approximation's values there, from torch.
    expected.put(Activation.gelu(), x -> x > 0 ? 1.3997892 : -0.1002108);
    expected.put(Activation.geluTanh(), x -> x > 0 ? 1.3995716 : -0.1004284);
    Variable x = Variable.of(-1.5, 1.5);
    expected.forEach((activation, function) ->
        assertArrayEquals(
            new double[] {function.applyAsDouble(-1.5), function.applyAsDouble(1.5)},
            activation.apply(x).toDoubleArray(),
            1e-6,
            activation.toString()));
    assertEquals(
        List.of(
            "Relu()",
            "LeakyRelu(slope=0.01)",
            "LeakyRelu(slope=0.3)",
            "Elu(alpha=1.0)",
            "Elu(alpha=2.0)",
            "Silu()",
            "Softplus()",
            "Sigmoid()",
            "Tanh()",
            "Identity()",
            "Gelu()",
            "GeluTanh()"),
        expected.keySet().stream().map(Activation::toString).toList());
  }

  @Test
  void softmaxWorksAlongItsAxis() {
    Variable x = Variable.of(new double[][] {{0, 0}, {Math.log(3), 0}});
    assertArrayEquals(
        new double[] {.25, .5, .75, .5}, Activation.softmax(0).apply(x).toDoubleArray(), 1e-15);
    assertArrayEquals(
        new double[] {.5, .5, .75, .25},
        Activation.logSoftmax(1).apply(x).exp().toDoubleArray(),
        1e-15);
    assertEquals("Softmax(axis=-1)", Activation.softmax(-1).toString());
    assertEquals("LogSoftmax(axis=1)", Activation.logSoftmax(1).toString());
  }

  @Test
  void flattenKeepsTheExamplesApart() {
    assertEquals(Shape.of(2, 12), new Flatten().apply(Variable.zeros(2, 3, 4)).shape());
    assertEquals(Shape.of(2, 3), new Flatten().apply(Variable.zeros(2, 3)).shape());
    assertRefused(
        "in module Flatten: the input float32[3] must have an axis of examples and at least one"
            + " more",
        () -> new Flatten().apply(Variable.zeros(3)));
  }

  @Test
  void wrongInputsAreRefused() {
    Linear layer = new Linear(784, 10);
    assertRefused(
        "in module Linear: the last size of the input float32[32, 28, 28] must be inFeatures=784;"
            + " is a Flatten missing before?",
        () -> layer.apply(Variable.zeros(32, 28, 28)));
    assertRefused(
        "in module Linear: the last size of the input float32[] must be inFeatures=784",
        () -> layer.apply(Variable.scalar(1f)));
    assertRefused(
        "in module Linear: the input float64[1, 784] must have the dtype of the weight"
            + " float32[10, 784]; convert it with to(DType.FLOAT32)",
        () -> layer.apply(Variable.zeros(DType.FLOAT64, 1, 784)));
  }

  @Test
  void wrongSizesAndDtypesAreRefused() {
    assertRefused(
        "Linear: inFeatures and outFeatures must be positive, got 0 and 3", () -> new Linear(0, 3));
    assertRefused(
        "Linear: dtype must be float32 or float64, got int64",
        () -> Linear.options().dtype(DType.INT64));
    assertRefused(
        "Mlp: needs at least the sizes of the input and of the result, got [3]", () -> new Mlp(3));
  }
}
