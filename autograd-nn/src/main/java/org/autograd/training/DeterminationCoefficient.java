package org.autograd.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;

/** R^2, the mean over outputs; each keeps the moments of its targets as they come (Welford). */
final class DeterminationCoefficient implements Metric {
  private static final String COUNT = "count";
  private static final String MEANS = "means";
  private static final String DEVIATIONS = "squared_deviations";
  private static final String ERRORS = "squared_errors";

  private long count;
  private double[] means = new double[0];
  private double[] deviations = new double[0];
  private double[] errors = new double[0];

  @Override
  public void update(Variable predictions, Variable targets) {
    Metrics.checkSameShape("r2", predictions, targets);
    if (targets.rank() < 1 || targets.rank() > 2) {
      throw new IllegalArgumentException(
          "r2: values and targets must be [size] or [size, outputs], got " + targets.shape());
    }
    int outputs = targets.rank() == 1 ? 1 : Math.toIntExact(targets.size(1));
    if (count > 0 && outputs != means.length) {
      throw new IllegalArgumentException(
          "r2: there were " + means.length + " outputs before, now " + outputs);
    }
    if (count == 0) {
      start(outputs);
    }
    double[] values = predictions.toDoubleArray();
    double[] wanted = targets.toDoubleArray();
    for (int row = 0; row < targets.size(0); row++) {
      count++;
      for (int k = 0; k < outputs; k++) {
        double target = wanted[row * outputs + k];
        double error = values[row * outputs + k] - target;
        double deviation = target - means[k];
        means[k] += deviation / count;
        deviations[k] += deviation * (target - means[k]);
        errors[k] += error * error;
      }
    }
  }

  private void start(int outputs) {
    means = new double[outputs];
    deviations = new double[outputs];
    errors = new double[outputs];
  }

  @Override
  public double value() {
    double sum = 0;
    for (int k = 0; k < means.length; k++) {
      if (deviations[k] == 0) {
        sum += errors[k] == 0 ? 1 : 0;
      } else {
        sum += 1 - errors[k] / deviations[k];
      }
    }
    // Of a single example nothing can be said.
    return count < 2 ? Double.NaN : sum / means.length;
  }

  @Override
  public void reset() {
    count = 0;
    start(0);
  }

  @Override
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(COUNT, Variable.of(count));
    result.put(MEANS, Variable.of(means.clone()));
    result.put(DEVIATIONS, Variable.of(deviations.clone()));
    result.put(ERRORS, Variable.of(errors.clone()));
    return result;
  }

  @Override
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateValues values = new StateValues(stateDict);
    long loaded = values.count(COUNT, 0, Long.MAX_VALUE);
    double[] loadedMeans = values.doubles(MEANS);
    double[] loadedDeviations = values.doubles(DEVIATIONS, loadedMeans.length);
    double[] loadedErrors = values.doubles(ERRORS, loadedMeans.length);
    values.finish();
    count = loaded;
    means = loadedMeans;
    deviations = loadedDeviations;
    errors = loadedErrors;
  }
}
