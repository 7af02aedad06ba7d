package org.autograd.nn;

import java.util.List;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/** One step of {@link Rnn}. PyTorch's {@code nn.RNNCell}. */
public final class RnnCell extends RecurrentCell {
  private final Rnn.Nonlinearity nonlinearity;

  /** Creates a float32 cell with tanh and the default options. */
  public RnnCell(long inputSize, long hiddenSize) {
    this(inputSize, hiddenSize, Rnn.Nonlinearity.TANH, options());
  }

  /**
   * Creates a cell.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public RnnCell(long inputSize, long hiddenSize, Rnn.Nonlinearity nonlinearity, Options options) {
    super(inputSize, hiddenSize, 1, options);
    this.nonlinearity = nonlinearity;
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
    return nonlinearity.apply(w.projectInput(input, false).add(w.projectHiddenWithBias(before)));
  }

  @Override
  protected String settings() {
    return super.settings() + (nonlinearity == Rnn.Nonlinearity.TANH ? "" : ", nonlinearity=RELU");
  }
}
