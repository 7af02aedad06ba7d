package org.autograd.data;

/** An example could not be made; the message says which one, and the cause why. */
public final class ExampleException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int index;

  ExampleException(Dataset dataset, int index, RuntimeException cause) {
    super("example " + index + " of " + dataset + ": " + cause.getMessage(), cause);
    this.index = index;
  }

  /** Returns the position of the example in the data set that the message names. */
  public int index() {
    return index;
  }
}
