package org.autograd.nn;

import org.autograd.Generator;
import org.autograd.Variable;

/** A way to choose the initial values of a parameter; {@link Initializers} has the usual ones. */
@FunctionalInterface
public interface Initializer {
  /**
   * Overwrites all elements of a parameter, unrecorded.
   *
   * @throws IllegalArgumentException if the parameter's shape does not allow it
   */
  void fill(Variable parameter, Generator rng);
}
