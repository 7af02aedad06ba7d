package org.autograd.nn;

import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/** One step of {@link Lstm}. PyTorch's {@code nn.LSTMCell}. */
public final class LstmCell extends RecurrentCell {
  /**
   * What is handed on from step to step.
   *
   * @param hidden the hidden state, which is also the output
   * @param cell the cell state
   */
  public record State(Variable hidden, Variable cell) {}

  /** Creates a float32 cell with the default options. */
  public LstmCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, options());
  }

  /**
   * Creates a cell.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public LstmCell(long inputSize, long hiddenSize, Options options) {
    super(inputSize, hiddenSize, 4, options);
  }

  /**
   * Returns the next state.
   *
   * @param state the state before, null for zeros
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public State apply(Variable input, @Nullable State state) {
    try (var _ = scope()) {
      Variable hidden = check(input, state == null ? null : state.hidden(), "hidden");
      Variable cell = check(input, state == null ? null : state.cell(), "cell");
      Variable gates =
          weights().projectInput(input, false).add(weights().projectHiddenWithBias(hidden));
      Variable[] next = Lstm.step(gates, cell);
      return new State(next[0], next[1]);
    } catch (IllegalArgumentException e) {
      throw located(e);
    }
  }
}
