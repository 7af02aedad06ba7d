package org.autograd.spiking;

import static org.autograd.expression.Expression.constant;
import static org.autograd.expression.Expression.where;

import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.type.DType;

/** The share of something that is left after a time step. */
final class Decay {
  private Decay() {}

  /** Returns the decay within [0, 1], with a gradient of 0 beyond. */
  static Expression clamped(Expression decay) {
    return where(decay.lt(0), constant(0), where(decay.gt(1), constant(1), decay));
  }

  /**
   * Returns a decay as a scalar.
   *
   * @throws IllegalArgumentException if it is not in [0, 1]
   */
  static Variable scalar(String name, double decay, DType dtype) {
    return checked(name, Variable.full(dtype, decay), dtype);
  }

  /**
   * Returns a copy of decays.
   *
   * @throws IllegalArgumentException if one is not in [0, 1], or they are of another dtype
   */
  static Variable checked(String name, Variable decay, DType dtype) {
    if (decay.dtype() != dtype) {
      throw new IllegalArgumentException(
          name + " must be of the options' dtype " + dtype + ", got " + Neuron.describe(decay));
    }
    for (double value : decay.toDoubleArray()) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException(
            name + ", the share that is left after a step, must be in [0, 1], got " + value);
      }
    }
    return decay.detach().copy();
  }
}
