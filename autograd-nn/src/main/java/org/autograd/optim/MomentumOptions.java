package org.autograd.optim;

/**
 * Options of an optimizer with a momentum, which {@link OneCycle} changes: how much of the running
 * mean of gradients stays at each step.
 *
 * @param <O> the optimizer's own options
 */
public interface MomentumOptions<O extends MomentumOptions<O>> extends OptimizerOptions<O> {
  /** Returns the momentum; Adam's and its relatives' first beta. */
  double momentum();

  /** Returns these options with another momentum. */
  O momentum(double value);
}
