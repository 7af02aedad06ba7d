package org.autograd.liquid;

import static org.autograd.expression.Expression.constant;
import static org.autograd.expression.Expression.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Function;
import org.autograd.Pointwise;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * A gated {@link CfcCell} with one backbone layer and LeCun's tanh over whole sequences, as one
 * operation: a step is two products and two loops, backward likewise, and the gradients of the
 * weights are products over all times at once. Derivatives of higher order go through {@link
 * #bySteps}, with which this is compared in tests.
 *
 * <p>Inputs are the inputs' part of the backbone {@code [length, n, units]}, the state {@code [n,
 * size]}, the backbone's weight of the state {@code [units, size]}, the four heads' weight {@code
 * [4 size, units]} and bias {@code [4 size]}, the elapsed times {@code [length, n or 1, 1]}, and,
 * if sequences are of several lengths, a mask {@code [length, n, 1]} of those that go on. The
 * output is all states {@code [length, n, size]}.
 */
final class CfcSequence extends Function {
  private static final int PROJECTED = 0;
  private static final int STATE = 1;
  private static final int HIDDEN_WEIGHT = 2;
  private static final int HEAD_WEIGHT = 3;
  private static final int HEAD_BIAS = 4;
  private static final int ELAPSED = 5;
  private static final int GOING = 6;

  private static final double INNER = 0.666;
  private static final double OUTER = 1.7159;

  /** From both parts of the backbone's input. */
  private static final Pointwise ENTER =
      Pointwise.of("cfcBackbone", (x, h) -> x.add(h).mul(INNER).tanh().mul(OUTER));

  /** Writes the gradient before the backbone's function, from that after it and its value. */
  private static final PointwiseUpdate LEAVE =
      PointwiseUpdate.of(
          "cfcBackboneBackward",
          3,
          0,
          input(1).mul(constant(1).sub(input(2).div(OUTER).square())).mul(INNER * OUTER));

  private static final CfcSequence[] ALL = {
    new CfcSequence(false, false),
    new CfcSequence(false, true),
    new CfcSequence(true, false),
    new CfcSequence(true, true)
  };

  /** The step after the heads, by recorded operations. */
  private final Pointwise combine;

  private final PointwiseUpdate forward;
  private final PointwiseUpdate backward;
  private final boolean masked;

  private CfcSequence(boolean gate, boolean masked) {
    this.combine = gate ? CfcCell.GATED : CfcCell.UNGATED;
    this.forward = forward(gate, masked);
    this.backward = backward(gate, masked);
    this.masked = masked;
  }

  /**
   * Returns the operation.
   *
   * @param gate whether the first head is gated too, {@link CfcMode#DEFAULT}
   * @param masked whether there is a mask among the inputs
   */
  static CfcSequence of(boolean gate, boolean masked) {
    return ALL[(gate ? 2 : 0) + (masked ? 1 : 0)];
  }

  /**
   * Writes f1, f2, the gate's slope, the gate and h' from the four heads, the elapsed time, and
   * where sequences end, h and the mask.
   */
  private static PointwiseUpdate forward(boolean gate, boolean masked) {
    Expression first = input(5).tanh();
    Expression second = input(6).tanh();
    Expression t = input(7).mul(input(9)).add(input(8)).sigmoid();
    Expression base = gate ? first.mul(constant(1).sub(t)) : first;
    Expression next = base.add(t.mul(second));
    return PointwiseUpdate.of(
        "cfcForward",
        masked ? 12 : 10,
        0,
        first,
        second,
        input(7),
        t,
        masked ? Expression.where(Expression.mask(11), next, input(10)) : next);
  }

