package org.autograd.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * What came of learning from one batch.
 *
 * @param loss what the rule makes smaller, as a mean over the batch, before it learned
 * @param predictions what the model said about the batch before it learned, without a graph, for
 *     metrics; null if the rule does not compute it
 * @param measures further numbers by name for logs and plots, such as {@code gradient_norm}
 */
public record Outcome(
    double loss, @Nullable Variable predictions, SequencedMap<String, Double> measures) {
  /** Copies the measures. */
  public Outcome {
    measures = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(measures));
  }

  /** Returns an outcome without measures. */
  public static Outcome of(double loss, @Nullable Variable predictions) {
    return new Outcome(loss, predictions, new LinkedHashMap<>());
  }

  /** Returns this outcome with a further measure. */
  public Outcome with(String name, double value) {
    SequencedMap<String, Double> extended = new LinkedHashMap<>(measures);
    extended.put(name, value);
    return new Outcome(loss, predictions, extended);
  }

  /** Returns the loss, as {@code loss}, and the measures. */
  public SequencedMap<String, Double> values() {
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    values.put("loss", loss);
    values.putAll(measures);
    return values;
  }
}
