package org.autograd.liquid;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Initializers;
import org.autograd.nn.LstmCell;
import org.autograd.nn.Module;
import org.autograd.nn.RecurrentCell;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link LiquidCell} over batches of sequences whose elements may be any time apart.
 *
 * <pre>{@code
 * LiquidLayer layer = new LiquidLayer(new CfcCell(2, 32));
 * // x is [n, length, 2], timespans are [n, length], lengths are [n]
 * LiquidLayer.Result result = layer.apply(x, timespans, lengths);
 * Variable logits = head.apply(result.state());                    // the states at the ends
 * }</pre>
 *
 * <p>Inputs are {@code [n, length, inputSize]}, outputs {@code [n, length, outputSize]}. Time spans
 * {@code [n, length]} say how long before each element the one before it was, for each sequence by
 * itself; null counts as 1 throughout. Sequences of several lengths lie in one array, and an int64
 * vector says how long each is: outputs beyond the end are 0, and the final state is that after the
 * last element.
 *
 * <p>With mixed memory an LSTM cell goes in front of each step: it makes the state of state and
 * input, and the liquid cell goes on from there. Its cell state can hold what a liquid state, which
 * forgets at a rate that depends on the input, cannot.
 */
public final class LiquidLayer extends Module {
  private final LiquidCell cell;
  private final @Nullable LstmCell memory;

  /** Creates a layer without mixed memory. */
  public LiquidLayer(LiquidCell cell) {
    this.cell = child("cell", cell);
    this.memory = null;
  }

  private LiquidLayer(LiquidCell cell, LstmCell memory) {
    this.cell = child("cell", cell);
    this.memory = child("memory", memory);
  }

  /** Returns a layer with mixed memory, drawn from the default generator. */
  public static LiquidLayer withMemory(LiquidCell cell) {
    return withMemory(cell, Autograd.generator());
  }

  /**
   * Returns a layer with mixed memory: an LSTM whose bias of the forget gate starts at 1, its
   * weights of the input as Xavier's, and its weights of the state orthogonal.
   */
  public static LiquidLayer withMemory(LiquidCell cell, Generator rng) {
    LstmCell memory =
        new LstmCell(
            cell.inputSize(),
            cell.stateSize(),
            RecurrentCell.options().dtype(cell.dtype()).generator(rng));
    var parameters = memory.namedParameters();
    int size = cell.stateSize();
    try (var _ = Autograd.noGrad()) {
      Initializers.xavierUniform(1).fill(parameter(parameters.get("weight_ih")), rng);
      Initializers.orthogonal(1).fill(parameter(parameters.get("weight_hh")), rng);
      Variable bias = parameter(parameters.get("bias_ih"));
      Initializers.uniform(-0.1, 0.1).fill(bias, rng);
      bias.narrow(0, size, size).add_(1); // the gates stand in the order i, f, g, o
      parameter(parameters.get("bias_hh")).zero_();
    }
    return new LiquidLayer(cell, memory);
  }

  private static Variable parameter(@Nullable Variable value) {
    return Objects.requireNonNull(value);
  }

  /** Returns the cell. */
  public LiquidCell cell() {
    return cell;
  }

  /**
   * What a layer gives.
   *
   * @param output {@code [n, length, outputSize]}
   * @param state the final states {@code [n, stateSize]}
   * @param memory the final cell states of the mixed memory {@code [n, stateSize]}, null without
   */
  public record Result(Variable output, Variable state, @Nullable Variable memory) {}

  /** Returns outputs and final states for sequences whose elements are 1 apart. */
  public Result apply(Variable input) {
    return apply(input, null, null, null);
  }

  /** Returns outputs and final states for sequences that begin with states of zeros. */
  public Result apply(Variable input, @Nullable Variable timespans, @Nullable Variable lengths) {
    return apply(input, timespans, lengths, null);
  }

