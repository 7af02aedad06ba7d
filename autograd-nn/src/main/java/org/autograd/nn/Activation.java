package org.autograd.nn;

import com.google.common.primitives.Doubles;
import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * A function without parameters as a module, to stand between layers. The same object may stand in
 * several places.
 */
public final class Activation extends UnaryModule {
  private static final Expression X = Expression.input(0);
  private static final Expression BOUND = Expression.parameter(0);

  /** Zero in the middle rather than x outside, so that NaN passes. */
  private static final Pointwise HARDSHRINK =
      Pointwise.of(
          "hardshrink", 1, 1, Expression.where(X.abs().le(BOUND), Expression.constant(0), X));

  /** Times 0 rather than 0, so that NaN passes. */
  private static final Pointwise SOFTSHRINK =
      Pointwise.of(
          "softshrink",
          1,
          1,
          Expression.where(
              X.gt(BOUND),
              X.sub(BOUND),
              Expression.where(X.lt(BOUND.neg()), X.add(BOUND), X.mul(0))));

  private static final Pointwise TANHSHRINK = Pointwise.of("tanhshrink", x -> x.sub(x.tanh()));

  // Those that can be written over what a layer has computed.
  private static final Pointwise RELU =
      Pointwise.of("relu", x -> Expression.where(x.le(0), Expression.constant(0), x));
  private static final Pointwise TANH = Pointwise.of("tanh", x -> x.tanh());
  private static final Pointwise SIGMOID = Pointwise.of("sigmoid", x -> x.sigmoid());

  private final String label;
  private final String settings;
  private final UnaryOperator<Variable> function;
  private final UnaryOperator<Variable> over;

  /** What distinguishes functions of this class: a label may be anything. */
  private final boolean known;

  private final List<Double> arguments;

  private Activation(
      String label,
      String settings,
      UnaryOperator<Variable> function,
      UnaryOperator<Variable> over,
      boolean known,
      double... arguments) {
    this.label = label;
    this.settings = settings;
    this.function = function;
    this.over = over;
    this.known = known;
    this.arguments = List.copyOf(Doubles.asList(arguments));
  }

  private static Activation known(String label, UnaryOperator<Variable> function) {
    return known(label, "", function);
  }

  private static Activation known(String label, Pointwise function) {
    return new Activation(label, "", function::apply, function::applyOver, true);
  }

  private static Activation known(
      String label, String settings, UnaryOperator<Variable> function, double... arguments) {
    return new Activation(label, settings, function, function, true, arguments);
  }

  /**
   * Returns any function as a module.
   *
   * @param label what errors and {@link #toString} call it
   */
  public static Activation of(String label, UnaryOperator<Variable> function) {
    return new Activation(label, "", function, function, false);
  }

  /** Returns {@code max(x, 0)}; PyTorch's {@code nn.ReLU}. */
  public static Activation relu() {
    return known("Relu", RELU);
  }

  /** Returns {@code x} where positive, else {@code 0.01 x}; PyTorch's {@code nn.LeakyReLU}. */
  public static Activation leakyRelu() {
    return leakyRelu(0.01);
  }

  /** Returns {@code x} where positive, else {@code slope * x}. */
  public static Activation leakyRelu(double slope) {
    return known("LeakyRelu", "slope=" + slope, x -> x.leakyRelu(slope), slope);
  }

  /** Returns {@code x} where positive, else {@code e^x - 1}; PyTorch's {@code nn.ELU}. */
  public static Activation elu() {
    return elu(1);
  }

  /** Returns {@code x} where positive, else {@code alpha (e^x - 1)}. */
  public static Activation elu(double alpha) {
    return known("Elu", "alpha=" + alpha, x -> x.elu(alpha), alpha);
  }

  /** Returns {@code x Phi(x)} through erf; PyTorch's {@code nn.GELU}. */
  public static Activation gelu() {
    return known("Gelu", x -> x.gelu());
  }

  /** Returns the approximation of {@link #gelu} through tanh. */
  public static Activation geluTanh() {
    return known("GeluTanh", x -> x.geluTanh());
  }

