package org.autograd.training;

import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.autograd.Autograd;
import org.autograd.Variable;

/**
 * The usual metrics, each made empty.
 *
 * <pre>{@code
 * trainer
 *     .metric("accuracy", Metrics::accuracy)
 *     .metric("top5", () -> Metrics.topAccuracy(5))
 *     .metric("f1", () -> Metrics.f1(10, Averaging.MACRO));
 * }</pre>
 *
 * <p>Metrics of classes take scores, such as logits, with an axis of classes, and class numbers
 * without it: the axis is number 1, as for {@code Losses.crossEntropy}, or the last one, whichever
 * the shape of the class numbers shows. Where the class number is -100, the default of {@code
 * crossEntropy} for what is to be ignored, it is left out.
 */
public final class Metrics {
  private Metrics() {}

  /**
   * Returns the share of examples whose class has the highest score; of equal scores the first one
   * counts.
   */
  public static Metric accuracy() {
    return topAccuracy(1);
  }

  /**
   * Returns the share of examples whose class is among those with the k highest scores; of equal
   * scores the first ones count.
   *
   * @throws IllegalArgumentException if k is not positive
   */
  public static Metric topAccuracy(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("topAccuracy: k must be at least 1, got " + k);
    }
    return new MeanMetric(
        (predictions, targets) -> {
          ClassScores scores = ClassScores.of("accuracy", predictions, targets);
          double correct = 0;
          for (int i = 0; i < scores.count(); i++) {
            correct += scores.rank(i) < k ? 1 : 0;
          }
          return new MeanMetric.Sum(correct, scores.count());
        },
        DoubleUnaryOperator.identity());
  }

  /**
   * Returns the share of examples that lie on the right side of a threshold: 0 for logits, 0.5 for
   * probabilities. Predictions and targets, 0 or 1, are of the same shape.
   */
  public static Metric binaryAccuracy(double threshold) {
    return elementwise(
        "binaryAccuracy", (score, target) -> score > threshold == target > 0.5 ? 1 : 0);
  }

  /** Returns the exponential of the mean cross-entropy, computed from logits. */
  public static Metric perplexity() {
    return new MeanMetric(
        (predictions, targets) -> {
          ClassScores scores = ClassScores.of("perplexity", predictions, targets);
          double sum = 0;
          for (int i = 0; i < scores.count(); i++) {
            sum += scores.crossEntropy(i);
          }
          return new MeanMetric.Sum(sum, scores.count());
        },
        Math::exp);
  }

  /** Returns the mean of a loss over all examples; the loss is a mean over those of a batch. */
  public static Metric mean(BinaryOperator<Variable> loss) {
    return new MeanMetric(
        (predictions, targets) -> {
          try (var _ = Autograd.noGrad()) {
            double size = predictions.size(0);
            return new MeanMetric.Sum(size * loss.apply(predictions, targets).item(), size);
          }
        },
        DoubleUnaryOperator.identity());
  }

  /** Returns the mean squared error of values of the same shape as the targets. */
  public static Metric meanSquaredError() {
    return elementwise("meanSquaredError", (value, target) -> (value - target) * (value - target));
  }

  /** Returns the mean absolute error of values of the same shape as the targets. */
  public static Metric meanAbsoluteError() {
    return elementwise("meanAbsoluteError", (value, target) -> Math.abs(value - target));
  }

  private static Metric elementwise(String name, DoubleBinaryOperator function) {
    return new MeanMetric(
        (predictions, targets) -> {
          checkSameShape(name, predictions, targets);
          double[] values = predictions.toDoubleArray();
          double[] wanted = targets.toDoubleArray();
          double sum = 0;
          for (int i = 0; i < values.length; i++) {
            sum += function.applyAsDouble(values[i], wanted[i]);
          }
          return new MeanMetric.Sum(sum, values.length);
        },
        DoubleUnaryOperator.identity());
  }

  /**
   * Returns the coefficient of determination, R^2 = 1 - (sum of squared errors) / (sum of squared
   * deviations of the targets from their mean). Values and targets are of shape [size] or [size,
   * outputs]; of several outputs the mean is taken. Where all targets are equal, it is 1 without
   * errors, else 0. scikit-learn's {@code r2_score}.
   */
  public static Metric r2() {
    return new DeterminationCoefficient();
  }

  /**
   * Returns the area under the receiver operating characteristic: how likely a positive example has
   * a higher score than a negative one, where equal scores count half. scikit-learn's {@code
   * roc_auc_score}. Scores and targets, 0 or 1, are of the same shape, or scores have an axis of
   * two classes, whose difference counts. It is NaN as long as there are no examples of one kind.
   */
  public static Metric rocAuc() {
    return new RocAuc();
  }

  /**
   * Returns the precision; see {@link ConfusionMatrix#precision(Averaging)}.
   *
   * @param classes how many classes there are
   */
  public static Metric precision(int classes, Averaging averaging) {
    return new ConfusionMetric(classes, matrix -> matrix.precision(averaging));
  }

  /**
   * Returns the recall; see {@link ConfusionMatrix#recall(Averaging)}.
   *
   * @param classes how many classes there are
   */
  public static Metric recall(int classes, Averaging averaging) {
    return new ConfusionMetric(classes, matrix -> matrix.recall(averaging));
  }

  /**
   * Returns the F1 score; see {@link ConfusionMatrix#f1(Averaging)}.
   *
   * @param classes how many classes there are
   */
  public static Metric f1(int classes, Averaging averaging) {
    return new ConfusionMetric(classes, matrix -> matrix.f1(averaging));
  }

  static void checkSameShape(String name, Variable predictions, Variable targets) {
    if (!predictions.shape().equals(targets.shape())) {
      throw new IllegalArgumentException(
          name
              + ": predictions "
              + predictions.shape()
              + " and targets "
              + targets.shape()
              + " must have the same shape; reshape one of them");
    }
  }
}
