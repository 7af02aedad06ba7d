package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Spares;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The node of a user's {@link Function}. An only output has this node itself. Each of several has
 * an {@link Output} node, which hands its gradient over to be kept until those of the others have
 * come.
 */
final class FunctionNode extends Node {
  private static final Variable[] NOTHING = {};

  private final Function function;
  private final @Nullable Node[] inputs;
  private final Shape[] shapes;
  private final DType[] dtypes;
  private Saved @Nullable [] saved;

  /** Of what is saved, the values whose arrays get another use when this is released. */
  private volatile Variable[] recycled = NOTHING;

  private FunctionNode(Function function, Variable[] inputs, Variable[] outputs) {
    super(outputs[0].data());
    this.function = function;
    this.inputs = new Node[inputs.length];
    for (int k = 0; k < inputs.length; k++) {
      this.inputs[k] = inputs[k].isConnected() ? inputs[k].requireNode() : null;
    }
    this.shapes = new Shape[outputs.length];
    this.dtypes = new DType[outputs.length];
    for (int k = 0; k < outputs.length; k++) {
      shapes[k] = outputs[k].shape();
      dtypes[k] = outputs[k].dtype();
    }
  }

  /** Computes and records. */
  static List<Variable> apply(Function function, Variable[] inputs) {
    Mark mark = KernelMeter.start();
    if (mark == null) {
      return record(function, inputs);
    }
    mark.enclose();
    List<Variable> results;
    try {
      results = record(function, inputs);
    } finally {
      mark.open();
    }
    Profiler.computed(function.name(), mark);
    return results;
  }

  private static List<Variable> record(Function function, Variable[] inputs) {
    boolean[] needed = new boolean[inputs.length];
    int[] versions = new int[inputs.length];
    boolean recorded = false;
    if (Vmap.isAnyMapped(inputs)) {
      if (function.isMappable()) {
        return Vmap.applyEachForAll(one -> apply(function, one), inputs);
      }
      throw new UnsupportedOperationException(
          function.name()
              + ": a Function has no batching rule, so it cannot be applied to "
              + Variable.describe(inputs)
              + " inside vmap; override isMappable() to have it called for each sample");
    }
    for (int k = 0; k < inputs.length; k++) {
      needed[k] = inputs[k].isRecorded();
      recorded |= needed[k];
      versions[k] = inputs[k].data().storage().version();
    }
    Function.Context context = new Function.Context(needed);
    Variable[] outputs;
    try (var _ = GradMode.set(false)) {
      outputs = function.forward(context, inputs.clone());
    }
    checkState(outputs.length > 0, "%s: forward returned no output", function.name());
    for (int k = 0; k < inputs.length; k++) {
      checkState(
          versions[k] == inputs[k].data().storage().version(),
          "%s: forward changed input %s, %s, in place; copy() it first",
          function.name(),
          k,
          inputs[k].describe());
    }
    context.checkMarked(function, outputs);
    Variable[] results = new Variable[outputs.length];
    FunctionNode node = recorded ? new FunctionNode(function, inputs, outputs) : null;
    boolean connected = node != null && node.isReached();
    for (int k = 0; k < outputs.length; k++) {
      NdArray data = marked(k, outputs, inputs);
      Node own = null;
      if (node != null && connected && context.isDifferentiable(outputs[k])) {
        own = outputs.length == 1 ? node : new Output(node, k, data);
      }
      results[k] = new Variable(data, own);
    }
    if (node != null) {
      if (ForwardMode.isOpen()) {
        results =
            ForwardMode.withTangents(
                (level, r, k) ->
                    context.isDifferentiable(outputs[k])
                        ? node.tangent(level, k, context, inputs, outputs, r)
                        : null,
                results);
      }
      node.saved = saved(context.toSave(), outputs, results, Saved::new);
    }
    Variable[] temporaries = context.toRecycle();
    checkTemporaries(function, temporaries, inputs, outputs);
    if (node == null) {
      recycle(temporaries);
    } else if (GradMode.hooks() == null && !ForwardMode.isOpen()) {
      // What hooks have seen somebody may have kept, and tangents may depend on anything.
      node.recycled = temporaries;
    }
    return List.of(results);
  }

  /** Throws if somebody else has a temporary, too. */
  private static void checkTemporaries(
      Function function, Variable[] temporaries, @Nullable Variable[]... others) {
    for (Variable temporary : temporaries) {
      for (@Nullable Variable[] values : others) {
        for (Variable value : values) {
          checkState(
              value == null || value.data().storage() != temporary.data().storage(),
              "%s: recycle: %s lies in the array of an input, an output or a gradient, which others"
                  + " have too; recycle only what was made here",
              function.name(),
              temporary.describe());
        }
      }
    }
  }

