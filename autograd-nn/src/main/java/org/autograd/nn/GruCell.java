package org.autograd.nn;

import java.util.List;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/** One step of {@link Gru}. PyTorch's {@code nn.GRUCell}. */
public final class GruCell extends RecurrentCell {
  /** Creates a float32 cell with the default options. */
  public GruCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, options());
  }

  /**
   * Creates a cell.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public GruCell(long inputSize, long hiddenSize, Options options) {
    super(inputSize, hiddenSize, 3, options);
  }

  /**
   * Returns the next hidden state.
   *
   * @param hidden the state before, null for zeros
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(Variable input, @Nullable Variable hidden) {
    return call(in -> List.of(step(in.getFirst(), stateIn(in, 1))), given(input, hidden))
        .getFirst();
  }

  private Variable step(Variable input, @Nullable Variable hidden) {
    Variable before = check(input, hidden, "hidden");
    Recurrent.Weights w = weights();
    return Gru.hidden(w.projectInput(input, false), w.projectHiddenWithBias(before), before);
  }
}
