package org.autograd.nn;

import static org.autograd.expression.Expression.input;

import org.autograd.Pointwise;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997; with forget gates by Gers et al.,
 * 2000): with the gates {@code i, f, g, o} of {@code W_ih x + b_ih + W_hh h + b_hh}, in this order
 * in the weights, {@code c' = sigmoid(f) c + sigmoid(i) tanh(g)} and {@code h' = sigmoid(o)
 * tanh(c')}. PyTorch's {@code nn.LSTM}, without projections; {@link Recurrent} says what shapes and
 * names are.
 *
 * <pre>{@code
 * Lstm lstm = new Lstm(8, 16, Recurrent.options().layers(2).batchFirst(true).dropout(0.1));
 * Lstm.Result result = lstm.apply(Variable.randn(4, 10, 8));
 * result.output();                                              // [4, 10, 16]
 * result.hidden().select(0, -1);                                // the last layer's at the end, [4, 16]
 * lstm.apply(Variable.randn(2, 10, 8), null, null, Variable.of(10L, 7L));   // of 10 and 7 elements
 * }</pre>
 *
 * <p>A direction of a layer over sequences of one length is one recorded operation, which {@link
 * org.autograd.Functional#vmap} cannot look into; an {@link LstmCell} in a loop is made of ordinary
 * ones.
 */
public final class Lstm extends Recurrent {
  /** The next cell state, from the gates i, f, g and the state before. */
  private static final Pointwise CELL =
      Pointwise.of(
          "lstmCell",
          4,
          0,
          input(1).sigmoid().mul(input(3)).add(input(0).sigmoid().mul(input(2).tanh())));

  /** The next hidden state, from gate o and the next cell state. */
  private static final Pointwise HIDDEN =
      Pointwise.of("lstmHidden", (o, c) -> o.sigmoid().mul(c.tanh()));

  /**
   * What the layer gives.
   *
   * @param output the last layer's hidden states at every time
   * @param hidden the final hidden states of every layer and direction
   * @param cell the final cell states of every layer and direction
   */
  public record Result(Variable output, Variable hidden, Variable cell) {}

  /** Creates a float32 layer with the default options. */
  public Lstm(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public Lstm(long inputSize, long hiddenSize, Options options) {
    super(inputSize, hiddenSize, 4, options);
  }

  /** Returns outputs and final states for sequences that begin with states of zeros. */
  public Result apply(Variable input) {
    return apply(input, null, null, null);
  }

  /** Returns outputs and final states for sequences that begin with the states given. */
  public Result apply(Variable input, @Nullable Variable hidden, @Nullable Variable cell) {
    return apply(input, hidden, cell, null);
  }

  /**
   * Returns outputs and final states.
   *
   * @param hidden the initial hidden states, null for zeros
   * @param cell the initial cell states, null if the hidden states are
   * @param lengths how long each sequence is, null if all have the input's length
   * @throws IllegalArgumentException if shapes or dtypes do not fit or a length is out of range
   */
  public Result apply(
      Variable input,
      @Nullable Variable hidden,
      @Nullable Variable cell,
      @Nullable Variable lengths) {
    Variable[] initial = null;
    if (hidden != null && cell != null) {
      initial = new Variable[] {hidden, cell};
    } else if (hidden != null || cell != null) {
      throw new IllegalArgumentException(
          "Lstm: hidden and cell state must both be given or both be null");
    }
    Variable[] result = run(input, initial, 2, lengths);
    return new Result(result[0], result[1], result[2]);
  }

  @Override
  Variable project(Weights w, Variable input) {
    return w.projectInput(input, true);
  }

  @Override
  Variable[] step(Weights w, Variable projected, Variable[] state) {
    return step(projected.add(w.projectHidden(state[0])), state[1]);
  }

  /** Returns hidden and cell state after a step. */
  static Variable[] step(Variable gates, Variable cell) {
    long size = cell.size(-1);
    Variable next =
        CELL.apply(
            new Variable[] {
              gates.narrow(-1, 0, size),
              gates.narrow(-1, size, size),
              gates.narrow(-1, 2 * size, size),
              cell
            });
    return new Variable[] {HIDDEN.apply(gates.narrow(-1, 3 * size, size), next), next};
  }

  @Override
  Variable[] sequence(Weights w, Variable input, Variable[] state, boolean reverse) {
    LstmSequence function = new LstmSequence(this, reverse, w.inputBias() != null);
    return function.run(w, input, state[0], state[1]);
  }
}
