package org.autograd.nn;

import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/** The losses of {@link Losses} that have an axis of classes. */
final class ClassLosses {
  private ClassLosses() {}

  /**
   * Returns the cross-entropy of scores, which are logits or already their {@code logSoftmax}, with
   * numbers or probabilities of classes.
   */
  static Variable crossEntropy(
      String name,
      String what,
      Variable scores,
      boolean logits,
      Variable target,
      CrossEntropyOptions options) {
    LossChecks.requireScores(name, what, scores);
    requireWeight(name, what, scores, options.weight());
    if (target.dtype().isFloating() && target.shape().equals(scores.shape())) {
      return ofProbabilities(name, what, scores, logits, target, options);
    }
    boolean anyIgnored =
        LossChecks.requireLabels(name, what, scores, target, options.ignoreIndex());
    Variable rows = LossChecks.classesLast(scores);
    boolean plain = !anyIgnored && options.weight() == null && options.labelSmoothing() == 0;
    if (plain) {
      return LossChecks.reduce(name, picked(rows, target, logits), target, options.reduction());
    }
    return weighted(name, rows, logits, target, options);
  }

  private static Variable picked(Variable rows, Variable labels, boolean logits) {
    return logits
        ? rows.softmaxCrossEntropy(labels)
        : rows.gather(-1, labels.to(DType.INT64).unsqueeze(-1)).squeeze(-1).neg();
  }

  /** The losses of labels of which some count more than others, or are smoothed. */
  private static Variable weighted(
      String name, Variable rows, boolean logits, Variable labels, CrossEntropyOptions options) {
    long classes = rows.size(-1);
    Variable counted = labels.ne((double) options.ignoreIndex());
    Variable known = Variable.where(counted, labels, Variable.zerosLike(labels)).to(DType.INT64);
    Variable none = Variable.zeros(rows.dtype(), 1);
    Variable weight = options.weight();
    Variable one =
        weight == null
            ? Variable.ones(rows.dtype(), labels.shape().toArray())
            : weight.detach().take(known);
    Variable shares = Variable.where(counted, one, none);
    // Chosen and not multiplied, so that an ignored example may be NaN.
    Variable losses = Variable.where(counted, picked(rows, known, logits), none).mul(shares);
    double smoothing = options.labelSmoothing();
    if (smoothing > 0) {
      Variable logProbabilities = logits ? rows.logSoftmax(-1) : rows;
      Variable all = weight == null ? logProbabilities : logProbabilities.mul(weight.detach());
      Variable spread = Variable.where(counted, all.sum(-1), none);
      losses = losses.mul(1 - smoothing).sub(spread.mul(smoothing / (double) classes));
    }
    if (options.reduction() != Reduction.MEAN) {
      return LossChecks.reduce(name, losses, labels, options.reduction());
    }
    double total = shares.sum().item();
    LossChecks.requireSome(name, total, labels, Reduction.MEAN);
    return losses.sum().div(total);
  }

  private static Variable ofProbabilities(
      String name,
      String what,
      Variable scores,
      boolean logits,
      Variable target,
      CrossEntropyOptions options) {
    LossChecks.requireAlike(name, what, scores, "class probabilities", target);
    Variable rows = LossChecks.classesLast(scores);
    Variable probabilities = LossChecks.classesLast(target);
    double smoothing = options.labelSmoothing();
    if (smoothing > 0) {
      probabilities = probabilities.mul(1 - smoothing).add(smoothing / (double) rows.size(-1));
    }
    Variable weight = options.weight();
    if (weight != null) {
      probabilities = probabilities.mul(weight.detach());
    }
    Variable logProbabilities = logits ? rows.logSoftmax(-1) : rows;
    Variable losses = logProbabilities.mul(probabilities).sum(-1).neg();
    return LossChecks.reduce(name, losses, target, options.reduction());
  }

  private static void requireWeight(
      String name, String what, Variable scores, @Nullable Variable weight) {
    long classes = scores.size(LossChecks.classAxis(scores));
    if (weight != null && (weight.dtype() != scores.dtype() || weight.elementCount() != classes)) {
      throw new IllegalArgumentException(
          name
              + ": weight "
              + Module.describe(weight)
              + " must be "
              + scores.dtype()
              + "["
              + classes
              + "], one number for each class of "
              + what
              + " "
              + Module.describe(scores));
    }
  }

  /** Returns {@code sum over j != y of max(0, margin - x[y] + x[j])^power / classes}. */
  static Variable multiMargin(
      String name,
      Variable scores,
      Variable labels,
      int power,
      double margin,
      @Nullable Variable weight,
      Reduction reduction) {
    LossChecks.requireLabels(name, "scores", scores, labels, Long.MIN_VALUE);
    requireWeight(name, "scores", scores, weight);
    if (scores.rank() > 2 || (power != 1 && power != 2)) {
      throw new IllegalArgumentException(
          name
              + ": takes scores [classes] or [n, classes] and power 1 or 2, got "
              + Module.describe(scores)
              + " and "
              + power);
    }
    Variable index = labels.to(DType.INT64).unsqueeze(-1);
    Variable excess = scores.sub(scores.gather(-1, index)).add(margin).relu();
    Variable losses = (power == 1 ? excess : excess.square()).scatter(-1, index, 0).mean(-1);
    if (weight != null) {
      losses = losses.mul(weight.detach().take(labels.to(DType.INT64)));
    }
    return LossChecks.reduce(name, losses, labels, reduction);
  }

  /**
   * Returns {@code sum over labels j and other classes i of max(0, 1 - x[j] + x[i]) / classes}.
   *
   * @param labels rows of class numbers, ended by -1 if there are fewer than classes
   */
  static Variable multiLabelMargin(
      String name, Variable scores, Variable labels, Reduction reduction) {
    LossChecks.requireScores(name, "scores", scores);
    if (!labels.dtype().isInteger()
        || !labels.shape().equals(scores.shape())
        || scores.rank() > 2) {
      throw new IllegalArgumentException(
          name
              + ": takes scores [classes] or [n, classes] and int64 labels of that shape, each row"
              + " ended by -1, got "
              + Module.describe(scores)
              + " and "
              + Module.describe(labels));
    }
    int classes = Math.toIntExact(scores.size(-1));
    long[] values = labels.toLongArray();
    double[] listed = new double[values.length];
    double[] among = new double[values.length];
    long[] known = new long[values.length];
    for (int row = 0; row < values.length; row += Math.max(1, classes)) {
      for (int k = row; k < row + classes && values[k] != -1; k++) {
        if (values[k] < 0 || values[k] >= classes) {
          throw new IllegalArgumentException(
              name
                  + ": label "
                  + values[k]
                  + " at row-major position "
                  + k
                  + " of "
                  + Module.describe(labels)
                  + " is neither a class, 0 to "
                  + (classes - 1)
                  + ", nor the end, -1");
        }
        listed[k] = 1;
        known[k] = values[k];
        among[row + (int) values[k]] = 1;
      }
    }
    long[] shape = scores.shape().toArray();
    Variable picked = scores.gather(-1, Variable.fromArray(known, shape));
    Variable others = Variable.fromArray(among, shape).to(scores.dtype()).rsub(1);
    Variable counted = Variable.fromArray(listed, shape).to(scores.dtype());
    Variable excess = scores.unsqueeze(-2).sub(picked.unsqueeze(-1)).add(1).relu();
    Variable losses =
        excess
            .mul(counted.unsqueeze(-1))
            .mul(others.unsqueeze(-2))
            .sum(-1, -2)
            .div(Math.max(1, classes));
    return LossChecks.reduce(name, losses, labels, reduction);
  }
}
