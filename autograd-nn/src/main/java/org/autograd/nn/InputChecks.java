package org.autograd.nn;

import org.autograd.Variable;

/** Checks of what modules are given; the place of the module is put in front by its caller. */
final class InputChecks {
  private InputChecks() {}

  /** Throws unless the input has the dtype of a parameter or buffer. */
  static void requireDtypeOf(Variable weight, String name, Variable input) {
    if (input.dtype() != weight.dtype()) {
      throw new IllegalArgumentException(
          "the input "
              + Module.describe(input)
              + " must have the dtype of the "
              + name
              + " "
              + Module.describe(weight)
              + "; convert it with to(DType."
              + weight.dtype().name()
              + ")");
    }
  }

  /** Throws unless the input has one of two ranks. */
  static void requireRank(Variable input, int least, int most, String shapes) {
    if (input.rank() < least || input.rank() > most) {
      throw new IllegalArgumentException(
          "the input " + Module.describe(input) + " must be of shape " + shapes);
    }
  }
}
