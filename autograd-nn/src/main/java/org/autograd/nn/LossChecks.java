package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Variable;
import org.autograd.type.DType;

/** What losses have in common: checks of their operands, and reductions. */
final class LossChecks {
  private LossChecks() {}

  /** Reduces losses, whose mean is over all of them. */
  static Variable reduce(String name, Variable losses, Variable target, Reduction reduction) {
    requireSome(name, (double) losses.elementCount(), target, reduction);
    Variable result = reduced(losses, reduction);
    // Looked for only once something is NaN, so that the usual case costs nothing.
    Variable total = reduction == Reduction.NONE ? losses.detach().sum() : result;
    if (Double.isNaN(total.item()) && target.dtype().isFloating()) {
      checkNoNan(name, target);
    }
    return result;
  }

  private static Variable reduced(Variable losses, Reduction reduction) {
    return switch (reduction) {
      case MEAN -> losses.mean();
      case BATCH_MEAN -> losses.rank() == 0 ? losses : losses.sum().div((double) losses.size(0));
      case SUM -> losses.sum();
      case NONE -> losses;
    };
  }

  /** Throws if the reduction is a mean and there is nothing to take it of. */
  static void requireSome(String name, double count, Variable target, Reduction reduction) {
    if (count == 0 && (reduction == Reduction.MEAN || reduction == Reduction.BATCH_MEAN)) {
      throw new IllegalArgumentException(
          name
              + ": the mean over no elements is undefined, the target is "
              + Module.describe(target)
              + "; skip empty batches or use Reduction.SUM");
    }
  }

  private static void checkNoNan(String name, Variable target) {
    double[] values = target.toDoubleArray();
    for (int k = 0; k < values.length; k++) {
      if (Double.isNaN(values[k])) {
        throw new IllegalArgumentException(
            name
                + ": the target "
                + Module.describe(target)
                + " is NaN at row-major position "
                + k
                + "; remove such examples or select the others before the loss");
      }
    }
  }

  /** Throws unless two operands are of one floating dtype and one shape. */
  static void requireAlike(
      String name, String firstName, Variable first, String secondName, Variable second) {
    String both =
        name
            + ": "
            + firstName
            + " "
            + Module.describe(first)
            + " and "
            + secondName
            + " "
            + Module.describe(second);
    if (!first.dtype().isFloating() || second.dtype() != first.dtype()) {
      throw new IllegalArgumentException(
          both + " must both be float32 or both be float64; convert with to()");
    }
    if (!first.shape().equals(second.shape())) {
      throw new IllegalArgumentException(
          both
              + " must have equal shapes, a loss does not broadcast"
              + (first.elementCount() == second.elementCount()
                  ? "; did you mean to reshape one of them?"
                  : ""));
    }
  }

  /** Throws unless a prediction and a target are of one floating dtype and one shape. */
  static void requireAlike(String name, Variable prediction, Variable target) {
    requireAlike(name, "prediction", prediction, "target", target);
  }

  /** Throws unless weights are of the dtype of what they weigh and broadcast to it. */
  static void requireWeights(String name, String what, Variable weights, Variable weighed) {
    if (weights.dtype() != weighed.dtype() || !weights.shape().broadcastsTo(weighed.shape())) {
      throw new IllegalArgumentException(
          name
              + ": "
              + what
              + " "
              + Module.describe(weights)
              + " must have the dtype of "
              + Module.describe(weighed)
              + " and broadcast to it, for example with one element for each along the last axis");
    }
  }

  /** Throws unless a value is at least 0 and finite. */
  static void requireNotNegative(String name, String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + ": " + what + " must be at least 0, got " + value);
    }
  }

  /**
   * Returns labels that are 1 or -1, in the dtype of the predictions.
   *
   * @param like has the shape that the labels must have
   */
  static Variable signs(String name, Variable labels, Variable like, DType dtype) {
    if (labels.dtype() == DType.BOOL || !labels.shape().equals(like.shape())) {
      throw new IllegalArgumentException(
          name
              + ": labels must be numbers 1 or -1 of shape "
              + like.shape()
              + ", got "
              + Module.describe(labels));
    }
    double[] values = labels.toDoubleArray();
    for (int k = 0; k < values.length; k++) {
      if (Math.abs(values[k]) != 1) {
        throw new IllegalArgumentException(
            name
                + ": labels must be 1 or -1, got "
                + values[k]
                + " at row-major position "
                + k
                + " of "
                + Module.describe(labels));
      }
    }
    return labels.to(dtype);
  }

  static int classAxis(Variable scores) {
    return scores.rank() == 1 ? 0 : 1;
  }

  /** Returns a view whose last axis is that of the classes. */
  static Variable classesLast(Variable scores) {
    if (scores.rank() <= 2) {
      return scores;
    }
    int[] axes = new int[scores.rank()];
    Arrays.setAll(axes, k -> k == 0 ? 0 : k == axes.length - 1 ? 1 : k + 1);
    return scores.permute(axes);
  }

  /** Throws unless scores are floats with an axis of classes. */
  static void requireScores(String name, String what, Variable scores) {
    if (!scores.dtype().isFloating() || scores.rank() == 0) {
      throw new IllegalArgumentException(
          name
              + ": "
              + what
              + " must be float32 or float64 with an axis of classes, got "
              + Module.describe(scores));
    }
  }

  /**
   * Throws unless labels are numbers of classes.
   *
   * @param ignored a label that is allowed besides
   * @return whether it occurs
   */
  static boolean requireLabels(
      String name, String what, Variable scores, Variable labels, long ignored) {
    requireScores(name, what, scores);
    if (!labels.dtype().isInteger()) {
      throw new IllegalArgumentException(
          name
              + ": labels must be int64 class numbers, got "
              + Module.describe(labels)
              + "; convert with to(DType.INT64)"
              + (labels.shape().equals(scores.shape())
                  ? ", or take argmax(1) of one-hot rows"
                  : ""));
    }
    int axis = classAxis(scores);
    if (!labels.shape().equals(scores.shape().without(axis))) {
      throw new IllegalArgumentException(
          name
              + ": labels for "
              + what
              + " "
              + Module.describe(scores)
              + ", whose classes lie along axis "
              + axis
              + ", must have shape "
              + scores.shape().without(axis)
              + ", got "
              + Module.describe(labels));
    }
    long classes = scores.size(axis);
    long[] values = labels.toLongArray();
    boolean anyIgnored = false;
    for (int k = 0; k < values.length; k++) {
      boolean isIgnored = values[k] == ignored;
      anyIgnored |= isIgnored;
      if (!isIgnored && (values[k] < 0 || values[k] >= classes)) {
        throw new IllegalArgumentException(
            name
                + ": label "
                + values[k]
                + " at row-major position "
                + k
                + " of "
                + Module.describe(labels)
                + " is no class of "
                + what
                + " "
                + Module.describe(scores)
                + ", which has the classes 0 to "
                + (classes - 1));
      }
    }
    return anyIgnored;
  }
}
