package org.autograd.nn;

import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * What may be chosen about {@link Losses#crossEntropy} and {@link Losses#nll}.
 *
 * <pre>{@code
 * CrossEntropyOptions options = CrossEntropyOptions.defaults().labelSmoothing(0.1);
 * Losses.crossEntropy(logits, labels, options).backward();
 * }</pre>
 *
 * @param weight how much each class counts, a vector of the logits' dtype; null for alike. The mean
 *     is divided by the weights of the labels, as in PyTorch.
 * @param ignoreIndex a label whose examples do not count, nor in the mean
 * @param labelSmoothing which part of the probability is spread over all classes (Szegedy and
 *     others, 2016)
 * @param reduction how the losses of the examples become one
 */
public record CrossEntropyOptions(
    @Nullable Variable weight, long ignoreIndex, double labelSmoothing, Reduction reduction) {
  /** Checks the values. */
  public CrossEntropyOptions {
    if (weight != null && (!weight.dtype().isFloating() || weight.rank() != 1)) {
      throw new IllegalArgumentException(
          "weight must be a vector of float32 or float64, got " + Module.describe(weight));
    }
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "labelSmoothing must be at least 0 and at most 1, got " + labelSmoothing);
    }
  }

  /** Returns PyTorch's defaults: no weights, label -100 ignored, no smoothing, the mean. */
  public static CrossEntropyOptions defaults() {
    return new CrossEntropyOptions(null, -100, 0, Reduction.MEAN);
  }

  /** Returns these options with other weights of the classes. */
  public CrossEntropyOptions weight(@Nullable Variable value) {
    return new CrossEntropyOptions(value, ignoreIndex, labelSmoothing, reduction);
  }

  /** Returns these options with another ignored label. */
  public CrossEntropyOptions ignoreIndex(long value) {
    return new CrossEntropyOptions(weight, value, labelSmoothing, reduction);
  }

  /** Returns these options with another smoothing. */
  public CrossEntropyOptions labelSmoothing(double value) {
    return new CrossEntropyOptions(weight, ignoreIndex, value, reduction);
  }

  /** Returns these options with another reduction. */
  public CrossEntropyOptions reduction(Reduction value) {
    return new CrossEntropyOptions(weight, ignoreIndex, labelSmoothing, value);
  }
}
