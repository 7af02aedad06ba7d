package org.autograd.nn;

import java.util.List;
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
    Variable[] given = state == null ? given(input) : given(input, state.hidden(), state.cell());
    List<Variable> next = call(in -> step(in.getFirst(), stateIn(in, 1), stateIn(in, 2)), given);
    return new State(next.get(0), next.get(1));
  }

  private List<Variable> step(
      Variable input, @Nullable Variable hiddenBefore, @Nullable Variable cellBefore) {
    Variable hidden = check(input, hiddenBefore, "hidden");
    Variable cell = check(input, cellBefore, "cell");
    Recurrent.Weights w = weights();
    Variable gates = w.projectInput(input, false).add(w.projectHiddenWithBias(hidden));
    return List.of(Lstm.step(gates, cell));
  }
}
