package org.autograd.optim;

/**
 * What may be chosen about an optimizer; immutable. What all have in common is a learning rate,
 * which schedules change.
 *
 * @param <O> the optimizer's own options
 */
public interface OptimizerOptions<O extends OptimizerOptions<O>> {
  /** Returns the learning rate. */
  double learningRate();

  /** Returns these options with another learning rate. */
  O learningRate(double value);
}
