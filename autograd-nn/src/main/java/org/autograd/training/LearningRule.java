package org.autograd.training;

import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Module;

/**
 * How a model learns from one batch. {@link Backpropagation} is the usual way; a rule that learns
 * otherwise takes its place, while the model, the data and the loop stay the same:
 *
 * <pre>{@code
 * LearningRule rule = new Backpropagation(model, Losses::crossEntropy, new Adam(model.parameters()));
 * for (Batch batch : loader) {
 *   Outcome outcome = rule.learn(batch);
 * }
 * Variable logits = rule.predict(inputs);
 * }</pre>
 *
 * <p>A rule need not have gradients, a graph or an optimizer. It keeps its own counters and random
 * numbers, and says by {@link #addTo} what of that a checkpoint stores.
 */
public interface LearningRule {
  /** Returns the model whose parameters and buffers learning changes. */
  Module module();

  /** Learns from one batch, with the model in training mode. */
  Outcome learn(Batch batch);

  /**
   * Called after the last batch of each epoch, before validation. A rule that gathers several
   * batches for a step learns from those that it has; by default nothing is done.
   */
  default void endEpoch() {}

  /**
   * Returns what the model says about some inputs. It learns nothing, records no graph, and leaves
   * the mode of every part of the model as it was; {@link Module#evaluate} does that.
   *
   * @param inputs of shape [size, ...]
   * @return of shape [size, ...]: logits, values, whatever the metrics of the task take
   */
  Variable predict(Variable inputs);

  /**
   * Returns what the model says about the inputs of a batch, as {@link #predict(Variable)}. A rule
   * for a model with several inputs takes them from the batch's tensors.
   */
  default Variable predict(Batch batch) {
    return predict(batch.inputs());
  }

  /**
   * Returns the loss of predictions for a batch, to be compared with that of training, or NaN if
   * this rule has no such loss; it has none by default.
   */
  default double validationLoss(Variable predictions, Batch batch) {
    return Double.NaN;
  }

  /**
   * Names what a checkpoint must store, so that learning goes on as if it had never stopped: the
   * model, which is all that this method adds, optimizers, generators, counters.
   */
  default void addTo(TrainingState state) {
    state.add("model", module());
  }
}
