package org.autograd.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.golden.Golden;
import org.autograd.nn.Activation;
import org.autograd.nn.BatchNorm1d;
import org.autograd.nn.Dropout;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Adam;
import org.autograd.optim.Sgd;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/** Predictive coding, equilibrium propagation, target propagation. */
class EnergyRulesTest {
  private static PredictiveCoding predictiveCoding(
      Sequential model, PredictiveCoding.Options options) {
    return new PredictiveCoding(
        model,
        Losses::crossEntropy,
        new Adam(model.parameters(), Adam.options().learningRate(1e-2)),
        options);
  }

  @Test
  void predictiveCodingWithFixedPredictionsIsBackpropagation() {
    for (long[] sizes : new long[][] {{5, 3}, {5, 7, 3}, {5, 9, 8, 7, 6, 3}}) {
      Sequential model = Chains.chain(1, sizes);
      Batch batch = Chains.batch(2, 11, 5, 3);
      int depth = model.layers().size();
      PredictiveCoding.Options options =
          PredictiveCoding.options().fixedPrediction(true).rate(1).steps(depth);
      Map<String, Variable> expected = Chains.trueGradients(model, batch);
      Chains.assertClose(expected, predictiveCoding(model, options).gradients(batch), 1e-12);
      if (depth > 1) {
        // One step fewer, and the lowest block hears nothing.
        Map<String, Variable> fewer =
            predictiveCoding(model, options.steps(depth - 1)).gradients(batch);
        assertEquals(0, fewer.get("0.0.weight").abs().max().item());
      }
    }
  }

  @Test
  void predictiveCodingComesToRestAtBackpropagation() {
    Sequential model = Chains.chain(1, 5, 7, 6, 3);
    Batch batch = Chains.batch(2, 11, 5, 3);
    PredictiveCoding.Options options = PredictiveCoding.options().fixedPrediction(true).rate(0.1);
    Map<String, Variable> expected = Chains.trueGradients(model, batch);
    double soon =
        Chains.difference(expected, predictiveCoding(model, options.steps(20)).gradients(batch));
    double late =
        Chains.difference(expected, predictiveCoding(model, options.steps(400)).gradients(batch));
    assertTrue(soon > 1e-4, "after 20 steps " + soon);
    assertTrue(late < 1e-12, "after 400 steps " + late);
  }

  @Test
  void strictPredictiveCodingPointsAboutWhereBackpropagationDoes() {
    Sequential model = Chains.chain(1, 5, 20, 20, 3);
    Batch batch = Chains.batch(2, 50, 5, 3);
    PredictiveCoding rule = predictiveCoding(model, PredictiveCoding.options());
    Alignment alignment = Alignment.of(rule, Chains.loss(model), batch);
    assertTrue(alignment.total() > 0 && alignment.total() < 30, "angle " + alignment.total());
    double first = rule.learn(batch).loss();
    for (int step = 0; step < 50; step++) {
      rule.learn(batch);
    }
    assertTrue(rule.learn(batch).loss() < 0.5 * first);
  }

