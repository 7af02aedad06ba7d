package org.autograd;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that a walk from results to leaves has reached and not yet visited, the youngest first.
 * An input is always older than what was computed from it, so when a node's turn comes everything
 * that can add to its gradient has had its own: no counting of edges, and no more memory than the
 * walk's front needs.
 *
 * <p>A heap of sequence numbers gives the order, a hash table with linear probing the node.
 */
final class Frontier {
  private long[] heap = new long[16];
  private int size;

  /** Where a node stands follows from its sequence; the next free place is taken. */
  private @Nullable Node[] nodes = new Node[32];

  private @Nullable Variable[] gradients = new Variable[32];

  /** Whether a gradient's array belongs to the pass alone. */
  private boolean[] owned = new boolean[32];

  private @Nullable Variable polledGradient;
  private boolean polledOwned;

  /** Returns where a node stands, or where it would be put. */
  private int place(Node node) {
    int mask = nodes.length - 1;
    int place = (int) node.sequence() & mask;
    while (nodes[place] != null && nodes[place] != node) {
      place = (place + 1) & mask;
    }
    return place;
  }

  /** Adds a node unless it is there, and returns a number for it that is good until the next. */
  int enter(Node node) {
    int place = place(node);
    if (nodes[place] == null) {
      if (2 * size >= nodes.length) {
        grow();
        place = place(node);
      }
      nodes[place] = node;
      push(node.sequence());
    }
    return place;
  }

  @Nullable Variable gradient(int place) {
    return gradients[place];
  }

  boolean isOwned(int place) {
    return owned[place];
  }

  void setGradient(int place, Variable gradient, boolean own) {
    gradients[place] = gradient;
    owned[place] = own;
  }

  /** Takes the youngest node out, null if there is none; its gradient is {@link #polled()}. */
  @Nullable Node poll() {
    if (size == 0) {
      return null;
    }
    long sequence = pop();
    int mask = nodes.length - 1;
    int place = (int) sequence & mask;
    Node node = Objects.requireNonNull(nodes[place]);
    while (node.sequence() != sequence) {
      place = (place + 1) & mask;
      node = Objects.requireNonNull(nodes[place]);
    }
    polledGradient = gradients[place];
    polledOwned = owned[place];
    remove(place);
    return node;
  }

  /** Returns the gradient of the node polled last, null if none was set. */
  @Nullable Variable polled() {
    Variable gradient = polledGradient;
    polledGradient = null;
    return gradient;
  }

  boolean isPolledOwned() {
    return polledOwned;
  }

  /** Frees a place and moves up those that had to go past it. */
  private void remove(int place) {
    int mask = nodes.length - 1;
    int free = place;
    int next = (free + 1) & mask;
    Node node = nodes[next];
    while (node != null) {
      int wanted = (int) node.sequence() & mask;
      if (((next - wanted) & mask) >= ((next - free) & mask)) {
        nodes[free] = node;
        gradients[free] = gradients[next];
        owned[free] = owned[next];
        free = next;
      }
      next = (next + 1) & mask;
      node = nodes[next];
    }
    nodes[free] = null;
    gradients[free] = null;
    owned[free] = false;
  }

  private void grow() {
    @Nullable Node[] oldNodes = nodes;
    @Nullable Variable[] oldGradients = gradients;
    boolean[] oldOwned = owned;
    nodes = new Node[2 * oldNodes.length];
    gradients = new Variable[nodes.length];
    owned = new boolean[nodes.length];
    for (int old = 0; old < oldNodes.length; old++) {
      Node node = oldNodes[old];
      if (node != null) {
        int place = place(node);
        nodes[place] = node;
        gradients[place] = oldGradients[old];
        owned[place] = oldOwned[old];
      }
    }
  }

  private void push(long sequence) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    int at = size++;
    while (at > 0 && heap[(at - 1) >> 1] < sequence) {
      heap[at] = heap[(at - 1) >> 1];
      at = (at - 1) >> 1;
    }
    heap[at] = sequence;
  }

  private long pop() {
    long first = heap[0];
    long last = heap[--size];
    int at = 0;
    int child = 1;
    while (child < size) {
      if (child + 1 < size && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
      child = 2 * at + 1;
    }
    heap[at] = last;
    return first;
  }
}
