package org.autograd.gradientfree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.nn.Activation;
import org.autograd.nn.Dropout;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Adam;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Outcome;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingState;
import org.autograd.type.DType;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientFreeTest {
  private static UnaryModule model() {
    Linear.Options options = Linear.options().generator(new Generator(1));
    return new Sequential(
        new Linear(64, 8, options),
        Activation.relu(),
        new Dropout(0.5),
        new Linear(8, 10, options));
  }

  static Stream<Named<Function<List<Variable>, Minimizer>>> minimizers() {
    return Stream.of(
        Named.of(
            "forward",
            p ->
                with(
                    p,
                    new ForwardGradient(p, ForwardGradient.options().generator(new Generator(2))))),
        Named.of("spsa", p -> with(p, new Spsa(p, Spsa.options().generator(new Generator(2))))),
        Named.of(
            "es",
            p ->
                with(
                    p,
                    new EvolutionStrategy(
                        p, EvolutionStrategy.options().pairs(5).generator(new Generator(2))))),
        Named.of(
            "mezo",
            p -> new Mezo(p, Mezo.options().learningRate(2e-3).generator(new Generator(2)))),
        Named.of(
            "cma", p -> new CmaMinimizer(p, 0.02, CmaEs.options().generator(new Generator(2)))));
  }

  private static Minimizer with(List<Variable> parameters, GradientEstimator estimator) {
    return estimator.with(new Adam(parameters, Adam.options().learningRate(5e-3)));
  }

  private static DataLoader loader() {
    return DataLoader.of(Digits.split(0).train(), 500).shuffle(0);
  }

  /** The same model, data and loop as with backpropagation. */
  @ParameterizedTest
  @MethodSource("minimizers")
  void aTrainerLearnsByEveryRule(Function<List<Variable>, Minimizer> minimizer) {
    UnaryModule model = model();
    LearningRule rule =
        new GradientFree(model, Losses::crossEntropy, minimizer.apply(model.parameters()));
    Trainer trainer =
        new Trainer(rule, loader()).validation(loader()).metric("accuracy", Metrics::accuracy);
    var history = trainer.fit(5);
    assertTrue(history.last().value("validation_loss") < history.epochs().getFirst().value("loss"));
    assertTrue(model.isTraining(), "the mode is as it was");
  }

  @ParameterizedTest
  @MethodSource("minimizers")
  void learningGoesOnFromACheckpoint(Function<List<Variable>, Minimizer> minimizer) {
    Batch batch = loader().iterator().next();
    UnaryModule first = model();
    GradientFree rule =
        new GradientFree(first, Losses::crossEntropy, minimizer.apply(first.parameters()));
    rule.learn(batch);
    TrainingState state = new TrainingState();
    rule.addTo(state);
    var saved = state.save();
    saved.replaceAll((_, value) -> value.copy());
    Outcome expected = rule.learn(batch);

    UnaryModule second = model();
    GradientFree resumed =
        new GradientFree(second, Losses::crossEntropy, minimizer.apply(second.parameters()));
    TrainingState other = new TrainingState();
    resumed.addTo(other);
    other.load(saved);
    assertEquals(expected.loss(), resumed.learn(batch).loss());
    for (int k = 0; k < first.parameters().size(); k++) {
      assertArrayEquals(
          first.parameters().get(k).toDoubleArray(), second.parameters().get(k).toDoubleArray());
    }
  }

  @Test
  void anOutcomeHasThePredictionsBeforeLearning() {
    UnaryModule model = model();
    Batch batch = loader().iterator().next();
    LearningRule rule =
        new GradientFree(
            model,
            Losses::crossEntropy,
            with(
                model.parameters(),
                new ForwardGradient(model.parameters(), ForwardGradient.options().tangents(2))));
    Variable before = rule.predict(batch.inputs());
    Outcome outcome = rule.learn(batch);
    Variable predictions = Objects.requireNonNull(outcome.predictions());
    assertArrayEquals(before.toDoubleArray(), predictions.toDoubleArray());
    assertNull(predictions.operation());
    assertEquals(Losses.crossEntropy(before, batch.targets()).item(), outcome.loss(), 1e-6);
    assertEquals(rule.validationLoss(before, batch), outcome.loss(), 1e-6);
    assertEquals(DType.FLOAT32, predictions.dtype());
  }
}
