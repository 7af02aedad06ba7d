package org.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.Spares;
import org.autograd.internal.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * One walk from roots back to leaves. All state is here, none in the nodes, so several threads may
 * walk graphs that share nodes. No recursion: the depth of the graph is limited by the heap only.
 */
final class BackwardPass {
  private final boolean keepsGraph;
  private final boolean createsGraph;
  private final Frontier frontier = new Frontier();

  /** Whether every gradient is looked at, {@link Autograd#detectAnomaly}. */
  private final boolean detects = Origin.isDetecting();

  /** The node whose turn it is. */
  private @Nullable Node current;

  /** What the node whose turn it is gives to its inputs, while its hooks wait for that. */
  private @Nullable List<Delivery> deliveries;

  /** The nodes on the way to the inputs asked for; null if all leaves are wanted. */
  private @Nullable Set<Node> onTheWay;

  /** The places of the inputs asked for, by their nodes. */
  private final Map<Node, List<Integer>> places = new HashMap<>();

  /** The gradient of the node whose turn it is. */
  private @Nullable Variable gradient;

  /**
   * Whether that gradient's array belongs to this pass alone: then it may be written over, and
   * given away without a copy.
   */
  private boolean owns;

  /** The gradients of the outputs of functions with several; null until there is such a one. */
  private @Nullable Map<FunctionNode, @Nullable Variable[]> parts;

  private BackwardPass(BackwardOptions options) {
    this.keepsGraph = options.keepsGraph();
    // The tangents of gradients follow from operations that are recorded.
    this.createsGraph = options.createsGraph() || ForwardMode.isActive();
  }

  /** Accumulates into the {@code grad} of every leaf (and of results that retain it). */
  static void accumulate(List<Variable> roots, List<Variable> seeds, BackwardOptions options) {
    new BackwardPass(options).run(roots, seeds, List.of());
  }

  /**
   * Returns the gradients of the given inputs, each an array of its own and null where there is no
   * path; touches no grad.
   */
  static @Nullable Variable[] collect(
      List<Variable> roots, List<Variable> seeds, List<Variable> inputs, BackwardOptions options) {
    if (Vmap.isAnyMapped(roots.toArray(Variable[]::new))) {
      return Vmap.collect(roots, seeds, inputs, options);
    }
    BackwardPass pass = new BackwardPass(options);
    pass.onTheWay = onTheWay(roots, inputs);
    return pass.run(roots, seeds, inputs);
  }

  /**
   * Returns the gradients as above.
   *
   * @throws IllegalArgumentException before anything is done, if there is no path to an input
   */
  static List<Variable> collectAll(
      List<Variable> roots, List<Variable> seeds, List<Variable> inputs, BackwardOptions options) {
    Set<Node> found = onTheWay(roots, inputs);
    for (int k = 0; k < inputs.size(); k++) {
      if (!found.contains(inputs.get(k).requireNode())) {
        throw new IllegalArgumentException(
            "grad: there is no path from the output to input "
                + k
                + ", "
                + inputs.get(k).describe()
                + "; was it detached, or computed under noGrad(), or is it a view that was taken of"
                + " what was used? Functional.grad gives zeros where there is no path");
      }
    }
    List<Variable> gradients = new ArrayList<>(inputs.size());
    for (Variable gradient : collect(roots, seeds, inputs, options)) {
      gradients.add(Objects.requireNonNull(gradient));
    }
    return gradients;
  }

  /** Returns the nodes on the ways from the roots to the inputs, both ends included. */
  private static Set<Node> onTheWay(List<Variable> roots, List<Variable> inputs) {
    Frontier frontier = new Frontier();
    for (Variable root : roots) {
      frontier.enter(root.requireNode());
    }
    Set<Node> wanted = new HashSet<>();
    long oldest = Long.MAX_VALUE;
    for (Variable input : inputs) {
      wanted.add(input.requireNode());
      oldest = Math.min(oldest, input.requireNode().sequence());
    }
    List<Node> reached = new ArrayList<>();
    Node node = frontier.poll();
    // What is older than every input cannot lead to one.
    while (node != null && node.sequence() >= oldest) {
      reached.add(node);
      for (int k = 0; k < node.inputCount(); k++) {
        Node input = node.input(k);
        if (input != null) {
          frontier.enter(input);
        }
      }
      node = frontier.poll();
    }
    Set<Node> result = new HashSet<>();
    for (Node candidate : reached.reversed()) {
      boolean leads = wanted.contains(candidate);
      for (int k = 0; !leads && k < candidate.inputCount(); k++) {
        Node input = candidate.input(k);
        leads = input != null && result.contains(input);
      }
      if (leads) {
        result.add(candidate);
      }
    }
    return result;
  }

