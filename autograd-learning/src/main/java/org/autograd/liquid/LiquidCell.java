package org.autograd.liquid;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Variable;
import org.autograd.nn.Module;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * One step of a liquid network: the states of its neurons, the input, and the time that has elapsed
 * since the last step give the next states. {@link LiquidLayer} runs a cell over sequences.
 *
 * <p>Inputs are {@code [n, inputSize]}, states {@code [n, stateSize]}, outputs, which {@link
 * #output} reads from a state, {@code [n, outputSize]}. Elapsed times are {@code [n]}, one for each
 * sample, or a scalar for all of them; null counts as 1.
 */
public abstract sealed class LiquidCell extends Module permits LtcCell, CfcCell, WiredCfcCell {
  private final int inputSize;
  private final int stateSize;
  private final DType dtype;

  LiquidCell(int inputSize, int stateSize, DType dtype) {
    if (inputSize < 1 || stateSize < 1) {
      throw new IllegalArgumentException(
          "%s: the sizes of input and state must be positive, got %d and %d"
              .formatted(label(), inputSize, stateSize));
    }
    if (!dtype.isFloating()) {
      throw new IllegalArgumentException(
          label() + ": dtype must be float32 or float64, got " + dtype);
    }
    this.inputSize = inputSize;
    this.stateSize = stateSize;
    this.dtype = dtype;
  }

  /** Returns the number of features of an input. */
  public final int inputSize() {
    return inputSize;
  }

  /** Returns the number of neurons. */
  public final int stateSize() {
    return stateSize;
  }

  /** Returns the number of features of an output. */
  public abstract int outputSize();

  /** Returns the dtype of the parameters. */
  public final DType dtype() {
    return dtype;
  }

  /**
   * Returns the states after a step.
   *
   * @param state the states before, null for zeros
   * @param elapsed the time since the step before, of this dtype; {@code [n]}, a scalar, or null
   *     for 1
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public final Variable apply(
      Variable input, @Nullable Variable state, @Nullable Variable elapsed) {
    return call(
            in -> {
              checkInput(in.get(0), 2, "[n, " + inputSize + "]");
              Variable before = startState(in.size() > 1 ? in.get(1) : null, in.get(0).size(0));
              Variable times = column(elapsed, in.get(0).size(0));
              return List.of(steps(in.get(0).unsqueeze(0)).next(0, before, times));
            },
            state == null ? new Variable[] {input} : new Variable[] {input, state})
        .getFirst();
  }

  /** Returns what the motor neurons of a state, or of many, say. */
  public abstract Variable output(Variable state);

  /**
   * Begins a pass over sequences.
   *
   * @param inputs {@code [length, n, inputSize]}
   */
  abstract Steps steps(Variable inputs);

  /**
   * Runs over sequences.
   *
   * @param inputs {@code [length, n, inputSize]}
   * @param state {@code [n, stateSize]}
   * @param elapsed {@code [length, n, 1]}, null for 1 throughout
   * @param going which sequences go on at each time, bool {@code [length, n, 1]}; null for all
   * @return the states at every time, {@code [length, n, stateSize]}
   */
  Variable sequence(
      Variable inputs, Variable state, @Nullable Variable elapsed, @Nullable Variable going) {
    Steps steps = steps(inputs);
    List<Variable> times = elapsed == null ? List.of() : Unbind.of(elapsed);
    Variable one = Variable.ones(dtype, 1, 1);
    Variable now = state;
    List<Variable> states = new ArrayList<>();
    for (int t = 0; t < inputs.size(0); t++) {
      Variable next = steps.next(t, now, elapsed == null ? one : times.get(t));
      now = going == null ? next : Variable.where(going.select(0, t), next, now);
      states.add(now);
    }
    return Variable.stack(0, states);
  }

  /** A pass over sequences, for all of whose steps some things are computed once. */
  interface Steps {
    /**
     * Returns the states after a step.
     *
     * @param time which of the inputs
     * @param elapsed {@code [n, 1]} or {@code [1, 1]}
     */
    Variable next(int time, Variable state, Variable elapsed);
  }

  final void checkInput(Variable input, int rank, String shape) {
    if (input.rank() != rank || input.size(-1) != inputSize || input.dtype() != dtype) {
      throw new IllegalArgumentException(
          "the input %s must be %s%s".formatted(describe(input), dtype, shape));
    }
  }

  /** Returns the state at the beginning, which must fit. */
  final Variable startState(@Nullable Variable state, long n) {
    Shape expected = Shape.of(n, stateSize);
    if (state == null) {
      return Variable.zeros(dtype, expected.toArray());
    }
    if (!state.shape().equals(expected) || state.dtype() != dtype) {
      throw new IllegalArgumentException(
          "the state %s must be %s%s".formatted(describe(state), dtype, expected));
    }
    return state;
  }

  /**
   * Returns elapsed times as a column, so that each belongs to its sample: as a vector they would
   * be taken for times of neurons if there are as many of those.
   */
  private Variable column(@Nullable Variable elapsed, long n) {
    if (elapsed == null) {
      return Variable.ones(dtype, 1, 1);
    }
    boolean fits = elapsed.rank() == 0 || (elapsed.rank() == 1 && elapsed.size(0) == n);
    if (!fits || elapsed.dtype() != dtype) {
      throw new IllegalArgumentException(
          "the elapsed times %s must be a scalar or %s[%d], one for each sample"
              .formatted(describe(elapsed), dtype, n));
    }
    return elapsed.reshape(-1, 1);
  }

  static String describe(Variable value) {
    return value.dtype() + value.shape().toString();
  }

  @Override
  protected String settings() {
    return inputSize + ", " + stateSize;
  }
}