  /**
   * Returns outputs and final states.
   *
   * @param timespans of this dtype, {@code [n, length]}; null for 1 throughout
   * @param lengths int64 {@code [n]}, from 1 to the length of the input; null if all have that
   * @param start where the sequences go on, the result of an earlier part; null for zeros
   * @throws IllegalArgumentException if shapes or dtypes do not fit or a length is out of range
   */
  public Result apply(
      Variable input,
      @Nullable Variable timespans,
      @Nullable Variable lengths,
      @Nullable Result start) {
    List<Variable> result = call(in -> run(in.getFirst(), timespans, lengths, start), input);
    return new Result(result.get(0), result.get(1), memory == null ? null : result.get(2));
  }

  private List<Variable> run(
      Variable input,
      @Nullable Variable timespans,
      @Nullable Variable lengths,
      @Nullable Result start) {
    cell.checkInput(input, 3, "[n, length, " + cell.inputSize() + "]");
    long n = input.size(0);
    int length = Math.toIntExact(input.size(1));
    check(timespans, lengths, n, length);
    Variable state = cell.startState(start == null ? null : start.state(), n);
    Variable inputs = input.transpose(0, 1).contiguous();
    Variable elapsed = timespans == null ? null : timespans.transpose().unsqueeze(-1);
    Variable going =
        lengths == null
            ? null
            : Variable.arange(length).unsqueeze(1).lt(lengths.unsqueeze(0)).unsqueeze(-1);
    LstmCell own = memory;
    if (own == null) {
      Variable states = cell.sequence(inputs, state, elapsed, going);
      return List.of(output(states, going), states.select(0, -1));
    }
    Variable remembered = cell.startState(start == null ? null : start.memory(), n);
    return withMemory(own, inputs, new LstmCell.State(state, remembered), elapsed, going);
  }

  /** Returns outputs, 0 beyond the ends, by batch. */
  private Variable output(Variable states, @Nullable Variable going) {
    Variable output = cell.output(states);
    return (going == null ? output : output.maskedFill(going.logicalNot(), 0)).transpose(0, 1);
  }

  private List<Variable> withMemory(
      LstmCell own,
      Variable inputs,
      LstmCell.State start,
      @Nullable Variable elapsed,
      @Nullable Variable going) {
    LiquidCell.Steps steps = cell.steps(inputs);
    List<Variable> features = Unbind.of(inputs);
    List<Variable> times = elapsed == null ? List.of() : Unbind.of(elapsed);
    Variable one = Variable.ones(cell.dtype(), 1, 1);
    LstmCell.State now = start;
    List<Variable> states = new ArrayList<>();
    for (int t = 0; t < features.size(); t++) {
      LstmCell.State held = own.apply(features.get(t), now);
      Variable next = steps.next(t, held.hidden(), elapsed == null ? one : times.get(t));
      Variable remembered = held.cell();
      if (going != null) {
        next = Variable.where(going.select(0, t), next, now.hidden());
        remembered = Variable.where(going.select(0, t), remembered, now.cell());
      }
      now = new LstmCell.State(next, remembered);
      states.add(next);
    }
    return List.of(output(Variable.stack(0, states), going), now.hidden(), now.cell());
  }

  private void check(@Nullable Variable timespans, @Nullable Variable lengths, long n, int length) {
    if (length == 0) {
      throw new IllegalArgumentException("the sequences must have at least one element");
    }
    Shape expected = Shape.of(n, length);
    if (timespans != null
        && !(timespans.shape().equals(expected) && timespans.dtype() == cell.dtype())) {
      throw new IllegalArgumentException(
          "the time spans %s must be %s%s, one for each element of each sequence"
              .formatted(LiquidCell.describe(timespans), cell.dtype(), expected));
    }
    if (lengths == null) {
      return;
    }
    if (!lengths.dtype().isInteger() || !lengths.shape().equals(Shape.of(n))) {
      throw new IllegalArgumentException(
          "the lengths %s must be an int64 vector with one length for each of %d sequences"
              .formatted(LiquidCell.describe(lengths), n));
    }
    for (long value : lengths.toLongArray()) {
      if (value < 1 || value > length) {
        throw new IllegalArgumentException(
            "the lengths must be from 1 to %d, the length of the input, got %d"
                .formatted(length, value));
      }
    }
  }
}
