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
import org.autograd.ProductUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * One direction of one LSTM layer over whole sequences, as one operation: a step is one product and
 * one loop over all gates, backward likewise, and the gradients of the weights are products over
 * many steps at once. Derivatives of higher order go through {@link Recurrent#steps}, with which
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

  /**
   * Products of the inputs and of the weights' gradients take so many rows, examples times steps,
   * at a time: what the steps read and leave is then in the second-level cache.
   */
  private static final long ROWS_TOGETHER = 512;

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

  /** Writes i, f, g, o over what goes into the gates, and c', h', from c. */
  private static PointwiseUpdate forward() {
    Expression i = input(0).sigmoid();
    Expression f = input(1).sigmoid();
    Expression g = input(2).tanh();
    Expression o = input(3).sigmoid();
    Expression c = f.mul(input(6)).add(i.mul(g));
    return PointwiseUpdate.of("lstmForward", 7, 0, i, f, g, o, c, o.mul(c.tanh()));
  }

  /**
   * Writes the gradients before i, f, g, o and that of c over that of c', from i, f, g, o, c', c
   * and the gradient of h'.
   */
  private static PointwiseUpdate backward() {
    Expression i = input(5);
    Expression f = input(6);
    Expression g = input(7);
    Expression o = input(8);
    Expression tanh = input(9).tanh();
    Expression ofHidden = input(11);
    Expression one = constant(1);
    Expression ofCell = input(4).add(ofHidden.mul(o).mul(one.sub(tanh.square())));
    return PointwiseUpdate.of(
        "lstmBackward",
        12,
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
    Recurrent.Weights w = weights(inputs);
    long times = x.size(0);
    long n = x.size(1);
    long size = inputs[HIDDEN].size(1);
    Variable cells = Variable.empty(x.dtype(), times, n, size);
    Variable outputs = Variable.empty(x.dtype(), times, n, size);
    ProductUpdate addHidden = ProductUpdate.of(inputs[HIDDEN_WEIGHT].transpose());
    Variable hidden = inputs[HIDDEN];
    Variable cell = inputs[CELL];
    Variable[] operands = new Variable[7];
    List<Section> sections = sections(x);
    Variable[] saved = Arrays.copyOf(inputs, inputs.length + 2 + sections.size());
    saved[inputs.length] = cells;
    saved[inputs.length + 1] = outputs;
    for (Section section : reverse ? sections.reversed() : sections) {
      // First the inputs' part; each step adds that of the hidden state and makes gates of it.
      Variable gates = w.projectInput(section.of(x), true);
      saved[inputs.length + 2 + section.number] = gates;
      for (long k = 0; k < section.steps; k++) {
        long at = reverse ? section.steps - 1 - k : k;
        Variable gate = gates.select(0, at);
        addHidden.add(gate, hidden);
        setGates(operands, 0, gate);
        operands[4] = cells.select(0, section.from + at);
        operands[5] = outputs.select(0, section.from + at);
        operands[6] = cell;
        FORWARD.apply(operands);
        cell = operands[4];
        hidden = operands[5];
      }
    }
    context.saveForBackward(saved);
    Variable[] temporaries = Arrays.copyOfRange(saved, inputs.length + 1, saved.length);
    temporaries[0] = cells;
    context.recycle(temporaries);
    return new Variable[] {outputs, cell.copy()};
  }

  /**
   * Some steps that follow each other.
   *
   * @param from the time of the first
   */
  private record Section(int number, long from, long steps) {
    Variable of(Variable all) {
      return all.narrow(0, from, steps);
    }
  }

  private static List<Section> sections(Variable x) {
    long times = x.size(0);
    long most = Math.clamp(ROWS_TOGETHER / Math.max(1, x.size(1)), 1, times);
    List<Section> sections = new ArrayList<>();
    for (long from = 0; from < times; from += most) {
      sections.add(new Section(sections.size(), from, Math.min(most, times - from)));
    }
    return sections;
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
    Variable cells = context.saved(count);
    Variable outputs = context.saved(count + 1);
    List<Section> sections = sections(x);
    long n = x.size(1);
    long features = x.size(2);
    long size = outputs.size(2);
    long most = sections.getFirst().steps;
    boolean ofWeights = context.needsGradient(INPUT_WEIGHT) || context.needsGradient(HIDDEN_WEIGHT);
    Variable ofCell = gradients[1].copy();
    Variable ofHidden = gradients[0].select(0, reverse ? 0 : -1).copy();
    Variable ofBias = bias ? Variable.zeros(x.dtype(), 4 * size) : null;
    Variable ofX = context.needsGradient(X) ? Variable.zeros(x.dtype(), sizes(x)) : null;
    // What both weights are multiplied by, and their gradients, side by side: one product.
    Variable read = ofWeights ? Variable.empty(x.dtype(), most, n, features + size) : null;
    Variable ofBoth = ofWeights ? Variable.zeros(x.dtype(), 4 * size, features + size) : null;
    ProductUpdate addHidden = ProductUpdate.of(inputs[HIDDEN_WEIGHT]);
    ProductUpdate addX = ProductUpdate.of(inputs[INPUT_WEIGHT]);
    Variable slopes = Variable.empty(x.dtype(), most, n, 4 * size);
    Variable[] operands = new Variable[12];
    for (Section section : reverse ? sections : sections.reversed()) {
      Variable gates = context.saved(count + 2 + section.number);
      for (long k = 0; k < section.steps; k++) {
        long at = reverse ? k : section.steps - 1 - k;
        long t = section.from + at;
        long before = reverse ? t + 1 : t - 1;
        boolean first = before < 0 || before == x.size(0);
        Variable slope = slopes.select(0, at);
        setGates(operands, 0, slope);
        operands[4] = ofCell;
        setGates(operands, 5, gates.select(0, at));
        operands[9] = cells.select(0, t);
        operands[10] = first ? inputs[CELL] : cells.select(0, before);
        operands[11] = ofHidden;
        BACKWARD.apply(operands);
        if (first) {
          ofHidden.zero_();
        } else {
          ofHidden.copy_(gradients[0].select(0, before));
        }
        addHidden.add(ofHidden, slope);
        if (read != null) {
          read.select(0, at)
              .narrow(1, features, size)
              .copy_(first ? inputs[HIDDEN] : outputs.select(0, before));
        }
      }
      Variable rows = rows(slopes.narrow(0, 0, section.steps));
      if (ofX != null) {
        addX.add(rows(section.of(ofX)), rows);
      }
      if (read != null && ofBoth != null) {
        Variable part = read.narrow(0, 0, section.steps);
        part.narrow(2, 0, features).copy_(section.of(x));
        ProductUpdate.of(rows(part)).add(ofBoth, rows.transpose());
      }
      if (ofBias != null) {
        ofBias.add_(rows.sum(0));
      }
    }
    @Nullable Variable[] result = new Variable[count];
    result[X] = ofX;
    if (ofBoth == null || read == null) {
      context.recycle(slopes);
    } else {
      context.recycle(slopes, read, ofBoth);
      result[INPUT_WEIGHT] = ofBoth.narrow(1, 0, features).copy();
      result[HIDDEN_WEIGHT] = ofBoth.narrow(1, features, size).copy();
    }
    result[HIDDEN] = ofHidden;
    result[CELL] = ofCell;
    if (bias) {
      result[INPUT_BIAS] = ofBias;
      result[HIDDEN_BIAS] = ofBias;
    }
    return result;
  }

  private static long[] sizes(Variable x) {
    return x.shape().toArray();
  }

  /** Returns an array of steps of examples as a matrix. */
  private static Variable rows(Variable steps) {
    return steps.reshape(steps.size(0) * steps.size(1), steps.size(2));
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
