package org.autograd.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * What came of an epoch.
 *
 * @param number from 1
 * @param values numbers by name: {@code loss}, the mean over the examples as they were learned
 *     from; the metrics of what the model said about them then; and, behind {@code validation_}, of
 *     the validation data after the epoch
 */
public record Epoch(int number, SequencedMap<String, Double> values) {
  /** Copies the values. */
  public Epoch {
    values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }

  /**
   * Returns a value.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public double value(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "an epoch has no value '" + name + "', only " + String.join(", ", values.keySet()));
    }
    return value;
  }

  /** Returns the values as text, such as {@code loss 0.123456 accuracy 0.9500}. */
  public String describe() {
    return values.entrySet().stream()
        .map(entry ->
            String.format(
                Locale.ROOT,
                entry.getKey().endsWith("loss") ? "%s %.6f" : "%s %.4f",
                entry.getKey(),
                entry.getValue()))
        .collect(Collectors.joining("  "));
  }

  @Override
  public String toString() {
    return "epoch " + number + "  " + describe();
  }
}