  /** Gives the arrays of values that only the function knew another use. */
  private static void recycle(Variable[] values) {
    for (Variable value : values) {
      Spares.give(value.data().storage());
    }
  }

  /** Returns whether a backward pass can go on from here. */
  private boolean isReached() {
    for (Node input : inputs) {
      if (input != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the tangent of an output, by transposing the function's rule for gradients, null if no
   * input has one.
   */
  private @Nullable Variable tangent(
      ForwardMode level,
      int output,
      Function.Context forward,
      Variable[] inputs,
      Variable[] outputs,
      Variable[] results) {
    @Nullable Variable[] tangents = new Variable[inputs.length];
    boolean[] wanted = new boolean[inputs.length];
    boolean any = false;
    for (int k = 0; k < inputs.length; k++) {
      tangents[k] = level.tangent(inputs[k]);
      wanted[k] = tangents[k] != null;
      any |= wanted[k];
    }
    if (!any) {
      return null;
    }
    checkState(
        !function.isOnceDifferentiable(),
        "%s: it is differentiable once only, so forward mode cannot be derived from its backward;"
            + " write backward in Variable operations, or use vjp",
        function.name());
    saved = saved(forward.toSave(), outputs, results, Saved::asItIs);
    Variable[] seeds = new Variable[outputs.length];
    for (int k = 0; k < outputs.length; k++) {
      seeds[k] = Variable.zeros(dtypes[k], shapes[k].toArray());
    }
    // A rule is linear, so any gradient will do; of one that is not 0 it shows what was cut off.
    seeds[output] = Variable.ones(dtypes[output], shapes[output].toArray());
    Variable u = seeds[output].requiresGrad(true);
    @Nullable Variable[] pulled = function.backward(new Function.Context(wanted, this), seeds);
    checkCount(pulled);
    List<Variable> roots = new ArrayList<>();
    List<Variable> directions = new ArrayList<>();
    for (int k = 0; k < pulled.length; k++) {
      Variable gradient = pulled[k];
      Variable tangent = tangents[k];
      checkState(
          gradient == null
              || tangent == null
              || gradient.requiresGrad()
              || !(gradient.ne(0).any().item() != 0),
          "%s: the gradient of input %s does not follow from that of the output by Variable"
              + " operations, so forward mode cannot be derived from it; override"
              + " isOnceDifferentiable() if it cannot, or use vjp",
          function.name(),
          k);
      if (gradient != null && tangent != null && gradient.requiresGrad()) {
        roots.add(gradient);
        directions.add(tangent.to(gradient.dtype()).expand(gradient.shape().toArray()));
      }
    }
    Variable result =
        roots.isEmpty()
            ? null
            : BackwardPass.collect(roots, directions, List.of(u), BackwardOptions.createGraph())[0];
    return result == null ? Variable.zeros(dtypes[output], shapes[output].toArray()) : result;
  }

  /**
   * Returns an output's array, marked as a view if it lies in an input or another output, so that
   * in-place operations refuse it.
   */
  private static NdArray marked(int k, Variable[] outputs, Variable[] inputs) {
    NdArray data = outputs[k].data();
    boolean shared = false;
    for (Variable input : inputs) {
      shared |= input.data().storage() == data.storage();
    }
    for (int i = 0; i < outputs.length; i++) {
      shared |= i != k && outputs[i].data().storage() == data.storage();
    }
    if (!shared) {
      return data;
    }
    if (GradMode.isEnabled()) {
      data.storage().markShared();
    }
    return data.alias(data.layout());
  }

  private static Saved[] saved(
      Variable[] values,
      Variable[] outputs,
      Variable[] results,
      java.util.function.Function<Variable, Saved> how) {
    Saved[] kept = new Saved[values.length];
    for (int k = 0; k < values.length; k++) {
      Variable value = values[k];
      for (int i = 0; i < outputs.length; i++) {
        // As part of the graph, so that the backward pass can be differentiated.
        if (outputs[i] == values[k]) {
          value = results[i];
        }
      }
      kept[k] = how.apply(value);
    }
    return kept;
  }

  Variable saved(int k) {
    Saved[] values = saved;
    if (values == null) {
      return Saved.check(null, 0, this);
    }
    checkArgument(
        k >= 0 && k < values.length,
        "%s: saved(%s), but saveForBackward was given %s values",
        operation(),
        k,
        values.length);
    return values[k].get(this);
  }

  /** Returns the values that are saved as they are. */
  private Variable[] savedNow() {
    List<Variable> result = new ArrayList<>();
    eachSaved(value -> {
      if (value instanceof Variable variable) {
        result.add(variable);
      }
    });
    return result.toArray(Variable[]::new);
  }

  int outputCount() {
    return shapes.length;
  }

  @Override
  String operation() {
    return function.name();
  }

  @Override
  int inputCount() {
    return inputs.length;
  }

  @Override
  @Nullable Node input(int k) {
    return inputs[k];
  }

  @Override
  void backward(Variable gradient, BackwardPass pass) {
    checkState(
        !pass.createsGraph() || !function.isOnceDifferentiable(),
        "backward of %s: it is differentiable once only, so this pass cannot be recorded; do not"
            + " ask for BackwardOptions.createGraph()",
        function.name());
    boolean[] wanted = new boolean[inputs.length];
    for (int k = 0; k < inputs.length; k++) {
      wanted[k] = pass.wants(inputs[k]);
    }
    pass.showGradient();
    Function.Context context = new Function.Context(wanted, this);
    Variable[] gradients = gradients(gradient, pass);
    @Nullable Variable[] results;
    if (recycled.length == 0) {
      results = function.backward(context, gradients);
    } else {
      // Another pass over this graph may end meanwhile, and must not recycle what is used here.
      synchronized (this) {
        results = function.backward(context, gradients);
      }
    }
    checkCount(results);
    if (pass.createsGraph()) {
      // What was recorded may need any of these again.
      recycled = NOTHING;
    } else {
      checkTemporaries(function, context.toRecycle(), gradients, results, savedNow());
      recycle(context.toRecycle());
    }
    for (int k = 0; k < inputs.length; k++) {
      Node input = inputs[k];
      if (input != null && wanted[k]) {
        Variable result = results[k];
        if (result == null) {
          result = Variable.zeros(input.dtype(), input.shape().toArray());
        }
        if (!result.dtype().isFloating() || !input.shape().broadcastsTo(result.shape())) {
          throw new IllegalStateException(
              "backward of %s: the gradient of input %s must be of %s%s, or of a shape to which that"
                      .formatted(function.name(), k, input.dtype(), input.shape())
                  + " broadcasts, got "
                  + result.describe());
        }
        // The user may hold the array: the pass must not add to it in place.
        pass.deliver(input, result, false, false);
      }
    }
  }

  private void checkCount(@Nullable Variable[] gradients) {
    checkState(
        gradients.length == inputs.length,
        "backward of %s: returned %s gradients for %s inputs",
        function.name(),
        gradients.length,
        inputs.length);
  }

  /** Returns the gradients of all outputs, zeros where there are none. */
  private Variable[] gradients(Variable gradient, BackwardPass pass) {
    if (outputCount() == 1) {
      return new Variable[] {gradient};
    }
    @Nullable Variable[] parts = pass.takeParts(this);
    Variable[] result = new Variable[parts.length];
    for (int k = 0; k < parts.length; k++) {
      Variable part = parts[k];
      result[k] = part != null ? part : Variable.zeros(dtypes[k], shapes[k].toArray());
    }
    return result;
  }

  @Override
  void rest() {
    Saved[] values = saved;
    if (values != null) {
      for (Saved value : values) {
        value.rest();
      }
    }
  }

  @Override
  void release() {
    Saved[] values = saved;
    saved = null;
    if (values != null) {
      for (Saved value : values) {
        value.release();
      }
    }
    synchronized (this) {
      recycle(recycled);
      recycled = NOTHING;
    }
  }

  @Override
  void eachSaved(Consumer<Object> visitor) {
    Saved[] values = saved;
    if (values != null) {
      for (Saved value : values) {
        value.show(visitor);
      }
    }
  }

  /** The node of one of several outputs. */
  private static final class Output extends Node {
    private final FunctionNode function;
    private final int index;

    Output(FunctionNode function, int index, NdArray data) {
      super(data);
      this.function = function;
      this.index = index;
    }

    @Override
    String operation() {
      return function.operation();
    }

    @Override
    Node computing() {
      return function;
    }

    @Override
    int inputCount() {
      return 1;
    }

    @Override
    Node input(int k) {
      return function;
    }

    @Override
    void backward(Variable gradient, BackwardPass pass) {
      if (pass.wants(function)) {
        pass.deliverPart(function, index, gradient);
      }
    }

    @Override
    void rest() {}

    @Override
    void release() {}
  }
}
