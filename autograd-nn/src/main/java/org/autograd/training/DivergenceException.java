package org.autograd.training;

/**
 * A training cannot go on because its loss is NaN or infinite. The parameters are those before the
 * batch that showed it; buffers that the forward pass changes, such as the running statistics of
 * {@code BatchNorm1d}, may have become NaN with it: go on from a checkpoint.
 */
public final class DivergenceException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** Creates an exception that says where, and what may help. */
  public DivergenceException(String message) {
    super(message);
  }
}
