package org.autograd.nn;

import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * Losses, each as a mean over all elements or examples, or with a {@link Reduction}. Predictions
 * and targets must have equal shapes: a loss does not broadcast, since {@code [n, 1]} against
 * {@code [n]} would silently compare all pairs. A target that is NaN, and a mean of nothing, are
 * errors.
 *
 * <p>The sections are: numbers, probabilities, distributions, classes, labels of 1 and -1 with
 * margins, sequences. PyTorch's name is given where it is another one.
 */
public final class Losses {
  private static final Pointwise SQUARED_ERROR =
      Pointwise.of("squaredError", (x, y) -> x.sub(y).square());
  private static final Pointwise ABSOLUTE_ERROR =
      Pointwise.of("absoluteError", (x, y) -> x.sub(y).abs());
  private static final Pointwise SMOOTH_ABSOLUTE_ERROR = smoothAbsoluteError();
  private static final Pointwise HUBER = huberLoss();
  private static final Pointwise BINARY_CROSS_ENTROPY =
      Pointwise.of("binaryCrossEntropyWithLogits", Losses::binaryCrossEntropy);
  private static final Pointwise WEIGHTED_BINARY_CROSS_ENTROPY = weightedBinaryCrossEntropy();
  private static final Pointwise DIVERGENCE =
      Pointwise.of(
          "klDivergence",
          (x, y) ->
              Expression.where(y.eq(0), Expression.constant(0), y.mul(y.log())).sub(y.mul(x)));
  private static final Pointwise DIVERGENCE_OF_LOGS =
      Pointwise.of("klDivergence", (x, y) -> y.exp().mul(y.sub(x)));
  private static final Pointwise POISSON =
      Pointwise.of("poissonNll", (x, y) -> x.exp().sub(y.mul(x)));
  private static final Pointwise STIRLING = stirling();
  private static final Pointwise GAUSSIAN = gaussian();
  private static final Pointwise SOFT_MARGIN =
      Pointwise.of("softMargin", (x, y) -> softplus(x.mul(y).neg()));
  private static final Pointwise HINGE_EMBEDDING = hingeEmbeddingLoss();
  private static final Pointwise MARGIN_RANKING = marginRankingLoss();
  private static final Pointwise COSINE_EMBEDDING = cosineEmbeddingLoss();

  private Losses() {}

  /** {@code max(x, 0)} with the slope 1 at 0, as PyTorch's {@code clamp_min}. */
  private static Expression hinge(Expression x) {
    return Expression.where(x.ge(Expression.constant(0)), x, Expression.constant(0));
  }

  /**
   * {@code log(1 + e^x)}, which overflows nowhere. The corners are written with {@code where} such
   * that the slopes of both orders are right at 0 too.
   */
  private static Expression softplus(Expression x) {
    Expression positive = x.gt(0);
    return Expression.where(positive, x, Expression.constant(0))
        .add(Expression.where(positive, x.neg(), x).exp().log1p());
  }

  private static Pointwise smoothAbsoluteError() {
    Expression error = Expression.input(0).sub(Expression.input(1));
    Expression size = error.abs();
    Expression beta = Expression.parameter(0);
    Expression square = error.square().mul(0.5).div(beta);
    return Pointwise.of(
        "smoothL1", 2, 1, Expression.where(size.lt(beta), square, size.sub(beta.mul(0.5))));
  }

  private static Pointwise huberLoss() {
    Expression error = Expression.input(0).sub(Expression.input(1));
    Expression size = error.abs();
    Expression delta = Expression.parameter(0);
    Expression line = delta.mul(size.sub(delta.mul(0.5)));
    return Pointwise.of(
        "huber", 2, 1, Expression.where(size.le(delta), error.square().mul(0.5), line));
  }

  private static Expression binaryCrossEntropy(Expression x, Expression y) {
    return softplus(x).sub(x.mul(y));
  }

  /** {@code (1 - y) x + (1 + (w - 1) y) softplus(-x)}. */
  private static Pointwise weightedBinaryCrossEntropy() {
    Expression x = Expression.input(0);
    Expression y = Expression.input(1);
    Expression weight = Expression.input(2);
    Expression factor = weight.sub(1).mul(y).add(1);
    return Pointwise.of(
        "binaryCrossEntropyWithLogits", 3, 0, x.sub(x.mul(y)).add(factor.mul(softplus(x.neg()))));
  }

