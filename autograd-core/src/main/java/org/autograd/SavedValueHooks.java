package org.autograd;

import java.util.function.Function;

/**
 * What is done to a value when an operation saves it for the backward pass, and when the pass asks
 * for it. A value keeps the hooks of the scope in which it was saved.
 */
interface SavedValueHooks {
  /**
   * Returns what is kept in place of a value.
   *
   * @param value the Variable that was saved, with its place in the graph; not to be kept
   */
  Object pack(Variable value);

  /**
   * Returns the value for what was kept; its place in the graph is restored by the caller.
   *
   * @param owner the operation that asks, for messages
   */
  Variable unpack(Object packed, Node owner);

  /**
   * Notes that the operation is done with a value, for now or for good.
   *
   * @param released whether it will not be asked for again
   */
  void done(Object packed, boolean released);

  /** A user's hooks. They see elements only, and nothing that they do is recorded. */
  static <T> SavedValueHooks of(Function<Variable, T> pack, Function<T, Variable> unpack) {
    return new SavedValueHooks() {
      @Override
      public Object pack(Variable value) {
        try (var _ = GradMode.set(false)) {
          return pack.apply(value.detach());
        }
      }

      @Override
      @SuppressWarnings("unchecked")
      public Variable unpack(Object packed, Node owner) {
        try (var _ = GradMode.set(false)) {
          // Only what pack returned comes here.
          return unpack.apply((T) packed);
        }
      }

      @Override
      public void done(Object packed, boolean released) {}
    };
  }
}
