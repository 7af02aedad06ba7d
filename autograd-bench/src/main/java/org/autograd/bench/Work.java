package org.autograd.bench;

/** Something to be measured: one matrix product, one training step, ... */
@FunctionalInterface
public interface Work {
  /** Does it once and returns something that depends on the result, lest it be optimized away. */
  Object run();
}
