package org.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * Differentiation along with the computation, for {@link Functional#jvp}: while a level is open, a
 * Variable may carry a tangent, and each operation gives its result the tangent that follows from
 * those of its operands. No graph is kept for that. Levels nest; a tangent belongs to one level,
 * and is itself a value to which the outer levels apply.
 */
final class ForwardMode implements AutoCloseable {
  /** The number of open levels, so that without any, an operation costs no more. */
  private static final AtomicInteger OPEN = new AtomicInteger();

  private static final ThreadLocal<@Nullable ForwardMode> CURRENT = new ThreadLocal<>();

  private final @Nullable ForwardMode outer;
  private volatile boolean closed;

  private ForwardMode(@Nullable ForwardMode outer) {
    this.outer = outer;
  }

  /** Opens a level inside those that are open on this thread. */
  static ForwardMode open() {
    ForwardMode level = new ForwardMode(CURRENT.get());
    CURRENT.set(level);
    OPEN.incrementAndGet();
    return level;
  }

  @Override
  public void close() {
    closed = true;
    CURRENT.set(outer);
    OPEN.decrementAndGet();
  }

  /**
   * Returns whether there may be Variables with tangents, active or not, so that what leads to an
   * operand may be no graph.
   */
  static boolean isOpen() {
    return OPEN.get() != 0;
  }

  /** Returns whether operations of this thread compute tangents. */
  static boolean isActive() {
    return OPEN.get() != 0 && CURRENT.get() != null;
  }

  /** Returns a value with its tangent at this level. */
  Variable dual(Variable value, Variable tangent) {
    if (Vmap.isAnyMapped(value, tangent)) {
      return Vmap.applyToAll(physical -> dual(physical[0], physical[1]), value, tangent);
    }
    return new Variable(
        value.data().alias(value.data().layout()), new TangentNode(value, this, tangent));
  }

  /**
   * Gives leaves tangents at this level, and no graph, until the scope is closed. The leaves
   * themselves are changed, since whoever computes with them holds them already.
   */
  GradScope move(List<Variable> leaves, List<Variable> directions) {
    List<@Nullable Node> before = new ArrayList<>();
    for (int k = 0; k < leaves.size(); k++) {
      before.add(
          leaves
              .get(k)
              .exchangeNode(
                  new TangentNode(
                      leaves.get(k).detach(),
                      this,
                      directions.get(k).detach(),
                      Thread.currentThread())));
    }
    return new GradScope(() -> {
      for (int k = 0; k < before.size(); k++) {
        leaves.get(k).exchangeNode(before.get(k));
      }
    });
  }

  /** Returns a value's tangent at this level, null if it is constant here. */
  @Nullable Variable tangent(Variable value) {
    if (value.isMapped()) {
      return tangent(value.requiresGrad() ? value.requireNode() : null) == null
          ? null
          : Vmap.apply(physical -> Objects.requireNonNull(tangent(physical)), value);
    }
    return value.requiresGrad() ? tangent(value.requireNode()) : null;
  }

  private @Nullable Variable tangent(@Nullable Node node) {
    Node current = node;
    while (current instanceof TangentNode tangents) {
      if (tangents.level == this) {
        return tangents.tangent;
      }
      current = tangents.inner;
    }
    return null;
  }

  /** Returns a value without its tangent at this level, which is the innermost. */
  Variable primal(Variable value) {
    if (value.isMapped()) {
      return Vmap.apply(this::primal, value);
    }
    return value.requiresGrad()
            && value.requireNode() instanceof TangentNode node
            && node.level == this
        ? new Variable(value.plainData(), node.inner)
        : value;
  }

  /**
   * Returns a value with the same tangents and a place of its own in the graph, with respect to
   * which it can be differentiated.
   */
  static Variable argument(Variable value) {
    Node node = value.requireNode();
    NdArray data = value.data().alias(value.data().layout());
    Deque<TangentNode> tangents = new ArrayDeque<>();
    while (node instanceof TangentNode outside) {
      tangents.push(outside);
      node = outside.inner;
    }
    Variable result =
        node == null
            ? new Variable(data, null).requiresGrad(true)
            : Node.identity("argument", data, node);
    for (TangentNode tangent : tangents) {
      result = new Variable(data, new TangentNode(result, tangent.level, tangent.tangent));
    }
    return result;
  }

  /** Returns whether a level is open around the innermost one. */
  static boolean isNested() {
    ForwardMode current = CURRENT.get();
    return current != null && current.outer != null;
  }

  /** Notes that nobody can differentiate with respect to an argument any more. */
  static void closeLeaf(Node argument) {
    Node node = argument;
    while (node instanceof TangentNode tangents && tangents.inner != null) {
      node = tangents.inner;
    }
    if (node instanceof Node.Leaf leaf) {
      leaf.close();
    }
  }

  /** How a result's tangent follows from those of the operands. */
  @FunctionalInterface
  interface Rule {
    /**
     * Returns the tangent of a result at a level, null if it is constant there.
     *
     * @param results all results of the operation with their tangents at the outer levels
     * @param k which of them
     */
    @Nullable Variable apply(ForwardMode level, Variable[] results, int k);
  }

  /**
   * Returns an operation's results with the tangents that a rule gives them, one for each open
   * level.
   *
   * @param results at their place in the graph, or without one if only tangents lead to it
   */
  static Variable[] withTangents(Rule rule, Variable... results) {
    ForwardMode innermost = CURRENT.get();
    if (innermost == null) {
      return results;
    }
    Deque<ForwardMode> levels = new ArrayDeque<>();
    for (ForwardMode level = innermost; level != null; level = level.outer) {
      levels.push(level);
    }
    Variable[] complete = results;
    // A profiler counts the tangents for the operation whose they are.
    Mark mark = KernelMeter.start();
    if (mark != null) {
      mark.enclose();
    }
    try {
      for (ForwardMode level : levels) {
        // The rule is an ordinary computation, which only the levels outside this one see.
        CURRENT.set(level.outer);
        Variable[] next = complete.clone();
        for (int k = 0; k < next.length; k++) {
          Variable tangent = rule.apply(level, complete, k);
          if (tangent != null) {
            next[k] =
                new Variable(complete[k].data(), new TangentNode(complete[k], level, tangent));
          }
        }
        complete = next;
      }
    } finally {
      CURRENT.set(innermost);
      if (mark != null) {
        mark.open();
      }
    }
    KernelMeter.stop(mark);
    return complete;
  }

  /** Returns the tangent at a level of an operation with edges. */
  static @Nullable Variable tangent(ForwardMode level, Edge[] edges, Variable result) {
    Variable sum = null;
    for (Edge edge : edges) {
      Variable tangent = level.tangent(edge.input());
      if (tangent != null) {
        edge.setResult(Saved.asItIs(result));
        sum = plus(sum, edge.tangent(tangent, result));
      }
    }
    return sum;
  }

  /** Returns the tangent at a level of a pointwise operation. */
  static @Nullable Variable tangent(
      ForwardMode level,
      Pointwise function,
      Variable[] operands,
      double[] arguments,
      Variable result) {
    Variable sum = null;
    for (int k = 0; k < operands.length; k++) {
      Variable tangent = function.isMask(k) ? null : level.tangent(operands[k]);
      if (tangent == null) {
        continue;
      }
      // The Jacobian is diagonal, so what serves the gradient serves the tangent.
      Variable part =
          switch (function.derivative(k)) {
            case Pointwise.Identity() -> tangent;
            case Pointwise.Constant() -> null;
            case Pointwise.Function rule -> {
              Variable[] values = new Variable[rule.sourceCount() + 1];
              values[0] = tangent;
              for (int i = 1; i < values.length; i++) {
                int source = rule.source(i - 1);
                values[i] = source < operands.length ? operands[source] : result;
              }
              yield rule.operation().apply(values, arguments);
            }
          };
      if (part != null) {
        sum = plus(sum, fitting(part, result));
      }
    }
    return sum;
  }

  static Variable plus(@Nullable Variable sum, Variable tangent) {
    return sum == null ? tangent : sum.add(tangent);
  }

  /** Returns a tangent under the shape of the result, to which it broadcasts. */
  static Variable fitting(Variable tangent, Variable result) {
    return tangent.shape().equals(result.shape())
        ? tangent
        : tangent.expand(result.shape().toArray());
  }

  /** A value's tangent at one level, in front of its place in the graph or further tangents. */
  private static final class TangentNode extends Node {
    private final ForwardMode level;
    private final Variable tangent;
    private final @Nullable Node inner;

    /** Who moves the leaf that this is the node of for a time; null for any other. */
    private final @Nullable Thread mover;

    TangentNode(Variable value, ForwardMode level, Variable tangent) {
      this(value, level, tangent, null);
    }

    TangentNode(Variable value, ForwardMode level, Variable tangent, @Nullable Thread mover) {
      super(value.data());
      this.level = level;
      this.tangent = tangent;
      this.inner = value.requiresGrad() ? value.requireNode() : null;
      this.mover = mover;
    }

    @Override
    boolean isConnected() {
      if (mover != null && mover != Thread.currentThread()) {
        throw new IllegalStateException(
            "a leaf "
                + dtype()
                + shape()
                + " is used here while Functional.jvp moves it in "
                + mover
                + "; let one wait for the other, or give each thread a model of its own");
      }
      return inner != null && inner.isConnected();
    }

    @Override
    boolean isOver() {
      return level.closed;
    }

    @Override
    String operation() {
      return inner == null ? "dual" : inner.operation();
    }

    @Override
    int inputCount() {
      return 1;
    }

    @Override
    @Nullable Node input(int k) {
      return inner;
    }

    @Override
    void backward(Variable gradient, BackwardPass pass) {
      Node input = inner;
      if (input != null && pass.wants(input)) {
        pass.deliver(input, gradient, true, true);
      }
    }

    @Override
    void rest() {}

    @Override
    void release() {}
  }
}
