package org.autograd.data;

import org.autograd.Generator;

/** A sampler whose epochs have a number of examples of their own. */
record FixedCount(int count, Sampler orders) implements Sampler {
  @Override
  public int[] order(int size, Generator rng) {
    return orders.order(size, rng);
  }

  @Override
  public int count(int size) {
    return count;
  }
}
