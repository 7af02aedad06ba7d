package org.autograd.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.autograd.Variable;

/**
 * The area under the receiver operating characteristic, from the sum of the positive examples'
 * ranks (Mann and Whitney), which needs all scores.
 */
final class RocAuc implements Metric {
  private static final String POSITIVE = "positive_scores";
  private static final String NEGATIVE = "negative_scores";

  private double[] positive = new double[0];
  private double[] negative = new double[0];

  @Override
  public void update(Variable predictions, Variable targets) {
    Variable scores = predictions.detach();
    if (scores.rank() == targets.rank() + 1 && scores.size(-1) == 2) {
      scores = scores.select(-1, 1).sub(scores.select(-1, 0));
    }
    Metrics.checkSameShape("rocAuc", scores, targets);
    double[] values = scores.toDoubleArray();
    double[] labels = targets.toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      if (labels[i] != 0 && labels[i] != 1) {
        throw new IllegalArgumentException("rocAuc: targets must be 0 or 1, got " + labels[i]);
      }
      if (Double.isNaN(values[i])) {
        throw new IllegalArgumentException("rocAuc: a score is NaN, which has no rank");
      }
    }
    positive = append(positive, values, labels, 1);
    negative = append(negative, values, labels, 0);
  }

  private static double[] append(double[] old, double[] values, double[] labels, double label) {
    double[] added =
        IntStream.range(0, values.length)
            .filter(i -> labels[i] == label)
            // Zeros of both signs are the same score.
            .mapToDouble(i -> values[i] + 0.0)
            .toArray();
    double[] result = Arrays.copyOf(old, old.length + added.length);
    System.arraycopy(added, 0, result, old.length, added.length);
    return result;
  }

  @Override
  public double value() {
    double[] up = positive.clone();
    double[] down = negative.clone();
    Arrays.sort(up);
    Arrays.sort(down);
    double wins = 0;
    int below = 0;
    int notAbove = 0;
    for (double score : up) {
      while (below < down.length && down[below] < score) {
        below++;
      }
      while (notAbove < down.length && down[notAbove] <= score) {
        notAbove++;
      }
      wins += 0.5 * ((double) below + notAbove);
    }
    return wins / ((double) up.length * down.length);
  }

  @Override
  public void reset() {
    positive = new double[0];
    negative = new double[0];
  }

  @Override
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(POSITIVE, Variable.of(positive.clone()));
    result.put(NEGATIVE, Variable.of(negative.clone()));
    return result;
  }

  @Override
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateValues values = new StateValues(stateDict);
    double[] up = values.doubles(POSITIVE);
    double[] down = values.doubles(NEGATIVE);
    values.finish();
    positive = up;
    negative = down;
  }
}
