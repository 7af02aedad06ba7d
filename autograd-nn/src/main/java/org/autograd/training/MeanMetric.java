package org.autograd.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import org.autograd.Variable;

/** A function of a mean over examples. */
final class MeanMetric implements Metric {
  private static final String SUM = "sum";
  private static final String COUNT = "count";

  private final BiFunction<Variable, Variable, Sum> measure;
  private final DoubleUnaryOperator finish;
  private double sum;
  private double count;

  /** A sum of values and their number. */
  record Sum(double sum, double count) {}

  /**
   * Creates a metric.
   *
   * @param measure the values of a batch's predictions and targets
   * @param finish what is made of the mean
   */
  MeanMetric(BiFunction<Variable, Variable, Sum> measure, DoubleUnaryOperator finish) {
    this.measure = measure;
    this.finish = finish;
  }

  @Override
  public void update(Variable predictions, Variable targets) {
    Sum added = measure.apply(predictions, targets);
    sum += added.sum();
    count += added.count();
  }

  @Override
  public double value() {
    return finish.applyAsDouble(sum / count);
  }

  @Override
  public void reset() {
    sum = 0;
    count = 0;
  }

  @Override
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(SUM, Variable.of(new double[] {sum}));
    result.put(COUNT, Variable.of(new double[] {count}));
    return result;
  }

  @Override
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateValues values = new StateValues(stateDict);
    double loadedSum = values.doubles(SUM, 1)[0];
    double loadedCount = values.doubles(COUNT, 1)[0];
    if (!(loadedCount >= 0)) {
      values.refuse(COUNT, "from 0, is " + loadedCount);
    }
    values.finish();
    sum = loadedSum;
    count = loadedCount;
  }
}
