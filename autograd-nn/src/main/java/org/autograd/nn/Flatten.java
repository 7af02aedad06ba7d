package org.autograd.nn;

import org.autograd.Variable;

/**
 * Joins axes, by default all but the first, which counts the examples: {@code [batch, 28, 28]}
 * becomes {@code [batch, 784]}. PyTorch's {@code nn.Flatten}.
 */
public final class Flatten extends UnaryModule {
  private final int start;
  private final int end;

  /** Creates the module that joins all axes but the first. */
  public Flatten() {
    this(1, -1);
  }

  /**
   * Creates a module that joins neighbouring axes.
   *
   * @param start the first of them; negative counts from the end
   * @param end the last of them
   */
  public Flatten(int start, int end) {
    this.start = start;
    this.end = end;
  }

  /** Returns the first of the axes that are joined. */
  public int start() {
    return start;
  }

  /** Returns the last of the axes that are joined. */
  public int end() {
    return end;
  }

  @Override
  protected Variable forward(Variable input) {
    if (start == 1 && input.rank() < 2) {
      throw new IllegalArgumentException(
          "the input " + describe(input) + " must have an axis of examples and at least one more");
    }
    return input.flatten(start, end);
  }

  @Override
  protected String settings() {
    return start == 1 && end == -1 ? "" : "start=" + start + ", end=" + end;
  }
}
