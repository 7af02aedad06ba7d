package org.autograd.nn;

import static org.autograd.expression.Expression.input;

import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * Gated recurrent units (Cho et al., 2014): with {@code r} and {@code z} the sigmoids of {@code
 * W_ih x + b_ih + W_hh h + b_hh}, {@code n = tanh(W_in x + b_in + r (W_hn h + b_hn))} and {@code h'
 * = (1 - z) n + z h}. The gates stand in the weights in the order r, z, n. PyTorch's {@code
 * nn.GRU}; {@link Recurrent} says what shapes and names are.
 */
public final class Gru extends Recurrent {
  private static final Pointwise HIDDEN = hidden();

  private static Pointwise hidden() {
    // The inputs' parts of r, z, n, then the hidden state's, then the hidden state.
    Expression r = input(0).add(input(3)).sigmoid();
    Expression z = input(1).add(input(4)).sigmoid();
    Expression n = input(2).add(r.mul(input(5))).tanh();
    return Pointwise.of("gru", 7, 0, n.add(z.mul(input(6).sub(n))));
  }

  /** Creates a float32 layer with the default options. */
  public Gru(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public Gru(long inputSize, long hiddenSize, Options options) {
    super(inputSize, hiddenSize, 3, options);
  }

  /** Returns outputs and final states for sequences that begin with states of zeros. */
  public Result apply(Variable input) {
    return apply(input, null, null);
  }

  /** Returns outputs and final states for sequences that begin with the states given. */
  public Result apply(Variable input, @Nullable Variable hidden) {
    return apply(input, hidden, null);
  }

  /**
   * Returns outputs and final states.
   *
   * @param hidden the initial states, null for zeros
   * @param lengths how long each sequence is, null if all have the input's length
   * @throws IllegalArgumentException if shapes or dtypes do not fit or a length is out of range
   */
  public Result apply(Variable input, @Nullable Variable hidden, @Nullable Variable lengths) {
    Variable[] result = run(input, hidden == null ? null : new Variable[] {hidden}, 1, lengths);
    return new Result(result[0], result[1]);
  }

  @Override
  Variable project(Weights w, Variable input) {
    return w.projectInput(input, false);
  }

  @Override
  Variable[] step(Weights w, Variable projected, Variable[] state) {
    return new Variable[] {hidden(projected, w.projectHiddenWithBias(state[0]), state[0])};
  }

  /** Returns the next hidden state from both parts of the gates. */
  static Variable hidden(Variable fromInput, Variable fromHidden, Variable hidden) {
    Variable[] operands = new Variable[7];
    long size = hidden.size(-1);
    for (int gate = 0; gate < 3; gate++) {
      operands[gate] = fromInput.narrow(-1, gate * size, size);
      operands[gate + 3] = fromHidden.narrow(-1, gate * size, size);
    }
    operands[6] = hidden;
    return HIDDEN.apply(operands);
  }
}
