package org.autograd;

import org.autograd.expression.Expression;

/** The nonlinear functions of neural networks, element by element, as in PyTorch. */
sealed interface ActivationOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The definitions, each used by one operation below. */
  final class Definitions {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double TWO_SQRT_TWO_OVER_PI = 2 * Math.sqrt(2 / Math.PI);
    private static final Expression X = Expression.input(0);
    private static final Expression ZERO = Expression.constant(0);

    private static final Pointwise SIGMOID = Pointwise.of("sigmoid", x -> x.sigmoid());

    /** {@code x <= 0} rather than {@code x > 0}, so that NaN passes. */
    private static final Pointwise RELU =
        Pointwise.of("relu", x -> Expression.where(x.le(0), ZERO, x));

    private static final Pointwise LEAKY_RELU =
        Pointwise.of(
            "leakyRelu", 1, 1, Expression.where(X.gt(0), X, X.mul(Expression.parameter(0))));
    private static final Pointwise ELU =
        Pointwise.of(
            "elu", 1, 1, Expression.where(X.le(0), X.expm1().mul(Expression.parameter(0)), X));
    private static final Pointwise SILU = Pointwise.of("silu", x -> x.mul(x.sigmoid()));
    private static final Pointwise GELU =
        Pointwise.of("gelu", x -> x.mul(0.5).mul(x.mul(SQRT_HALF).erf().add(1)));

    /**
     * {@code x sigmoid(2u)} equals {@code x (1 + tanh u) / 2}, with a derivative that is stable.
     */
    private static final Pointwise GELU_TANH =
        Pointwise.of(
            "geluTanh",
            x -> x.mul(x.mul(x).mul(0.044715).add(1).mul(x).mul(TWO_SQRT_TWO_OVER_PI).sigmoid()));

    private static final Pointwise SOFTPLUS = softplusDefinition();

    private Definitions() {}

    private static Pointwise softplusDefinition() {
      Expression scaled = X.mul(Expression.parameter(0));
      Expression soft = scaled.exp().log1p().div(Expression.parameter(0));
      return Pointwise.of(
          "softplus", 1, 2, Expression.where(scaled.gt(Expression.parameter(1)), X, soft));
    }
  }

  /** Returns {@code 1 / (1 + e^-this)}. */
  default Variable sigmoid() {
    return Definitions.SIGMOID.apply(self());
  }

  /** Returns {@code max(this, 0)}; slope 0 at 0. */
  default Variable relu() {
    return Definitions.RELU.apply(self());
  }

  /** Returns {@code this} where positive, else {@code slope * this}; PyTorch's default is 0.01. */
  default Variable leakyRelu(double slope) {
    return Definitions.LEAKY_RELU.apply(self(), slope);
  }

  /** Returns {@code this} where positive, else {@code alpha (e^this - 1)}; the default is 1. */
  default Variable elu(double alpha) {
    return Definitions.ELU.apply(self(), alpha);
  }

  /** Returns {@code this * sigmoid(this)}, also known as swish. */
  default Variable silu() {
    return Definitions.SILU.apply(self());
  }

  /** Returns {@code this * Phi(this)}, with the normal distribution's function Phi through erf. */
  default Variable gelu() {
    return Definitions.GELU.apply(self());
  }

  /**
   * Returns the approximation of {@link #gelu} through tanh, PyTorch's {@code approximate='tanh'}.
   */
  default Variable geluTanh() {
    return Definitions.GELU_TANH.apply(self());
  }

  /** Returns {@code log(1 + e^this)}, computed as {@code this} above 20. */
  default Variable softplus() {
    return softplus(1, 20);
  }

  /**
   * Returns {@code log(1 + e^(beta * this)) / beta}, computed as {@code this} where {@code beta *
   * this} exceeds the threshold.
   */
  default Variable softplus(double beta, double threshold) {
    return Definitions.SOFTPLUS.apply(self(), beta, threshold);
  }
}
