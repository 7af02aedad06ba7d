package org.autograd.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;

/**
 * The area under the receiver operating characteristic, from the sum of the positive examples'
 * ranks (Mann and Whitney), which needs all scores.
 */
final class RocAuc implements Metric {
  private static final String POSITIVE = "positive_scores";
  private static final String NEGATIVE = "negative_scores";

  private Scores positive = new Scores(new double[0]);
  private Scores negative = new Scores(new double[0]);

  /**
   * Scores whose array grows to twice its length, so that adding costs no more with their number.
   */
  private static final class Scores {
    private double[] elements;
    private int count;

    Scores(double[] elements) {
      this.elements = elements;
      this.count = elements.length;
    }

    void add(double score) {
      if (count == elements.length) {
        elements = Arrays.copyOf(elements, Math.max(64, Math.multiplyExact(2, count)));
      }
      elements[count] = score;
      count++;
    }

    double[] toArray() {
      return Arrays.copyOf(elements, count);
    }
  }

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
    for (int i = 0; i < values.length; i++) {
      // Zeros of both signs are the same score.
      (labels[i] == 1 ? positive : negative).add(values[i] + 0.0);
    }
  }

  @Override
  public double value() {
    double[] up = positive.toArray();
    double[] down = negative.toArray();
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
    positive = new Scores(new double[0]);
    negative = new Scores(new double[0]);
  }

  @Override
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(POSITIVE, Variable.of(positive.toArray()));
    result.put(NEGATIVE, Variable.of(negative.toArray()));
    return result;
  }

  @Override
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateValues values = new StateValues(stateDict);
    double[] up = scores(values, POSITIVE);
    double[] down = scores(values, NEGATIVE);
    values.finish();
    positive = new Scores(up);
    negative = new Scores(down);
  }

  private static double[] scores(StateValues values, String name) {
    double[] scores = values.doubles(name);
    if (Arrays.stream(scores).anyMatch(Double::isNaN)) {
      values.refuse(name, "numbers, has a NaN");
    }
    return scores;
  }
}
