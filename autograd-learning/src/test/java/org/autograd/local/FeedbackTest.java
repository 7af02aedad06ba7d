package org.autograd.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Activation;
import org.autograd.nn.Dropout;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Sequential;
import org.autograd.optim.Adam;
import org.autograd.optim.Sgd;
import org.autograd.training.TrainingState;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class FeedbackTest {
  private static FeedbackAlignment rule(Sequential model, Feedback feedback) {
    return new FeedbackAlignment(
        model,
        Losses::crossEntropy,
        new Sgd(model.parameters(), Sgd.options().learningRate(0.1)),
        feedback,
        new Generator(7));
  }

  @Test
  void theWeightItselfGivesBackpropagation() {
    Sequential model = Chains.chain(1, 5, 7, 6, 3);
    Batch batch = Chains.batch(2, 11, 5, 3);
    Map<String, Variable> expected = Chains.trueGradients(model, batch);
    Map<String, Variable> actual = rule(model, Feedback.WEIGHT).gradients(batch);
    Chains.assertClose(expected, actual, 1e-15);
  }

  @Test
  void errorsPassDownThroughTheFixedMatrix() {
    Sequential model = Chains.chain(1, 5, 7, 3);
    Batch batch = Chains.batch(2, 11, 5, 3);
    FeedbackAlignment rule = rule(model, Feedback.RANDOM);
    Map<String, Variable> actual = rule.gradients(batch);
    TrainingState state = new TrainingState();
    rule.addTo(state);
    Variable b = state.save().get("feedback_2.matrix"); // of the second layer
    assertArrayEquals(new long[] {3, 7}, b.shape().toArray());

    Variable x = batch.inputs();
    Variable hidden = model.layers().get(0).apply(x).detach();
    Variable logits = model.layers().get(1).apply(hidden).detach().requiresGrad(true);
    Losses.crossEntropy(logits, batch.targets()).backward();
    Variable error = Chains.gradient(logits);
    Variable delta = error.matmul(b).mul(hidden.square().neg().add(1));
    assertArrayEquals(
        delta.transpose().matmul(x).toDoubleArray(),
        actual.get("0.0.weight").toDoubleArray(),
        1e-15);
    assertArrayEquals(
        error.transpose().matmul(hidden).toDoubleArray(),
        actual.get("1.weight").toDoubleArray(),
        1e-15);
  }

  @Test
  void matricesWithTheWeightsSigns() {
    Generator rng = new Generator(1);
    Variable weight = Variable.of(new double[][] {{-2, 3, 0}, {1, -1, 5}});
    Variable fixed = Variable.of(new double[][] {{0.1, -0.2, 0.3}, {-0.4, 0.5, 0.6}});
    double scale = Math.sqrt(2.0 / 5);
    assertArrayEquals(
        new double[] {-scale, scale, 0, scale, -scale, scale},
        Feedback.UNIFORM_SIGN.matrix(weight, fixed, rng).toDoubleArray());
    assertArrayEquals(
        new double[] {-0.1, 0.2, 0, 0.4, -0.5, 0.6},
        Feedback.FIXED_MAGNITUDE.matrix(weight, fixed, rng).toDoubleArray());
    Variable first = Feedback.BATCH_MAGNITUDE.matrix(weight, fixed, rng);
    Variable second = Feedback.BATCH_MAGNITUDE.matrix(weight, fixed, rng);
    assertArrayEquals(weight.sign().toDoubleArray(), first.sign().toDoubleArray());
    assertFalse(Arrays.equals(first.toDoubleArray(), second.toDoubleArray()));
  }

  @Test
  void theModelIsAsItWasAfterwards() {
    Sequential model = Chains.chain(1, 5, 7, 6, 3);
    Batch batch = Chains.batch(2, 11, 5, 3);
    Map<String, Variable> before = Chains.trueGradients(model, batch);
    rule(model, Feedback.RANDOM).gradients(batch);
    Chains.assertClose(before, Chains.trueGradients(model, batch), 0);
  }

  @Test
  void theAngleFallsBelowARightOneWhileLearning() {
    Batch batch = Chains.batch(3, 200, 8, 4);
    for (Feedback feedback : new Feedback[] {Feedback.RANDOM, Feedback.UNIFORM_SIGN}) {
      Sequential model = Chains.chain(1, 8, 30, 30, 4);
      FeedbackAlignment rule =
          new FeedbackAlignment(
              model,
              Losses::crossEntropy,
              new Adam(model.parameters(), Adam.options().learningRate(1e-2)),
              feedback,
              new Generator(1));
      Alignment first = Alignment.of(rule, Chains.loss(model), batch);
      double firstLoss = rule.learn(batch).loss();
      for (int step = 0; step < 45; step++) {
        rule.learn(batch);
      }
      Alignment last = Alignment.of(rule, Chains.loss(model), batch);
      assertEquals(0, last.angles().get("2.weight"), 1e-5); // learns by the true gradient
      assertTrue(last.angles().get("0.0.weight") < 80, feedback + " " + last);
      if (feedback == Feedback.RANDOM) {
        assertTrue(first.angles().get("1.0.weight") > 90, feedback + " " + first);
      }
      assertTrue(last.angles().get("1.0.weight") < 60, feedback + " " + last);
      assertTrue(rule.learn(batch).loss() < firstLoss);
    }
  }

  @Test
  void measuringTheAngleChangesNothing() {
    Batch batch = Chains.batch(2, 11, 5, 3);
    Map<String, Variable> learned = new LinkedHashMap<>();
    for (boolean measured : new boolean[] {false, true}) {
      Sequential model = Chains.chain(1, 5, 7, 3);
      FeedbackAlignment rule = rule(model, Feedback.BATCH_MAGNITUDE);
      for (int step = 0; step < 3; step++) {
        if (measured) {
          Alignment.of(rule, Chains.loss(model), batch);
        }
        rule.learn(batch);
      }
      if (measured) {
        Chains.assertClose(learned, model.stateDict(), 0);
      } else {
        learned.putAll(model.stateDict());
      }
    }
  }

  @Test
  void theAngleToItselfIsZeroAndToTheOppositeHalfATurn() {
    Sequential model = Chains.chain(1, 5, 7, 3);
    Batch batch = Chains.batch(2, 11, 5, 3);
    FeedbackAlignment rule = rule(model, Feedback.WEIGHT);
    Alignment same = Alignment.of(rule, Chains.loss(model), batch);
    assertEquals(0, same.total(), 1e-5);
    assertEquals(
        List.copyOf(model.namedParameters().keySet()), List.copyOf(same.angles().keySet()));
    Alignment opposite = Alignment.of(rule, b -> Chains.loss(model).apply(b).neg(), batch);
    assertEquals(180, opposite.total(), 1e-5);
  }

  @Test
  void aModelWithoutLinearLayersIsRefused() {
    Sequential model = new Sequential(Activation.relu());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new FeedbackAlignment(
                model,
                Losses::crossEntropy,
                new Sgd(List.of(Variable.of(1.0).requiresGrad(true)), Sgd.options()),
                Feedback.RANDOM,
                new Generator(1)));
  }

  @Test
  void measuringTheAngleDrawsNoRandomNumbers() {
    Linear.Options linear = Linear.options().generator(new Generator(1));
    Sequential model =
        new Sequential(new Linear(5, 7, linear), new Dropout(0.5), new Linear(7, 3, linear));
    Batch doubles = Chains.batch(2, 11, 5, 3);
    Batch batch = Batch.of(doubles.inputs().to(DType.FLOAT32), doubles.targets());
    Generator.State before = Autograd.generator().state();
    Alignment.of(rule(model, Feedback.RANDOM), Chains.loss(model), batch);
    assertEquals(before, Autograd.generator().state());
  }
}
