package org.autograd.training;

import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;

/**
 * A number that says how good predictions are, of as many batches as have been added since {@link
 * #reset()}: exactly what it would be for all of their examples at once. {@link Metrics} has the
 * usual ones.
 *
 * <pre>{@code
 * Metric accuracy = Metrics.accuracy();
 * for (Batch batch : loader) {
 *   accuracy.update(rule.predict(batch), batch.targets());
 * }
 * System.out.println(accuracy.value());
 * }</pre>
 */
public interface Metric {
  /**
   * Takes the examples of a batch into account.
   *
   * @param predictions what the model said; no graph is recorded
   * @param targets what was right
   * @throws IllegalArgumentException if the two do not fit each other or the metric; nothing is
   *     changed
   */
  void update(Variable predictions, Variable targets);

  /** Returns the metric of all examples since the last reset; NaN if that is undefined. */
  double value();

  /** Forgets all examples. */
  void reset();

  /** Returns what has been added up, for a checkpoint within an epoch. */
  SequencedMap<String, Variable> stateDict();

  /**
   * Goes on where another metric of the same kind was when it returned the state dict.
   *
   * @throws IllegalArgumentException if something is missing, unexpected or does not fit; nothing
   *     is changed
   */
  void loadStateDict(Map<String, Variable> stateDict);
}
