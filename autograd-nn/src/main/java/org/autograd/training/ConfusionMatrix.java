package org.autograd.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.autograd.Variable;

/**
 * How often which class was taken for which, and what follows from it. The value, as a metric, is
 * the accuracy. Where a quotient has the denominator 0, it is 0, as scikit-learn's are by default.
 *
 * <pre>{@code
 * ConfusionMatrix matrix = new ConfusionMatrix(10);
 * matrix.update(rule.predict(inputs), labels);
 * System.out.println(matrix);
 * double f1 = matrix.f1(Averaging.MACRO);
 * }</pre>
 */
public final class ConfusionMatrix implements Metric {
  private static final String COUNTS = "counts";

  private final int classes;
  private final long[] counts;

  /**
   * Creates an empty matrix.
   *
   * @throws IllegalArgumentException if the number of classes is not positive
   */
  public ConfusionMatrix(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "ConfusionMatrix: there must be at least 1 class, got " + classes);
    }
    this.classes = classes;
    this.counts = new long[Math.multiplyExact(classes, classes)];
  }

  @Override
  public void update(Variable predictions, Variable targets) {
    ClassScores scores = ClassScores.of("ConfusionMatrix", predictions, targets);
    if (scores.classes() != classes) {
      throw new IllegalArgumentException(
          "ConfusionMatrix: of " + classes + " classes, got scores of " + scores.classes());
    }
    for (int i = 0; i < scores.count(); i++) {
      counts[scores.label(i) * classes + scores.predicted(i)]++;
    }
  }

  /** Returns how many examples of a class were taken for another, or the same. */
  public long count(int actual, int predicted) {
    return counts[actual * classes + predicted];
  }

  /** Returns all counts: int64, of shape [classes, classes], a row for each actual class. */
  public Variable counts() {
    return Variable.of(counts.clone()).reshape(classes, classes);
  }

  /** Returns the number of examples. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /** Returns the accuracy. */
  @Override
  public double value() {
    return (double) correct() / total();
  }

  private long correct() {
    return IntStream.range(0, classes).mapToLong(k -> count(k, k)).sum();
  }

  private long actual(int label) {
    return IntStream.range(0, classes).mapToLong(k -> count(label, k)).sum();
  }

  private long predicted(int label) {
    return IntStream.range(0, classes).mapToLong(k -> count(k, label)).sum();
  }

  /** Returns which share of what was taken for a class belongs to it. */
  public double precision(int label) {
    return quotient(count(label, label), predicted(label));
  }

  /** Returns which share of a class was taken for it. */
  public double recall(int label) {
    return quotient(count(label, label), actual(label));
  }

  /** Returns the harmonic mean of precision and recall of a class. */
  public double f1(int label) {
    return quotient(2 * count(label, label), actual(label) + predicted(label));
  }

  private static double quotient(long numerator, long denominator) {
    return denominator == 0 ? 0 : (double) numerator / denominator;
  }

  /** Returns the precision over all classes. */
  public double precision(Averaging averaging) {
    return average(averaging, this::precision);
  }

  /** Returns the recall over all classes. */
  public double recall(Averaging averaging) {
    return average(averaging, this::recall);
  }

  /** Returns the F1 score over all classes. */
  public double f1(Averaging averaging) {
    return average(averaging, this::f1);
  }

  private double average(Averaging averaging, IntToDoubleFunction score) {
    // Every wrong prediction is missing from one class and too many in another, so counted together
    // precision, recall and F1 are all the accuracy.
    return switch (averaging) {
      case MICRO -> value();
      case MACRO ->
          IntStream.range(0, classes)
              .filter(k -> actual(k) + predicted(k) > 0)
              .mapToDouble(score)
              .average()
              .orElse(Double.NaN);
      case WEIGHTED ->
          IntStream.range(0, classes).mapToDouble(k -> actual(k) * score.applyAsDouble(k)).sum()
              / total();
    };
  }

  @Override
  public void reset() {
    Arrays.fill(counts, 0);
  }

  @Override
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(COUNTS, Variable.of(counts.clone()));
    return result;
  }

  @Override
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateValues values = new StateValues(stateDict);
    long[] loaded = values.longs(COUNTS, counts.length);
    if (Arrays.stream(loaded).anyMatch(count -> count < 0)) {
      values.refuse(COUNTS, "numbers from 0, has a negative one");
    }
    values.finish();
    System.arraycopy(loaded, 0, counts, 0, counts.length);
  }

  /** Returns a table with a row for each actual class and a column for each predicted one. */
  @Override
  public String toString() {
    int width = Math.max(Long.toString(Arrays.stream(counts).max().orElse(0)).length(), 2) + 1;
    StringBuilder text = new StringBuilder("actual \\ predicted\n");
    text.append(" ".repeat(width + 1));
    IntStream.range(0, classes).forEach(k -> text.append(right(k, width)));
    for (int row = 0; row < classes; row++) {
      text.append('\n').append(right(row, width)).append(' ');
      for (int column = 0; column < classes; column++) {
        text.append(right(count(row, column), width));
      }
    }
    return text.toString();
  }

  private static String right(long number, int width) {
    String digits = Long.toString(number);
    return " ".repeat(Math.max(0, width - digits.length())) + digits;
  }
}
