package org.autograd.spiking;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.Variable;
import org.autograd.nn.Losses;

/**
 * Losses of sequences of shape [time, n, classes], of spikes or of membranes, against int64 labels
 * of shape [n]. In brackets: what snnTorch calls them.
 *
 * <p>Of several output neurons per class make one by {@link #population} first.
 */
public final class SpikeLosses {
  private SpikeLosses() {}

  private static void check(String name, Variable sequence, Variable labels) {
    checkArgument(
        sequence.rank() == 3 && sequence.size(0) >= 1,
        "%s: needs a sequence of shape [time, n, classes] with at least one step, got %s",
        name,
        Neuron.describe(sequence));
    checkArgument(
        labels.rank() == 1 && labels.size(0) == sequence.size(1) && !labels.dtype().isFloating(),
        "%s: needs an int64 label for each of the %s examples of %s, got %s",
        name,
        sequence.size(1),
        Neuron.describe(sequence),
        Neuron.describe(labels));
  }

  /**
   * Returns the sum over the neurons of each class.
   *
   * @param sequence of shape [time, n, outputs]; the first {@code outputs / classes} neurons stand
   *     for class 0, and so on
   * @return of shape [time, n, classes]
   */
  public static Variable population(Variable sequence, int classes) {
    checkArgument(
        sequence.rank() == 3 && classes >= 1 && sequence.size(2) % classes == 0,
        "population: the number of neurons of %s must be a multiple of %s classes",
        Neuron.describe(sequence),
        classes);
    return sequence
        .reshape(sequence.size(0), sequence.size(1), classes, sequence.size(2) / classes)
        .sum(-1);
  }

  /** Returns the cross-entropy of each time step with the labels, averaged over time. */
  private static Variable crossEntropyPerStep(Variable sequence, Variable labels) {
    long steps = sequence.size(0);
    long examples = sequence.size(1);
    Variable logits = sequence.reshape(steps * examples, sequence.size(2));
    return Losses.crossEntropy(logits, labels.expand(steps, examples).reshape(steps * examples));
  }

  /**
   * Returns the mean over time of the cross-entropy of each step's spikes: the right neuron should
   * fire at every step, the others never (ce_rate).
   */
  public static Variable rateCrossEntropy(Variable spikes, Variable labels) {
    check("rateCrossEntropy", spikes, labels);
    return crossEntropyPerStep(spikes, labels);
  }

  /** Returns the cross-entropy of the numbers of spikes (ce_count). */
  public static Variable countCrossEntropy(Variable spikes, Variable labels) {
    check("countCrossEntropy", spikes, labels);
    return Losses.crossEntropy(spikes.sum(0), labels);
  }

  /**
   * Returns the mean square distance of the numbers of spikes from what they should be, divided by
   * the number of steps (mse_count).
   *
   * @param correctRate spikes per step of the right neuron
   * @param incorrectRate spikes per step of the others
   */
  public static Variable countMeanSquare(
      Variable spikes, Variable labels, double correctRate, double incorrectRate) {
    return countMeanSquare(spikes, labels, correctRate, incorrectRate, 1);
  }

  /**
   * Returns the same for the sums of several neurons per class.
   *
   * @param spikes of {@link #population}
   * @param neurons the number of neurons that each class has; the rates are those of each
   */
  public static Variable countMeanSquare(
      Variable spikes, Variable labels, double correctRate, double incorrectRate, int neurons) {
    check("countMeanSquare", spikes, labels);
    double most = (double) spikes.size(0) * neurons;
    Variable target = targets(spikes, labels, most * correctRate, most * incorrectRate);
    return Losses.mse(spikes.sum(0), target).div((double) spikes.size(0));
  }

  private static Variable targets(Variable sequence, Variable labels, double on, double off) {
    return SpikeTargets.oneHot(labels, Math.toIntExact(sequence.size(2)), on, off)
        .to(sequence.dtype());
  }

  /**
   * Returns the mean over time of the cross-entropy of each step's membranes. snnTorch's tutorials
   * have the sum.
   */
  public static Variable membraneCrossEntropy(Variable membranes, Variable labels) {
    check("membraneCrossEntropy", membranes, labels);
    return crossEntropyPerStep(membranes, labels);
  }

  /** Returns the cross-entropy of the largest membrane over time (ce_max_membrane). */
  public static Variable maxMembraneCrossEntropy(Variable membranes, Variable labels) {
    check("maxMembraneCrossEntropy", membranes, labels);
    return Losses.crossEntropy(membranes.max(0).values(), labels);
  }

  /** Returns the mean square distance of membranes from two values (mse_membrane). */
  public static Variable membraneMeanSquare(
      Variable membranes, Variable labels, double on, double off) {
    check("membraneMeanSquare", membranes, labels);
    return Losses.mse(
        membranes, targets(membranes, labels, on, off).expand(membranes.shape().toArray()));
  }

  /**
   * Returns when neurons spike for the n-th time. The derivative of that time by the spike there is
   * set to -1; for a neuron that does not spike so often, by the last step.
   *
   * @param spikes of shape [time, ...]
   * @param order 1 for the first spike
   * @param silent the time of a neuron that does not spike so often: the number of steps, or one
   *     less to take it for one that spikes last, as snnTorch does
   * @return of shape [...]
   */
  public static Variable spikeTimes(Variable spikes, int order, double silent) {
    checkArgument(
        order >= 1 && spikes.rank() >= 1 && spikes.size(0) >= 1,
        "spikeTimes: needs an order from 1 on and at least one time step, got %s and %s",
        order,
        Neuron.describe(spikes));
    return new SpikeTimes(order, silent).apply(spikes);
  }

  /**
   * Returns the mean square distance of the first spikes from when they should be, in units of the
   * whole time (mse_temporal). snnTorch's own targets are wrong by default: its conversion of
   * labels sets those of wrong classes to the step of the right one.
   *
   * @param on the step in which the right neuron should spike
   * @param off the step in which the others should
   * @param silent the time of a neuron that never does, see {@link #spikeTimes}
   */
  public static Variable temporalMeanSquare(
      Variable spikes, Variable labels, double on, double off, double silent) {
    check("temporalMeanSquare", spikes, labels);
    double steps = spikes.size(0);
    Variable target = targets(spikes, labels, on, off);
    return Losses.mse(spikeTimes(spikes, 1, silent).div(steps), target.div(steps));
  }

  /**
   * Returns the cross-entropy of the negative times of the first spikes: the right neuron should be
   * first (ce_temporal).
   *
   * @param silent the time of a neuron that never spikes, see {@link #spikeTimes}
   */
  public static Variable temporalCrossEntropy(Variable spikes, Variable labels, double silent) {
    check("temporalCrossEntropy", spikes, labels);
    return Losses.crossEntropy(spikeTimes(spikes, 1, silent).neg(), labels);
  }
}
