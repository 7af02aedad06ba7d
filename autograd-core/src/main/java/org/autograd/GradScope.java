package org.autograd;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of code in which operations are, or are not, recorded on this thread, or in which hooks
 * apply to the values that they save, or which is a part of a model. Closing it restores what was
 * before; scopes nest, and closing one twice does nothing.
 *
 * <pre>{@code
 * try (var _ = Autograd.noGrad()) {
 *   weight.sub_(weight.grad().mul(0.1));
 * }
 * }</pre>
 */
public final class GradScope implements AutoCloseable {
  /** Does nothing, on any thread. */
  static final GradScope NONE = new GradScope();

  private final @Nullable Thread owner;
  private final Runnable restore;
  private boolean closed;

  GradScope(Runnable restore) {
    this.owner = Thread.currentThread();
    this.restore = restore;
  }

  private GradScope() {
    this.owner = null;
    this.restore = () -> {};
    this.closed = true;
  }

  /**
   * Ends the scope.
   *
   * @throws IllegalStateException on a thread that did not open it
   */
  @Override
  public void close() {
    if (owner != null && Thread.currentThread() != owner) {
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
