package org.autograd.nn;

import java.util.function.UnaryOperator;
import org.autograd.Variable;

/**
 * A function without parameters as a module, to stand between layers. The same object may stand in
 * several places.
 */
public final class Activation extends UnaryModule {
  private final String label;
  private final String settings;
  private final UnaryOperator<Variable> function;

  private Activation(String label, String settings, UnaryOperator<Variable> function) {
    this.label = label;
    this.settings = settings;
    this.function = function;
  }

  /**
   * Returns any function as a module.
   *
   * @param label what errors and {@link #toString} call it
   */
  public static Activation of(String label, UnaryOperator<Variable> function) {
    return new Activation(label, "", function);
  }

  /** Returns {@code max(x, 0)}; PyTorch's {@code nn.ReLU}. */
  public static Activation relu() {
    return of("Relu", x -> x.relu());
  }

  /** Returns {@code x} where positive, else {@code 0.01 x}; PyTorch's {@code nn.LeakyReLU}. */
  public static Activation leakyRelu() {
    return leakyRelu(0.01);
  }

  /** Returns {@code x} where positive, else {@code slope * x}. */
  public static Activation leakyRelu(double slope) {
    return new Activation("LeakyRelu", "slope=" + slope, x -> x.leakyRelu(slope));
  }

  /** Returns {@code x} where positive, else {@code e^x - 1}; PyTorch's {@code nn.ELU}. */
  public static Activation elu() {
    return elu(1);
  }

  /** Returns {@code x} where positive, else {@code alpha (e^x - 1)}. */
  public static Activation elu(double alpha) {
    return new Activation("Elu", "alpha=" + alpha, x -> x.elu(alpha));
  }

  /** Returns {@code x Phi(x)} through erf; PyTorch's {@code nn.GELU}. */
  public static Activation gelu() {
    return of("Gelu", x -> x.gelu());
  }

  /** Returns the approximation of {@link #gelu} through tanh. */
  public static Activation geluTanh() {
    return of("GeluTanh", x -> x.geluTanh());
  }

  /** Returns {@code x sigmoid(x)}, also known as swish; PyTorch's {@code nn.SiLU}. */
  public static Activation silu() {
    return of("Silu", x -> x.silu());
  }

  /** Returns {@code log(1 + e^x)}; PyTorch's {@code nn.Softplus}. */
  public static Activation softplus() {
    return of("Softplus", x -> x.softplus());
  }

  /** Returns {@code 1 / (1 + e^-x)}; PyTorch's {@code nn.Sigmoid}. */
  public static Activation sigmoid() {
    return of("Sigmoid", x -> x.sigmoid());
  }

  /** Returns the hyperbolic tangent; PyTorch's {@code nn.Tanh}. */
  public static Activation tanh() {
    return of("Tanh", x -> x.tanh());
  }

  /** Returns {@code e^x / sum(e^x)} along an axis; PyTorch's {@code nn.Softmax}. */
  public static Activation softmax(int axis) {
    return new Activation("Softmax", "axis=" + axis, x -> x.softmax(axis));
  }

  /** Returns the logarithm of {@link #softmax}; PyTorch's {@code nn.LogSoftmax}. */
  public static Activation logSoftmax(int axis) {
    return new Activation("LogSoftmax", "axis=" + axis, x -> x.logSoftmax(axis));
  }

  /** Returns the input itself; PyTorch's {@code nn.Identity}. */
  public static Activation identity() {
    return of("Identity", x -> x);
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
