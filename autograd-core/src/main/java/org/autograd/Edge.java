package org.autograd;

import java.util.List;
import java.util.Objects;
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

  /** Whether the last saved value is the result, which does not exist before the edge does. */
  private final boolean savesResult;

  private @Nullable Node owner;

  Edge(Node input, Saved... saved) {
    this.input = input;
    this.savesResult = saved.length > 0 && saved[saved.length - 1] == Saved.RESULT;
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
    return to(input.requireNode(), rule);
  }

  /** Returns an edge whose rule needs the gradient only. */
  static Edge to(Node input, UnaryOperator<Variable> rule) {
    return new Edge(input, NOTHING) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g);
      }
    };
  }

  /**
   * Returns an edge of a linear operation, or null if the input needs no gradient.
   *
   * @param rule the operation's transpose, from the gradient of the result to that of the input
   * @param forward the operation itself, from the tangent of the input to that of the result
   */
  static @Nullable Edge to(
      Variable input, UnaryOperator<Variable> rule, UnaryOperator<Variable> forward) {
    if (!input.isRecorded()) {
      return null;
    }
    return new Edge(input.requireNode(), NOTHING) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g);
      }

      @Override
      Variable tangent(Variable t, Variable result) {
        return forward.apply(t);
      }
    };
  }

  /**
   * Returns an edge of an operation that is linear in this input, or null if the input needs no
   * gradient.
   *
   * @param value what both rules need
   * @param rule from the gradient of the result to that of the input
   * @param forward from the tangent of the input to that of the result
   */
  static @Nullable Edge to(
      Variable input,
      Variable value,
      BinaryOperator<Variable> rule,
      BinaryOperator<Variable> forward) {
    if (!input.isRecorded()) {
      return null;
    }
    return new Edge(input.requireNode(), new Saved(value)) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g, value(0));
      }

      @Override
      Variable tangent(Variable t, Variable result) {
        return forward.apply(t, value(0));
      }
    };
  }

  /** Returns an edge whose rule needs one value, or null if the input needs no gradient. */
  static @Nullable Edge to(Variable input, Variable value, BinaryOperator<Variable> rule) {
    if (!input.isRecorded()) {
      return null;
    }
    return new Edge(input.requireNode(), new Saved(value)) {
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
    return new Edge(input.requireNode(), new Saved(first), new Saved(second)) {
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
    return new Edge(input.requireNode(), Saved.RESULT) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g, value(0));
      }
    };
  }

  /** Returns an edge whose rule needs one value and the operation's own result, or null. */
  static @Nullable Edge toWithResult(Variable input, Variable value, TernaryRule rule) {
    if (!input.isRecorded()) {
      return null;
    }
    return new Edge(input.requireNode(), new Saved(value), Saved.RESULT) {
      @Override
      Variable gradient(Variable g) {
        return rule.apply(g, value(0), value(1));
      }
    };
  }

  /** Returns the gradient of the input for a gradient of the result. */
  abstract Variable gradient(Variable g);

  /**
   * Returns the tangent of the result for a tangent of the input. The rule for gradients is linear,
   * and this is its transpose, which takes two calls of it; an edge that knows a shorter way
   * overrides this.
   */
  Variable tangent(Variable t, Variable result) {
    Variable u = Variable.zerosLike(result).requiresGrad(true);
    Variable pulled = gradient(u);
    Variable transposed =
        pulled.requiresGrad()
            ? BackwardPass.collect(
                List.of(pulled),
                List.of(t.to(pulled.dtype()).expand(pulled.shape().toArray())),
                List.of(u),
                BackwardOptions.createGraph())[0]
            : null;
    return transposed == null ? Variable.zerosLike(result) : transposed;
  }

  /** Completes the edge once the operation's node and result exist. */
  final void attach(Node node, Variable result) {
    owner = node;
    if (savesResult) {
      saved[saved.length - 1] = new Saved(result);
    }
  }

  /** Says whose edge this is, for errors. */
  final void setOwner(Node node) {
    owner = node;
  }

  /** Gives the rule the operation's result, if it needs it. */
  final void setResult(Saved result) {
    if (savesResult) {
      saved[saved.length - 1] = result;
    }
  }

  /** Returns a saved value; throws if it was freed or changed. */
  final Variable value(int k) {
    return saved[k].get(Objects.requireNonNull(owner));
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
