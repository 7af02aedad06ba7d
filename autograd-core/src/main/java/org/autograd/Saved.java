package org.autograd;

import java.util.function.Consumer;
import org.autograd.internal.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A value kept for the backward pass: a Variable with the version that it had when it was kept, or
 * whatever hooks made of it.
 */
final class Saved {
  /** Stands for an operation's own result, until there is one. */
  static final Saved RESULT = new Saved();

  /** A Variable or a {@link PackedValue}; null once freed. */
  private @Nullable Object value;

  private final int version;

  private Saved() {
    this.version = 0;
  }

  /** Saves a value, in the form that the hooks of this thread give it. */
  Saved(Variable variable) {
    this(variable, PackedValue.of(variable));
  }

  private Saved(Variable variable, Object value) {
    this.value = value;
    this.version = variable.data().storage().version();
  }

  /** Saves a value past all hooks. */
  static Saved asItIs(Variable variable) {
    return new Saved(variable, variable);
  }

  /** Returns the value, unless it has been freed or changed in the meantime. */
  Variable get(Node owner) {
    return check(value, version, owner);
  }

  /**
   * Returns a saved value, unless it has been freed or changed in the meantime. What hooks gave
   * back has no version to compare.
   *
   * @param value a Variable or a {@link PackedValue}; null if it was freed
   * @param version what its storage had when it was saved
   */
  static Variable check(@Nullable Object value, int version, Node owner) {
    if (value instanceof Variable variable) {
      int current = variable.data().storage().version();
      if (current == version) {
        return variable;
      }
      throw new IllegalStateException(
          of(owner)
              + "a value of "
              + variable.describe()
              + " that it saved was changed in place afterwards (version "
              + version
              + " was saved, it is now "
              + current
              + "); use the out-of-place form of that operation, or copy() the value first");
    }
    if (value instanceof PackedValue packed) {
      return packed.unpack(owner);
    }
    throw new IllegalStateException(
        of(owner)
            + "the values that it saved have been freed. Either backward() ran before over this"
            + " graph: pass BackwardOptions.retainGraph() to the earlier call. Or a part of an"
            + " earlier iteration's graph is still connected: detach() what is carried over");
  }

  private static String of(Node owner) {
    return "backward of "
        + owner.operation()
        + " with result "
        + owner.dtype()
        + owner.shape()
        + ": ";
  }

  /** Returns whether the value lies, or may lie, in the storage. */
  boolean isIn(Storage storage) {
    // Hooks may give back the same array each time.
    return value instanceof Variable variable
        ? variable.data().storage() == storage
        : value != null;
  }

  /** Shows the value as it is kept, unless it is freed. */
  void show(Consumer<Object> visitor) {
    Object current = value;
    if (current != null) {
      visitor.accept(current);
    }
  }

  /** Returns whether {@link #get} would find that the value was changed. */
  boolean isChanged() {
    return value instanceof Variable variable && variable.data().storage().version() != version;
  }

  /** Notes that the value is not needed any more until it is asked for again. */
  void rest() {
    if (value instanceof PackedValue packed) {
      packed.done(false);
    }
  }

  void release() {
    Object before = value;
    value = null;
    if (before instanceof PackedValue packed) {
      packed.done(true);
    }
  }
}
