package org.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What the graph knows of a Variable that requires a gradient: a leaf, or the operation that
 * computed it and how the gradient goes on to its inputs. Nodes point towards inputs only, so a
 * graph lives as long as something computed with it does, and there is nothing else to free.
 */
abstract class Node {
  private static final AtomicLong CREATED = new AtomicLong();

  private final Shape shape;
  private final DType dtype;
  private final long sequence = CREATED.getAndIncrement();

  /** The Variable whose {@code grad} receives the gradient: a leaf, or a result that retains it. */
  private @Nullable Variable receiver;

  /** What few nodes have; one field, since nodes are many and their size counts. */
  private volatile @Nullable Extras extras;

  Node(NdArray data) {
    this.shape = data.shape();
    this.dtype = data.dtype();
    Origin origin = Origin.of(data);
    if (origin != null) {
      extras = new Extras(origin, null);
    }
  }

  /**
   * What few nodes have.
   *
   * @param origin where the operation was called, if somebody asked
   * @param hooks copied on write, since a backward pass may be walking the list; null for none
   */
  private record Extras(@Nullable Origin origin, @Nullable List<HookHandle> hooks) {}

  /** Returns the node of a leaf that requires a gradient. */
  static Leaf leaf(Variable leaf) {
    return new Leaf(leaf);
  }

  /**
   * Returns a result as a Variable, connected to the inputs from which a gradient is wanted.
   *
   * @param operation the name that errors and pictures show
   * @param data the result
   * @param edges one per input, null for an input that needs no gradient
   */
  static Variable record(String operation, NdArray data, @Nullable Edge... edges) {
    int count = 0;
    for (Edge edge : edges) {
      count += edge == null ? 0 : 1;
    }
    if (count == 0) {
      Profiler.computed(operation);
      return new Variable(data, null);
    }
    Edge[] kept = new Edge[count];
    int next = 0;
    for (Edge edge : edges) {
      if (edge != null) {
        kept[next++] = edge;
      }
    }
    Node node = new EdgeNode(operation, data, kept);
    if (ForwardMode.isOpen()) {
      return recordWithTangents(operation, data, node, kept);
    }
    Variable result = new Variable(data, node);
    for (Edge edge : kept) {
      edge.attach(node, result);
    }
    Profiler.computed(operation);
    return result;
  }

  private static Variable recordWithTangents(
      String operation, NdArray data, Node node, Edge[] edges) {
    List<Edge> connected = new ArrayList<>();
    for (Edge edge : edges) {
      edge.setOwner(node);
      if (edge.input().isConnected()) {
        connected.add(edge);
      }
    }
    Edge[] kept = connected.toArray(Edge[]::new);
    Node place = kept.length == 0 ? null : new EdgeNode(operation, data, kept);
    Variable result =
        ForwardMode.withTangents(
            (level, results, _) -> ForwardMode.tangent(level, edges, results[0]),
            new Variable(data, place))[0];
    if (place != null) {
      for (Edge edge : kept) {
        edge.attach(place, result);
      }
    }
    Profiler.computed(operation);
    return result;
  }

  /** Returns a result as a Variable with an edge and without tangents. */
  static Variable place(String operation, NdArray data, Edge edge) {
    Node node = new EdgeNode(operation, data, new Edge[] {edge});
    edge.setOwner(node);
    Profiler.computed(operation);
    return new Variable(data, edge.input().isConnected() ? node : null);
  }

  /** Returns an array as a Variable with the gradient of which that of a node is the same. */
  static Variable identity(String operation, NdArray data, Node input) {
    return new Variable(data, new EdgeNode(operation, data, new Edge[] {Edge.to(input, g -> g)}));
  }

  /** Returns the name of the operation. */
  abstract String operation();

  /** Returns the node whose rules compute the gradients of the inputs: this, nearly always. */
  Node computing() {
    return this;
  }

  /** Returns the number of inputs, 0 for a leaf. */
  abstract int inputCount();

  /** Returns the node of an input, null if it needs no gradient. */
  abstract @Nullable Node input(int k);

  /**
   * Delivers to each input that the pass wants the gradient that follows from this node's.
   *
   * @param gradient the complete gradient of this node's result; may be written over if the pass
   *     owns it
   */
  abstract void backward(Variable gradient, BackwardPass pass);

  /** Notes that a pass is done with the saved values, which another pass may ask for again. */
  abstract void rest();

  /** Frees the values that were saved for {@link #backward}. */
  abstract void release();

  /** Returns whether a backward pass gets anywhere from here: not where only tangents lead to. */
  boolean isConnected() {
    return true;
  }

  /** Returns whether this carries a tangent that nobody asks for any more. */
  boolean isOver() {
    return false;
  }

  /** Shows what is saved now: Variables, and {@link PackedValue}s where hooks gave another form. */
  void eachSaved(Consumer<Object> visitor) {}

  final Shape shape() {
    return shape;
  }

  final DType dtype() {
    return dtype;
  }

  /** Returns a number that no other node has; a node's inputs have smaller ones. */
  final long sequence() {
    return sequence;
  }

  final @Nullable Origin origin() {
    Extras current = extras;
    return current == null ? null : current.origin;
  }

  final boolean isLeaf() {
    return inputCount() == 0;
  }

  final @Nullable Variable receiver() {
    return receiver;
  }

