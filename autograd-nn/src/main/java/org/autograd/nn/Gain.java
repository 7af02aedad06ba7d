package org.autograd.nn;

/**
 * How much larger the weights before a nonlinear function must be for the signal to keep its
 * variance: PyTorch's {@code nn.init.calculate_gain}.
 */
public final class Gain {
  /** For no function, and for convolutions and sigmoid, as in PyTorch. */
  public static final double LINEAR = 1;

  /** For tanh. */
  public static final double TANH = 5.0 / 3;

  /** For ReLU, which halves the mean square. */
  public static final double RELU = Math.sqrt(2);

  /** For SELU. */
  public static final double SELU = 0.75;

  private Gain() {}

  /** Returns the gain for a leaky ReLU with the given slope below 0. */
  public static double leakyRelu(double slope) {
    return Math.sqrt(2 / (1 + slope * slope));
  }
}
