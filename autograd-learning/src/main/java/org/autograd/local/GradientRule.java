package org.autograd.local;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
import org.autograd.training.LearningRule;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;
import org.jspecify.annotations.Nullable;

/**
 * A learning rule that gives every parameter a gradient of its own making, or something to be used
 * like one, and leaves the step to an optimizer. So whatever optimizers know (momentum, Adam,
 * schedules) serves every rule.
 *
 * <p>A batch whose loss is NaN or infinite changes no parameter. Gradients stay as they are until
 * the next batch, so listeners can look at them.
 */
public abstract class GradientRule implements LearningRule {
  private final UnaryModule module;
  private final @Nullable BinaryOperator<Variable> loss;
  private final Optimizer<?> optimizer;

  /**
   * Creates a rule without a loss of predictions, so that there is none in validation.
   *
   * @param module the model
   * @param optimizer of all parameters that {@link #addGradients} gives gradients to
   */
  protected GradientRule(UnaryModule module, Optimizer<?> optimizer) {
    this(module, null, optimizer);
  }

  /**
   * Creates a rule.
   *
   * @param module the model
   * @param loss a scalar, the mean over a batch, of predictions and targets; null if there is none
   * @param optimizer of all parameters that {@link #addGradients} gives gradients to
   */
  protected GradientRule(
      UnaryModule module, @Nullable BinaryOperator<Variable> loss, Optimizer<?> optimizer) {
    this.module = module;
    this.loss = loss;
    this.optimizer = optimizer;
  }

  /**
   * Adds the rule's gradients for a batch to those of the parameters, and changes no parameter.
   * Recording is on.
   */
  protected abstract Outcome addGradients(Batch batch);

  /** Returns whether an optimizer has all of some parameters. */
  static boolean optimizes(Optimizer<?> optimizer, Collection<Variable> parameters) {
    Set<Variable> optimized = Collections.newSetFromMap(new IdentityHashMap<>());
    optimizer.groups().forEach(group -> optimized.addAll(group.parameters()));
    return optimized.containsAll(parameters);
  }

  @Override
  public final Module module() {
    return module;
  }

  /** Returns the optimizer. */
  public final Optimizer<?> optimizer() {
    return optimizer;
  }

  @Override
  public final Outcome learn(Batch batch) {
    prepare();
    Outcome outcome = addGradients(batch);
    if (Double.isFinite(outcome.loss())) {
      optimizer.step();
    }
    return outcome.with("learning_rate", optimizer.groups().getFirst().options().learningRate());
  }

  /**
   * Returns the rule's gradients for a batch by the names of the model's parameters, without
   * learning from it. A parameter that gets none is not there.
   */
  public final SequencedMap<String, Variable> gradients(Batch batch) {
    prepare();
    addGradients(batch);
    return takeGradients();
  }

  private void prepare() {
    if (!module.isTraining()) {
      module.train();
    }
    optimizer.zeroGrad();
    module.zeroGrad();
  }

  /** Returns the gradients that are there, by the names of the parameters, and forgets them. */
  final SequencedMap<String, Variable> takeGradients() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    module
        .namedParameters()
        .forEach((name, parameter) -> {
          Variable gradient = parameter.grad();
          if (gradient != null) {
            result.put(name, gradient.detach());
          }
        });
    optimizer.zeroGrad();
    module.zeroGrad();
    return result;
  }

  /** Returns what the model computes. */
  @Override
  public Variable predict(Variable inputs) {
    return module.evaluate(() -> module.apply(inputs));
  }

  @Override
  public double validationLoss(Variable predictions, Batch batch) {
    if (loss == null) {
      return Double.NaN;
    }
    return module.evaluate(() -> loss.apply(predictions, batch.targets()).item());
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("model", module);
    state.add("optimizer", optimizer);
  }
}
