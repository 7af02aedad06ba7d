package org.autograd.data;

import java.util.function.BiFunction;
import org.autograd.Generator;

/** The examples of another data set, changed. */
record MappedDataset(Dataset base, BiFunction<? super Example, ? super Generator, Example> change)
    implements Dataset {
  @Override
  public int size() {
    return base.size();
  }

  @Override
  public Example get(int index, Generator rng) {
    return change.apply(base.get(index, rng), rng);
  }

  @Override
  public String toString() {
    return base + ", changed";
  }
}
