package org.autograd;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Removes a hook when closed; PyTorch's {@code RemovableHandle}. */
public final class HookHandle implements AutoCloseable {
  private final Node node;
  private final UnaryOperator<@Nullable Variable> hook;

  HookHandle(Node node, UnaryOperator<@Nullable Variable> hook) {
    this.node = node;
    this.hook = hook;
  }

  /** Creates a hook that keeps the gradient as it is. */
  static HookHandle of(Node node, Consumer<Variable> hook) {
    return new HookHandle(
        node,
        variable -> {
          hook.accept(variable);
          return null;
        });
  }

  /** Returns what the hook makes of a gradient, null to keep it. */
  @Nullable Variable apply(Variable gradient) {
    return hook.apply(gradient);
  }

  /** Removes the hook; a second call does nothing. */
  @Override
  public void close() {
    node.removeHook(this);
  }
}
