package org.autograd.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What the recurrent layers have in common. Inputs are {@code [length, n, inputSize]}, or {@code
 * [n, length, inputSize]} with {@link Options#batchFirst}, or {@code [length, inputSize]} for one
 * sequence; outputs likewise with {@code hiddenSize} features, twice as many if bidirectional.
 * States are {@code [layers * directions, n, hiddenSize]}, without {@code n} for one sequence.
 *
 * <p>Parameters have PyTorch's names and order: {@code weight_ih_l0} of shape {@code [gates *
 * hiddenSize, inputSize]}, {@code weight_hh_l0} of {@code [gates * hiddenSize, hiddenSize]}, {@code
 * bias_ih_l0}, {@code bias_hh_l0}, the same with the suffix {@code _reverse}, then layer 1; all
 * start uniform in {@code [-1/sqrt(hiddenSize), 1/sqrt(hiddenSize))}.
 *
 * <p>Sequences of several lengths lie in one array; an int64 vector says how long each is, in any
 * order. The result is that of PyTorch's packed sequences: outputs beyond the end are 0, the final
 * state is that after the last element, and the reverse direction begins there. What the input
 * holds beyond the end does not matter, unless it is NaN or infinite: then its gradient is NaN.
 */
public abstract sealed class Recurrent extends Module permits Rnn, Lstm, Gru {
  private final long inputSize;
  private final long hiddenSize;
  private final Options options;

  /** The weights by layer and direction. */
  private final List<Weights> weights = new ArrayList<>();

  Recurrent(long inputSize, long hiddenSize, int gates, Options options) {
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
    for (int layer = 0; layer < options.layers(); layer++) {
      for (int direction = 0; direction < options.directions(); direction++) {
        long features = layer == 0 ? inputSize : hiddenSize * options.directions();
        String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
        weights.add(weights(suffix, gates * hiddenSize, features));
      }
    }
  }

  private Weights weights(String suffix, long rows, long features) {
    Variable input = weight("weight_ih" + suffix, rows, features);
    Variable hidden = weight("weight_hh" + suffix, rows, hiddenSize);
    if (!options.bias()) {
      return new Weights(input, hidden, null, null);
    }
    return new Weights(
        input, hidden, weight("bias_ih" + suffix, rows), weight("bias_hh" + suffix, rows));
  }

  private Variable weight(String name, long... shape) {
    return parameter(name, startingValues(hiddenSize, options.dtype(), options.generator(), shape));
  }

  /** Returns values in which recurrent layers start. */
  static Variable startingValues(long hiddenSize, DType dtype, Generator generator, long... shape) {
    double bound = 1 / Math.sqrt((double) hiddenSize);
    Variable values = Variable.zeros(dtype, shape);
    Initializers.uniform(-bound, bound).fill(values, generator);
    return values;
  }

  /**
   * The weights of one direction of one layer, or of a cell.
   *
   * @param input of shape {@code [gates * hiddenSize, features]}
   * @param hidden of shape {@code [gates * hiddenSize, hiddenSize]}
   * @param inputBias of shape {@code [gates * hiddenSize]}, null if there is none
   * @param hiddenBias likewise
   */
  record Weights(
      Variable input,
      Variable hidden,
      @Nullable Variable inputBias,
      @Nullable Variable hiddenBias) {

    /** Returns the values to compute with. */
    Weights current(Module module) {
      return new Weights(
          module.current(input),
          module.current(hidden),
          module.currentOrNull(inputBias),
          module.currentOrNull(hiddenBias));
    }

    /** Returns the inputs' part of the gates, with the bias of the hidden state's if wanted. */
    Variable projectInput(Variable x, boolean withHiddenBias) {
      if (inputBias == null || hiddenBias == null) {
        return x.linear(input);
      }
      return x.linear(input, withHiddenBias ? inputBias.add(hiddenBias) : inputBias);
    }

    /** Returns the hidden state's part of the gates, without bias. */
    Variable projectHidden(Variable h) {
      return h.matmul(hidden.transpose());
    }

    /** Returns the hidden state's part of the gates. */
    Variable projectHiddenWithBias(Variable h) {
      return hiddenBias == null ? h.linear(hidden) : h.linear(hidden, hiddenBias);
    }
  }

