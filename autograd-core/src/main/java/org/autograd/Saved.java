package org.autograd;

import org.autograd.internal.storage.Storage;
import org.jspecify.annotations.Nullable;

/** A value kept for the backward pass, with the version that it had when it was kept. */
final class Saved {
  private @Nullable Variable variable;
  private final int version;

  Saved(Variable variable) {
    this.variable = variable;
    this.version = variable.data().storage().version();
  }

  /** Returns the value, unless it has been freed or changed in the meantime. */
  Variable get(Node owner) {
    return check(variable, version, owner);
  }

  /**
   * Returns a saved value, unless it has been freed or changed in the meantime.
   *
   * @param value null if it was freed
   * @param version what its storage had when it was saved
   */
  static Variable check(@Nullable Variable value, int version, Node owner) {
    if (value == null) {
      throw new IllegalStateException(
          of(owner)
              + "the values that it saved have been freed. Either backward() ran before over this"
              + " graph: pass BackwardOptions.retainGraph() to the earlier call. Or a part of an"
              + " earlier iteration's graph is still connected: detach() what is carried over");
    }
    int current = value.data().storage().version();
    if (current != version) {
      throw new IllegalStateException(
          of(owner)
              + "a value of "
              + value.describe()
              + " that it saved was changed in place afterwards (version "
              + version
              + " was saved, it is now "
              + current
              + "); use the out-of-place form of that operation, or copy() the value first");
    }
    return value;
  }

  private static String of(Node owner) {
    return "backward of "
        + owner.operation()
        + " with result "
        + owner.dtype()
        + owner.shape()
        + ": ";
  }

  boolean isIn(Storage storage) {
    Variable value = variable;
    return value != null && value.data().storage() == storage;
  }

  void release() {
    variable = null;
  }
}
