package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class ParametrizationsTest {
  private static Linear linear() {
    return new Linear(3, 4, Linear.options().dtype(DType.FLOAT64).generator(new Generator(1)));
  }

  private static Variable input() {
    return Variable.randn(new Generator(2), DType.FLOAT64, 5, 3);
  }

  @Test
  void weightNormIsALengthTimesADirection() {
    Linear plain = linear();
    Linear layer = Parametrizations.weightNorm(linear(), "weight", 0);
    assertEquals(
        List.of("bias", "parametrizations.weight.original0", "parametrizations.weight.original1"),
        List.copyOf(layer.stateDict().keySet()));
    assertArrayEquals(
        plain.apply(input()).toDoubleArray(), layer.apply(input()).toDoubleArray(), 1e-12);
    Variable length = layer.parameters().get(1);
    Variable direction = layer.parameters().get(2);
    assertArrayEquals(new long[] {4, 1}, length.shape().toArray());
    try (var _ = Autograd.noGrad()) {
      length.copy_(Variable.fromArray(new double[] {1, 2, 3, 4}, 4, 1));
      direction.mul_(7);
    }
    double[] weight = layer.weight().toDoubleArray();
    double[] v = direction.toDoubleArray();
    for (int row = 0; row < 4; row++) {
      double norm =
          Math.sqrt(
              v[3 * row] * v[3 * row]
                  + v[3 * row + 1] * v[3 * row + 1]
                  + v[3 * row + 2] * v[3 * row + 2]);
      for (int k = 3 * row; k < 3 * row + 3; k++) {
        assertEquals((row + 1) * v[k] / norm, weight[k], 1e-12);
      }
    }
    ModuleGradients.check(layer, () -> layer.apply(input()));
  }

  @Test
  void weightNormOfAConvolutionAndOfAVector() {
    Conv2d layer = Parametrizations.weightNorm(new Conv2d(2, 3, 2), "weight", 1);
    assertArrayEquals(
        new long[] {1, 2, 1, 1},
        layer.stateDict().get("parametrizations.weight.original0").shape().toArray());
    layer.apply(Variable.ones(1, 2, 4, 4)).sum().backward();
    layer.parameters().forEach(p -> assertNotNull(p.grad()));
    Linear vector = Parametrizations.weightNorm(linear(), "bias", 0);
    assertArrayEquals(
        linear().apply(input()).toDoubleArray(), vector.apply(input()).toDoubleArray(), 1e-12);
  }

  @Test
  void spectralNormDividesByTheLargestSingularValue() {
    Linear layer = Parametrizations.spectralNorm(linear(), "weight", 0, 50, new Generator(3));
    assertEquals(
        List.of(
            "bias",
            "parametrizations.weight.original",
            "parametrizations.weight.0._u",
            "parametrizations.weight.0._v"),
        List.copyOf(layer.stateDict().keySet()));
    double largest = linear().weight().svd().s().max().item();
    assertArrayEquals(
        linear().weight().div(largest).toDoubleArray(), layer.weight().toDoubleArray(), 1e-9);
    layer.eval();
    double[] before = layer.stateDict().get("parametrizations.weight.0._u").toDoubleArray();
    layer.apply(input());
    assertArrayEquals(
        before, layer.stateDict().get("parametrizations.weight.0._u").toDoubleArray(), 0);
    // In evaluation mode the singular vectors are constants.
    ModuleGradients.check(layer, () -> layer.apply(input()));
  }

  @Test
  void aNormalisedLayerMayBeUsedTwiceInOnePass() {
    Linear layer = Parametrizations.spectralNorm(new Linear(3, 3), "weight");
    layer.apply(layer.apply(Variable.ones(1, 3))).sum().backward();
    layer.parameters().forEach(p -> assertNotNull(p.grad()));
  }

  /** Every layer computes with the value, which a length and a direction give. */
  @Test
  void layersOfAllKindsReadTheComputedParameter() {
    Generator rng = new Generator(4);
    Variable images = Variable.randn(rng, DType.FLOAT32, 2, 4, 3, 3);
    Variable sequence = Variable.randn(rng, DType.FLOAT32, 5, 2, 4);
    assertLengthCounts(new LayerNorm(4), "weight", m -> m.apply(sequence));
    assertLengthCounts(new RmsNorm(4), "weight", m -> m.apply(sequence));
    assertLengthCounts(new GroupNorm(2, 4), "weight", m -> m.apply(images));
    assertLengthCounts(new BatchNorm2d(4), "weight", m -> m.apply(images));
    assertLengthCounts(new Bilinear(4, 4, 3), "weight", m -> m.apply(sequence, sequence));
    assertLengthCounts(new Embedding(6, 4), "weight", m -> m.apply(Variable.of(1L, 5L)));
    assertLengthCounts(new Rnn(4, 3), "weight_hh_l0", m -> m.apply(sequence).output());
    assertLengthCounts(new Gru(4, 3), "weight_ih_l0", m -> m.apply(sequence).output());
    assertLengthCounts(new Lstm(4, 3), "weight_hh_l0", m -> m.apply(sequence).output());
    assertLengthCounts(
        new LstmCell(4, 3), "weight_ih", m -> m.apply(sequence.select(0, 0), null).hidden());
  }

  private static <M extends Module> void assertLengthCounts(
      M module, String parameter, Function<M, Variable> call) {
    Variable before = call.apply(module);
    Parametrizations.weightNorm(module, parameter, 0);
    assertArrayEquals(before.toFloatArray(), call.apply(module).toFloatArray(), 1e-5f);
    Variable length =
        Objects.requireNonNull(
            module.namedParameters().get("parametrizations." + parameter + ".original0"));
    try (var _ = Autograd.noGrad()) {
      length.mul_(2);
    }
    Variable after = call.apply(module);
    assertFalse(Arrays.equals(before.toFloatArray(), after.toFloatArray()), module.toString());
    module.zeroGrad();
    after.square().sum().backward();
    assertNotNull(length.grad(), module.toString());
  }

  @Test
  void removingLeavesTheValue() {
    Linear layer = Parametrizations.weightNorm(linear(), "weight", 0);
    try (var _ = Autograd.noGrad()) {
      layer.parameters().get(1).mul_(3);
    }
    double[] expected = layer.apply(input()).toDoubleArray();
    Parametrizations.remove(layer, "weight");
    assertEquals(List.of("bias", "weight"), List.copyOf(layer.stateDict().keySet()));
    assertEquals(0, layer.children().size());
    assertArrayEquals(expected, layer.apply(input()).toDoubleArray(), 1e-12);
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void mistakesAreRefused() {
    Linear layer = Parametrizations.weightNorm(linear(), "weight", 0);
    assertRefused(
        "Linear has no parameter 'weight', only [bias]",
        () -> Parametrizations.weightNorm(layer, "weight", 0));
    assertRefused(
        "Linear: the parameter 'bias' is not computed from others",
        () -> Parametrizations.remove(layer, "bias"));
    assertRefused(
        "weightNorm: weight float64[4, 3] has no axis 2",
        () -> Parametrizations.weightNorm(linear(), "weight", 2));
    assertRefused(
        "spectralNorm: bias float64[4] must have two axes or more, among them axis=0, and"
            + " iterations=1 must be positive",
        () -> Parametrizations.spectralNorm(linear(), "bias"));
  }
}
