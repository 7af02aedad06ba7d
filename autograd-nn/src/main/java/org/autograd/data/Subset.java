package org.autograd.data;

import java.util.Arrays;
import java.util.List;
import org.autograd.Generator;

/** Some examples of another data set. */
final class Subset implements Dataset {
  private final Dataset base;
  private final int[] indices;

  Subset(Dataset base, int[] indices) {
    this.base = base;
    this.indices = Indices.check(indices, base.size());
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Example get(int index, Generator rng) {
    return base.get(indices[index], rng);
  }

  @Override
  public Batch batch(int[] positions, Generator rng) {
    return base.batch(ofBase(positions), rng);
  }

  @Override
  public List<Example> examples(int[] positions, Generator rng) {
    return base.examples(ofBase(positions), rng);
  }

  private int[] ofBase(int[] positions) {
    return Arrays.stream(positions).map(position -> indices[position]).toArray();
  }

  @Override
  public String toString() {
    return indices.length + " of " + base;
  }
}
