package org.autograd.training;

import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Scores of classes and the right classes, an example for each that is not to be ignored. */
final class ClassScores {
  /** The default of {@code Losses.crossEntropy}. */
  private static final long IGNORED = -100;

  private final int classes;
  private final double[] scores;
  private final int[] labels;

  private ClassScores(int classes, double[] scores, int[] labels) {
    this.classes = classes;
    this.scores = scores;
    this.labels = labels;
  }

  /**
   * Returns the scores.
   *
   * @param metric for messages
   * @param predictions of the shape of the labels with an axis of classes more, number 1 or the
   *     last
   * @param targets int32 or int64 class numbers
   * @throws IllegalArgumentException if they are not, or a class number is out of range
   */
  static ClassScores of(String metric, Variable predictions, Variable targets) {
    if (targets.dtype() != DType.INT64 && targets.dtype() != DType.INT32) {
      throw new IllegalArgumentException(
          metric + ": class numbers must be int64 or int32, got " + describe(targets));
    }
    int axis = axis(metric, predictions, targets);
    int classes = Math.toIntExact(predictions.size(axis));
    double[] all = predictions.detach().movedim(axis, -1).toDoubleArray();
    long[] given = targets.to(DType.INT64).toLongArray();
    int kept = 0;
    int[] labels = new int[given.length];
    for (int i = 0; i < given.length; i++) {
      if (given[i] == IGNORED) {
        continue;
      }
      if (given[i] < 0 || given[i] >= classes) {
        throw new IllegalArgumentException(
            metric + ": class number " + given[i] + " for predictions of " + classes + " classes");
      }
      labels[kept] = (int) given[i];
      System.arraycopy(all, i * classes, all, kept * classes, classes);
      kept++;
    }
    return new ClassScores(classes, all, java.util.Arrays.copyOf(labels, kept));
  }

  private static int axis(String metric, Variable predictions, Variable targets) {
    int rank = predictions.rank();
    if (rank == targets.rank() + 1) {
      if (without(predictions.shape(), 1).equals(targets.shape())) {
        return 1;
      }
      if (without(predictions.shape(), rank - 1).equals(targets.shape())) {
        return rank - 1;
      }
    }
    throw new IllegalArgumentException(
        metric
            + ": predictions "
            + describe(predictions)
            + " need an axis of classes, number 1 or the last, more than class numbers "
            + describe(targets));
  }

  private static Shape without(Shape shape, int axis) {
    long[] sizes = shape.toArray();
    long[] kept = new long[sizes.length - 1];
    for (int k = 0; k < kept.length; k++) {
      kept[k] = sizes[k < axis ? k : k + 1];
    }
    return Shape.of(kept);
  }

  private static String describe(Variable value) {
    return value.dtype() + value.shape().toString();
  }

  int classes() {
    return classes;
  }

  /** Returns the number of examples. */
  int count() {
    return labels.length;
  }

  int label(int example) {
    return labels[example];
  }

  double score(int example, int label) {
    return scores[example * classes + label];
  }

  /** Returns how many classes come before the right one; NaN counts as the highest score. */
  int rank(int example) {
    int label = labels[example];
    double own = score(example, label);
    int rank = 0;
    for (int k = 0; k < classes; k++) {
      int order = Double.compare(score(example, k) + 0.0, own + 0.0);
      rank += order > 0 || (order == 0 && k < label) ? 1 : 0;
    }
    return rank;
  }

  /** Returns the class with the highest score, of equals the first one, NaN being the highest. */
  int predicted(int example) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (Double.compare(score(example, k) + 0.0, score(example, best) + 0.0) > 0) {
        best = k;
      }
    }
    return best;
  }

  /** Returns the cross-entropy of an example's softmax. */
  double crossEntropy(int example) {
    double largest = score(example, predicted(example));
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += Math.exp(score(example, k) - largest);
    }
    return Math.log(sum) + largest - score(example, labels[example]);
  }
}
