package org.autograd.liquid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.autograd.Autograd;
import org.autograd.Functional;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.nn.Activation;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operation for whole sequences against the same by recorded operations. */
class CfcSequenceTest {
  private static final int LENGTH = 3;
  private static final int N = 2;
  private static final int UNITS = 3;
  private static final int SIZE = 2;

  static Stream<Arguments> cases() {
    List<Arguments> result = new ArrayList<>();
    for (boolean gate : new boolean[] {true, false}) {
      for (boolean masked : new boolean[] {true, false}) {
        result.add(Arguments.of(gate, masked, false));
      }
      result.add(Arguments.of(gate, false, true));
    }
    return result.stream();
  }

  private static Variable[] inputs(boolean masked, boolean evenly) {
    Generator rng = new Generator(1);
    List<Variable> inputs =
        new ArrayList<>(
            List.of(
                Variable.randn(rng, DType.FLOAT64, LENGTH, N, UNITS),
                Variable.randn(rng, DType.FLOAT64, N, SIZE),
                Variable.randn(rng, DType.FLOAT64, UNITS, SIZE),
                Variable.randn(rng, DType.FLOAT64, 4 * SIZE, UNITS).mul(0.5),
                Variable.randn(rng, DType.FLOAT64, 4 * SIZE),
                Variable.rand(rng, DType.FLOAT64, LENGTH, evenly ? 1 : N, 1)));
    if (masked) {
      long[] lengths = {3, 1};
      inputs.add(
          Variable.arange(LENGTH).unsqueeze(1).lt(Variable.of(lengths).unsqueeze(0)).unsqueeze(-1));
    }
    return inputs.toArray(Variable[]::new);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndGradientsAreThoseOfTheSteps(boolean gate, boolean masked, boolean evenly) {
    CfcSequence sequence = CfcSequence.of(gate, masked);
    Variable[] inputs = inputs(masked, evenly);
    List<Variable> leaves = Arrays.stream(inputs).limit(6).map(x -> x.requiresGrad(true)).toList();
    Variable seed = Variable.randn(new Generator(2), DType.FLOAT64, LENGTH, N, SIZE);
    Variable whole = sequence.apply(inputs);
    Variable steps = sequence.bySteps(inputs);
    assertArrayEquals(steps.toDoubleArray(), whole.toDoubleArray(), 1e-14);
    List<Variable> expected = Autograd.grad(steps.mul(seed).sum(), leaves.toArray(Variable[]::new));
    List<Variable> actual = Autograd.grad(whole.mul(seed).sum(), leaves.toArray(Variable[]::new));
    for (int k = 0; k < leaves.size(); k++) {
      assertEquals(expected.get(k).shape(), actual.get(k).shape());
      double[] gradient = expected.get(k).toDoubleArray();
      assertArrayEquals(gradient, actual.get(k).toDoubleArray(), 1e-13, "input " + k);
      assertTrue(Arrays.stream(gradient).anyMatch(g -> g != 0));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void derivativesOfHigherOrder(boolean gate, boolean masked, boolean evenly) {
    CfcSequence sequence = CfcSequence.of(gate, masked);
    Variable[] inputs = inputs(masked, evenly);
    for (int k = 0; k < 6; k++) {
      int moved = k;
      GradCheck.checkSecondOrder(
          x -> {
            Variable[] all = inputs.clone();
            all[moved] = x[0];
            return sequence.apply(all).narrow(0, 1, 2);
          },
          inputs[k]);
    }
    Variable v = Variable.randn(new Generator(3), DType.FLOAT64, N, SIZE);
    Variable tangent =
        Functional.jvp(
            x -> {
              Variable[] all = inputs.clone();
              all[1] = x;
              return sequence.apply(all);
            },
            inputs[1],
            v);
    Variable expected =
        Functional.jvp(
            x -> {
              Variable[] all = inputs.clone();
              all[1] = x;
              return sequence.bySteps(all);
            },
            inputs[1],
            v);
    assertArrayEquals(expected.toDoubleArray(), tangent.toDoubleArray(), 1e-13);
  }

  /** An activation that is LeCun's tanh, but not known to be, so that a layer goes step by step. */
  @Test
  void aLayerTakesTheShortWayAndTheLongOneToTheSame() {
    Activation unknown = Activation.of("Lecun", x -> x.mul(0.666).tanh().mul(1.7159));
    CfcCell.Options options = CfcCell.options().dtype(DType.FLOAT64);
    CfcCell usual = new CfcCell(2, 3, options);
    CfcCell other = new CfcCell(2, 3, options.activation(unknown));
    other.loadStateDict(usual.stateDict());
    Variable x = Variable.randn(new Generator(4), DType.FLOAT64, 5, 6, 2);
    Variable spans = Variable.rand(new Generator(5), DType.FLOAT64, 5, 6);
    Variable lengths = Variable.of(1L, 6L, 2L, 3L, 4L);
    Variable whole = new LiquidLayer(usual).apply(x, spans, lengths).output();
    Variable steps = new LiquidLayer(other).apply(x, spans, lengths).output();
    assertArrayEquals(steps.toDoubleArray(), whole.toDoubleArray(), 1e-14);
    whole.sum().backward();
    steps.sum().backward();
    for (int k = 0; k < usual.parameters().size(); k++) {
      assertArrayEquals(
          other.parameters().get(k).grad().toDoubleArray(),
          usual.parameters().get(k).grad().toDoubleArray(),
          1e-13);
    }
  }

  /** Hooks see each step, wherever they are, and change nothing by looking. */
  @ParameterizedTest
  @ValueSource(strings = {"backbone", "backbone.0", "ff1", "time_b"})
  void hooksOfTheBackboneAndTheHeadsAreCalledAtEachStep(String name) {
    CfcCell cell = new CfcCell(2, 3, CfcCell.options().dtype(DType.FLOAT64));
    LiquidLayer layer = new LiquidLayer(cell);
    Variable x = Variable.randn(new Generator(4), DType.FLOAT64, 5, 6, 2);
    Variable expected = layer.apply(x, null, null).output();
    int[] calls = {0};
    Variable actual;
    try (var _ =
        cell.namedModules()
            .get(name)
            .afterForward((_, _) -> {
              calls[0]++;
              return null;
            })) {
      actual = layer.apply(x, null, null).output();
    }
    assertEquals(6, calls[0]);
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-14);
    try (var _ =
        cell.namedModules().get(name).afterForward((_, out) -> List.of(out.getFirst().mul(2)))) {
      double change = layer.apply(x, null, null).output().sub(expected).abs().max().item();
      assertTrue(change > 1e-3, "a hook's result is taken: " + change);
    }
  }
}