  /** Stirling's approximation of {@code log(y!)} where y is above 1, else 0. */
  private static Pointwise stirling() {
    Expression y = Expression.input(0);
    Expression value = y.mul(y.log()).sub(y).add(y.mul(2 * Math.PI).log().mul(0.5));
    return Pointwise.of("stirling", 1, 0, Expression.where(y.gt(1), value, Expression.constant(0)));
  }

  private static Pointwise gaussian() {
    Expression error = Expression.input(0).sub(Expression.input(1));
    Expression variance = Expression.input(2);
    return Pointwise.of(
        "gaussianNll", 3, 0, variance.log().add(error.square().div(variance)).mul(0.5));
  }

  private static Pointwise hingeEmbeddingLoss() {
    Expression x = Expression.input(0);
    Expression y = Expression.input(1);
    return Pointwise.of(
        "hingeEmbedding",
        2,
        1,
        Expression.where(y.gt(0), x, hinge(Expression.parameter(0).sub(x))));
  }

  private static Pointwise marginRankingLoss() {
    Expression difference = Expression.input(0).sub(Expression.input(1));
    Expression y = Expression.input(2);
    return Pointwise.of(
        "marginRanking", 3, 1, hinge(Expression.parameter(0).sub(y.mul(difference))));
  }

  /** Of the cosine and the label. */
  private static Pointwise cosineEmbeddingLoss() {
    Expression cosine = Expression.input(0);
    Expression y = Expression.input(1);
    Expression apart = hinge(cosine.sub(Expression.parameter(0)));
    return Pointwise.of(
        "cosineEmbedding",
        2,
        1,
        Expression.where(y.gt(0), Expression.constant(1).sub(cosine), apart));
  }

