package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.autograd.expression.Expression;

/** The nonlinear functions of neural networks, element by element, as in PyTorch. */
sealed interface ActivationOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The definitions, each used by one operation below. */
  final class Definitions {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double TWO_SQRT_TWO_OVER_PI = 2 * Math.sqrt(2 / Math.PI);
    private static final double SELU_ALPHA = 1.6732632423543772;
    private static final double SELU_SCALE = 1.0507009873554805;
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
    private static final Pointwise MISH = Pointwise.of("mish", x -> mish(x));
    private static final Pointwise SOFTSIGN = Pointwise.of("softsign", x -> x.div(x.abs().add(1)));
    private static final Pointwise HARDTANH =
        Pointwise.of(
            "hardtanh", 1, 2, between(X, Expression.parameter(0), Expression.parameter(1)));
    private static final Pointwise RELU6 =
        Pointwise.of("relu6", x -> between(x, ZERO, Expression.constant(6)));
    private static final Pointwise HARDSWISH = Pointwise.of("hardswish", x -> hardswish(x));
    private static final Pointwise HARDSIGMOID = Pointwise.of("hardsigmoid", x -> hardsigmoid(x));
    private static final Pointwise SELU =
        Pointwise.of(
            "selu",
            x ->
                Expression.where(
                    x.le(0), x.expm1().mul(SELU_ALPHA * SELU_SCALE), x.mul(SELU_SCALE)));
    private static final Pointwise CELU =
        Pointwise.of(
            "celu",
            1,
            1,
            Expression.where(
                X.le(0), X.div(Expression.parameter(0)).expm1().mul(Expression.parameter(0)), X));

    /** In halves, neither of which overflows, and smooth at 0. */
    private static final Pointwise LOG_SIGMOID =
        Pointwise.of(
            "logSigmoid",
            x -> Expression.where(x.lt(0), x.sub(x.exp().log1p()), x.neg().exp().log1p().neg()));

    private static final Pointwise GLU = Pointwise.of("glu", (x, gate) -> x.mul(gate.sigmoid()));
    private static final Pointwise THRESHOLD =
        Pointwise.of(
            "threshold",
            1,
            2,
            Expression.where(X.le(Expression.parameter(0)), Expression.parameter(1), X));

    /** Slope 0 within the bounds and at NaN. */
    private static final Pointwise HARDSHRINK =
        Pointwise.of(
            "hardshrink",
            1,
            1,
            Expression.where(
                X.gt(Expression.parameter(0)).or(X.lt(Expression.parameter(0).neg())),
                X,
                Expression.where(X.eq(X), ZERO, Expression.constant(Double.NaN))));

    /** Slope 0 within the bounds; NaN stays, with slope 1. */
    private static final Pointwise SOFTSHRINK =
        Pointwise.of(
            "softshrink",
            1,
            1,
            Expression.where(
                X.gt(Expression.parameter(0)),
                X.sub(Expression.parameter(0)),
                Expression.where(
                    X.lt(Expression.parameter(0).neg()),
                    X.add(Expression.parameter(0)),
                    X.mul(0))));

    private static final Pointwise TANHSHRINK = Pointwise.of("tanhshrink", x -> x.sub(x.tanh()));
    private static final Pointwise PRELU =
        Pointwise.of("prelu", (x, weight) -> Expression.where(x.gt(0), x, x.mul(weight)));

    private Definitions() {}

    /** Above the bound softplus is x, whose derivative does not overflow. */
    private static Expression mish(Expression x) {
      return x.mul(Expression.where(x.gt(20), x, x.exp().log1p()).tanh());
    }

    /** Slope 0 at the bounds and at NaN. */
    private static Expression between(Expression x, Expression low, Expression high) {
      return Expression.where(x.gt(low).and(x.lt(high)), x, outside(x, low, high));
    }

    /** The bound that was passed, NaN if there is none. */
    private static Expression outside(Expression x, Expression low, Expression high) {
      Expression nan = Expression.constant(Double.NaN);
      return Expression.where(x.le(low), low, Expression.where(x.ge(high), high, nan));
    }

    /** Times 0 rather than 0, so that infinity gives NaN. */
    private static Expression hardswish(Expression x) {
      Expression middle = x.mul(x.add(3)).div(6);
      return Expression.where(x.le(-3), x.mul(0), Expression.where(x.lt(3), middle, x));
    }

    private static Expression hardsigmoid(Expression x) {
      return between(x.add(3).div(6), ZERO, Expression.constant(1));
    }

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

  /** Returns {@code this * tanh(softplus(this))}. */
  default Variable mish() {
    return Definitions.MISH.apply(self());
  }

  /** Returns {@code this / (1 + |this|)}. */
  default Variable softsign() {
    return Definitions.SOFTSIGN.apply(self());
  }

  /** Returns the values limited to {@code [low, high]}; slope 0 at the bounds, unlike clamp. */
  default Variable hardtanh(double low, double high) {
    checkArgument(low <= high, "hardtanh: the bounds %s and %s are in the wrong order", low, high);
    return Definitions.HARDTANH.apply(self(), low, high);
  }

  /** Returns the values limited to {@code [0, 6]}; slope 0 at the bounds. */
  default Variable relu6() {
    return Definitions.RELU6.apply(self());
  }

  /** Returns {@code this * hardsigmoid(this)}. */
  default Variable hardswish() {
    return Definitions.HARDSWISH.apply(self());
  }

  /** Returns {@code this / 6 + 1 / 2} limited to {@code [0, 1]}; slope 0 at the bounds. */
  default Variable hardsigmoid() {
    return Definitions.HARDSIGMOID.apply(self());
  }

  /** Returns elu, scaled so that mean 0 and variance 1 are kept from layer to layer. */
  default Variable selu() {
    return Definitions.SELU.apply(self());
  }

  /** Returns {@code this} where positive, else {@code alpha (e^(this / alpha) - 1)}. */
  default Variable celu(double alpha) {
    checkArgument(alpha != 0, "celu: alpha must not be 0");
    return Definitions.CELU.apply(self(), alpha);
  }

  /** Returns {@code log(sigmoid(this))} without overflow. */
  default Variable logSigmoid() {
    return Definitions.LOG_SIGMOID.apply(self());
  }

  /**
   * Returns the first half along an axis, times sigmoid of the second.
   *
   * @throws IllegalArgumentException if the size of the axis is odd
   */
  default Variable glu(int axis) {
    Variable x = self();
    int at = x.shape().axis(axis, "glu");
    long half = x.size(at) / 2;
    checkArgument(2 * half == x.size(at), "glu: axis %s of %s cannot be halved", at, x.describe());
    return Definitions.GLU.apply(x.narrow(at, 0, half), x.narrow(at, half, half));
  }

  /** Returns {@code this} where it is above the threshold, else the value; slope 0 there. */
  default Variable threshold(double threshold, double value) {
    return Definitions.THRESHOLD.apply(self(), threshold, value);
  }

  /** Returns {@code this}, but 0 where it lies within {@code [-bound, bound]}. */
  default Variable hardshrink(double bound) {
    return Definitions.HARDSHRINK.apply(self(), bound);
  }

  /** Returns {@code this} moved towards 0 by the bound, 0 where it would pass it. */
  default Variable softshrink(double bound) {
    checkArgument(bound >= 0, "softshrink: the bound must not be negative, got %s", bound);
    return Definitions.SOFTSHRINK.apply(self(), bound);
  }

  /** Returns {@code this - tanh(this)}. */
  default Variable tanhshrink() {
    return Definitions.TANHSHRINK.apply(self());
  }

  /** Returns the softmax of the negated elements along an axis. */
  default Variable softmin(int axis) {
    return self().neg().softmax(axis);
  }

  /**
   * Returns {@code this} where positive, else {@code weight * this}.
   *
   * @param weight a scalar, or a vector of one element or one for each position along axis 1 (axis
   *     0 of a vector), the channels
   */
  default Variable prelu(Variable weight) {
    Variable x = self();
    boolean single = weight.elementCount() == 1;
    int channels = x.rank() > 1 ? (int) x.size(1) : 1;
    checkArgument(
        weight.dtype() == x.dtype()
            && weight.rank() <= 1
            && (single || weight.elementCount() == channels),
        "prelu: the weight must be %s and have one element, or one for each of the %s channels; got"
            + " operand and weight %s",
        x.dtype(),
        channels,
        Variable.describe(x, weight));
    long[] sizes = new long[x.rank()];
    Arrays.fill(sizes, 1);
    if (x.rank() > 1) {
      sizes[1] = weight.elementCount();
    }
    return Definitions.PRELU.apply(x, weight.reshape(sizes));
  }
}
