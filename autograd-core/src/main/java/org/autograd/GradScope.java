package org.autograd;

/**
 * A stretch of code in which operations are, or are not, recorded on this thread. Closing it
 * restores what was before; scopes nest, and closing one twice does nothing.
 *
 * <pre>{@code
 * try (var _ = Autograd.noGrad()) {
 *   weight.sub_(weight.grad().mul(0.1));
 * }
 * }</pre>
 */
public final class GradScope implements AutoCloseable {
  private final GradMode mode;
  private final Thread owner = Thread.currentThread();
  private final boolean before;
  private boolean closed;

  GradScope(GradMode mode, boolean before) {
    this.mode = mode;
    this.before = before;
  }

  /**
   * Ends the scope.
   *
   * @throws IllegalStateException on a thread that did not open it
   */
  @Override
  public void close() {
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException(
          "GradScope: opened on thread "
              + owner.getName()
              + " and closed on "
              + Thread.currentThread().getName()
              + "; recording is switched for each thread by itself");
    }
    if (!closed) {
      closed = true;
      mode.restore(before);
    }
  }
}
