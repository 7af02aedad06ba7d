package org.autograd;

/**
 * A stretch of code in which operations are, or are not, recorded on this thread, or in which hooks
 * apply to the values that they save. Closing it restores what was before; scopes nest, and closing
 * one twice does nothing.
 *
 * <pre>{@code
 * try (var _ = Autograd.noGrad()) {
 *   weight.sub_(weight.grad().mul(0.1));
 * }
 * }</pre>
 */
public final class GradScope implements AutoCloseable {
  private final Thread owner = Thread.currentThread();
  private final Runnable restore;
  private boolean closed;

  GradScope(Runnable restore) {
    this.restore = restore;
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
      restore.run();
    }
  }
}