  private @Nullable Variable[] run(
      List<Variable> roots, List<Variable> seeds, List<Variable> inputs) {
    @Nullable Variable[] results = new Variable[inputs.size()];
    for (int k = 0; k < results.length; k++) {
      places.computeIfAbsent(inputs.get(k).requireNode(), _ -> new ArrayList<>()).add(k);
    }
    try (var _ = GradMode.set(createsGraph)) {
      for (int k = 0; k < roots.size(); k++) {
        Node root = roots.get(k).requireNode();
        if (wants(root)) {
          add(root, seeds.get(k), false);
        }
      }
      for (Node node = frontier.poll(); node != null; node = frontier.poll()) {
        Mark mark = KernelMeter.start();
        if (mark == null) {
          work(node, results);
        } else {
          workMeasured(mark, node, results);
        }
      }
    } finally {
      Spares.age();
    }
    return results;
  }

  private void workMeasured(Mark mark, Node node, @Nullable Variable[] results) {
    mark.enclose();
    try {
      work(node, results);
    } finally {
      mark.open();
    }
    Profiler.passed(node, mark);
  }

  /** Passes a node's complete gradient on, and frees it. */
  private void work(Node node, @Nullable Variable[] results) {
    Variable complete = Objects.requireNonNull(frontier.polled());
    owns = frontier.isPolledOwned();
    if (node.hasHooks()) {
      // A hook may keep its argument or change it in place, and so may whoever holds its answer.
      complete = node.applyHooks(owns ? complete : complete.copy());
      owns = false;
    }
    if (detects) {
      Anomaly.checkSum(node, complete);
    }
    if (!places.isEmpty()) {
      for (int k : places.getOrDefault(node, List.of())) {
        results[k] = isFree(node) ? complete : complete.copy();
        owns = false;
      }
    }
    if (onTheWay != null && !wantsAnyInput(node)) {
      // Not needed, so it stays as it is for another pass.
      return;
    }
    Variable receiver = node.receiver();
    if (receiver != null && onTheWay == null) {
      receiver.accumulateGrad(complete, isFree(node), createsGraph);
      owns = false;
      if (node instanceof Node.Leaf leaf) {
        leaf.runAccumulationHooks(receiver);
      }
    }
    gradient = complete;
    current = node;
    if (node.hasHooks() && !node.inputHooks().isEmpty()) {
      backwardWithHooks(node, complete);
    } else {
      node.backward(complete, this);
    }
    current = null;
    gradient = null;
    if (keepsGraph) {
      node.rest();
    } else {
      node.release();
    }
    if (owns) {
      reuse(complete);
    }
  }

  /** Gives the array of a gradient of this pass, which nothing refers to any more, another use. */
  private void reuse(Variable dead) {
    NdArray data = dead.data();
    Storage storage = data.storage();
    // Of a part of an array somebody may have the other parts.
    if (!createsGraph && !detects && data.elementCount() == storage.length() && !data.isAlias()) {
      Spares.give(storage);
    }
  }

  /** Collects what a node gives to its inputs, and passes on what its hooks make of that. */
  private void backwardWithHooks(Node node, Variable complete) {
    List<Delivery> collected = new ArrayList<>();
    owns = false;
    deliveries = collected;
    try {
      node.backward(complete, this);
    } finally {
      deliveries = null;
    }
    List<@Nullable Variable> gradients = new ArrayList<>();
    List<Delivery> rest = new ArrayList<>(collected);
    for (int k = 0; k < node.inputCount(); k++) {
      Node input = node.input(k);
      Delivery own = null;
      for (Delivery delivery : rest) {
        own = own == null && delivery.input == input ? delivery : own;
      }
      rest.remove(own);
      gradients.add(own == null ? null : own.gradient);
    }
    for (HookHandle hook : node.inputHooks()) {
      List<@Nullable Variable> replaced =
          hook.applyToInputs(Collections.unmodifiableList(gradients));
      if (replaced != null) {
        checkReplaced(node, gradients, replaced);
        gradients = replaced;
      }
    }
    for (int k = 0; k < gradients.size(); k++) {
      Variable result = gradients.get(k);
      if (result != null) {
        deliver(Objects.requireNonNull(node.input(k)), result, false, false);
      }
    }
  }