  private static Variable sine(double phase, double scale, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      values[k] = scale * Math.sin(0.7 * k + phase);
    }
    return Variable.fromArray(values, shape);
  }

  private static Linear linear(Variable weight, Variable bias) {
    Linear linear =
        new Linear(weight.size(1), weight.size(0), Linear.options().dtype(DType.FLOAT64));
    linear.loadStateDict(Map.of("weight", weight, "bias", bias));
    return linear;
  }

  /** The network of the recorded numbers: 3-4-2 with tanh, one example, target (0.5, -0.5). */
  private static EquilibriumPropagation golden(double beta, boolean symmetric) {
    Sequential model =
        new Sequential(
            new Sequential(linear(sine(0.3, 0.5, 4, 3), sine(1, 0.1, 4)), Activation.tanh()),
            new Sequential(linear(sine(0.9, 0.5, 2, 4), sine(2, 0.1, 2)), Activation.tanh()));
    return new EquilibriumPropagation(
        model,
        new Sgd(model.parameters(), Sgd.options().learningRate(0.1)),
        EquilibriumPropagation.options().beta(beta).steps(500, 500).symmetric(symmetric));
  }

  private static final Batch EXAMPLE =
      Batch.of(
          Variable.of(new double[][] {{Math.sin(0.3), Math.sin(1.4), Math.sin(2.5)}}),
          Variable.of(new double[][] {{0.5, -0.5}}));

  @Test
  void equilibriumPropagationRestsWhereItIsRecorded() {
    JsonObject golden = Golden.file("ep");
    EquilibriumPropagation rule = golden(0.1, true);
    assertArrayEquals(
        Golden.numbers(golden.get("free o")),
        rule.predict(EXAMPLE.inputs()).toDoubleArray(),
        1e-14);
    // At rest the output is what the last layer makes of the hidden states.
    Variable hidden = Variable.fromArray(Golden.numbers(golden.get("free h")), 1, 4);
    Variable output = hidden.matmul(sine(0.9, 0.5, 2, 4).transpose()).add(sine(2, 0.1, 2)).tanh();
    assertArrayEquals(Golden.numbers(golden.get("free o")), output.toDoubleArray(), 1e-14);
    List<Variable> entering = new ArrayList<>();
    try (var _ =
        rule.module()
            .namedModules()
            .get("1.0")
            .afterForward((in, _) -> {
              entering.add(in.getFirst());
              return null;
            })) {
      rule.predict(EXAMPLE.inputs());
    }
    assertArrayEquals(hidden.toDoubleArray(), entering.getLast().toDoubleArray(), 1e-14);
    Variable loss = rule.loss(EXAMPLE);
    assertEquals(golden.get("loss").getAsDouble(), loss.item(), 1e-14);
    loss.backward();
    Map<String, Variable> right = rule.takeGradients();
    assertArrayEquals(
        Golden.numbers(golden.get("true dL/dW2")), right.get("1.0.weight").toDoubleArray(), 1e-12);
    assertArrayEquals(
        Golden.numbers(golden.get("true dL/db1")), right.get("0.0.bias").toDoubleArray(), 1e-12);
  }

  private static double relativeError(EquilibriumPropagation rule) {
    Map<String, Variable> made = rule.gradients(EXAMPLE);
    rule.loss(EXAMPLE).backward();
    Map<String, Variable> right = rule.takeGradients();
    double difference = 0;
    double size = 0;
    for (var entry : right.entrySet()) {
      difference += made.get(entry.getKey()).sub(entry.getValue()).square().sum().item();
      size += entry.getValue().square().sum().item();
    }
    return Math.sqrt(difference / size);
  }

  @Test
  void theErrorOfEquilibriumPropagationFallsWithBetaAsRecorded() {
    JsonObject golden = Golden.file("ep");
    for (double beta : new double[] {0.1, 0.05, 0.01}) {
      JsonObject recorded = golden.getAsJsonObject("beta=" + beta);
      double one = recorded.get("one-sided rel err").getAsDouble();
      double both = recorded.get("symmetric rel err").getAsDouble();
      assertEquals(one, relativeError(golden(beta, false)), 1e-6 * one);
      assertEquals(both, relativeError(golden(beta, true)), 1e-6 * both);
    }
  }

  @Test
  void theErrorFallsInProportionToBetaAndToItsSquare() {
    double one = relativeError(golden(0.01, false)) / relativeError(golden(0.005, false));
    double both = relativeError(golden(0.01, true)) / relativeError(golden(0.005, true));
    assertEquals(2, one, 0.05);
    assertEquals(4, both, 0.05);
  }

  @Test
  void aLargeBetaLeadsToAnotherRestingPoint() {
    // A trap: nothing warns of it, and the gradient is then wrong by orders of magnitude.
    assertTrue(relativeError(golden(0.5, true)) > 10);
    assertTrue(relativeError(golden(0.5, false)) < 1);
  }

  @Test
  void equilibriumPropagationLearnsAndTakesClasses() {
    Linear.Options options = Linear.options().dtype(DType.FLOAT64).generator(new Generator(1));
    Sequential model =
        new Sequential(
            new Sequential(new Linear(5, 20, options), Activation.tanh()),
            new Sequential(new Linear(20, 3, options), Activation.hardsigmoid()));
    Batch batch = Chains.batch(2, 60, 5, 3);
    EquilibriumPropagation rule =
        new EquilibriumPropagation(
            model,
            new Adam(model.parameters(), Adam.options().learningRate(1e-2)),
            EquilibriumPropagation.options());
    double first = rule.learn(batch).loss();
    for (int step = 0; step < 60; step++) {
      rule.learn(batch);
    }
    double last = rule.learn(batch).loss();
    assertTrue(last < 0.6 * first, first + " and " + last);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new EquilibriumPropagation(
                new Sequential(Activation.tanh()),
                rule.optimizer(),
                EquilibriumPropagation.options()));
  }

  /** Orthogonal maps, whose transposes are their inverses. */
  private static Linear orthogonal(long seed) {
    Variable q = Variable.randn(new Generator(seed), DType.FLOAT64, 4, 4).qr().q();
    return linear(q, Variable.zeros(DType.FLOAT64, 4));
  }

  @Test
  void targetPropagationThroughExactInversesIsBackpropagation() {
    List<UnaryModule> layers = new ArrayList<>();
    List<UnaryModule> inverses = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      Linear layer = orthogonal(k + 1);
      layers.add(layer);
      if (k == 1 || k == 2) {
        inverses.add(linear(layer.weight().detach().transpose(), Variable.zeros(DType.FLOAT64, 4)));
      }
    }
    Sequential model = new Sequential(layers);
    Batch batch = Chains.batch(2, 11, 4, 4);
    double step = 0.3;
    TargetPropagation rule =
        targetPropagation(model, inverses, TargetPropagation.options().step(step).noise(0));
    Map<String, Variable> expected = Chains.trueGradients(model, batch);
    Map<String, Variable> actual = rule.gradients(batch);
    for (String name : actual.keySet()) {
      double factor = name.startsWith("3.") ? 1 : step;
      assertArrayEquals(
          expected.get(name).mul(factor).toDoubleArray(),
          actual.get(name).toDoubleArray(),
          1e-14,
          name);
    }
    assertEquals(expected.keySet(), actual.keySet());
    // An exact inverse has nothing to learn.
    rule.optimizer().zeroGrad();
    try (var _ = Autograd.enableGrad()) {
      rule.addGradients(batch);
    }
    for (UnaryModule inverse : inverses) {
      Variable weight = inverse.parameters().getFirst();
      assertTrue(Chains.gradient(weight).abs().max().item() < 1e-14);
    }
  }

  private static TargetPropagation targetPropagation(
      Sequential model, List<UnaryModule> inverses, TargetPropagation.Options options) {
    return new TargetPropagation(
        model,
        inverses,
        Losses::crossEntropy,
        new Adam(TargetPropagation.parameters(model, inverses), Adam.options().learningRate(1e-2)),
        options,
        new Generator(3));
  }

  @Test
  void targetPropagationLearnsWithLearnedInverses() {
    Sequential model = Chains.chain(1, 5, 16, 12, 3);
    Linear.Options options = Linear.options().dtype(DType.FLOAT64).generator(new Generator(2));
    List<UnaryModule> inverses =
        List.of(new Sequential(new Linear(12, 16, options), Activation.tanh()));
    Batch batch = Chains.batch(2, 100, 5, 3);
    TargetPropagation rule = targetPropagation(model, inverses, TargetPropagation.options());
    double first = rule.learn(batch).loss();
    for (int step = 0; step < 100; step++) {
      rule.learn(batch);
    }
    assertTrue(rule.learn(batch).loss() < 0.5 * first);
    assertThrows(
        IllegalArgumentException.class,
        () -> targetPropagation(model, List.of(), TargetPropagation.options()));
  }

  @Test
  void inversesMustBeOptimizedAndTheirGradientsAreThoseOfOneBatch() {
    Sequential model = Chains.chain(1, 5, 6, 4, 3);
    List<UnaryModule> inverses = List.of(new Linear(4, 6, Linear.options().dtype(DType.FLOAT64)));
    TargetPropagation.Options options = TargetPropagation.options().noise(0);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new TargetPropagation(
                        model,
                        inverses,
                        Losses::crossEntropy,
                        new Adam(model.parameters(), Adam.options()),
                        options,
                        new Generator(3)))
            .getMessage();
    assertTrue(message.contains("TargetPropagation.parameters(model, inverses)"), message);

    TargetPropagation rule =
        new TargetPropagation(
            model,
            inverses,
            Losses::crossEntropy,
            new Sgd(TargetPropagation.parameters(model, inverses), Sgd.options().learningRate(0)),
            options,
            new Generator(3));
    Batch batch = Chains.batch(2, 10, 5, 3);
    Variable weight = inverses.getFirst().parameters().getFirst();
    rule.learn(batch);
    double[] once = Chains.gradient(weight).toDoubleArray();
    rule.learn(batch);
    assertArrayEquals(once, Chains.gradient(weight).toDoubleArray());
  }

  @Test
  void whatCannotBeComputedSeveralTimesIsRefused() {
    Linear.Options linear = Linear.options().dtype(DType.FLOAT64);
    Sequential dropping =
        new Sequential(
            new Sequential(new Linear(5, 4, linear), new Dropout(0.5)), new Linear(4, 3, linear));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> predictiveCoding(dropping, PredictiveCoding.options()))
            .getMessage();
    assertTrue(message.contains("Dropout '0.1'"), message);
    assertThrows(
        IllegalArgumentException.class,
        () -> targetPropagation(dropping, List.of(), TargetPropagation.options()));

    BatchNorm1d norm = new BatchNorm1d(4, BatchNorm1d.options().dtype(DType.FLOAT64));
    Sequential tracking =
        new Sequential(new Sequential(new Linear(5, 4, linear), norm), new Linear(4, 3, linear));
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> predictiveCoding(tracking, PredictiveCoding.options()))
            .getMessage();
    assertTrue(message.contains("running statistics"), message);
    // With fixed predictions each block is computed once.
    predictiveCoding(tracking, PredictiveCoding.options().fixedPrediction(true))
        .learn(Chains.batch(2, 10, 5, 3));
    assertEquals(1, tracking.stateDict().get("0.1.num_batches_tracked").item());
  }
}
