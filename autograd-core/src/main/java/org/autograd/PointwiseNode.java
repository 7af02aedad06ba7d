package org.autograd;

import java.util.function.Consumer;
import org.autograd.Pointwise.Constant;
import org.autograd.Pointwise.Derivative;
import org.autograd.Pointwise.Function;
import org.autograd.Pointwise.Identity;
import org.autograd.internal.ndarray.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * The node of a {@link Pointwise} operation. Such operations are the most frequent and the
 * smallest, so their node is one object without edges, and a gradient that the pass owns is written
 * over instead of allocating another.
 */
final class PointwiseNode extends Node {
  private static final double[] NO_ARGUMENTS = {};

  private final Pointwise function;
  private final double[] arguments;

  /** One per operand, null where no gradient is wanted. */
  private final @Nullable Node[] inputs;

  /**
   * The operands that derivatives need, each at its number, and the result behind them, as
   * Variables or in the form that hooks gave them; null if none is needed any more.
   */
  private @Nullable Object @Nullable [] saved;

  /** The versions of what is saved; null while all are 0, as they nearly always are. */
  private int @Nullable [] versions;

  private PointwiseNode(
      Pointwise function, NdArray result, Variable[] operands, double[] arguments) {
    super(result);
    this.function = function;
    // The caller may use its array again before the backward pass.
    this.arguments = arguments.length == 0 ? NO_ARGUMENTS : arguments.clone();
    this.inputs = new Node[operands.length];
  }

  /** Returns the result as a Variable; at least one operand requires a gradient. */
  static Variable record(
      Pointwise function, NdArray data, Variable[] operands, double[] arguments) {
    PointwiseNode node = new PointwiseNode(function, data, operands, arguments);
    Variable result = new Variable(data, node);
    if (ForwardMode.isOpen()) {
      boolean connected = false;
      for (int k = 0; k < operands.length; k++) {
        connected |= operands[k].isConnected() && !function.isMask(k);
      }
      result =
          ForwardMode.withTangents(
              (level, results, _) ->
                  ForwardMode.tangent(level, function, operands, arguments, results[0]),
              connected ? result : new Variable(data, null))[0];
    }
    for (int k = 0; k < operands.length; k++) {
      if (operands[k].isConnected() && !function.isMask(k)) {
        node.inputs[k] = operands[k].requireNode();
        if (function.derivative(k) instanceof Function derivative) {
          for (int i = 0; i < derivative.sourceCount(); i++) {
            int source = derivative.source(i);
            node.save(source, source < operands.length ? operands[source] : result);
          }
        }
      }
    }
    return result;
  }

  private void save(int source, Variable value) {
    if (saved == null) {
      saved = new Object[inputs.length + 1];
    }
    if (saved[source] != null) {
      return;
    }
    saved[source] = PackedValue.of(value);
    int version = value.data().storage().version();
    if (version != 0) {
      if (versions == null) {
        versions = new int[inputs.length + 1];
      }
      versions[source] = version;
    }
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
    // Those that pass the gradient on as it is come last: the final one may keep its array.
    int last = -1;
    int lastIdentity = -1;
    for (int k = 0; k < inputs.length; k++) {
      if (pass.wants(inputs[k])) {
        if (function.derivative(k) instanceof Identity) {
          lastIdentity = k;
        } else {
          last = k;
        }
      }
    }
    for (int k = 0; k <= last; k++) {
      Node input = inputs[k];
      if (input != null && pass.wants(input)) {
        boolean overwrite = k == last && lastIdentity < 0 && pass.mayOverwrite();
        deliver(input, function.derivative(k), gradient, overwrite, pass);
      }
    }
    for (int k = 0; k <= lastIdentity; k++) {
      Node input = inputs[k];
      if (input != null && function.derivative(k) instanceof Identity && pass.wants(input)) {
        pass.deliver(input, gradient, true, k == lastIdentity);
      }
    }
  }

  private void deliver(
      Node input, Derivative derivative, Variable gradient, boolean overwrite, BackwardPass pass) {
    switch (derivative) {
      case Identity() -> {}
      case Constant() ->
          pass.deliver(input, Variable.zeros(input.dtype(), input.shape().toArray()), true, false);
      case Function rule -> {
        Variable[] operands = new Variable[rule.sourceCount() + 1];
        operands[0] = gradient;
        for (int k = 1; k < operands.length; k++) {
          operands[k] = saved(rule.source(k - 1));
        }
        Pointwise operation = rule.operation();
        if (overwrite && operation.isOfOneDtype(operands)) {
          operation.overwriteFirst(operands, arguments);
          pass.deliver(input, gradient, true, true);
        } else {
          pass.deliver(input, operation.apply(operands, arguments), true, false);
        }
      }
    }
  }

  private Variable saved(int source) {
    int version = versions == null ? 0 : versions[source];
    // Read once: another pass over this graph may be releasing it.
    @Nullable Object[] values = saved;
    return Saved.check(values == null ? null : values[source], version, this);
  }

  @Override
  void rest() {
    done(saved, false);
  }

  @Override
  void release() {
    @Nullable Object[] values = saved;
    saved = null;
    done(values, true);
  }

  @Override
  void eachSaved(Consumer<Object> visitor) {
    @Nullable Object[] values = saved;
    if (values != null) {
      for (Object value : values) {
        if (value != null) {
          visitor.accept(value);
        }
      }
    }
  }

  private static void done(@Nullable Object @Nullable [] values, boolean released) {
    if (values != null) {
      for (Object value : values) {
        if (value instanceof PackedValue packed) {
          packed.done(released);
        }
      }
    }
  }
}