  /**
   * What may be chosen about a layer; {@link Recurrent#options()} has the defaults.
   *
   * @param layers the number of layers, each of which reads the outputs of the one before
   * @param bias whether there are biases
   * @param batchFirst whether inputs and outputs are {@code [n, length, features]}; states are not
   *     affected
   * @param dropout the probability of an output of a layer but the last to be dropped in training
   * @param bidirectional whether every layer reads its input from the end too
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   */
  public record Options(
      int layers,
      boolean bias,
      boolean batchFirst,
      double dropout,
      boolean bidirectional,
      DType dtype,
      Generator generator) {
    /** Checks the values. */
    public Options {
      if (layers < 1) {
        throw new IllegalArgumentException(
            "recurrent layer: the number of layers must be positive, got " + layers);
      }
      if (!(dropout >= 0 && dropout <= 1)) {
        throw new IllegalArgumentException(
            "recurrent layer: the probability of dropout must be in [0, 1], got " + dropout);
      }
      if (!dtype.isFloating()) {
        throw new IllegalArgumentException(
            "recurrent layer: dtype must be float32 or float64, got " + dtype);
      }
    }

    /** Returns these options with another number of layers. */
    public Options layers(int value) {
      return new Options(value, bias, batchFirst, dropout, bidirectional, dtype, generator);
    }

    /** Returns these options with or without biases. */
    public Options bias(boolean value) {
      return new Options(layers, value, batchFirst, dropout, bidirectional, dtype, generator);
    }

    /** Returns these options with the batch or the time along the first axis. */
    public Options batchFirst(boolean value) {
      return new Options(layers, bias, value, dropout, bidirectional, dtype, generator);
    }

    /** Returns these options with another probability of dropout between layers. */
    public Options dropout(double value) {
      return new Options(layers, bias, batchFirst, value, bidirectional, dtype, generator);
    }

    /** Returns these options with one direction or two. */
    public Options bidirectional(boolean value) {
      return new Options(layers, bias, batchFirst, dropout, value, dtype, generator);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(layers, bias, batchFirst, dropout, bidirectional, value, generator);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(layers, bias, batchFirst, dropout, bidirectional, dtype, value);
    }

    int directions() {
      return bidirectional ? 2 : 1;
    }
  }

  /** Returns the default options: one layer and direction, biases, time first, float32. */
  public static Options options() {
    return new Options(1, true, false, 0, false, DType.FLOAT32, Autograd.generator());
  }

  /** Returns the options that this was created with. */
  public final Options configuration() {
    return options;
  }

  /**
   * What a layer without a cell state gives.
   *
   * @param output the last layer's hidden states at every time
   * @param hidden the final hidden states of every layer and direction
   */
  public record Result(Variable output, Variable hidden) {}

  /** Which sequences go on at each time, null if all do. */
  private record Lengths(List<Variable> going, Variable over) {
    static Lengths of(Variable lengths, long times) {
      List<Variable> going = new ArrayList<>();
      for (long t = 0; t < times; t++) {
        going.add(lengths.gt((double) t).unsqueeze(-1));
      }
      return new Lengths(going, Variable.stack(0, going).logicalNot());
    }
  }

  /** Computes one step: the gates' inputs and the state before, to the state after. */
  abstract Variable[] step(Weights w, Variable projected, Variable[] state);

  /** Returns the inputs' part of the gates for all times. */
  abstract Variable project(Weights w, Variable input);

  /**
   * Runs one direction of one layer over sequences that are all of one length.
   *
   * @return the outputs {@code [length, n, hiddenSize]}, then the final state
   */
  Variable[] sequence(Weights w, Variable input, Variable[] state, boolean reverse) {
    return steps(w, input, state, reverse, null);
  }

  /** Runs one direction of one layer step by step, by recorded operations. */
  final Variable[] steps(
      Weights w,
      Variable input,
      Variable[] state,
      boolean reverse,
      @Nullable List<Variable> going) {
    Variable projected = project(w, input);
    int times = Math.toIntExact(input.size(0));
    Variable[] now = state;
    List<Variable> outputs = new ArrayList<>(times);
    for (int k = 0; k < times; k++) {
      int t = reverse ? times - 1 - k : k;
      Variable[] next = step(w, projected.select(0, t), now);
      for (int s = 0; s < next.length && going != null; s++) {
        next[s] = Variable.where(going.get(t), next[s], now[s]);
      }
      now = next;
      outputs.add(now[0]);
    }
    if (reverse) {
      Collections.reverse(outputs);
    }
    Variable[] result = new Variable[now.length + 1];
    result[0] = Variable.stack(0, outputs);
    System.arraycopy(now, 0, result, 1, now.length);
    return result;
  }

  /**
   * Runs all layers.
   *
   * @param initial the states at the beginning, or null for zeros
   * @param states the number of states
   * @return the output, then the final states
   */
  final Variable[] run(
      Variable input, Variable @Nullable [] initial, int states, @Nullable Variable lengths) {
    List<Variable> given = new ArrayList<>();
    given.add(input);
    if (initial != null) {
      given.addAll(List.of(initial));
    }
    if (lengths != null) {
      given.add(lengths);
    }
    UnaryOperator<List<Variable>> forward =
        in -> {
          Variable[] starts =
              initial == null ? null : in.subList(1, 1 + states).toArray(Variable[]::new);
          return List.of(
              checkAndRun(in.getFirst(), starts, states, lengths == null ? null : in.getLast()));
        };
    return call(forward, given.toArray(Variable[]::new)).toArray(Variable[]::new);
  }

