package org.autograd;

import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.autograd.internal.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * The way from an operation's result to one of its inputs, with the rule that turns the gradient of
 * the result into that of the input. A rule is written in Variable operations, so that it can
 * itself be differentiated, and gets what it needs of the forward pass handed back: what an edge is
 * given to save is what is saved. It may return a gradient of the broadcast shape; the engine sums
 * it to the input's.
 */
abstract class Edge {
  private static final Saved[] NOTHING = {};

  private final Node input;
  private final Saved[] saved;
  private @Nullable Node owner;

  Edge(Variable input, Saved[] saved) {
    this.input = input.requireNode();
    this.saved = saved;
  }

  /** A rule that needs two values of the forward pass. */
  @FunctionalInterface
  interface TernaryRule {
    Variable apply(Variable gradient, Variable first, Variable second);
  }

  /** Returns an edge whose rule needs the gradient only, or null if the input needs none. */
  static @Nullable Edge to(Variable input, UnaryOperator<Variable> rule) {
    if (!input.isRecorded()) {
      return null;
    }
    return new Edge(input, NOTHING) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g);
      }
    };
  }

  /** Returns an edge whose rule needs one value, or null if the input needs no gradient. */
  static @Nullable Edge to(Variable input, Variable value, BinaryOperator<Variable> rule) {
    if (!input.isRecorded()) {
      return null;
    }
    return new Edge(input, new Saved[] {new Saved(value)}) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g, value(0));
      }
    };
  }

  /** Returns an edge whose rule needs two values, or null if the input needs no gradient. */
  static @Nullable Edge to(Variable input, Variable first, Variable second, TernaryRule rule) {
    if (!input.isRecorded()) {
      return null;
    }
    return new Edge(input, new Saved[] {new Saved(first), new Saved(second)}) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g, value(0), value(1));
      }
    };
  }

  /** Returns an edge whose rule needs the operation's own result, or null as above. */
  static @Nullable Edge toWithResult(Variable input, BinaryOperator<Variable> rule) {
    if (!input.isRecorded()) {
      return null;
    }
    // The result does not exist yet; attach() fills it in.
    return new Edge(input, new Saved[1]) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g, value(0));
      }
    };
  }

  /** Returns the gradient of the input for a gradient of the result. */
  abstract Variable gradient(Variable g);

  /** Completes the edge once the operation's node and result exist. */
  final void attach(Node node, Variable result) {
    owner = node;
    for (int k = 0; k < saved.length; k++) {
      if (saved[k] == null) {
        saved[k] = new Saved(result);
      }
    }
  }

  /** Returns a saved value; throws if it was freed or changed. */
  final Variable value(int k) {
    return saved[k].get(java.util.Objects.requireNonNull(owner));
  }

  final Node input() {
    return input;
  }

  /** Returns whether a saved value lies in the storage. */
  final boolean saves(Storage storage) {
    for (Saved value : saved) {
      if (value.isIn(storage)) {
        return true;
      }
    }
    return false;
  }

  final void rest() {
    for (Saved value : saved) {
      value.rest();
    }
  }

  final void eachSaved(Consumer<Object> visitor) {
    for (Saved value : saved) {
      value.show(visitor);
    }
  }

  final void release() {
    for (Saved value : saved) {
      value.release();
    }
  }
}
