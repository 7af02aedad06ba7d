package org.autograd.training;

/** A training cannot go on because its loss is NaN or infinite. */
public final class DivergenceException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** Creates an exception that says where, and what may help. */
  public DivergenceException(String message) {
    super(message);
  }
}