  final void retainFor(@Nullable Variable variable) {
    receiver = variable;
  }

  final synchronized void addHook(HookHandle hook) {
    extras = new Extras(origin(), with(hooks(), hook));
  }

  synchronized void removeHook(HookHandle hook) {
    extras = new Extras(origin(), without(hooks(), hook));
  }

  private @Nullable List<HookHandle> hooks() {
    Extras current = extras;
    return current == null ? null : current.hooks;
  }

  private static List<HookHandle> with(@Nullable List<HookHandle> list, HookHandle hook) {
    List<HookHandle> copy = list == null ? new ArrayList<>() : new ArrayList<>(list);
    copy.add(hook);
    return copy;
  }

  private static @Nullable List<HookHandle> without(
      @Nullable List<HookHandle> list, HookHandle hook) {
    if (list == null) {
      return null;
    }
    List<HookHandle> copy = new ArrayList<>(list);
    copy.remove(hook);
    return copy.isEmpty() ? null : copy;
  }

  final boolean hasHooks() {
    return extras != null && hooks() != null;
  }

  /** Returns the hooks for what this node gives to its inputs. */
  final List<HookHandle> inputHooks() {
    List<HookHandle> current = hooks();
    return current == null ? List.of() : current.stream().filter(HookHandle::isForInputs).toList();
  }

  /** Returns the gradient after all hooks, each of which may replace it. */
  final Variable applyHooks(Variable gradient) {
    Variable result = gradient;
    List<HookHandle> current = hooks();
    if (current != null) {
      for (HookHandle hook : current) {
        Variable replaced = hook.apply(result);
        if (replaced != null) {
          if (!replaced.shape().equals(shape) || replaced.dtype() != dtype) {
            throw new IllegalStateException(
                "hook on "
                    + this
                    + ": returned a gradient of "
                    + replaced.describe()
                    + "; return one of the same shape and dtype, or null to keep it");
          }
          result = replaced;
        }
      }
    }
    return result;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public final int hashCode() {
    return Long.hashCode(sequence);
  }

  @Override
  public final String toString() {
    StringBuilder text = new StringBuilder(operation() + " " + dtype + shape);
    String separator = " of [";
    for (int k = 0; k < inputCount(); k++) {
      Node input = input(k);
      if (input != null) {
        text.append(separator).append(input.operation()).append(' ');
        text.append(input.dtype).append(input.shape);
        separator = ", ";
      }
    }
    return text.append(isLeaf() ? "" : "]").toString();
  }

  /** The node of a Variable that a user made. */
  static final class Leaf extends Node {
    /** Whether a user may hold the leaf's gradient; guarded by the lock on the leaf's data. */
    private boolean shown;

    private volatile @Nullable List<HookHandle> accumulationHooks;

    /** Whether this was an argument of a call that is over, so that no gradient of it is wanted. */
    private volatile boolean closed;

    private Leaf(Variable leaf) {
      super(leaf.data());
      retainFor(leaf);
    }

    synchronized void addAccumulationHook(HookHandle hook) {
      accumulationHooks = with(accumulationHooks, hook);
    }

    @Override
    synchronized void removeHook(HookHandle hook) {
      super.removeHook(hook);
      accumulationHooks = without(accumulationHooks, hook);
    }

    void runAccumulationHooks(Variable leaf) {
      List<HookHandle> current = accumulationHooks;
      if (current != null) {
        for (HookHandle hook : current) {
          hook.apply(leaf);
        }
      }
    }

    void close() {
      closed = true;
    }

    boolean isClosed() {
      return closed;
    }

    void setShown(boolean value) {
      shown = value;
    }

    boolean isShown() {
      return shown;
    }

    @Override
    String operation() {
      return "leaf";
    }

    @Override
    int inputCount() {
      return 0;
    }

    @Override
    Node input(int k) {
      throw new IndexOutOfBoundsException(k);
    }

    @Override
    void backward(Variable gradient, BackwardPass pass) {}

    @Override
    void rest() {}

    @Override
    void release() {}
  }

  /** The node of an operation whose rules are edges. */
  private static final class EdgeNode extends Node {
    private final String operation;
    private final Edge[] edges;

    EdgeNode(String operation, NdArray data, Edge[] edges) {
      super(data);
      this.operation = operation;
      this.edges = edges;
    }

    @Override
    String operation() {
      return operation;
    }

    @Override
    int inputCount() {
      return edges.length;
    }

    @Override
    Node input(int k) {
      return edges[k].input();
    }

    @Override
    void backward(Variable gradient, BackwardPass pass) {
      int last = edges.length - 1;
      while (last >= 0 && !pass.wants(edges[last].input())) {
        last--;
      }
      for (int k = 0; k <= last; k++) {
        Edge edge = edges[k];
        if (pass.wants(edge.input())) {
          Variable result = edge.gradient(gradient);
          pass.deliver(edge.input(), result, !edge.saves(result.array().storage()), k == last);
        }
      }
    }

    @Override
    void rest() {
      for (Edge edge : edges) {
        edge.rest();
      }
    }

    @Override
    void release() {
      for (Edge edge : edges) {
        edge.release();
      }
    }

    @Override
    void eachSaved(Consumer<Object> visitor) {
      for (Edge edge : edges) {
        edge.eachSaved(visitor);
      }
    }
  }
}
