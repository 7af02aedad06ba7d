package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Variable;
import org.autograd.type.Shape;

/**
 * Cuts an axis into several: of axis 1 and sizes {@code [3, 4]}, {@code [batch, 12]} becomes {@code
 * [batch, 3, 4]}. One size may be -1 for what is left. PyTorch's {@code nn.Unflatten}.
 */
public final class Unflatten extends UnaryModule {
  private final int axis;
  private final long[] sizes;

  /** Creates the module. */
  public Unflatten(int axis, long... sizes) {
    this.axis = axis;
    this.sizes = sizes.clone();
    if (sizes.length == 0) {
      throw new IllegalArgumentException("Unflatten: needs at least one size");
    }
  }

  /** Returns the axis that is cut. */
  public int axis() {
    return axis;
  }

  /** Returns the sizes of its parts, of which one may be -1. */
  public long[] sizes() {
    return sizes.clone();
  }

  @Override
  protected Variable forward(Variable input) {
    int at = input.shape().axis(axis, "unflatten");
    Shape shape = input.shape();
    long[] result = new long[shape.rank() - 1 + sizes.length];
    long product = 1;
    boolean open = false;
    for (long size : sizes) {
      product *= size == -1 ? 1 : size;
      open |= size == -1;
    }
    long length = shape.size(at);
    if (open ? product < 1 || length % product != 0 : product != length) {
      throw new IllegalArgumentException(
          "axis "
              + axis
              + " of the input "
              + describe(input)
              + " cannot be cut into "
              + settings());
    }
    for (int k = 0; k < result.length; k++) {
      if (k < at) {
        result[k] = shape.size(k);
      } else if (k < at + sizes.length) {
        result[k] = sizes[k - at] == -1 ? length / product : sizes[k - at];
      } else {
        result[k] = shape.size(k - sizes.length + 1);
      }
    }
    return input.reshape(result);
  }

  @Override
  protected String settings() {
    return "axis=" + axis + ", sizes=" + Arrays.toString(sizes);
  }
}