  private static void checkReplaced(
      Node node, List<@Nullable Variable> gradients, List<@Nullable Variable> replaced) {
    boolean fits = replaced.size() == gradients.size();
    for (int k = 0; fits && k < replaced.size(); k++) {
      Variable before = gradients.get(k);
      Variable after = replaced.get(k);
      fits =
          (before == null || after == null)
              ? before == after
              : before.shape().equals(after.shape()) && before.dtype() == after.dtype();
    }
    if (!fits) {
      throw new IllegalStateException(
          "hook on the input gradients of "
              + node
              + ": must return as many gradients, of the same shapes and dtypes and null at the"
              + " same places, or null to keep them; got "
              + replaced.size()
              + " for "
              + gradients.size());
    }
  }

  /** What a node gives to an input, kept for hooks. */
  private record Delivery(Node input, Variable gradient) {}

  /**
   * Returns whether a node's gradient may be given away: nobody else has it, the rules of the node
   * do not need it any more, and no recorded rule has saved it.
   */
  private boolean isFree(Node node) {
    return owns && node.isLeaf() && !createsGraph;
  }

  private boolean wantsAnyInput(Node node) {
    for (int k = 0; k < node.inputCount(); k++) {
      if (wants(node.input(k))) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether an input's gradient is asked for. */
  boolean wants(@Nullable Node input) {
    Set<Node> wanted = onTheWay;
    return input != null && (wanted == null || wanted.contains(input));
  }

  /** Returns whether the derivatives are recorded themselves. */
  boolean createsGraph() {
    return createsGraph;
  }

  /** Notes that a user gets hold of the current node's gradient. */
  void showGradient() {
    owns = false;
  }

  /** Returns whether the current node may write over its gradient. */
  boolean mayOverwrite() {
    return owns && !createsGraph && !detects;
  }

  /**
   * Adds to the gradient of one of the current node's inputs.
   *
   * @param result of the input's shape, or one that it broadcasts to
   * @param unsaved whether its array is none of the values that a node has saved
   * @param last whether the current node is done after this, so that its own gradient may be given
   *     on
   */
  void deliver(Node input, Variable result, boolean unsaved, boolean last) {
    Variable fitting = result;
    if (!fitting.shape().equals(input.shape())) {
      fitting = fitting.sumToShape(input.shape());
    }
    if (fitting.dtype() != input.dtype()) {
      fitting = fitting.to(input.dtype());
    }
    if (deliveries != null) {
      deliveries.add(new Delivery(input, fitting));
      return;
    }
    if (detects) {
      Anomaly.checkRule(Objects.requireNonNull(current), input, fitting, gradient);
    }
    if (fitting.isMapped()) {
      // A batch of gradients for one graph; nobody owns a sample's array.
      add(input, fitting, false);
      owns = false;
      return;
    }
    NdArray data = fitting.data();
    Layout layout = data.layout();
    boolean passedOn = data.storage() == Objects.requireNonNull(gradient).array().storage();
    boolean exclusive = layout.isContiguous() && (passedOn ? owns && last : unsaved);
    if (passedOn && exclusive && data.isAlias() && !createsGraph) {
      // To users an alias has a second holder; this one has no longer.
      fitting = new Variable(new NdArray(data.storage(), layout), null);
    }
    if (!add(input, fitting, exclusive)) {
      if (exclusive && !passedOn) {
        reuse(fitting);
      }
    } else if (passedOn) {
      owns = false;
    }
  }

  /** Keeps the gradient of one of a function's outputs until the function's turn comes. */
  void deliverPart(FunctionNode function, int output, Variable part) {
    owns = false;
    if (parts == null) {
      parts = new IdentityHashMap<>();
    }
    parts.computeIfAbsent(function, f -> new Variable[f.outputCount()])[output] = part;
    // Any gradient will do to give the function its turn; it takes the parts.
    frontier.setGradient(frontier.enter(function), part, false);
  }

  /** Returns the gradient of each of a function's outputs, null where none has come. */
  @Nullable Variable[] takeParts(FunctionNode function) {
    return Objects.requireNonNull(Objects.requireNonNull(parts).remove(function));
  }

  /** Adds to a node's gradient; returns whether the array was kept. */
  private boolean add(Node node, Variable addend, boolean exclusive) {
    int place = frontier.enter(node);
    Variable sum = frontier.gradient(place);
    if (sum == null) {
      frontier.setGradient(place, addend, exclusive);
      return true;
    }
    if (frontier.isOwned(place) && !createsGraph) {
      sum.addData(addend);
    } else {
      frontier.setGradient(place, sum.add(addend), true);
    }
    return false;
  }
}