  // Numbers.

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
    LossChecks.requireAlike("mse", prediction, target);
    return LossChecks.reduce("mse", SQUARED_ERROR.apply(prediction, target), target, reduction);
  }

  /** Returns the mean absolute error. */
  public static Variable l1(Variable prediction, Variable target) {
    return l1(prediction, target, Reduction.MEAN);
  }

  /**
   * Returns the absolute errors {@code |prediction - target|}, reduced; the slope at 0 is 0.
   *
   * @param prediction float32 or float64
   * @param target of the same shape and dtype
   */
  public static Variable l1(Variable prediction, Variable target, Reduction reduction) {
    LossChecks.requireAlike("l1", prediction, target);
    return LossChecks.reduce("l1", ABSOLUTE_ERROR.apply(prediction, target), target, reduction);
  }

  /** Returns the mean of {@link #smoothL1(Variable, Variable, double, Reduction)} for beta 1. */
  public static Variable smoothL1(Variable prediction, Variable target) {
    return smoothL1(prediction, target, 1, Reduction.MEAN);
  }

  /**
   * Returns {@code error^2 / (2 beta)} for errors below beta and {@code |error| - beta / 2} for
   * others, reduced; the {@link #huber} loss divided by beta.
   *
   * @param prediction float32 or float64
   * @param target of the same shape and dtype
   * @param beta at least 0; with 0 it is {@link #l1}
   */
  public static Variable smoothL1(
      Variable prediction, Variable target, double beta, Reduction reduction) {
    LossChecks.requireAlike("smoothL1", prediction, target);
    LossChecks.requireNotNegative("smoothL1", "beta", beta);
    Variable losses = SMOOTH_ABSOLUTE_ERROR.apply(prediction, target, beta);
    return LossChecks.reduce("smoothL1", losses, target, reduction);
  }

  /** Returns the mean of {@link #huber(Variable, Variable, double, Reduction)} for delta 1. */
  public static Variable huber(Variable prediction, Variable target) {
    return huber(prediction, target, 1, Reduction.MEAN);
  }

  /**
   * Returns {@code error^2 / 2} for errors up to delta and {@code delta (|error| - delta / 2)} for
   * others, reduced.
   *
   * @param prediction float32 or float64
   * @param target of the same shape and dtype
   * @param delta above 0
   */
  public static Variable huber(
      Variable prediction, Variable target, double delta, Reduction reduction) {
    LossChecks.requireAlike("huber", prediction, target);
    if (!(delta > 0)) {
      throw new IllegalArgumentException("huber: delta must be above 0, got " + delta);
    }
    Variable losses = HUBER.apply(prediction, target, delta);
    return LossChecks.reduce("huber", losses, target, reduction);
  }

  // Probabilities.

  /** Returns the mean binary cross-entropy of probabilities. */
  public static Variable binaryCrossEntropy(Variable probability, Variable target) {
    return binaryCrossEntropy(probability, target, Reduction.MEAN);
  }

  /**
   * Returns {@code -y log(p) - (1 - y) log(1 - p)}, reduced, where logarithms are at least -100.
   * {@link #binaryCrossEntropyWithLogits} is more exact and needs no sigmoid before it.
   *
   * @param probability float32 or float64, from 0 to 1
   * @param target probabilities of the same shape and dtype
   * @throws IllegalArgumentException if shapes or dtypes differ or a prediction is no probability
   */
  public static Variable binaryCrossEntropy(
      Variable probability, Variable target, Reduction reduction) {
    String name = "binaryCrossEntropy";
    LossChecks.requireAlike(name, probability, target);
    Variable values = probability.detach();
    if (values.lt(0).logicalOr(values.gt(1)).any().item() != 0) {
      throw new IllegalArgumentException(
          name
              + ": prediction "
              + Module.describe(probability)
              + " must be probabilities from 0 to 1; for logits there is"
              + " binaryCrossEntropyWithLogits");
    }
    Variable losses = new BinaryCrossEntropy().apply(probability, target);
    return LossChecks.reduce(name, losses, target, reduction);
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
    return binaryCrossEntropyWithLogits(logits, target, null, reduction);
  }

  /**
   * Returns {@code -w y log(p) - (1 - y) log(1 - p)} for {@code p = sigmoid(logits)}, reduced.
   *
   * @param logits float32 or float64
   * @param target probabilities of the same shape and dtype
   * @param positiveWeight how much positive examples count, of the same dtype and a shape that
   *     broadcasts to the logits', such as {@code [classes]}; null for 1
   */
  public static Variable binaryCrossEntropyWithLogits(
      Variable logits, Variable target, @Nullable Variable positiveWeight, Reduction reduction) {
    String name = "binaryCrossEntropyWithLogits";
    LossChecks.requireAlike(name, logits, target);
    if (positiveWeight == null) {
      return LossChecks.reduce(name, BINARY_CROSS_ENTROPY.apply(logits, target), target, reduction);
    }
    LossChecks.requireWeights(name, "positive weight", positiveWeight, logits);
    Variable[] operands = {logits, target, positiveWeight};
    return LossChecks.reduce(
        name, WEIGHTED_BINARY_CROSS_ENTROPY.apply(operands), target, reduction);
  }

  // Distributions.

  /**
   * Returns {@code target (log(target) - logProbabilities)}, 0 for a target of 0, reduced.
   * PyTorch's {@code kl_div}. The divergence of distributions is {@link Reduction#BATCH_MEAN}; the
   * mean is over all elements.
   *
   * @param logProbabilities float32 or float64
   * @param target probabilities of the same shape and dtype
   */
  public static Variable klDivergence(
      Variable logProbabilities, Variable target, Reduction reduction) {
    LossChecks.requireAlike("klDivergence", logProbabilities, target);
    Variable losses = DIVERGENCE.apply(logProbabilities, target);
    return LossChecks.reduce("klDivergence", losses, target, reduction);
  }

  /**
   * Returns {@link #klDivergence} for a target whose logarithms are given; PyTorch's {@code kl_div}
   * with {@code log_target=True}.
   *
   * @param logProbabilities float32 or float64
   * @param logTarget log-probabilities of the same shape and dtype
   */
  public static Variable klDivergenceOfLogs(
      Variable logProbabilities, Variable logTarget, Reduction reduction) {
    LossChecks.requireAlike("klDivergenceOfLogs", logProbabilities, logTarget);
    Variable losses = DIVERGENCE_OF_LOGS.apply(logProbabilities, logTarget);
    return LossChecks.reduce("klDivergenceOfLogs", losses, logTarget, reduction);
  }

  /** Returns the mean of {@link #poissonNll(Variable, Variable, boolean, Reduction)}. */
  public static Variable poissonNll(Variable logRate, Variable count) {
    return poissonNll(logRate, count, false, Reduction.MEAN);
  }

  /**
   * Returns {@code e^logRate - count * logRate}, the negative log-likelihood of a Poisson
   * distribution without its constant, reduced. PyTorch's {@code poisson_nll_loss}; where that has
   * {@code log_input=False}, give it the logarithm.
   *
   * @param logRate float32 or float64
   * @param count of the same shape and dtype
   * @param full whether to add the constant {@code log(count!)} for counts above 1, by Stirling's
   *     approximation
   */
  public static Variable poissonNll(
      Variable logRate, Variable count, boolean full, Reduction reduction) {
    LossChecks.requireAlike("poissonNll", logRate, count);
    Variable losses = POISSON.apply(logRate, count);
    return LossChecks.reduce(
        "poissonNll", full ? losses.add(STIRLING.apply(count)) : losses, count, reduction);
  }

  /** Returns the mean of {@link #gaussianNll(Variable, Variable, Variable, boolean, Reduction)}. */
  public static Variable gaussianNll(Variable mean, Variable target, Variable variance) {
    return gaussianNll(mean, target, variance, false, Reduction.MEAN);
  }

  /**
   * Returns {@code (log(variance) + (mean - target)^2 / variance) / 2}, the negative log-likelihood
   * of a normal distribution without its constant, reduced. Variances below 1e-6 count as that, for
   * the value only: they keep their slope. PyTorch's {@code gaussian_nll_loss}.
   *
   * @param mean float32 or float64
   * @param target of the same shape and dtype
   * @param variance of the same dtype and shape, or with a last axis of size 1 for a common one; at
   *     least 0
   * @param full whether to add the constant {@code log(2 pi) / 2}
   */
  public static Variable gaussianNll(
      Variable mean, Variable target, Variable variance, boolean full, Reduction reduction) {
    String name = "gaussianNll";
    LossChecks.requireAlike(name, "mean", mean, "target", target);
    boolean common =
        variance.rank() == mean.rank() && variance.rank() > 0 && variance.size(-1) == 1;
    Variable like = common ? mean.narrow(-1, 0, Math.min(1, mean.size(-1))) : mean;
    LossChecks.requireAlike(name, "mean", like, "variance", variance);
    Variable fixed = variance.detach();
    if (fixed.lt(0).any().item() != 0) {
      throw new IllegalArgumentException(
          name + ": variance " + Module.describe(variance) + " must be at least 0, some are not");
    }
    Variable used = variance.add(fixed.clampMin(1e-6).sub(fixed));
    Variable losses = GAUSSIAN.apply(new Variable[] {mean, target, used});
    return LossChecks.reduce(
        name, full ? losses.add(Math.log(2 * Math.PI) / 2) : losses, target, reduction);
  }

  // Classes.

  /** Returns the mean cross-entropy of logits. */
  public static Variable crossEntropy(Variable logits, Variable labels) {
    return crossEntropy(logits, labels, Reduction.MEAN);
  }

  /** Returns {@code -log softmax(logits)[label]}, reduced. */
  public static Variable crossEntropy(Variable logits, Variable labels, Reduction reduction) {
    return crossEntropy(logits, labels, CrossEntropyOptions.defaults().reduction(reduction));
  }

  /**
   * Returns {@code -log softmax(logits)[label]}, reduced. PyTorch's {@code cross_entropy}.
   *
   * @param logits float32 or float64, of shape {@code [classes]}, {@code [n, classes]} or {@code
   *     [n, classes, ...]}
   * @param target int64 or int32 class numbers from 0, of the logits' shape without the axis of the
   *     classes; or probabilities of the classes, of the logits' shape and dtype, of which the mean
   *     is over the examples whatever the classes weigh
   */
  public static Variable crossEntropy(
      Variable logits, Variable target, CrossEntropyOptions options) {
    return ClassLosses.crossEntropy("crossEntropy", "logits", logits, true, target, options);
  }

  /** Returns the mean negative log-likelihood. */
  public static Variable nll(Variable logProbabilities, Variable labels) {
    return nll(logProbabilities, labels, Reduction.MEAN);
  }

  /** Returns {@code -logProbabilities[label]}, reduced. */
  public static Variable nll(Variable logProbabilities, Variable labels, Reduction reduction) {
    return nll(logProbabilities, labels, CrossEntropyOptions.defaults().reduction(reduction));
  }

  /**
   * Returns {@code -logProbabilities[label]}, reduced; with {@code logSoftmax} before it this is
   * {@link #crossEntropy}, whatever the options and targets. PyTorch's {@code nll_loss}, which has
   * neither smoothing nor probabilities as targets.
   *
   * @param logProbabilities float32 or float64, of shape {@code [classes]}, {@code [n, classes]} or
   *     {@code [n, classes, ...]}
   * @param target as for {@link #crossEntropy}
   */
  public static Variable nll(
      Variable logProbabilities, Variable target, CrossEntropyOptions options) {
    return ClassLosses.crossEntropy(
        "nll", "log-probabilities", logProbabilities, false, target, options);
  }

  /** Returns the mean of the method below for power 1, margin 1 and no weights. */
  public static Variable multiMargin(Variable scores, Variable labels) {
    return multiMargin(scores, labels, 1, 1, null, Reduction.MEAN);
  }

  /**
   * Returns {@code sum over classes j != y of max(0, margin - x[y] + x[j])^power / classes}, times
   * the weight of class y, reduced. PyTorch's {@code multi_margin_loss}.
   *
   * @param scores float32 or float64, {@code [classes]} or {@code [n, classes]}
   * @param labels int64 or int32 class numbers from 0
   * @param power 1 or 2
   * @param weight a number for each class, of the scores' dtype; null for 1
   */
  public static Variable multiMargin(
      Variable scores,
      Variable labels,
      int power,
      double margin,
      @Nullable Variable weight,
      Reduction reduction) {
    return ClassLosses.multiMargin("multiMargin", scores, labels, power, margin, weight, reduction);
  }

  /**
   * Returns {@code sum over labels j and all other classes i of max(0, 1 - x[j] + x[i]) / classes},
   * reduced. PyTorch's {@code multilabel_margin_loss}.
   *
   * @param scores float32 or float64, {@code [classes]} or {@code [n, classes]}
   * @param labels int64 or int32 of the same shape; each row lists its classes, ended by -1 if
   *     there are fewer than all
   */
  public static Variable multiLabelMargin(Variable scores, Variable labels, Reduction reduction) {
    return ClassLosses.multiLabelMargin("multiLabelMargin", scores, labels, reduction);
  }

  /**
   * Returns the mean over the classes, the last axis, of {@link #binaryCrossEntropyWithLogits},
   * reduced. PyTorch's {@code multilabel_soft_margin_loss}.
   *
   * @param logits float32 or float64 of shape {@code [..., classes]}
   * @param target of the same shape and dtype, 1 for the classes that there are and 0 for others
   */
  public static Variable multiLabelSoftMargin(
      Variable logits, Variable target, Reduction reduction) {
    LossChecks.requireAlike("multiLabelSoftMargin", logits, target);
    LossChecks.requireScores("multiLabelSoftMargin", "logits", logits);
    Variable losses = BINARY_CROSS_ENTROPY.apply(logits, target).mean(-1);
    return LossChecks.reduce("multiLabelSoftMargin", losses, target, reduction);
  }

  // Labels of 1 and -1, and margins.

  /**
   * Returns {@code log(1 + e^(-y x))}, reduced.
   *
   * @param prediction float32 or float64
   * @param labels 1 or -1, of the same shape and any dtype but bool
   */
  public static Variable softMargin(Variable prediction, Variable labels, Reduction reduction) {
    Variable y = LossChecks.signs("softMargin", labels, prediction, prediction.dtype());
    return LossChecks.reduce("softMargin", SOFT_MARGIN.apply(prediction, y), labels, reduction);
  }

  /**
   * Returns {@code x} for label 1 and {@code max(0, margin - x)} for label -1, reduced; x is a
   * distance, for example. PyTorch's default margin is 1.
   *
   * @param distance float32 or float64
   * @param labels 1 or -1, of the same shape and any dtype but bool
   */
  public static Variable hingeEmbedding(
      Variable distance, Variable labels, double margin, Reduction reduction) {
    Variable y = LossChecks.signs("hingeEmbedding", labels, distance, distance.dtype());
    Variable losses = HINGE_EMBEDDING.apply(distance, y, margin);
    return LossChecks.reduce("hingeEmbedding", losses, labels, reduction);
  }

  /**
   * Returns {@code max(0, margin - y (first - second))}, reduced: label 1 says that the first is to
   * be ranked higher, -1 the second. PyTorch's default margin is 0.
   *
   * @param first float32 or float64
   * @param second of the same shape and dtype
   * @param labels 1 or -1, of the same shape and any dtype but bool
   */
  public static Variable marginRanking(
      Variable first, Variable second, Variable labels, double margin, Reduction reduction) {
    LossChecks.requireAlike("marginRanking", "first", first, "second", second);
    Variable y = LossChecks.signs("marginRanking", labels, first, first.dtype());
    Variable losses = MARGIN_RANKING.apply(new Variable[] {first, second, y}, margin);
    return LossChecks.reduce("marginRanking", losses, labels, reduction);
  }

  /** Returns the mean of the method below for margin 1, the 2-norm and no swap. */
  public static Variable triplet(Variable anchor, Variable positive, Variable negative) {
    return triplet(anchor, positive, negative, 1, 2, false, Reduction.MEAN);
  }

  /**
   * Returns {@code max(0, margin + |anchor - positive| - |anchor - negative|)}, reduced, with
   * distances along the last axis of differences plus 1e-6. PyTorch's {@code triplet_margin_loss}.
   *
   * @param anchor float32 or float64 of shape {@code [..., features]}
   * @param positive of the same shape and dtype
   * @param negative likewise
   * @param order of the norm
   * @param swap whether the negative's distance is that to the anchor or to the positive, whichever
   *     is smaller
   */
  public static Variable triplet(
      Variable anchor,
      Variable positive,
      Variable negative,
      double margin,
      double order,
      boolean swap,
      Reduction reduction) {
    LossChecks.requireScores("triplet", "anchor", anchor);
    LossChecks.requireAlike("triplet", "anchor", anchor, "positive", positive);
    LossChecks.requireAlike("triplet", "anchor", anchor, "negative", negative);
    Variable near = distance(anchor, positive, order);
    Variable far = distance(anchor, negative, order);
    Variable apart = swap ? far.minimum(distance(positive, negative, order)) : far;
    Variable losses = near.sub(apart).add(margin).clampMin(0);
    return LossChecks.reduce("triplet", losses, positive, reduction);
  }

  private static Variable distance(Variable first, Variable second, double order) {
    return first.sub(second).add(1e-6).vectorNorm(order, -1);
  }

  /**
   * Returns {@code 1 - cos} for label 1 and {@code max(0, cos - margin)} for label -1, reduced,
   * where cos is that of the angle between two vectors. PyTorch's default margin is 0.
   *
   * @param first float32 or float64 of shape {@code [features]} or {@code [n, features]}
   * @param second of the same shape and dtype
   * @param labels 1 or -1, of that shape without the last axis and any dtype but bool
   */
  public static Variable cosineEmbedding(
      Variable first, Variable second, Variable labels, double margin, Reduction reduction) {
    String name = "cosineEmbedding";
    LossChecks.requireScores(name, "first", first);
    LossChecks.requireAlike(name, "first", first, "second", second);
    Variable products = first.mul(second).sum(-1);
    Variable y = LossChecks.signs(name, labels, products, first.dtype());
    Variable squares = first.square().sum(-1).add(1e-12).mul(second.square().sum(-1).add(1e-12));
    Variable losses = COSINE_EMBEDDING.apply(products.div(squares.sqrt()), y, margin);
    return LossChecks.reduce(name, losses, labels, reduction);
  }

  // Sequences.

  /** Returns the mean of the method below for blank 0, infinite losses included. */
  public static Variable ctc(
      Variable logProbabilities, Variable targets, Variable inputLengths, Variable targetLengths) {
    return ctc(logProbabilities, targets, inputLengths, targetLengths, 0, false, Reduction.MEAN);
  }

  /**
   * Returns the negative log-likelihoods of label sequences under all their alignments
   * (connectionist temporal classification; Graves and others, 2006), reduced; the mean is of
   * losses that are first divided by their numbers of labels. PyTorch's {@code ctc_loss}. The
   * gradient towards log-probabilities is the derivative itself, where PyTorch adds what {@code
   * logSoftmax} takes away again; towards logits before a {@code logSoftmax} they agree. There are
   * no second derivatives.
   *
   * @param logProbabilities float32 or float64 of shape {@code [times, n, classes]} or {@code
   *     [times, classes]}, as {@code logSoftmax(-1)} gives them
   * @param targets int64 or int32 classes other than the blank, {@code [n, longest]} with anything
   *     behind the ends, or all one after the other
   * @param inputLengths int64 or int32, the number of times of each sequence
   * @param targetLengths int64 or int32, the number of labels of each sequence
   * @param blank the class that stands for no label
   * @param zeroInfinity whether a sequence that has no alignment, being too short for its labels,
   *     counts 0 with gradient 0 instead of infinity with gradient NaN
   */
  public static Variable ctc(
      Variable logProbabilities,
      Variable targets,
      Variable inputLengths,
      Variable targetLengths,
      int blank,
      boolean zeroInfinity,
      Reduction reduction) {
    return CtcLoss.reduced(
        logProbabilities, targets, inputLengths, targetLengths, blank, zeroInfinity, reduction);
  }
}
