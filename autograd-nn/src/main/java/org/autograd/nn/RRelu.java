package org.autograd.nn;

import org.autograd.Autograd;
import org.autograd.Variable;

/**
 * {@code x} where not negative, else {@code slope * x}: in training mode with a slope drawn for
 * each element from {@link Autograd#generator()}, uniformly in {@code [lower, upper)}; else with
 * their mean. PyTorch's {@code nn.RReLU}.
 */
public final class RRelu extends UnaryModule {
  private final double lower;
  private final double upper;

  /** Creates a module with slopes from 1/8 to 1/3. */
  public RRelu() {
    this(1.0 / 8, 1.0 / 3);
  }

  /**
   * Creates a module.
   *
   * @throws IllegalArgumentException if the bounds are in the wrong order
   */
  public RRelu(double lower, double upper) {
    if (!(lower <= upper)) {
      throw new IllegalArgumentException(
          "RRelu: lower=" + lower + " must not be above upper=" + upper);
    }
    this.lower = lower;
    this.upper = upper;
  }

  /** Returns the slope in evaluation mode, the mean of both bounds. */
  public double slope() {
    return (lower + upper) / 2;
  }

  @Override
  protected Variable forward(Variable input) {
    if (!isTraining()) {
      return input.leakyRelu(slope());
    }
    Variable unit = Variable.rand(Autograd.generator(), input.dtype(), input.shape().toArray());
    Variable slopes = unit.mul(upper - lower).add(lower);
    return Variable.where(input.lt(0), input.mul(slopes), input);
  }

  @Override
  protected String settings() {
    return "lower=" + lower + ", upper=" + upper;
  }
}
