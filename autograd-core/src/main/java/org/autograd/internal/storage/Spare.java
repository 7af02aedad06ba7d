package org.autograd.internal.storage;

import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * An array that nobody can see any more, lent to whatever this thread computes next. A new Java
 * array has to be filled with zeros and lies in no cache; for the gradient of a large weight that
 * costs as much as the optimizer's step.
 */
public final class Spare {
  private static final ThreadLocal<Spare> CURRENT = ThreadLocal.withInitial(Spare::new);

  private @Nullable Storage lent;

  private Spare() {}

  /** Lends an array until it is taken or {@link #withdraw}n. */
  public static void lend(Storage storage) {
    CURRENT.get().lent = storage;
  }

  /** Ends the loan. */
  public static void withdraw() {
    CURRENT.get().lent = null;
  }

  /** Returns the array that is lent under a new version, if it is one like that. */
  static @Nullable Storage take(DType dtype, int length) {
    Spare spare = CURRENT.get();
    Storage storage = spare.lent;
    if (storage == null || storage.dtype() != dtype || storage.length() != length) {
      return null;
    }
    spare.lent = null;
    return Storage.adopt(storage.array());
  }
}
