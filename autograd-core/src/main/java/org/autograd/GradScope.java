package org.autograd;

/**
 * A stretch of code in which operations are, or are not, recorded on this thread. Closing it
 * restores what was before; scopes nest.
 *
 * <pre>{@code
 * try (var _ = Autograd.noGrad()) {
 *   weight.sub_(weight.grad().mul(0.1));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface GradScope extends AutoCloseable {
  /** Ends the scope. Call it on the thread that opened it. */
  @Override
  void close();
}
