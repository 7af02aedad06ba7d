package org.autograd;

import org.autograd.internal.ndarray.NdArray;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/** A saved value in the form that hooks gave it. */
final class PackedValue {
  private final SavedValueHooks hooks;
  private final Object packed;

  /** The value's place in the graph, for a backward pass that is recorded. */
  private final @Nullable Node node;

  private final DType dtype;
  private final Shape shape;

  private PackedValue(SavedValueHooks hooks, Variable value) {
    this.hooks = hooks;
    this.packed = hooks.pack(value);
    this.node = value.requiresGrad() ? value.requireNode() : null;
    this.dtype = value.dtype();
    this.shape = value.shape();
  }

  /** Returns a value as it is to be kept: itself, or packed if there are hooks on this thread. */
  static Object of(Variable value) {
    SavedValueHooks hooks = GradMode.hooks();
    if (hooks != null) {
      return new PackedValue(hooks, value);
    }
    Profiler.saved(value);
    return value;
  }

  Variable unpack(Node owner) {
    Variable value = hooks.unpack(packed, owner);
    if (value.dtype() != dtype || !value.shape().equals(shape)) {
      throw new IllegalStateException(
          "backward of "
              + owner.operation()
              + ": it saved a value of "
              + dtype
              + shape
              + ", and got back, from a hook or a checkpoint, "
              + value.describe());
    }
    NdArray data = value.data();
    // Operations save what lies in order from the start of its array, and rely on it.
    boolean asSaved = data.layout().isContiguous() && data.layout().offset() == 0;
    return new Variable(asSaved ? data : data.copy(), node);
  }

  /** Notes that the operation is done with the value, and whether for good. */
  void done(boolean released) {
    hooks.done(packed, released);
  }
}
