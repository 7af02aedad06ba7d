package org.autograd.nn;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * One step of a recurrent layer: {@code [n, inputSize]} or {@code [inputSize]} and a state {@code
 * [n, hiddenSize]} or {@code [hiddenSize]} become the next state. Parameters are PyTorch's: {@code
 * weight_ih}, {@code weight_hh}, {@code bias_ih}, {@code bias_hh}, of the shapes and starting
 * values of {@link Recurrent}.
 */
public abstract sealed class RecurrentCell extends Module permits RnnCell, LstmCell, GruCell {
  private final long inputSize;
  private final long hiddenSize;
  private final Options options;
  private final Recurrent.Weights weights;

  RecurrentCell(long inputSize, long hiddenSize, int gates, Options options) {
    if (inputSize < 1 || hiddenSize < 1) {
      throw new IllegalArgumentException(
          label()
              + ": inputSize and hiddenSize must be positive, got "
              + inputSize
              + " and "
              + hiddenSize);
    }
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.options = options;
    long rows = gates * hiddenSize;
    Variable input = weight("weight_ih", rows, inputSize);
    Variable hidden = weight("weight_hh", rows, hiddenSize);
    weights =
        options.bias()
            ? new Recurrent.Weights(input, hidden, weight("bias_ih", rows), weight("bias_hh", rows))
            : new Recurrent.Weights(input, hidden, null, null);
  }

  private Variable weight(String name, long... shape) {
    return parameter(
        name, Recurrent.startingValues(hiddenSize, options.dtype(), options.generator(), shape));
  }

  /**
   * What may be chosen about a cell; {@link RecurrentCell#options()} has the defaults.
   *
   * @param bias whether there are biases
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   */
  public record Options(boolean bias, DType dtype, Generator generator) {
    /** Checks the dtype. */
    public Options {
      if (!dtype.isFloating()) {
        throw new IllegalArgumentException(
            "recurrent cell: dtype must be float32 or float64, got " + dtype);
      }
    }

    /** Returns these options with or without biases. */
    public Options bias(boolean value) {
      return new Options(value, dtype, generator);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(bias, value, generator);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(bias, dtype, value);
    }
  }

  /** Returns the default options: biases, float32. */
  public static Options options() {
    return new Options(true, DType.FLOAT32, Autograd.generator());
  }

  /** Returns the values of the weights to compute with. */
  final Recurrent.Weights weights() {
    return weights.current(this);
  }

  /** Returns what hooks see as the inputs: the input and the states that are there. */
  static Variable[] given(Variable input, @Nullable Variable... states) {
    List<Variable> given = new ArrayList<>();
    given.add(input);
    for (Variable state : states) {
      if (state != null) {
        given.add(state);
      }
    }
    return given.toArray(Variable[]::new);
  }

  /** Returns an element of the inputs, null if they end before. */
  static @Nullable Variable stateIn(List<Variable> inputs, int k) {
    return k < inputs.size() ? inputs.get(k) : null;
  }

  /** Returns the state, or zeros if it is null. */
  final Variable check(Variable input, @Nullable Variable state, String what) {
    InputChecks.requireRank(input, 1, 2, "[n, inputSize] or [inputSize]");
    InputChecks.requireDtypeOf(weights.input(), "weights", input);
    if (input.size(-1) != inputSize) {
      throw new IllegalArgumentException(
          "the last size of the input " + describe(input) + " must be inputSize=" + inputSize);
    }
    Shape expected = input.rank() == 1 ? Shape.of(hiddenSize) : Shape.of(input.size(0), hiddenSize);
    if (state == null) {
      return Variable.zeros(options.dtype(), expected.toArray());
    }
    if (!state.shape().equals(expected) || state.dtype() != options.dtype()) {
      throw new IllegalArgumentException(
          "the "
              + what
              + " state "
              + describe(state)
              + " must be "
              + options.dtype()
              + expected
              + " for the input "
              + describe(input));
    }
    return state;
  }

  @Override
  protected String settings() {
    return inputSize + ", " + hiddenSize + (options.bias() ? "" : ", bias=false");
  }
}
