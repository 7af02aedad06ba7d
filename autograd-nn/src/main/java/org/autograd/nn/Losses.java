package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.type.DType;

/**
 * Losses, each as a mean over all elements or examples, or with a {@link Reduction}. Predictions
 * and targets must have equal shapes: a loss does not broadcast, since {@code [n, 1]} against
 * {@code [n]} would silently compare all pairs. A target that is NaN, and a mean of nothing, are
 * errors.
 */
public final class Losses {
  private static final Pointwise SQUARED_ERROR =
      Pointwise.of("squaredError", (x, y) -> x.sub(y).square());
  private static final Pointwise BINARY_CROSS_ENTROPY =
      Pointwise.of("binaryCrossEntropyWithLogits", Losses::binaryCrossEntropy);

  private Losses() {}

  /**
   * {@code max(x, 0) - x y + log(1 + e^-|x|)}, which overflows nowhere. The corners are written
   * with {@code where} such that the slopes of both orders are right at 0 too.
   */
  private static Expression binaryCrossEntropy(Expression x, Expression y) {
    Expression positive = x.gt(0);
    Expression softplus =
        Expression.where(positive, x, Expression.constant(0))
            .add(Expression.where(positive, x.neg(), x).exp().log1p());
    return softplus.sub(x.mul(y));
  }

  /** Returns the mean squared error; PyTorch's {@code mse_loss}. */
  public static Variable mse(Variable prediction, Variable target) {
    return mse(prediction, target, Reduction.MEAN);
  }

  /**
   * Returns the squared errors {@code (prediction - target)^2}, reduced.
   *
   * @param prediction float32 or float64
   * @param target of the same shape and dtype
   */
  public static Variable mse(Variable prediction, Variable target, Reduction reduction) {
    checkAlike("mse", prediction, target);
    return reduce("mse", SQUARED_ERROR.apply(prediction, target), target, reduction);
  }

  /** Returns the mean binary cross-entropy of logits. */
  public static Variable binaryCrossEntropyWithLogits(Variable logits, Variable target) {
    return binaryCrossEntropyWithLogits(logits, target, Reduction.MEAN);
  }

  /**
   * Returns {@code -y log(p) - (1 - y) log(1 - p)} for {@code p = sigmoid(logits)}, reduced.
   * PyTorch's {@code binary_cross_entropy_with_logits}.
   *
   * @param logits float32 or float64
   * @param target probabilities of the same shape and dtype, 0 or 1 for certain labels
   */
  public static Variable binaryCrossEntropyWithLogits(
      Variable logits, Variable target, Reduction reduction) {
    String name = "binaryCrossEntropyWithLogits";
    checkAlike(name, logits, target);
    return reduce(name, BINARY_CROSS_ENTROPY.apply(logits, target), target, reduction);
  }

  /** Returns the mean cross-entropy of logits. */
  public static Variable crossEntropy(Variable logits, Variable labels) {
    return crossEntropy(logits, labels, Reduction.MEAN);
  }

  /**
   * Returns {@code -log softmax(logits)[label]}, reduced. PyTorch's {@code cross_entropy}.
   *
   * @param logits float32 or float64, of shape {@code [classes]}, {@code [n, classes]} or {@code
   *     [n, classes, ...]}
   * @param labels int64 or int32 class numbers from 0, of the logits' shape without the axis of the
   *     classes
   */
  public static Variable crossEntropy(Variable logits, Variable labels, Reduction reduction) {
    checkLabels("crossEntropy", "logits", logits, labels);
    Variable losses = classesLast(logits).softmaxCrossEntropy(labels);
    return reduce("crossEntropy", losses, labels, reduction);
  }

  /** Returns the mean negative log-likelihood. */
  public static Variable nll(Variable logProbabilities, Variable labels) {
    return nll(logProbabilities, labels, Reduction.MEAN);
  }

  /**
   * Returns {@code -logProbabilities[label]}, reduced; with {@code logSoftmax} before it this is
   * {@link #crossEntropy}. PyTorch's {@code nll_loss}.
   *
   * @param logProbabilities float32 or float64, of shape {@code [classes]}, {@code [n, classes]} or
   *     {@code [n, classes, ...]}
   * @param labels int64 or int32 class numbers from 0, of that shape without the axis of the
   *     classes
   */
  public static Variable nll(Variable logProbabilities, Variable labels, Reduction reduction) {
    checkLabels("nll", "log-probabilities", logProbabilities, labels);
    Variable picked =
        classesLast(logProbabilities).gather(-1, labels.to(DType.INT64).unsqueeze(-1)).squeeze(-1);
    return reduce("nll", picked.neg(), labels, reduction);
  }

  private static int classAxis(Variable scores) {
    return scores.rank() == 1 ? 0 : 1;
  }

  /** Returns a view whose last axis is that of the classes. */
  private static Variable classesLast(Variable scores) {
    if (scores.rank() <= 2) {
      return scores;
    }
    int[] axes = new int[scores.rank()];
    Arrays.setAll(axes, k -> k == 0 ? 0 : k == axes.length - 1 ? 1 : k + 1);
    return scores.permute(axes);
  }

  private static Variable reduce(
      String name, Variable losses, Variable target, Reduction reduction) {
    if (reduction == Reduction.MEAN && losses.elementCount() == 0) {
      throw new IllegalArgumentException(
          name
              + ": the mean over no elements is undefined, the target is "
              + Module.describe(target)
              + "; skip empty batches or use Reduction.SUM");
    }
    Variable result =
        switch (reduction) {
          case MEAN -> losses.mean();
          case SUM -> losses.sum();
          case NONE -> losses;
        };
    // Looked for only once something is NaN, so that the usual case costs nothing.
    Variable total = reduction == Reduction.NONE ? losses.detach().sum() : result;
    if (Double.isNaN(total.item()) && target.dtype().isFloating()) {
      checkNoNan(name, target);
    }
    return result;
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

  private static void checkAlike(String name, Variable prediction, Variable target) {
    if (!prediction.dtype().isFloating() || target.dtype() != prediction.dtype()) {
      throw new IllegalArgumentException(
          name
              + ": prediction "
              + Module.describe(prediction)
              + " and target "
              + Module.describe(target)
              + " must both be float32 or both be float64; convert with to()");
    }
    if (!prediction.shape().equals(target.shape())) {
      throw new IllegalArgumentException(
          name
              + ": prediction "
              + Module.describe(prediction)
              + " and target "
              + Module.describe(target)
              + " must have equal shapes, a loss does not broadcast"
              + (prediction.elementCount() == target.elementCount()
                  ? "; did you mean to reshape one of them?"
                  : ""));
    }
  }

  private static void checkLabels(String name, String what, Variable scores, Variable labels) {
    if (!scores.dtype().isFloating() || scores.rank() == 0) {
      throw new IllegalArgumentException(
          name
              + ": "
              + what
              + " must be float32 or float64 with an axis of classes, got "
              + Module.describe(scores));
    }
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
    for (int k = 0; k < values.length; k++) {
      if (values[k] < 0 || values[k] >= classes) {
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
  }
}
