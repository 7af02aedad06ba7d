package org.autograd;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Removes a hook when closed; PyTorch's {@code RemovableHandle}. */
public final class HookHandle implements AutoCloseable {
  private final Node node;

  /** What is called with the gradient of the node; null if this is for those of its inputs. */
  private final @Nullable UnaryOperator<@Nullable Variable> hook;

  private final @Nullable UnaryOperator<@Nullable List<@Nullable Variable>> inputHook;

  private HookHandle(
      Node node,
      @Nullable UnaryOperator<@Nullable Variable> hook,
      @Nullable UnaryOperator<@Nullable List<@Nullable Variable>> inputHook) {
    this.node = node;
    this.hook = hook;
    this.inputHook = inputHook;
  }

  /** Creates a hook that may replace the gradient of a node. */
  static HookHandle ofGradient(Node node, UnaryOperator<@Nullable Variable> hook) {
    return new HookHandle(node, hook, null);
  }

  /** Creates a hook that may replace what a node gives to its inputs. */
  static HookHandle ofInputGradients(
      Node node, UnaryOperator<@Nullable List<@Nullable Variable>> hook) {
    return new HookHandle(node, null, hook);
  }

  /** Creates a hook that keeps the gradient as it is. */
  static HookHandle of(Node node, Consumer<Variable> hook) {
    return ofGradient(
        node,
        variable -> {
          hook.accept(variable);
          return null;
        });
  }

  /** Returns whether this is for the gradients of the node's inputs. */
  boolean isForInputs() {
    return inputHook != null;
  }

  /** Returns what the hook makes of the gradients of the inputs, null to keep them. */
  @Nullable List<@Nullable Variable> applyToInputs(List<@Nullable Variable> gradients) {
    return inputHook == null ? null : inputHook.apply(gradients);
  }

  /** Returns what the hook makes of a gradient, null to keep it. */
  @Nullable Variable apply(Variable gradient) {
    return hook == null ? null : hook.apply(gradient);
  }

  /** Removes the hook; a second call does nothing. */
  @Override
  public void close() {
    node.removeHook(this);
  }
}
