package org.autograd.nn;

import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * {@code x} where positive, else {@code weight * x}, with a slope that is learned. PyTorch's {@code
 * nn.PReLU}, with its parameter {@code weight}, initially 0.25.
 */
public final class PRelu extends UnaryModule {
  private final Variable weight;

  /** Creates a float32 module with one slope for all elements. */
  public PRelu() {
    this(1, 0.25, DType.FLOAT32);
  }

  /**
   * Creates a module.
   *
   * @param slopes 1, or the size of axis 1 of the input for a slope of each channel
   * @param initial all slopes' first value
   * @param dtype float32 or float64
   */
  public PRelu(long slopes, double initial, DType dtype) {
    if (slopes < 1 || !dtype.isFloating()) {
      throw new IllegalArgumentException(
          "PRelu: slopes must be positive and the dtype floating, got " + slopes + " and " + dtype);
    }
    weight = parameter("weight", Variable.full(dtype, initial, slopes));
  }

  /** Returns the slopes, of shape {@code [slopes]}. */
  public Variable weight() {
    return current(weight);
  }

  @Override
  protected Variable forward(Variable input) {
    return input.prelu(current(weight));
  }

  @Override
  protected String settings() {
    return "slopes=" + weight.elementCount();
  }
}
