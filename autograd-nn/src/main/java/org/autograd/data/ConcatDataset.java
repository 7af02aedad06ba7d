package org.autograd.data;

import java.util.Objects;
import org.autograd.Generator;

/** The examples of two data sets, one after the other. */
record ConcatDataset(Dataset first, Dataset second) implements Dataset {
  ConcatDataset {
    Math.addExact(first.size(), second.size());
  }

  @Override
  public int size() {
    return first.size() + second.size();
  }

  @Override
  public String toString() {
    return first + " and " + second;
  }

  @Override
  public Example get(int index, Generator rng) {
    Objects.checkIndex(index, size());
    return index < first.size() ? first.get(index, rng) : second.get(index - first.size(), rng);
  }
}
