package org.autograd.nn;

import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Elman's recurrent network: {@code h' = tanh(W_ih x + b_ih + W_hh h + b_hh)}, or ReLU instead.
 * PyTorch's {@code nn.RNN}; {@link Recurrent} says what shapes and names are.
 *
 * <pre>{@code
 * Rnn rnn = new Rnn(8, 16, Recurrent.options().batchFirst(true));
 * Variable last = rnn.apply(Variable.randn(4, 10, 8)).output().select(1, -1);   // [4, 16]
 * }</pre>
 */
public final class Rnn extends Recurrent {
  private final Nonlinearity nonlinearity;

  /** What is applied to the sum. */
  public enum Nonlinearity {
    /** The hyperbolic tangent. */
    TANH,
    /** The positive part. */
    RELU;

    Variable apply(Variable x) {
      return this == TANH ? x.tanh() : x.relu();
    }
  }

  /** Creates a float32 layer with tanh and the default options. */
  public Rnn(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, options());
  }

  /** Creates a layer with tanh. */
  public Rnn(long inputSize, long hiddenSize, Options options) {
    this(inputSize, hiddenSize, Nonlinearity.TANH, options);
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public Rnn(long inputSize, long hiddenSize, Nonlinearity nonlinearity, Options options) {
    super(inputSize, hiddenSize, 1, options);
    this.nonlinearity = nonlinearity;
  }

  /** Returns what is applied to the sum. */
  public Nonlinearity nonlinearity() {
    return nonlinearity;
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
    return w.projectInput(input, true);
  }

  @Override
  Variable[] step(Weights w, Variable projected, Variable[] state) {
    return new Variable[] {nonlinearity.apply(projected.add(w.projectHidden(state[0])))};
  }

  @Override
  protected String settings() {
    return super.settings() + (nonlinearity == Nonlinearity.TANH ? "" : ", nonlinearity=RELU");
  }
}
