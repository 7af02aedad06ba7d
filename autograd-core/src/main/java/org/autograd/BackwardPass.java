package org.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.autograd.internal.ndarray.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * One walk from roots back to leaves. All state is here, none in the nodes, so several threads may
 * walk graphs that share nodes.
 *
 * <p>First the reachable nodes are found and the edges into each of them counted; then a node whose
 * edges have all delivered is worked off: its gradient is complete. Both steps use explicit stacks,
 * so the depth of the graph is limited by the heap only.
 */
final class BackwardPass {
  private final BackwardOptions options;
  private final boolean allowsUnreached;

  private int count;
  private Node[] nodes = new Node[64];

  /** The number of edges into each node, counted down while the nodes are put in order. */
  private int[] pending = new int[64];

  /** Where each node's edges start in {@link #targets}, which holds them as node numbers. */
  private int[] firstEdge = new int[64];

  private int[] targets = new int[128];
  private int edgeCount;

  /** The number of each known node plus 1, at a place found by its sequence; 0 where free. */
  private int[] table = new int[256];

  private @Nullable Variable[] gradients = new Variable[0];

  /**
   * Whether a gradient's array belongs to this pass alone: it may be added to in place, and given
   * away without a copy.
   */
  private boolean[] owned = new boolean[0];

  private BackwardPass(BackwardOptions options, boolean allowsUnreached) {
    this.options = options;
    this.allowsUnreached = allowsUnreached;
  }

  /** Accumulates into the {@code grad} of every leaf (and of results that retain it). */
  static void accumulate(List<Variable> roots, List<Variable> seeds, BackwardOptions options) {
    new BackwardPass(options, true).run(roots, seeds, null);
  }

  /**
   * Returns the gradients of the given inputs, each an array of its own and null where there is no
   * path; touches no grad.
   */
  static @Nullable Variable[] collect(
      List<Variable> roots, List<Variable> seeds, List<Variable> inputs, BackwardOptions options) {
    return new BackwardPass(options, true).run(roots, seeds, inputs);
  }

  /**
   * Returns the gradients as above.
   *
   * @throws IllegalArgumentException before anything is done, if there is no path to an input
   */
  static List<Variable> collectAll(
      List<Variable> roots, List<Variable> seeds, List<Variable> inputs, BackwardOptions options) {
    List<Variable> gradients = new ArrayList<>(inputs.size());
    for (Variable gradient : new BackwardPass(options, false).run(roots, seeds, inputs)) {
      gradients.add(Objects.requireNonNull(gradient));
    }
    return gradients;
  }

  private @Nullable Variable[] run(
      List<Variable> roots, List<Variable> seeds, @Nullable List<Variable> inputs) {
    int[] rootNumbers = new int[roots.size()];
    for (int k = 0; k < rootNumbers.length; k++) {
      rootNumbers[k] = discover(roots.get(k).requireNode());
    }
    gradients = new Variable[count];
    owned = new boolean[count];
    int[] inputNumbers = new int[0];
    if (inputs != null) {
      inputNumbers = new int[inputs.size()];
      for (int k = 0; k < inputNumbers.length; k++) {
        inputNumbers[k] = numberOf(inputs.get(k).requireNode());
        if (inputNumbers[k] < 0 && !allowsUnreached) {
          throw new IllegalArgumentException(
              "grad: there is no path from the output to input "
                  + k
                  + ", "
                  + inputs.get(k).describe()
                  + "; was it detached, or computed under noGrad()?");
        }
      }
    }
    int[] order = order(rootNumbers);
    boolean[] needed = inputs == null ? null : nodesOnTheWayTo(inputNumbers, order);
    @Nullable Variable[] results = new Variable[inputNumbers.length];
    try (var _ = GradMode.set(options.createsGraph())) {
      for (int k = 0; k < rootNumbers.length; k++) {
        deliver(rootNumbers[k], seeds.get(k), false);
      }
      for (int number : order) {
        work(number, inputNumbers, results, needed);
      }
    }
    return results;
  }

  /**
   * Returns the nodes such that each comes after all that were computed from it. Depth first, so
   * that a gradient is used soon after it is made.
   */
  private int[] order(int... rootNumbers) {
    int[] order = new int[count];
    int done = 0;
    int[] ready = new int[count];
    int readyCount = 0;
    for (int root : rootNumbers) {
      // A root that another root depends on waits for it; one that is given twice runs once.
      if (pending[root] == 0) {
        pending[root] = -1;
        ready[readyCount++] = root;
      }
    }
    while (readyCount > 0) {
      int number = ready[--readyCount];
      order[done++] = number;
      int end = firstEdge[number] + nodes[number].edges().length;
      for (int e = firstEdge[number]; e < end; e++) {
        if (--pending[targets[e]] == 0) {
          ready[readyCount++] = targets[e];
        }
      }
    }
    return order;
  }

