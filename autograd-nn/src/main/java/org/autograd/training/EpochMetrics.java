package org.autograd.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.data.Batch;

/** The mean loss and the metrics of an epoch, batch by batch. */
final class EpochMetrics {
  private static final String LOSS_SUM = "loss_sum";
  private static final String EXAMPLES = "examples";
  private static final String PREDICTED = "predicted";

  private final String prefix;
  private final SequencedMap<String, Metric> metrics = new LinkedHashMap<>();
  private double lossSum;
  private long examples;

  /** The number of examples for which there were predictions. */
  private long predicted;

  /** Creates an epoch without metrics, whose values have names with a prefix. */
  EpochMetrics(String prefix) {
    this.prefix = prefix;
  }

  void add(String name, Metric metric) {
    if (name.equals("loss") || metrics.containsKey(name)) {
      throw new IllegalArgumentException("Trainer: there is a metric '" + name + "' already");
    }
    if (name.isEmpty() || name.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          "Trainer: the name of a metric must not be empty or contain a dot, got '" + name + "'");
    }
    metrics.put(name, metric);
  }

  void add(Batch batch, Outcome outcome) {
    lossSum += outcome.loss() * batch.size();
    examples += batch.size();
    Variable predictions = outcome.predictions();
    if (predictions != null && !metrics.isEmpty()) {
      predicted += batch.size();
      metrics.values().forEach(metric -> metric.update(predictions, batch.targets()));
    }
  }

  /** Returns the loss, unless there is none, and the metrics, if there were predictions. */
  SequencedMap<String, Double> values() {
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    double loss = lossSum / examples;
    if (!Double.isNaN(loss)) {
      values.put(prefix + "loss", loss);
    }
    if (predicted > 0) {
      metrics.forEach((name, metric) -> values.put(prefix + name, metric.value()));
    }
    return values;
  }

  void reset() {
    lossSum = 0;
    examples = 0;
    predicted = 0;
    metrics.values().forEach(Metric::reset);
  }

  /** Adds what has been added up so far. */
  void addTo(TrainingState state) {
    state.add("epoch", this::save, this::load);
    metrics.forEach(
        (name, metric) -> state.add("metric_" + name, metric::stateDict, metric::loadStateDict));
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(LOSS_SUM, Variable.of(new double[] {lossSum}));
    result.put(EXAMPLES, Variable.of(examples));
    result.put(PREDICTED, Variable.of(predicted));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    double sum = values.doubles(LOSS_SUM, 1)[0];
    long loadedExamples = values.count(EXAMPLES, 0, Long.MAX_VALUE);
    long loadedPredicted = values.count(PREDICTED, 0, loadedExamples);
    values.finish();
    lossSum = sum;
    examples = loadedExamples;
    predicted = loadedPredicted;
  }
}