  /**
   * Writes the gradients of the four heads, and where sequences end what of that of h' goes to h as
   * it is, from f1, f2, the gate, the elapsed time, the two parts of the gradient of h', and the
   * mask.
   */
  private static PointwiseUpdate backward(boolean gate, boolean masked) {
    int k = masked ? 5 : 4;
    Expression first = input(k);
    Expression second = input(k + 1);
    Expression t = input(k + 2);
    Expression elapsed = input(k + 3);
    Expression whole = input(k + 4).add(input(k + 5));
    Expression zero = constant(0);
    Expression one = constant(1);
    Expression g = masked ? Expression.where(Expression.mask(k + 6), whole, zero) : whole;
    Expression ofFirst = gate ? g.mul(one.sub(t)) : g;
    Expression ofGate = g.mul(gate ? second.sub(first) : second).mul(t).mul(one.sub(t));
    List<Expression> values =
        new ArrayList<>(
            List.of(
                ofFirst.mul(one.sub(first.square())),
                g.mul(t).mul(one.sub(second.square())),
                ofGate.mul(elapsed),
                ofGate));
    if (masked) {
      values.add(Expression.where(Expression.mask(k + 6), zero, whole));
    }
    return PointwiseUpdate.of(
        "cfcBackward", masked ? 12 : 10, 0, values.toArray(Expression[]::new));
  }

  @Override
  public String name() {
    return "cfcSequence";
  }

  @Override
  protected Variable[] forward(Context context, Variable[] inputs) {
    Variable projected = inputs[PROJECTED];
    long times = projected.size(0);
    long n = projected.size(1);
    long size = inputs[STATE].size(1);
    Variable hiddenWeight = inputs[HIDDEN_WEIGHT].transpose();
    List<Variable> backbone = new ArrayList<>();
    Variable heads = Variable.zeros(projected.dtype(), times, n, 4 * size);
    Variable states = Variable.zeros(projected.dtype(), times, n, size);
    Variable[] operands = new Variable[masked ? 12 : 10];
    Variable state = inputs[STATE];
    for (long t = 0; t < times; t++) {
      Variable z = ENTER.apply(projected.select(0, t), state.matmul(hiddenWeight));
      backbone.add(z);
      setHeads(operands, 0, heads.select(0, t));
      operands[4] = states.select(0, t);
      setHeads(operands, 5, z.linear(inputs[HEAD_WEIGHT], inputs[HEAD_BIAS]));
      operands[9] = inputs[ELAPSED].select(0, t);
      if (masked) {
        operands[10] = state;
        operands[11] = inputs[GOING].select(0, t);
      }
      forward.apply(operands);
      state = operands[4];
    }
    Variable[] saved = Arrays.copyOf(inputs, inputs.length + 3);
    saved[inputs.length] = Variable.stack(0, backbone);
    saved[inputs.length + 1] = heads;
    saved[inputs.length + 2] = states;
    context.saveForBackward(saved);
    return new Variable[] {states};
  }

  private static void setHeads(Variable[] operands, int from, Variable heads) {
    long size = heads.size(1) / 4;
    for (int head = 0; head < 4; head++) {
      operands[from + head] = heads.narrow(1, head * size, size);
    }
  }

