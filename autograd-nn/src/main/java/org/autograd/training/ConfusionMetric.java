package org.autograd.training;

import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import org.autograd.Variable;

/** A number that follows from a confusion matrix. */
final class ConfusionMetric implements Metric {
  private final ConfusionMatrix matrix;
  private final ToDoubleFunction<ConfusionMatrix> score;

  ConfusionMetric(int classes, ToDoubleFunction<ConfusionMatrix> score) {
    this.matrix = new ConfusionMatrix(classes);
    this.score = score;
  }

  @Override
  public void update(Variable predictions, Variable targets) {
    matrix.update(predictions, targets);
  }

  @Override
  public double value() {
    return score.applyAsDouble(matrix);
  }

  @Override
  public void reset() {
    matrix.reset();
  }

  @Override
  public SequencedMap<String, Variable> stateDict() {
    return matrix.stateDict();
  }

  @Override
  public void loadStateDict(Map<String, Variable> stateDict) {
    matrix.loadStateDict(stateDict);
  }
}
