package org.autograd.liquid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Functional;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.nn.Activation;
import org.autograd.nn.LstmCell;
import org.autograd.nn.Module;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LiquidLayerTest {
  private static final double TOLERANCE = 1e-13;
  private static final int UNITS = 8;

  /** Every kind of cell, with 2 inputs and 8 neurons. */
  private enum Kind {
    LTC,
    LTC_CLAMPED,
    CFC,
    CFC_NO_GATE,
    CFC_PURE,
    CFC_DEEP,
    CFC_WIRED,
    CFC_WIRED_PURE;

    LiquidCell cell() {
      Generator rng = new Generator(3);
      Wiring wiring = Wiring.autoNcp(2, UNITS, 1, 0.5, rng);
      LtcCell.Options ltc = LtcCell.options().unfolds(3).dtype(DType.FLOAT64).generator(rng);
      CfcCell.Options cfc = CfcCell.options().backbone(1, 6).dtype(DType.FLOAT64).generator(rng);
      return switch (this) {
        case LTC -> new LtcCell(wiring, ltc);
        case LTC_CLAMPED ->
            new LtcCell(
                Wiring.random(2, UNITS, 2, 0.3, rng), ltc.positivity(LtcCell.Positivity.CLAMP));
        case CFC -> new CfcCell(2, UNITS, cfc);
        case CFC_NO_GATE -> new CfcCell(2, UNITS, cfc.mode(CfcMode.NO_GATE));
        case CFC_PURE -> new CfcCell(2, UNITS, cfc.mode(CfcMode.PURE));
        case CFC_DEEP -> new CfcCell(2, UNITS, cfc.backbone(2, 5).activation(Activation.silu()));
        case CFC_WIRED -> new WiredCfcCell(wiring, cfc);
        case CFC_WIRED_PURE -> new WiredCfcCell(wiring, cfc.mode(CfcMode.PURE));
      };
    }
  }

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  private static Variable spans(long seed, long... shape) {
    return Variable.rand(new Generator(seed), DType.FLOAT64, shape).mul(2).add(0.1);
  }

  private static void assertSame(Variable expected, Variable actual) {
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), TOLERANCE);
  }

  /**
   * In ncps the time spans of a step are a vector, which is taken for times of neurons if there are
   * as many neurons as samples.
   */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void timeSpansBelongToTheirSampleAlsoIfThereAreAsManyNeurons(Kind kind) {
    LiquidLayer layer = new LiquidLayer(kind.cell());
    Variable x = random(1, UNITS, 5, 2);
    Variable spans = spans(2, UNITS, 5);
    LiquidLayer.Result batch = layer.apply(x, spans, null);
    for (int k = 0; k < UNITS; k++) {
      LiquidLayer.Result alone = layer.apply(x.narrow(0, k, 1), spans.narrow(0, k, 1), null);
      assertSame(alone.output(), batch.output().narrow(0, k, 1));
      assertSame(alone.state(), batch.state().narrow(0, k, 1));
    }
    Variable evenly = layer.apply(x).state();
    assertTrue(evenly.sub(batch.state()).abs().max().item() > 1e-3, "time spans matter");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aLayerIsItsCellStepByStep(Kind kind) {
    LiquidCell cell = kind.cell();
    Variable x = random(1, 3, 4, 2);
    Variable spans = spans(2, 3, 4);
    LiquidLayer.Result whole = new LiquidLayer(cell).apply(x, spans, null);
    Variable state = null;
    for (int t = 0; t < 4; t++) {
      state = cell.apply(x.select(1, t), state, spans.select(1, t));
      assertSame(cell.output(state), whole.output().select(1, t));
    }
    assertSame(Objects.requireNonNull(state), whole.state());
    assertEquals(cell.outputSize(), whole.output().size(2));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void gradientsAgreeWithDifferences(Kind kind) {
    LiquidLayer layer = LiquidLayer.withMemory(kind.cell(), new Generator(4));
    Variable x = random(1, 2, 3, 2);
    Variable spans = spans(2, 2, 3);
    Variable lengths = Variable.of(3L, 2L);
    GradCheck.check(in -> layer.apply(in[0], in[1], lengths).output(), x, spans);
    GradCheck.checkSecondOrder(in -> layer.apply(in[0], spans, lengths).state(), x.copy());
    checkParameters(layer, () -> layer.apply(x, spans, lengths).state().sin().sum());
  }

  /** Compares the gradient of every parameter with central differences. */
  private static void checkParameters(Module module, Supplier<Variable> loss) {
    module.zeroGrad();
    loss.get().backward();
    module
        .namedParameters()
        .forEach((name, parameter) -> {
          Variable gradient = parameter.grad();
          if (gradient == null) {
            assertTrue(name.contains("output_"), name + " has no gradient");
            return;
          }
          double[] analytic = gradient.toDoubleArray();
          double[] values = parameter.toDoubleArray();
          double step = 1e-6;
          try (var _ = Autograd.noGrad()) {
            for (int k = 0; k < Math.min(values.length, 12); k++) {
              double[] sums = new double[2];
              for (int side = 0; side < 2; side++) {
                double[] moved = values.clone();
                moved[k] += side == 0 ? step : -step;
                parameter.copy_(Variable.fromArray(moved, parameter.shape().toArray()));
                sums[side] = loss.get().item();
              }
              assertEquals((sums[0] - sums[1]) / (2 * step), analytic[k], 1e-7, name + " " + k);
            }
            parameter.copy_(Variable.fromArray(values, parameter.shape().toArray()));
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sequencesEndAtTheirLengths(Kind kind) {
    LiquidLayer layer = LiquidLayer.withMemory(kind.cell(), new Generator(4));
    Variable x = random(1, 3, 5, 2);
    // What is padded often has time spans of 0.
    Variable spans =
        spans(2, 3, 5)
            .mul(Variable.of(new double[][] {{1, 1, 1, 1, 1}, {1, 1, 0, 0, 0}, {1, 1, 1, 0, 0}}))
            .requiresGrad(true);
    long[] lengths = {5, 2, 3};
    LiquidLayer.Result padded = layer.apply(x, spans, Variable.of(lengths));
    for (int k = 0; k < 3; k++) {
      Variable own = x.narrow(0, k, 1).narrow(1, 0, lengths[k]);
      LiquidLayer.Result alone =
          layer.apply(own, spans.narrow(0, k, 1).narrow(1, 0, lengths[k]), null);
      assertSame(alone.state(), padded.state().narrow(0, k, 1));
      assertSame(alone.output(), padded.output().narrow(0, k, 1).narrow(1, 0, lengths[k]));
      assertSame(
          Objects.requireNonNull(alone.memory()),
          Objects.requireNonNull(padded.memory()).narrow(0, k, 1));
      double[] beyond =
          padded.output().select(0, k).narrow(0, lengths[k], 5 - lengths[k]).toDoubleArray();
      assertTrue(Arrays.stream(beyond).allMatch(v -> v == 0));
    }
    padded.state().sum().backward();
    double[] slopes = Objects.requireNonNull(spans.grad()).toDoubleArray();
    assertTrue(Arrays.stream(slopes).allMatch(Double::isFinite), Arrays.toString(slopes));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aSequenceMayBeGivenInParts(Kind kind) {
    LiquidLayer layer = LiquidLayer.withMemory(kind.cell(), new Generator(4));
    Variable x = random(1, 3, 5, 2);
    LiquidLayer.Result whole = layer.apply(x);
    LiquidLayer.Result first = layer.apply(x.narrow(1, 0, 2));
    LiquidLayer.Result second = layer.apply(x.narrow(1, 2, 3), null, null, first);
    assertSame(whole.state(), second.state());
    assertSame(whole.output(), Variable.cat(1, first.output(), second.output()));
  }

  @Test
  void mixedMemoryIsAnLstmInFront() {
    LiquidCell cell = Kind.CFC.cell();
    LiquidLayer layer = LiquidLayer.withMemory(cell, new Generator(4));
    LstmCell memory = (LstmCell) assertNotNullModule(layer.children().get("memory"));
    Variable x = random(1, 3, 2, 2);
    Variable state = null;
    LstmCell.State held =
        new LstmCell.State(
            Variable.zeros(DType.FLOAT64, 3, UNITS), Variable.zeros(DType.FLOAT64, 3, UNITS));
    for (int t = 0; t < 2; t++) {
      held = memory.apply(x.select(1, t), held);
      state = cell.apply(x.select(1, t), held.hidden(), null);
      held = new LstmCell.State(state, held.cell());
    }
    LiquidLayer.Result result = layer.apply(x);
    assertSame(Objects.requireNonNull(state), result.state());
    assertSame(held.cell(), Objects.requireNonNull(result.memory()));

    Variable recurrent = Objects.requireNonNull(memory.namedParameters().get("weight_hh"));
    assertArrayEquals(
        Variable.eye(DType.FLOAT64, UNITS).toDoubleArray(),
        recurrent.transpose().matmul(recurrent).toDoubleArray(),
        1e-12);
    double[] bias = Objects.requireNonNull(memory.namedParameters().get("bias_ih")).toDoubleArray();
    for (int k = 0; k < bias.length; k++) {
      assertEquals(k / UNITS == 1 ? 1 : 0, bias[k], 0.1);
    }
  }

  private static Module assertNotNullModule(Module module) {
    assertNotNull(module);
    return module;
  }

  /** The published models have these numbers of parameters. */
  @Test
  void parameterCounts() {
    Wiring wiring = Wiring.autoNcp(2, 16, 1, 0.5, new Generator(0));
    assertEquals(1_206, count(new LtcCell(wiring)));
    assertEquals(848, count(new WiredCfcCell(wiring)));
    assertEquals(21_025 - 33, count(new CfcCell(2, 32)));
  }

  private static long count(Module module) {
    return module.parameters().stream().mapToLong(Variable::elementCount).sum();
  }

  /** With more and more parts of a step the error halves as their number doubles. */
  @Test
  void theSolverIsOfFirstOrder() {
    double[] errors = new double[3];
    Variable exact = ltcState(4096);
    for (int k = 0; k < 3; k++) {
      errors[k] = ltcState(16 << k).sub(exact).abs().max().item();
    }
    assertEquals(2, errors[0] / errors[1], 0.2);
    assertEquals(2, errors[1] / errors[2], 0.2);
  }

  private static Variable ltcState(int unfolds) {
    LtcCell cell =
        new LtcCell(
            Wiring.fullyConnected(2, UNITS, 1, true, new Generator(1)),
            LtcCell.options().unfolds(unfolds).dtype(DType.FLOAT64).generator(new Generator(5)));
    return cell.apply(random(1, 3, 2), random(2, 3, UNITS), null);
  }

  @Test
  void noTimeChangesNothing() {
    Variable state = random(2, 3, UNITS);
    Variable after = Kind.LTC.cell().apply(random(1, 3, 2), state, Variable.scalar(0.0));
    assertSame(state, after);
  }

  @Test
  void softplusOfParametersIsClampOfTheirSoftplus() {
    Wiring wiring = Wiring.autoNcp(2, UNITS, 1, 0.5, new Generator(0));
    LtcCell.Options options = LtcCell.options().dtype(DType.FLOAT64);
    LtcCell implicit = new LtcCell(wiring, options);
    LtcCell clamped = new LtcCell(wiring, options.positivity(LtcCell.Positivity.CLAMP));
    clamped.loadStateDict(implicit.stateDict());
    try (var _ = Autograd.noGrad()) {
      for (String name : List.of("w", "sensory_w", "cm", "gleak")) {
        Variable parameter = Objects.requireNonNull(clamped.namedParameters().get(name));
        parameter.copy_(parameter.softplus());
      }
    }
    Variable x = random(1, 3, 2);
    assertSame(implicit.apply(x, null, null), clamped.apply(x, null, null));

    try (var _ = Autograd.noGrad()) {
      clamped.parameters().forEach(parameter -> parameter.add_(-2));
    }
    double[] before = Objects.requireNonNull(clamped.namedParameters().get("erev")).toDoubleArray();
    clamped.clampParameters();
    for (String name : List.of("w", "sensory_w", "cm", "gleak")) {
      assertEquals(
          0, Objects.requireNonNull(clamped.namedParameters().get(name)).min().item(), name);
    }
    assertArrayEquals(
        before, Objects.requireNonNull(clamped.namedParameters().get("erev")).toDoubleArray());
  }

  /** A neuron depends on those inputs and neurons only that have a synapse to it. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"LTC", "LTC_CLAMPED"})
  void onlySynapsesThatExistMatter(Kind kind) {
    LtcCell cell = (LtcCell) kind.cell();
    Wiring wiring = cell.wiring();
    LtcCell once =
        new LtcCell(
            wiring, LtcCell.options().unfolds(1).dtype(DType.FLOAT64).generator(new Generator(0)));
    Variable x = random(1, 1, 2);
    Variable state = random(2, 1, UNITS);
    double[] byInput = Functional.jacobian(in -> once.apply(in, state, null), x).toDoubleArray();
    double[] byState = Functional.jacobian(in -> once.apply(x, in, null), state).toDoubleArray();
    for (int to = 0; to < UNITS; to++) {
      for (int from = 0; from < 2; from++) {
        assertEquals(wiring.sensorySynapse(from, to) != 0, byInput[to * 2 + from] != 0);
      }
      for (int from = 0; from < UNITS; from++) {
        boolean expected = from == to || wiring.synapse(from, to) != 0;
        assertEquals(expected, byState[to * UNITS + from] != 0);
      }
    }
  }

  @Test
  void wiredHeadsReadOnlyWhatHasSynapsesToThem() {
    // Without a gate, so that all paths are masked.
    WiredCfcCell cell = (WiredCfcCell) Kind.CFC_WIRED_PURE.cell();
    Wiring wiring = cell.wiring();
    Variable state = random(2, 1, UNITS);
    double[] slopes =
        Functional.jacobian(in -> cell.apply(in, state, null), random(1, 1, 2)).toDoubleArray();
    List<Integer> inter = wiring.layers().getFirst().neurons();
    assertTrue(
        IntStream.range(0, inter.size() * 2)
            .anyMatch(k -> wiring.sensorySynapse(k % 2, inter.get(k / 2)) == 0));
    for (int k = 0; k < inter.size(); k++) {
      for (int from = 0; from < 2; from++) {
        assertEquals(wiring.sensorySynapse(from, inter.get(k)) != 0, slopes[k * 2 + from] != 0);
      }
    }
  }

  @Test
  void dropoutIsOffInEvaluation() {
    CfcCell cell = new CfcCell(2, UNITS, CfcCell.options().dropout(0.5).dtype(DType.FLOAT64));
    LiquidLayer layer = new LiquidLayer(cell);
    Variable x = random(1, 3, 4, 2);
    assertTrue(layer.apply(x).state().sub(layer.apply(x).state()).abs().max().item() > 1e-6);
    layer.eval();
    assertSame(layer.apply(x).state(), layer.apply(x).state());
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsShape() {
    LiquidLayer layer = new LiquidLayer(new CfcCell(2, 3));
    Variable x = Variable.zeros(4, 5, 2);
    assertRefused("input float32[4, 5, 3]", () -> layer.apply(Variable.zeros(4, 5, 3)));
    assertRefused("input float64[4, 5, 2]", () -> layer.apply(x.to(DType.FLOAT64)));
    assertRefused("time spans float32[4]", () -> layer.apply(x, Variable.ones(4), null));
    assertRefused(
        "lengths must be from 1 to 5", () -> layer.apply(x, null, Variable.of(1L, 6L, 2L, 3L)));
    assertRefused("lengths int64[2]", () -> layer.apply(x, null, Variable.of(1L, 2L)));
    assertRefused("at least one element", () -> layer.apply(Variable.zeros(4, 0, 2)));
    assertRefused(
        "elapsed times float32[3]",
        () -> layer.cell().apply(Variable.zeros(4, 2), null, Variable.ones(3)));
    assertRefused(
        "state float32[4, 2]",
        () -> layer.cell().apply(Variable.zeros(4, 2), Variable.zeros(4, 2), null));
  }

  private static void assertRefused(String part, Supplier<Object> call) {
    String message = assertThrows(IllegalArgumentException.class, call::get).getMessage();
    assertTrue(message != null && message.contains(part), message);
  }
}