  private Variable[] checkAndRun(
      Variable input, Variable @Nullable [] initial, int states, @Nullable Variable lengths) {
    check(input, initial, lengths);
    boolean single = input.rank() == 2;
    boolean transposed = options.batchFirst() && !single;
    Variable x = single ? input.unsqueeze(1) : transposed ? input.transpose(0, 1) : input;
    Variable[] starts = new Variable[states];
    for (int s = 0; s < states; s++) {
      starts[s] =
          initial == null
              ? Variable.zeros(options.dtype(), weights.size(), x.size(1), hiddenSize)
              : single ? initial[s].unsqueeze(1) : initial[s];
    }
    Variable[] result = layers(x, starts, lengths == null ? null : Lengths.of(lengths, x.size(0)));
    if (single) {
      Arrays.setAll(result, k -> result[k].squeeze(1));
    } else if (transposed) {
      result[0] = result[0].transpose(0, 1);
    }
    return result;
  }

  private Variable[] layers(Variable x, Variable[] starts, @Nullable Lengths lengths) {
    int directions = options.directions();
    List<List<Variable>> ends = new ArrayList<>();
    for (int s = 0; s < starts.length; s++) {
      ends.add(new ArrayList<>());
    }
    Variable output = x;
    for (int layer = 0; layer < options.layers(); layer++) {
      if (layer > 0 && isTraining()) {
        output = Dropout.drop(output, options.dropout());
      }
      Variable[] parts = new Variable[directions];
      for (int direction = 0; direction < directions; direction++) {
        int at = layer * directions + direction;
        Variable[] state = new Variable[starts.length];
        Arrays.setAll(state, s -> starts[s].select(0, at));
        Weights w = weights.get(at).current(this);
        Variable[] result =
            lengths == null
                ? sequence(w, output, state, direction == 1)
                : steps(w, output, state, direction == 1, lengths.going());
        parts[direction] = lengths == null ? result[0] : result[0].maskedFill(lengths.over(), 0);
        for (int s = 0; s < starts.length; s++) {
          ends.get(s).add(result[s + 1]);
        }
      }
      output = directions == 1 ? parts[0] : Variable.cat(-1, parts);
    }
    Variable[] result = new Variable[starts.length + 1];
    result[0] = output;
    for (int s = 0; s < starts.length; s++) {
      result[s + 1] = Variable.stack(0, ends.get(s));
    }
    return result;
  }

  private void check(Variable input, Variable @Nullable [] initial, @Nullable Variable lengths) {
    InputChecks.requireRank(
        input,
        2,
        3,
        options.batchFirst()
            ? "[n, length, inputSize] or [length, inputSize]"
            : "[length, n, inputSize] or [length, inputSize]");
    InputChecks.requireDtypeOf(weights.getFirst().input(), "weights", input);
    if (input.size(-1) != inputSize) {
      throw new IllegalArgumentException(
          "the last size of the input " + describe(input) + " must be inputSize=" + inputSize);
    }
    boolean single = input.rank() == 2;
    int timeAxis = options.batchFirst() && !single ? 1 : 0;
    long times = input.size(timeAxis);
    if (times == 0) {
      throw new IllegalArgumentException(
          "the sequences of the input " + describe(input) + " must have at least one element");
    }
    long count = single ? 1 : input.size(1 - timeAxis);
    Shape expected =
        single ? Shape.of(weights.size(), hiddenSize) : Shape.of(weights.size(), count, hiddenSize);
    for (int s = 0; initial != null && s < initial.length; s++) {
      if (!initial[s].shape().equals(expected) || initial[s].dtype() != options.dtype()) {
        throw new IllegalArgumentException(
            "the initial "
                + (s == 0 ? "hidden" : "cell")
                + " state "
                + describe(initial[s])
                + " must be "
                + options.dtype()
                + expected
                + " for the input "
                + describe(input));
      }
    }
    if (lengths != null) {
      checkLengths(lengths, single, count, times);
    }
  }

  private static void checkLengths(Variable lengths, boolean single, long count, long times) {
    if (single || !lengths.dtype().isInteger() || !lengths.shape().equals(Shape.of(count))) {
      throw new IllegalArgumentException(
          "the lengths "
              + describe(lengths)
              + " must be an int64 vector with one length for each sequence of a batch");
    }
    for (long length : lengths.toLongArray()) {
      if (length < 1 || length > times) {
        throw new IllegalArgumentException(
            "the lengths must be from 1 to " + times + ", the length of the input, got " + length);
      }
    }
  }

  @Override
  protected String settings() {
    StringBuilder text = new StringBuilder();
    text.append(inputSize).append(", ").append(hiddenSize);
    if (options.layers() > 1) {
      text.append(", layers=").append(options.layers());
    }
    if (!options.bias()) {
      text.append(", bias=false");
    }
    if (options.batchFirst()) {
      text.append(", batchFirst=true");
    }
    if (options.dropout() > 0) {
      text.append(", dropout=").append(options.dropout());
    }
    if (options.bidirectional()) {
      text.append(", bidirectional=true");
    }
    return text.toString();
  }
}
