package org.autograd.nn;

/** A hook of a module, which is removed when this is closed; PyTorch's {@code RemovableHandle}. */
public final class ModuleHook implements AutoCloseable {
  private final Runnable removal;

  ModuleHook(Runnable removal) {
    this.removal = removal;
  }

  /** Removes the hook; a second call does nothing. */
  @Override
  public void close() {
    removal.run();
  }
}
