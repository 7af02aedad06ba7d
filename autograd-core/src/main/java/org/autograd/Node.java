package org.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What the graph knows of a Variable that requires a gradient: a leaf, or the operation that
 * computed it with edges to its inputs. Nodes point towards inputs only, so a graph lives as long
 * as something computed with it does, and there is nothing else to free.
 */
final class Node {
  private static final Edge[] NO_EDGES = {};
  private static final AtomicLong CREATED = new AtomicLong();

  private final String operation;
  private final Shape shape;
  private final DType dtype;
  private final Edge[] edges;
  private final long sequence = CREATED.getAndIncrement();

  /** The Variable whose {@code grad} receives the gradient: a leaf, or a result that retains it. */
  private @Nullable Variable receiver;

  private volatile @Nullable List<HookHandle> hooks;

  private Node(String operation, Shape shape, DType dtype, Edge[] edges) {
    this.operation = operation;
    this.shape = shape;
    this.dtype = dtype;
    this.edges = edges;
  }

  /** Returns the node of a leaf that requires a gradient. */
  static Node leaf(Variable leaf) {
    Node node = new Node("leaf", leaf.shape(), leaf.dtype(), NO_EDGES);
    node.receiver = leaf;
    return node;
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
      return new Variable(data, null);
    }
    Edge[] kept = new Edge[count];
    int next = 0;
    for (Edge edge : edges) {
      if (edge != null) {
        kept[next++] = edge;
      }
    }
    Node node = new Node(operation, data.shape(), data.dtype(), kept);
    Variable result = new Variable(data, node);
    for (Edge edge : kept) {
      edge.attach(node, result);
    }
    return result;
  }

  String operation() {
    return operation;
  }

  Shape shape() {
    return shape;
  }

  DType dtype() {
    return dtype;
  }

  Edge[] edges() {
    return edges;
  }

  /** Returns a number that no other node has; a node's inputs have smaller ones. */
  long sequence() {
    return sequence;
  }

  boolean isLeaf() {
    return edges.length == 0;
  }

  @Nullable Variable receiver() {
    return receiver;
  }

  void retainFor(@Nullable Variable variable) {
    receiver = variable;
  }

  synchronized void addHook(HookHandle hook) {
    // Copied on write: a backward pass may be walking the list.
    List<HookHandle> copy = hooks == null ? new ArrayList<>() : new ArrayList<>(hooks);
    copy.add(hook);
    hooks = copy;
  }

  synchronized void removeHook(HookHandle hook) {
    if (hooks != null) {
      List<HookHandle> copy = new ArrayList<>(hooks);
      copy.remove(hook);
      hooks = copy.isEmpty() ? null : copy;
    }
  }

  boolean hasHooks() {
    return hooks != null;
  }

  /** Returns the gradient after all hooks, each of which may replace it. */
  Variable applyHooks(Variable gradient) {
    Variable result = gradient;
    List<HookHandle> current = hooks;
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

  /** Frees what the edges saved. */
  void release() {
    for (Edge edge : edges) {
      edge.release();
    }
  }

  @Override
  public String toString() {
    return operation + " " + dtype + shape + (isLeaf() ? "" : " of " + Arrays.asList(edges));
  }
}
