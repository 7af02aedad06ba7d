package org.autograd.local;

import org.autograd.Generator;
import org.autograd.Variable;

/**
 * The matrix B by which {@link FeedbackAlignment} hands errors down through a linear layer, in
 * place of its weight W. Q. Liao, J. Leibo, T. Poggio, "How Important is Weight Symmetry in
 * Backpropagation?", 2016, introduced those with signs.
 */
public enum Feedback {
  /** Fixed and random: feedback alignment. */
  RANDOM,
  /** {@code sign(W) sqrt(2 / (in + out))}: uniform sign-concordant feedback, uSF. */
  UNIFORM_SIGN,
  /** {@code sign(W) |M|}, M fixed and random, frSF. */
  FIXED_MAGNITUDE,
  /** {@code sign(W) |M|}, M random in each batch, brSF. */
  BATCH_MAGNITUDE,
  /** {@code W}, as it then is: backpropagation. */
  WEIGHT;

  /**
   * Returns the matrix for a layer now.
   *
   * @param weight of shape [out, in]
   * @param fixed random numbers that stay, of the weight's shape
   * @param rng draws others
   */
  Variable matrix(Variable weight, Variable fixed, Generator rng) {
    long in = weight.size(1);
    return switch (this) {
      case RANDOM -> fixed;
      case UNIFORM_SIGN -> weight.sign().mul(Math.sqrt(2.0 / (in + weight.size(0))));
      case FIXED_MAGNITUDE -> weight.sign().mul(fixed.abs());
      case BATCH_MAGNITUDE ->
          weight.sign().mul(FixedMatrix.draw(rng, weight.dtype(), weight.size(0), in, in).abs());
      case WEIGHT -> weight.copy();
    };
  }
}