  /** Returns {@code x sigmoid(x)}, also known as swish; PyTorch's {@code nn.SiLU}. */
  public static Activation silu() {
    return known("Silu", x -> x.silu());
  }

  /** Returns {@code log(1 + e^x)}; PyTorch's {@code nn.Softplus}. */
  public static Activation softplus() {
    return known("Softplus", x -> x.softplus());
  }

  /** Returns {@code 1 / (1 + e^-x)}; PyTorch's {@code nn.Sigmoid}. */
  public static Activation sigmoid() {
    return known("Sigmoid", SIGMOID);
  }

  /** Returns the hyperbolic tangent; PyTorch's {@code nn.Tanh}. */
  public static Activation tanh() {
    return known("Tanh", TANH);
  }

  /** Returns {@code e^x / sum(e^x)} along an axis; PyTorch's {@code nn.Softmax}. */
  public static Activation softmax(int axis) {
    return known("Softmax", "axis=" + axis, x -> x.softmax(axis), axis);
  }

  /** Returns the logarithm of {@link #softmax}; PyTorch's {@code nn.LogSoftmax}. */
  public static Activation logSoftmax(int axis) {
    return known("LogSoftmax", "axis=" + axis, x -> x.logSoftmax(axis), axis);
  }

  /** Returns {@code e^-x / sum(e^-x)} along an axis; PyTorch's {@code nn.Softmin}. */
  public static Activation softmin(int axis) {
    return known("Softmin", "axis=" + axis, x -> x.neg().softmax(axis), axis);
  }

  /**
   * Returns {@link #softmax} along the channels of images {@code [batch, channels, height, width]}
   * or {@code [channels, height, width]}; PyTorch's {@code nn.Softmax2d}.
   */
  public static Activation softmax2d() {
    return known(
        "Softmax2d",
        x -> {
          if (x.rank() != 3 && x.rank() != 4) {
            throw new IllegalArgumentException(
                "the input "
                    + describe(x)
                    + " must be [batch, channels, height, width] or [channels, height, width]");
          }
          return x.softmax(-3);
        });
  }

  /** Returns {@link #softplus} with another sharpness and bound; PyTorch's {@code nn.Softplus}. */
  public static Activation softplus(double beta, double threshold) {
    return known(
        "Softplus",
        "beta=" + beta + ", threshold=" + threshold,
        x -> x.softplus(beta, threshold),
        beta,
        threshold);
  }

  /** Returns {@code log(1 / (1 + e^-x))}; PyTorch's {@code nn.LogSigmoid}. */
  public static Activation logSigmoid() {
    return known("LogSigmoid", x -> x.logSigmoid());
  }

  /** Returns {@code x tanh(softplus(x))}; PyTorch's {@code nn.Mish}. */
  public static Activation mish() {
    return known("Mish", x -> x.mish());
  }

  /** Returns {@code x / (1 + |x|)}; PyTorch's {@code nn.Softsign}. */
  public static Activation softsign() {
    return known("Softsign", x -> x.softsign());
  }

  /** Returns {@code x - tanh(x)}; PyTorch's {@code nn.Tanhshrink}. */
  public static Activation tanhshrink() {
    return known("Tanhshrink", TANHSHRINK::apply);
  }

  /** Returns {@code x} where {@code |x| > 0.5}, else 0; PyTorch's {@code nn.Hardshrink}. */
  public static Activation hardshrink() {
    return hardshrink(0.5);
  }

  /** Returns {@code x} where its absolute value exceeds the bound, else 0. */
  public static Activation hardshrink(double bound) {
    return known("Hardshrink", "bound=" + bound, x -> HARDSHRINK.apply(x, bound), bound);
  }

  /** Returns {@code x} moved towards 0 by 0.5; PyTorch's {@code nn.Softshrink}. */
  public static Activation softshrink() {
    return softshrink(0.5);
  }

