package org.autograd.data;

import static java.util.Objects.checkIndex;

import java.util.stream.LongStream;
import org.autograd.Generator;
import org.autograd.Variable;

/** Positions of examples. */
final class Indices {
  private Indices() {}

  /** Returns the numbers below a count in a random order. */
  static int[] permutation(Generator rng, int count) {
    return LongStream.of(Variable.randperm(rng, count).toLongArray())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /** Checks that all lie in [0, size). */
  static int[] check(int[] indices, int size) {
    for (int index : indices) {
      checkIndex(index, size);
    }
    return indices;
  }
}
