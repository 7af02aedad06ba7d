package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Functional;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecurrentTest {
  private static final Recurrent.Options OPTIONS =
      Recurrent.options().dtype(DType.FLOAT64).generator(new Generator(1));
  private static final RecurrentCell.Options CELL =
      RecurrentCell.options().dtype(DType.FLOAT64).generator(new Generator(1));

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  private static Recurrent create(String kind, long in, long size, Recurrent.Options options) {
    return switch (kind) {
      case "Rnn" -> new Rnn(in, size, options);
      case "Relu" -> new Rnn(in, size, Rnn.Nonlinearity.RELU, options);
      case "Gru" -> new Gru(in, size, options);
      case "Lstm" -> new Lstm(in, size, options);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  /** Returns output and final states. */
  private static Variable[] run(
      Recurrent layer, Variable input, Variable[] initial, Variable lengths) {
    return switch (layer) {
      case Rnn rnn -> list(rnn.apply(input, initial[0], lengths));
      case Gru gru -> list(gru.apply(input, initial[0], lengths));
      case Lstm lstm -> {
        Lstm.Result result = lstm.apply(input, initial[0], initial[1], lengths);
        yield new Variable[] {result.output(), result.hidden(), result.cell()};
      }
    };
  }

  private static Variable[] list(Recurrent.Result result) {
    return new Variable[] {result.output(), result.hidden()};
  }

  private static Variable[] run(Recurrent layer, Variable input) {
    return switch (layer) {
      case Rnn rnn -> list(rnn.apply(input));
      case Gru gru -> list(gru.apply(input));
      case Lstm lstm -> {
        Lstm.Result result = lstm.apply(input);
        yield new Variable[] {result.output(), result.hidden(), result.cell()};
      }
    };
  }

  private static Variable[] states(long... shape) {
    return new Variable[] {random(21, shape), random(22, shape)};
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double[] affine(Map<String, Variable> state, String suffix, double[] vector) {
    double[][] weight = matrix(Objects.requireNonNull(state.get("weight_" + suffix)));
    double[] result = Objects.requireNonNull(state.get("bias_" + suffix)).toDoubleArray();
    for (int i = 0; i < result.length; i++) {
      for (int j = 0; j < vector.length; j++) {
        result[i] += weight[i][j] * vector[j];
      }
    }
    return result;
  }

  private static double[][] matrix(Variable x) {
    double[] flat = x.toDoubleArray();
    int columns = (int) x.size(1);
    double[][] rows = new double[(int) x.size(0)][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * columns, (i + 1) * columns));
    return rows;
  }

  /** The definitions of PyTorch's documentation, element by element. */
  @ParameterizedTest
  @ValueSource(strings = {"Rnn", "Relu", "Gru", "Lstm"})
  void equalsTheDefinition(String kind) {
    Recurrent layer = create(kind, 3, 4, OPTIONS);
    Map<String, Variable> state = layer.stateDict();
    Variable input = random(2, 5, 3);
    double[] h = new double[4];
    double[] c = new double[4];
    Variable[] result = run(layer, input);
    for (int t = 0; t < 5; t++) {
      double[] a = affine(state, "ih_l0", input.select(0, t).toDoubleArray());
      double[] b = affine(state, "hh_l0", h);
      for (int k = 0; k < 4; k++) {
        switch (kind) {
          case "Rnn" -> h[k] = Math.tanh(a[k] + b[k]);
          case "Relu" -> h[k] = Math.max(0, a[k] + b[k]);
          case "Gru" -> {
            double r = sigmoid(a[k] + b[k]);
            double z = sigmoid(a[k + 4] + b[k + 4]);
            double n = Math.tanh(a[k + 8] + r * b[k + 8]);
            h[k] = (1 - z) * n + z * h[k];
          }
          default -> {
            double i = sigmoid(a[k] + b[k]);
            double f = sigmoid(a[k + 4] + b[k + 4]);
            double g = Math.tanh(a[k + 8] + b[k + 8]);
            double o = sigmoid(a[k + 12] + b[k + 12]);
            c[k] = f * c[k] + i * g;
            h[k] = o * Math.tanh(c[k]);
          }
        }
      }
      assertArrayEquals(h, result[0].select(0, t).toDoubleArray(), 1e-12);
    }
    assertEquals(Shape.of(1, 4), result[1].shape());
    assertArrayEquals(h, result[1].toDoubleArray(), 1e-12);
    if (kind.equals("Lstm")) {
      assertArrayEquals(c, result[2].toDoubleArray(), 1e-12);
    }
  }

  @ParameterizedTest
  @CsvSource({"Rnn, 1, false", "Gru, 1, false", "Lstm, 1, false", "Gru, 2, true", "Lstm, 2, true"})
  void gradients(String kind, int layers, boolean bidirectional) {
    Recurrent layer = create(kind, 2, 3, OPTIONS.layers(layers).bidirectional(bidirectional));
    ModuleGradients.check(layer, x -> joined(run(layer, x)), random(2, 3, 2, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Rnn", "Gru", "Lstm"})
  void gradientsOfSeveralLengths(String kind) {
    Recurrent layer = create(kind, 2, 3, OPTIONS.bidirectional(true));
    Variable[] initial = states(2, 2, 3);
    ModuleGradients.check(
        layer, x -> joined(run(layer, x, initial, Variable.of(1L, 3L))), random(2, 3, 2, 2));
  }

  /** Towards the initial states, which parameters and input leave out. */
  @ParameterizedTest
  @ValueSource(strings = {"Rnn", "Gru", "Lstm"})
  void gradientsOfStates(String kind) {
    Recurrent layer = create(kind, 2, 3, OPTIONS.bidirectional(true));
    Variable input = random(2, 3, 2, 2);
    GradCheck.checkSecondOrder(
        h -> joined(run(layer, input, new Variable[] {h[0], h[1]}, null)), states(2, 2, 3));
  }

  private static Variable joined(Variable[] results) {
    Variable[] flat = new Variable[results.length];
    Arrays.setAll(flat, k -> results[k].flatten());
    return Variable.cat(0, flat);
  }

  /**
   * With lengths an LSTM goes step by step, without as one operation, in sections if n is large.
   */
  @ParameterizedTest
  @CsvSource({"1, false, true, 4", "2, true, true, 4", "2, true, false, 4", "2, true, true, 120"})
  void oneOperationEqualsTheSteps(int layers, boolean bidirectional, boolean bias, long n) {
    Lstm lstm = new Lstm(3, 5, OPTIONS.layers(layers).bidirectional(bidirectional).bias(bias));
    long rows = (bidirectional ? 2L : 1L) * layers;
    Variable[] initial = states(rows, n, 5);
    Variable input = random(2, 6, n, 3);
    Map<String, double[]> whole = gradients(lstm, input, initial, null);
    Map<String, double[]> steps = gradients(lstm, input, initial, Variable.full(DType.INT64, 6, n));
    assertEquals(whole.keySet(), steps.keySet());
    whole.forEach((name, values) ->
        assertArrayEquals(Objects.requireNonNull(steps.get(name)), values, n * 1e-12, name));
  }

  private static Map<String, double[]> gradients(
      Lstm lstm, Variable data, Variable[] initial, Variable lengths) {
    lstm.zeroGrad();
    Map<String, Variable> leaves = new LinkedHashMap<>(lstm.namedParameters());
    leaves.put("input", data.copy().requiresGrad(true));
    leaves.put("hidden", initial[0].copy().requiresGrad(true));
    leaves.put("cell", initial[1].copy().requiresGrad(true));
    Variable[] start = {leaves.get("hidden"), leaves.get("cell")};
    Variable[] result = run(lstm, Objects.requireNonNull(leaves.get("input")), start, lengths);
    Variable all = joined(result);
    all.mul(random(8, all.elementCount())).sum().backward();
    Map<String, double[]> gradients = new LinkedHashMap<>();
    gradients.put("value", all.toDoubleArray());
    leaves.forEach(
        (name, leaf) -> gradients.put(name, Objects.requireNonNull(leaf.grad()).toDoubleArray()));
    return gradients;
  }

  /** An input that depends on the weights gets its own part of the second derivative. */
  @Test
  void theSameWeightsTwiceDifferentiateTwice() {
    Lstm lstm = new Lstm(2, 2, OPTIONS);
    Variable weight = Objects.requireNonNull(lstm.namedParameters().get("weight_hh_l0"));
    Variable input = random(2, 3, 1, 2);
    Variable[] penalties = new Variable[2];
    for (int way = 0; way < 2; way++) {
      Variable lengths = way == 0 ? null : Variable.of(3L);
      Variable once = lstm.apply(input, null, null, lengths).output();
      Variable twice = lstm.apply(once, null, null, lengths).output().square().sum();
      Variable slope =
          Autograd.grad(
                  List.of(twice),
                  List.of(Variable.ones(DType.FLOAT64)),
                  List.of(weight),
                  BackwardOptions.createGraph())
              .getFirst();
      penalties[way] = Autograd.grad(slope.square().sum(), weight).getFirst();
    }
    assertArrayEquals(penalties[1].toDoubleArray(), penalties[0].toDoubleArray(), 1e-12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Rnn", "Gru", "Lstm"})
  void tangentsAgreeWithGradients(String kind) {
    Recurrent layer = create(kind, 3, 4, OPTIONS);
    Variable input = random(2, 5, 2, 3).requiresGrad(true);
    List<Variable> leaves = new ArrayList<>(layer.parameters());
    leaves.add(input);
    List<Variable> directions =
        leaves.stream().map(leaf -> random(leaf.rank(), leaf.shape().toArray())).toList();
    Supplier<Variable> function = () -> run(layer, input)[0].sin().sum();
    List<Variable> gradients = Autograd.grad(function.get(), leaves.toArray(Variable[]::new));
    double expected = 0;
    for (int k = 0; k < leaves.size(); k++) {
      expected += gradients.get(k).mul(directions.get(k)).sum().item();
    }
    double tangent = Functional.jvp(function, leaves, directions).tangent().item();
    assertEquals(expected, tangent, 1e-12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Rnn", "Gru", "Lstm"})
  void lengthsEqualSequencesAlone(String kind) {
    Recurrent layer = create(kind, 3, 4, OPTIONS.layers(2).bidirectional(true));
    Variable input = random(2, 5, 3, 3);
    long[] lengths = {2, 5, 3};
    Variable[] together = run(layer, input, states(4, 3, 4), Variable.of(lengths));
    for (int k = 0; k < lengths.length; k++) {
      int at = k;
      Variable[] start = states(4, 3, 4);
      Arrays.setAll(start, s -> start[s].narrow(1, at, 1));
      Variable part = input.narrow(0, 0, lengths[k]).narrow(1, k, 1);
      Variable[] alone = run(layer, part, start, null);
      Variable own = together[0].narrow(1, k, 1);
      assertArrayEquals(
          alone[0].toDoubleArray(), own.narrow(0, 0, lengths[k]).toDoubleArray(), 1e-12);
      Variable rest = own.narrow(0, lengths[k], 5 - lengths[k]);
      assertTrue(Arrays.stream(rest.toDoubleArray()).allMatch(v -> v == 0));
      for (int s = 1; s < alone.length; s++) {
        assertArrayEquals(
            alone[s].toDoubleArray(), together[s].narrow(1, k, 1).toDoubleArray(), 1e-12);
      }
    }
  }

  @Test
  void layersAndDirectionsArePutTogetherAsInPyTorch() {
    Gru both = new Gru(3, 4, OPTIONS.layers(2).bidirectional(true));
    Variable input = random(2, 5, 2, 3);
    Variable output = input;
    Recurrent.Result expected = both.apply(input);
    for (int layer = 0; layer < 2; layer++) {
      Variable[] parts = new Variable[2];
      for (int direction = 0; direction < 2; direction++) {
        Gru one = new Gru(output.size(-1), 4, OPTIONS);
        String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
        Map<String, Variable> state = new LinkedHashMap<>();
        both.stateDict()
            .forEach((name, value) -> {
              if (name.endsWith(suffix)) {
                state.put(name.replace(suffix, "_l0"), value);
              }
            });
        one.loadStateDict(state);
        Recurrent.Result result = one.apply(direction == 0 ? output : output.flip(0));
        parts[direction] = direction == 0 ? result.output() : result.output().flip(0);
        assertArrayEquals(
            result.hidden().toDoubleArray(),
            expected.hidden().select(0, 2L * layer + direction).toDoubleArray(),
            1e-12);
      }
      output = Variable.cat(-1, parts);
    }
    assertArrayEquals(output.toDoubleArray(), expected.output().toDoubleArray(), 1e-12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Rnn", "Gru", "Lstm"})
  void batchFirstAndSingleSequences(String kind) {
    Recurrent first = create(kind, 3, 4, OPTIONS.batchFirst(true));
    Recurrent time = create(kind, 3, 4, OPTIONS);
    time.loadStateDict(first.stateDict());
    Variable input = random(2, 2, 5, 3);
    Variable[] expected = run(time, input.transpose(0, 1));
    Variable[] actual = run(first, input);
    assertArrayEquals(
        expected[0].transpose(0, 1).toDoubleArray(), actual[0].toDoubleArray(), 1e-12);
    assertArrayEquals(expected[1].toDoubleArray(), actual[1].toDoubleArray(), 1e-12);
    Variable[] alone = run(first, input.select(0, 1));
    assertEquals(Shape.of(5, 4), alone[0].shape());
    assertArrayEquals(actual[0].select(0, 1).toDoubleArray(), alone[0].toDoubleArray(), 1e-12);
  }

  @Test
  void dropoutLiesBetweenLayersInTrainingOnly() {
    Gru gru = new Gru(3, 4, OPTIONS.layers(2).dropout(1));
    Variable input = random(2, 5, 2, 3);
    // Whatever the first layer gives is dropped.
    Variable trained = gru.apply(input).output();
    assertArrayEquals(
        trained.toDoubleArray(), gru.apply(random(3, 5, 2, 3)).output().toDoubleArray());
    gru.eval();
    assertFalse(
        Arrays.equals(
            gru.apply(input).output().toDoubleArray(),
            gru.apply(random(3, 5, 2, 3)).output().toDoubleArray()));
    // After the last layer nothing is.
    Gru single = new Gru(3, 4, OPTIONS.dropout(1));
    double[] values = single.apply(input).output().toDoubleArray();
    single.eval();
    assertArrayEquals(values, single.apply(input).output().toDoubleArray());
  }

  @Test
  void cellsAreStepsOfLayers() {
    Variable input = random(2, 4, 2, 3);
    RnnCell rnnCell = new RnnCell(3, 5, Rnn.Nonlinearity.RELU, CELL);
    GruCell gruCell = new GruCell(3, 5, CELL);
    LstmCell lstmCell = new LstmCell(3, 5, CELL);
    Rnn rnn = new Rnn(3, 5, Rnn.Nonlinearity.RELU, OPTIONS);
    Gru gru = new Gru(3, 5, OPTIONS);
    Lstm lstm = new Lstm(3, 5, OPTIONS);
    give(rnnCell, rnn);
    give(gruCell, gru);
    give(lstmCell, lstm);
    Variable h = null;
    Variable g = null;
    LstmCell.State s = null;
    for (int t = 0; t < 4; t++) {
      h = rnnCell.apply(input.select(0, t), h);
      g = gruCell.apply(input.select(0, t), g);
      s = lstmCell.apply(input.select(0, t), s);
    }
    assertArrayEquals(rnn.apply(input).hidden().toDoubleArray(), h.toDoubleArray(), 1e-12);
    assertArrayEquals(gru.apply(input).hidden().toDoubleArray(), g.toDoubleArray(), 1e-12);
    Lstm.Result expected = lstm.apply(input);
    assertArrayEquals(expected.hidden().toDoubleArray(), s.hidden().toDoubleArray(), 1e-12);
    assertArrayEquals(expected.cell().toDoubleArray(), s.cell().toDoubleArray(), 1e-12);
    assertEquals(Shape.of(5), gruCell.apply(random(3, 3), null).shape());
    ModuleGradients.check(rnnCell, x -> rnnCell.apply(x, random(5, 2, 5)), random(4, 2, 3));
    ModuleGradients.check(gruCell, x -> gruCell.apply(x, random(5, 2, 5)), random(4, 2, 3));
    LstmCell.State start = new LstmCell.State(random(5, 2, 5), random(6, 2, 5));
    ModuleGradients.check(
        lstmCell,
        x -> {
          LstmCell.State next = lstmCell.apply(x, start);
          return next.hidden().add(next.cell());
        },
        random(4, 2, 3));
  }

  private static void give(RecurrentCell cell, Recurrent layer) {
    Map<String, Variable> state = new LinkedHashMap<>();
    cell.stateDict().forEach((name, value) -> state.put(name + "_l0", value));
    layer.loadStateDict(state);
  }

  @Test
  void namesArePyTorchs() {
    assertEquals(
        List.of(
            "weight_ih_l0",
            "weight_hh_l0",
            "bias_ih_l0",
            "bias_hh_l0",
            "weight_ih_l0_reverse",
            "weight_hh_l0_reverse",
            "bias_ih_l0_reverse",
            "bias_hh_l0_reverse",
            "weight_ih_l1",
            "weight_hh_l1",
            "bias_ih_l1",
            "bias_hh_l1",
            "weight_ih_l1_reverse",
            "weight_hh_l1_reverse",
            "bias_ih_l1_reverse",
            "bias_hh_l1_reverse"),
        List.copyOf(
            new Lstm(2, 3, Recurrent.options().layers(2).bidirectional(true))
                .stateDict()
                .keySet()));
    assertEquals(
        List.of("weight_ih", "weight_hh"),
        List.copyOf(new GruCell(2, 3, RecurrentCell.options().bias(false)).stateDict().keySet()));
    assertEquals(
        "Lstm(2, 3, layers=2, batchFirst=true)",
        new Lstm(2, 3, Recurrent.options().layers(2).batchFirst(true)).toString());
    double bound = 1 / Math.sqrt(30);
    for (Variable parameter : new Gru(20, 30).parameters()) {
      assertTrue(parameter.detach().abs().max().item() <= bound);
      assertEquals(bound / Math.sqrt(3), parameter.detach().std().item(), bound / 6);
    }
  }

  @Test
  void refuses() {
    Lstm lstm = new Lstm(3, 4);
    assertRefused("in module Lstm", () -> lstm.apply(Variable.zeros(5, 2, 2)));
    assertRefused("inputSize=3", () -> lstm.apply(Variable.zeros(5, 2, 2)));
    assertRefused("[length, n, inputSize]", () -> lstm.apply(Variable.zeros(3)));
    assertRefused("at least one", () -> lstm.apply(Variable.zeros(0, 2, 3)));
    assertRefused("DType.FLOAT32", () -> lstm.apply(Variable.zeros(DType.FLOAT64, 5, 2, 3)));
    Variable x = Variable.zeros(5, 2, 3);
    Variable good = Variable.zeros(1, 2, 4);
    assertRefused("hidden state", () -> lstm.apply(x, Variable.zeros(2, 2, 4), good));
    assertRefused("cell state", () -> lstm.apply(x, good, Variable.zeros(1, 2, 3)));
    assertRefused("both", () -> lstm.apply(x, good, null));
    assertRefused("from 1 to 5", () -> lstm.apply(x, null, null, Variable.of(5L, 0L)));
    assertRefused("from 1 to 5", () -> lstm.apply(x, null, null, Variable.of(6L, 1L)));
    assertRefused("one length for each", () -> lstm.apply(x, null, null, Variable.of(1L)));
    assertRefused("one length for each", () -> lstm.apply(x, null, null, Variable.of(1f, 2f)));
    assertRefused("positive", () -> new Gru(0, 3));
    assertRefused("layers", () -> Recurrent.options().layers(0));
    assertRefused("dropout", () -> Recurrent.options().dropout(2));
    assertRefused(
        "hidden state", () -> new GruCell(3, 4).apply(Variable.zeros(2, 3), Variable.zeros(4)));
    assertRefused("inputSize=3", () -> new RnnCell(3, 4).apply(Variable.zeros(2, 4), null));
  }

  private static void assertRefused(String part, Runnable call) {
    String message =
        Objects.requireNonNull(
            assertThrows(IllegalArgumentException.class, call::run).getMessage());
    assertTrue(message.contains(part), message);
  }
}
