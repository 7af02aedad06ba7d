package org.autograd.nn;

import static org.autograd.expression.Expression.constant;
import static org.autograd.expression.Expression.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Function;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * One direction of one LSTM layer over whole sequences, as one operation: a step is one product and
 * one loop over all gates, backward likewise, and the gradients of the weights are products over
 * all times at once. Derivatives of higher order go through {@link Recurrent#steps}, with which
 * this is compared in tests.
 *
 * <p>Inputs are {@code x [length, n, features]}, both weights, hidden and cell state {@code [n,
 * hiddenSize]}, and both biases if there are any; outputs are all hidden states and the last cell
 * state.
 */
final class LstmSequence extends Function {
  private static final int X = 0;
  private static final int INPUT_WEIGHT = 1;
  private static final int HIDDEN_WEIGHT = 2;
  private static final int HIDDEN = 3;
  private static final int CELL = 4;
  private static final int INPUT_BIAS = 5;
  private static final int HIDDEN_BIAS = 6;

  private static final PointwiseUpdate FORWARD = forward();
  private static final PointwiseUpdate BACKWARD = backward();

  private final Lstm lstm;
  private final boolean reverse;
  private final boolean bias;

  LstmSequence(Lstm lstm, boolean reverse, boolean bias) {
    this.lstm = lstm;
    this.reverse = reverse;
    this.bias = bias;
  }

  /** Writes i, f, g, o, c', h' from the two parts of each gate and c. */
  private static PointwiseUpdate forward() {
    Expression i = input(6).add(input(10)).sigmoid();
    Expression f = input(7).add(input(11)).sigmoid();
    Expression g = input(8).add(input(12)).tanh();
    Expression o = input(9).add(input(13)).sigmoid();
    Expression c = f.mul(input(14)).add(i.mul(g));
    return PointwiseUpdate.of("lstmForward", 15, 0, i, f, g, o, c, o.mul(c.tanh()));
  }

  /**
   * Writes the gradients before i, f, g, o and that of c over that of c', from i, f, g, o, c', c
   * and the two parts of the gradient of h'.
   */
  private static PointwiseUpdate backward() {
    Expression i = input(5);
    Expression f = input(6);
    Expression g = input(7);
    Expression o = input(8);
    Expression tanh = input(9).tanh();
    Expression ofHidden = input(11).add(input(12));
    Expression one = constant(1);
    Expression ofCell = input(4).add(ofHidden.mul(o).mul(one.sub(tanh.square())));
    return PointwiseUpdate.of(
        "lstmBackward",
        13,
        0,
        ofCell.mul(g).mul(i).mul(one.sub(i)),
        ofCell.mul(input(10)).mul(f).mul(one.sub(f)),
        ofCell.mul(i).mul(one.sub(g.square())),
        ofHidden.mul(tanh).mul(o).mul(one.sub(o)),
        ofCell.mul(f));
  }

  @Override
  public String name() {
    return "lstm";
  }

  /** Returns all outputs, the last hidden state and the last cell state. */
  Variable[] run(Recurrent.Weights w, Variable x, Variable hidden, Variable cell) {
    Variable inputBias = w.inputBias();
    Variable hiddenBias = w.hiddenBias();
    List<Variable> outputs =
        inputBias == null || hiddenBias == null
            ? applyAll(x, w.input(), w.hidden(), hidden, cell)
            : applyAll(x, w.input(), w.hidden(), hidden, cell, inputBias, hiddenBias);
    Variable all = outputs.getFirst();
    return new Variable[] {all, all.select(0, reverse ? 0 : -1), outputs.getLast()};
  }

  private Recurrent.Weights weights(Variable[] inputs) {
    return new Recurrent.Weights(
        inputs[INPUT_WEIGHT],
        inputs[HIDDEN_WEIGHT],
        bias ? inputs[INPUT_BIAS] : null,
        bias ? inputs[HIDDEN_BIAS] : null);
  }

  @Override
  protected Variable[] forward(Context context, Variable[] inputs) {
    Variable x = inputs[X];
    Variable projected = weights(inputs).projectInput(x, true);
    long times = x.size(0);
    long n = x.size(1);
    long size = inputs[HIDDEN].size(1);
    Variable weight = inputs[HIDDEN_WEIGHT].transpose();
    Variable gates = Variable.zeros(x.dtype(), times, n, 4 * size);
    Variable cells = Variable.zeros(x.dtype(), times, n, size);
    Variable outputs = Variable.zeros(x.dtype(), times, n, size);
    Variable hidden = inputs[HIDDEN];
    Variable cell = inputs[CELL];
    Variable[] operands = new Variable[15];
    for (long k = 0; k < times; k++) {
      long t = reverse ? times - 1 - k : k;
      setGates(operands, 0, gates.select(0, t));
      operands[4] = cells.select(0, t);
      operands[5] = outputs.select(0, t);
      setGates(operands, 6, projected.select(0, t));
      setGates(operands, 10, hidden.matmul(weight));
      operands[14] = cell;
      FORWARD.apply(operands);
      cell = operands[4];
      hidden = operands[5];
    }
    Variable[] saved = Arrays.copyOf(inputs, inputs.length + 3);
    saved[inputs.length] = gates;
    saved[inputs.length + 1] = cells;
    saved[inputs.length + 2] = outputs;
    context.saveForBackward(saved);
    return new Variable[] {outputs, cell.copy()};
  }

  private static void setGates(Variable[] operands, int from, Variable gates) {
    long size = gates.size(1) / 4;
    for (int gate = 0; gate < 4; gate++) {
      operands[from + gate] = gates.narrow(1, gate * size, size);
    }
  }

  @Override
  protected @Nullable Variable[] backward(Context context, Variable[] gradients) {
    int count = bias ? 7 : 5;
    Variable[] inputs = new Variable[count];
    Arrays.setAll(inputs, context::saved);
    if (Autograd.isGradEnabled()) {
      return backwardBySteps(context, inputs, gradients);
    }
    Variable x = inputs[X];
    Variable gates = context.saved(count);
    Variable cells = context.saved(count + 1);
    Variable outputs = context.saved(count + 2);
    long times = x.size(0);
    Variable slopes = Variable.zeros(gates.dtype(), gates.shape().toArray());
    Variable ofCell = gradients[1].copy();
    Variable ofHidden = Variable.zeros(ofCell.dtype(), ofCell.shape().toArray());
    Variable[] operands = new Variable[13];
    for (long k = times - 1; k >= 0; k--) {
      long t = reverse ? times - 1 - k : k;
      Variable slope = slopes.select(0, t);
      setGates(operands, 0, slope);
      operands[4] = ofCell;
      setGates(operands, 5, gates.select(0, t));
      operands[9] = cells.select(0, t);
      operands[10] = k == 0 ? inputs[CELL] : cells.select(0, reverse ? t + 1 : t - 1);
      operands[11] = gradients[0].select(0, t);
      operands[12] = ofHidden;
      BACKWARD.apply(operands);
      if (k > 0 || context.needsGradient(HIDDEN)) {
        ofHidden = slope.matmul(inputs[HIDDEN_WEIGHT]);
      }
    }
    @Nullable Variable[] result = new Variable[count];
    Variable rows = rows(slopes);
    if (context.needsGradient(X)) {
      result[X] = rows.matmul(inputs[INPUT_WEIGHT]).reshape(x.shape().toArray());
    }
    if (context.needsGradient(INPUT_WEIGHT)) {
      result[INPUT_WEIGHT] = rows.transpose().matmul(rows(x));
    }
    if (context.needsGradient(HIDDEN_WEIGHT)) {
      result[HIDDEN_WEIGHT] = ofHiddenWeight(slopes, outputs, inputs[HIDDEN]);
    }
    result[HIDDEN] = ofHidden;
    result[CELL] = ofCell;
    if (bias) {
      Variable ofBias = rows.sum(0);
      result[INPUT_BIAS] = ofBias;
      result[HIDDEN_BIAS] = ofBias;
    }
    return result;
  }

  /** Returns an array of steps of examples as a matrix. */
  private static Variable rows(Variable steps) {
    return steps.reshape(steps.size(0) * steps.size(1), steps.size(2));
  }

  /** Returns the sum of the products of a step's gradients with the hidden state before it. */
  private Variable ofHiddenWeight(Variable slopes, Variable outputs, Variable hidden) {
    long times = slopes.size(0);
    Variable first = slopes.select(0, reverse ? times - 1 : 0).transpose().matmul(hidden);
    if (times == 1) {
      return first;
    }
    Variable later = rows(slopes.narrow(0, reverse ? 0 : 1, times - 1));
    Variable before = rows(outputs.narrow(0, reverse ? 1 : 0, times - 1));
    return later.transpose().matmul(before).add(first);
  }

  /** Computes the gradients by operations that are recorded. */
  private @Nullable Variable[] backwardBySteps(
      Context context, Variable[] inputs, Variable[] gradients) {
    // Copies, because an input may depend on another one: each gets its own part. In forward mode
    // they have no place in the graph yet.
    Variable[] copies = new Variable[inputs.length];
    List<Variable> wanted = new ArrayList<>();
    for (int k = 0; k < inputs.length; k++) {
      copies[k] = inputs[k].copy();
      if (context.needsGradient(k)) {
        wanted.add(copies[k].requiresGrad(true));
      }
    }
    Variable[] results =
        lstm.steps(
            weights(copies),
            copies[X],
            new Variable[] {copies[HIDDEN], copies[CELL]},
            reverse,
            null);
    List<Variable> parts =
        Autograd.grad(
            List.of(results[0], results[2]),
            List.of(gradients),
            wanted,
            BackwardOptions.createGraph());
    @Nullable Variable[] result = new Variable[inputs.length];
    int next = 0;
    for (int k = 0; k < inputs.length; k++) {
      if (context.needsGradient(k)) {
        result[k] = parts.get(next++);
      }
    }
    return result;
  }
}
