package org.autograd.data;

import org.autograd.Generator;
import org.autograd.Variable;

/**
 * A change of an example's input: a normalisation, or a random variation of an image. Transforms
 * are used by several threads at once, so they keep nothing that changes.
 */
@FunctionalInterface
public interface Transform {
  /**
   * Returns the changed input.
   *
   * @param input one example's, without an axis that counts examples; it is not changed itself
   * @param rng the only source of random numbers, the example's own
   */
  Variable apply(Variable input, Generator rng);

  /** Returns this transform followed by another one. */
  default Transform then(Transform next) {
    return (input, rng) -> next.apply(apply(input, rng), rng);
  }
}