  @Override
  protected @Nullable Variable[] backward(Context context, Variable[] gradients) {
    int count = masked ? GOING + 1 : GOING;
    Variable[] inputs = new Variable[count];
    Arrays.setAll(inputs, context::saved);
    if (Autograd.isGradEnabled()) {
      return backwardBySteps(context, inputs, gradients[0]);
    }
    Variable backbone = context.saved(count);
    Variable heads = context.saved(count + 1);
    Variable states = context.saved(count + 2);
    long times = backbone.size(0);
    Variable ofHeads = Variable.zeros(heads.dtype(), heads.shape().toArray());
    Variable ofProjected = Variable.zeros(backbone.dtype(), backbone.shape().toArray());
    Variable ofState = Variable.zeros(states.dtype(), inputs[STATE].shape().toArray());
    Variable[] operands = new Variable[masked ? 12 : 10];
    int from = masked ? 5 : 4;
    Variable[] parts = new Variable[4];
    for (long t = times - 1; t >= 0; t--) {
      Variable slope = ofHeads.select(0, t);
      setHeads(operands, 0, slope);
      setHeads(parts, 0, heads.select(0, t));
      operands[from] = parts[0];
      operands[from + 1] = parts[1];
      operands[from + 2] = parts[3];
      operands[from + 3] = inputs[ELAPSED].select(0, t);
      operands[from + 4] = gradients[0].select(0, t);
      operands[from + 5] = ofState;
      if (masked) {
        operands[4] = Variable.zerosLike(ofState);
        operands[from + 6] = inputs[GOING].select(0, t);
      }
      backward.apply(operands);
      Variable entered = ofProjected.select(0, t);
      LEAVE.apply(
          new Variable[] {entered, slope.matmul(inputs[HEAD_WEIGHT]), backbone.select(0, t)});
      ofState = entered.matmul(inputs[HIDDEN_WEIGHT]);
      if (masked) {
        ofState = ofState.add(operands[4]);
      }
    }
    @Nullable Variable[] result = new Variable[count];
    result[PROJECTED] = ofProjected;
    result[STATE] = ofState;
    if (context.needsGradient(HIDDEN_WEIGHT)) {
      Variable before =
          times == 1
              ? inputs[STATE]
              : Variable.cat(0, inputs[STATE], rows(states.narrow(0, 0, times - 1)));
      result[HIDDEN_WEIGHT] = rows(ofProjected).transpose().matmul(before);
    }
    Variable slopes = rows(ofHeads);
    if (context.needsGradient(HEAD_WEIGHT)) {
      result[HEAD_WEIGHT] = slopes.transpose().matmul(rows(backbone));
    }
    result[HEAD_BIAS] = slopes.sum(0);
    if (context.needsGradient(ELAPSED)) {
      long size = states.size(2);
      result[ELAPSED] =
          ofHeads.narrow(2, 3 * size, size).mul(heads.narrow(2, 2 * size, size)).sumKeepDims(2);
    }
    return result;
  }

  /** Returns an array of steps of examples as a matrix. */
  private static Variable rows(Variable steps) {
    return steps.reshape(steps.size(0) * steps.size(1), steps.size(2));
  }

  /** Computes the states by operations that are recorded. */
  Variable bySteps(Variable... inputs) {
    List<Variable> projected = Unbind.of(inputs[PROJECTED]);
    List<Variable> elapsed = Unbind.of(inputs[ELAPSED]);
    Variable state = inputs[STATE];
    List<Variable> states = new ArrayList<>();
    Variable[] operands = new Variable[5];
    for (int t = 0; t < projected.size(); t++) {
      Variable z = ENTER.apply(projected.get(t), state.linear(inputs[HIDDEN_WEIGHT]));
      setHeads(operands, 0, z.linear(inputs[HEAD_WEIGHT], inputs[HEAD_BIAS]));
      operands[4] = elapsed.get(t);
      Variable next = combine.apply(operands);
      state = masked ? Variable.where(inputs[GOING].select(0, t), next, state) : next;
      states.add(state);
    }
    return Variable.stack(0, states);
  }

  /** Computes the gradients by operations that are recorded. */
  private @Nullable Variable[] backwardBySteps(
      Context context, Variable[] inputs, Variable gradient) {
    // Copies, because an input may depend on another one: each gets its own part. In forward mode
    // they have no place in the graph yet.
    Variable[] copies = inputs.clone();
    List<Variable> wanted = new ArrayList<>();
    for (int k = 0; k < GOING; k++) {
      copies[k] = inputs[k].copy();
      if (context.needsGradient(k)) {
        wanted.add(copies[k].requiresGrad(true));
      }
    }
    List<Variable> parts =
        Autograd.grad(
            List.of(bySteps(copies)), List.of(gradient), wanted, BackwardOptions.createGraph());
    @Nullable Variable[] result = new Variable[inputs.length];
    int next = 0;
    for (int k = 0; k < GOING; k++) {
      if (context.needsGradient(k)) {
        result[k] = parts.get(next++);
      }
    }
    return result;
  }
}
