package org.autograd.gradientfree;

import java.util.function.BinaryOperator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;
import org.autograd.training.LearningRule;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;
import org.jspecify.annotations.Nullable;

/**
 * Learning without a backward pass. It takes the place of {@link
 * org.autograd.training.Backpropagation}; model, data and loop stay the same:
 *
 * <pre>{@code
 * Minimizer minimizer = new Mezo(model.parameters(), Mezo.options().learningRate(5e-3));
 * LearningRule rule = new GradientFree(model, Losses::crossEntropy, minimizer);
 * new Trainer(rule, loader).metric("accuracy", Metrics::accuracy).fit(50);
 * }</pre>
 *
 * <p>The model learns in evaluation mode, since a minimizer compares losses of the same function:
 * dropout would change it from call to call. No graph is recorded.
 */
public final class GradientFree implements LearningRule {
  private final UnaryModule model;
  private final BinaryOperator<Variable> loss;
  private final Minimizer minimizer;

  /**
   * Creates the rule.
   *
   * @param loss a scalar, the mean over a batch, of predictions and targets
   * @param minimizer of the model's parameters
   */
  public GradientFree(UnaryModule model, BinaryOperator<Variable> loss, Minimizer minimizer) {
    this.model = model;
    this.loss = loss;
    this.minimizer = minimizer;
  }

  @Override
  public Module module() {
    return model;
  }

  /** Returns what makes the loss smaller. */
  public Minimizer minimizer() {
    return minimizer;
  }

  @Override
  public Outcome learn(Batch batch) {
    @Nullable Variable[] first = new Variable[1];
    double value =
        model.evaluate(() ->
            minimizer.step(() -> {
              Variable predictions = model.apply(batch.inputs());
              if (first[0] == null) {
                first[0] = predictions.detach();
              }
              return loss.apply(predictions, batch.targets());
            }));
    return Outcome.of(value, first[0]);
  }

  @Override
  public Variable predict(Variable inputs) {
    return model.evaluate(() -> model.apply(inputs));
  }

  @Override
  public double validationLoss(Variable predictions, Batch batch) {
    return model.evaluate(() -> loss.apply(predictions, batch.targets()).item());
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("model", model);
    minimizer.addTo(state);
  }
}