  /**
   * Returns {@code x} moved towards 0 by a bound, and not beyond.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public static Activation softshrink(double bound) {
    if (!(bound >= 0)) {
      throw new IllegalArgumentException(
          "softshrink: the bound must not be negative, got " + bound);
    }
    return known("Softshrink", "bound=" + bound, x -> SOFTSHRINK.apply(x, bound), bound);
  }

  /** Returns {@code x} limited to {@code [-1, 1]}; PyTorch's {@code nn.Hardtanh}. */
  public static Activation hardtanh() {
    return hardtanh(-1, 1);
  }

  /** Returns {@code x} limited to {@code [low, high]}. */
  public static Activation hardtanh(double low, double high) {
    return known(
        "Hardtanh", "low=" + low + ", high=" + high, x -> x.hardtanh(low, high), low, high);
  }

  /** Returns {@code x / 6 + 1 / 2} limited to {@code [0, 1]}; PyTorch's {@code nn.Hardsigmoid}. */
  public static Activation hardsigmoid() {
    return known("Hardsigmoid", x -> x.hardsigmoid());
  }

  /** Returns {@code x} times {@link #hardsigmoid}; PyTorch's {@code nn.Hardswish}. */
  public static Activation hardswish() {
    return known("Hardswish", x -> x.hardswish());
  }

  /** Returns {@code x} limited to {@code [0, 6]}; PyTorch's {@code nn.ReLU6}. */
  public static Activation relu6() {
    return known("Relu6", x -> x.relu6());
  }

  /** Returns {@link #elu}, scaled to keep mean 0 and variance 1; PyTorch's {@code nn.SELU}. */
  public static Activation selu() {
    return known("Selu", x -> x.selu());
  }

  /** Returns {@code x} where positive, else {@code e^x - 1}; PyTorch's {@code nn.CELU}. */
  public static Activation celu() {
    return celu(1);
  }

  /** Returns {@code x} where positive, else {@code alpha (e^(x / alpha) - 1)}. */
  public static Activation celu(double alpha) {
    return known("Celu", "alpha=" + alpha, x -> x.celu(alpha), alpha);
  }

  /** Returns the first half along an axis times sigmoid of the second; PyTorch's {@code nn.GLU}. */
  public static Activation glu(int axis) {
    return known("Glu", "axis=" + axis, x -> x.glu(axis), axis);
  }

  /** Returns {@code x} above the threshold, else the value; PyTorch's {@code nn.Threshold}. */
  public static Activation threshold(double threshold, double value) {
    return known(
        "Threshold",
        "threshold=" + threshold + ", value=" + value,
        x -> x.threshold(threshold, value),
        threshold,
        value);
  }

  /** Returns the input itself; PyTorch's {@code nn.Identity}. */
  public static Activation identity() {
    return known("Identity", x -> x);
  }

  /**
   * Returns which function of this class this is, by the name of its method, for example {@code
   * leakyRelu}; "" for one that was given to {@link #of}.
   */
  public String kind() {
    return known ? Character.toLowerCase(label.charAt(0)) + label.substring(1) : "";
  }

  /** Returns the numbers that the method was given or has as defaults, in its order. */
  public List<Double> arguments() {
    return arguments;
  }

  /**
   * Returns what layers make of an input, one after the other. An activation is written over the
   * result of a layer before it, if nobody else sees that.
   */
  static Variable chain(Iterable<? extends UnaryModule> layers, Variable input) {
    Variable result = input;
    UnaryModule before = null;
    for (UnaryModule layer : layers) {
      result =
          layer instanceof Activation activation
              ? activation.after(before, result)
              : layer.apply(result);
      before = layer;
    }
    return result;
  }

  /** Returns this function of what a layer has computed; null if that is the user's. */
  private Variable after(@Nullable UnaryModule layer, Variable result) {
    boolean fresh = layer instanceof Linear || layer instanceof Convolution;
    if (layer == null || !fresh || layer.hasHooks() || hasHooks()) {
      return apply(result);
    }
    try (var _ = scope()) {
      return over.apply(result);
    }
  }

  @Override
  protected Variable forward(Variable input) {
    return function.apply(input);
  }

  @Override
  protected String label() {
    return label;
  }

  @Override
  protected String settings() {
    return settings;
  }
}