  /** Finds all nodes reachable from a root that were not found before, and returns its number. */
  private int discover(Node root) {
    int number = numberOf(root);
    if (number >= 0) {
      return number;
    }
    number = add(root);
    int[] stack = new int[64];
    int depth = 0;
    stack[depth++] = number;
    while (depth > 0) {
      int current = stack[--depth];
      Edge[] edges = nodes[current].edges();
      firstEdge[current] = edgeCount;
      if (edgeCount + edges.length > targets.length) {
        targets = Arrays.copyOf(targets, 2 * (edgeCount + edges.length));
      }
      for (Edge edge : edges) {
        int target = numberOf(edge.input());
        if (target < 0) {
          target = add(edge.input());
          if (depth == stack.length) {
            stack = Arrays.copyOf(stack, 2 * depth);
          }
          stack[depth++] = target;
        }
        pending[target]++;
        targets[edgeCount++] = target;
      }
    }
    return number;
  }

  private int place(Node node) {
    int mask = table.length - 1;
    // Nodes made one after the other have neighbouring sequences, hence neighbouring places.
    int place = (int) node.sequence() & mask;
    while (table[place] != 0 && nodes[table[place] - 1] != node) {
      place = (place + 1) & mask;
    }
    return place;
  }

  /** Returns the number of a node, -1 if it was not found so far. */
  private int numberOf(Node node) {
    return table[place(node)] - 1;
  }

  private int add(Node node) {
    if (count == nodes.length) {
      nodes = Arrays.copyOf(nodes, 2 * count);
      pending = Arrays.copyOf(pending, 2 * count);
      firstEdge = Arrays.copyOf(firstEdge, 2 * count);
      table = new int[4 * nodes.length];
      for (int number = 0; number < count; number++) {
        table[place(nodes[number])] = number + 1;
      }
    }
    nodes[count] = node;
    table[place(node)] = ++count;
    return count - 1;
  }

  /** Returns for each node whether a wanted input can be reached from it. */
  private boolean[] nodesOnTheWayTo(int[] inputNumbers, int... order) {
    boolean[] needed = new boolean[count];
    for (int input : inputNumbers) {
      if (input >= 0) {
        needed[input] = true;
      }
    }
    for (int i = count - 1; i >= 0; i--) {
      int number = order[i];
      int end = firstEdge[number] + nodes[number].edges().length;
      for (int e = firstEdge[number]; e < end; e++) {
        needed[number] |= needed[targets[e]];
      }
    }
    return needed;
  }

  /** Passes a node's complete gradient on, and frees it. */
  private void work(
      int number, int[] inputNumbers, @Nullable Variable[] results, boolean @Nullable [] needed) {
    Node node = nodes[number];
    Variable gradient = gradients[number];
    gradients[number] = null;
    if (gradient == null || (needed != null && !needed[number])) {
      return;
    }
    boolean own = owned[number];
    if (node.hasHooks()) {
      // A hook may keep its argument or change it in place, and so may whoever holds its answer.
      gradient = node.applyHooks(own ? gradient : gradient.copy());
      own = false;
    }
    for (int k = 0; k < inputNumbers.length; k++) {
      if (inputNumbers[k] == number) {
        results[k] = own ? gradient : gradient.copy();
        own = false;
      }
    }
    Variable receiver = node.receiver();
    if (receiver != null && needed == null) {
      receiver.accumulateGrad(gradient, own, options.createsGraph());
    }
    Edge[] edges = node.edges();
    for (int e = 0; e < edges.length; e++) {
      int target = targets[firstEdge[number] + e];
      if (needed != null && !needed[target]) {
        continue;
      }
      Edge edge = edges[e];
      Variable result = edge.gradient(gradient);
      Node input = edge.input();
      if (!result.shape().equals(input.shape())) {
        result = result.sumToShape(input.shape());
      }
      if (result.dtype() != input.dtype()) {
        result = result.to(input.dtype());
      }
      NdArray data = result.data();
      boolean fresh =
          data.storage() != gradient.data().storage()
              && data.layout().isContiguous()
              && !edge.saves(data.storage());
      deliver(target, result, fresh);
    }
    if (!options.keepsGraph()) {
      node.release();
    }
  }

  private void deliver(int target, Variable gradient, boolean fresh) {
    Variable sum = gradients[target];
    if (sum == null) {
      gradients[target] = gradient;
      owned[target] = fresh;
    } else if (owned[target] && !options.createsGraph()) {
      sum.addData(gradient);
    } else {
      gradients[target] = sum.add(gradient);
      owned[target] = true;
    }
  }
}
