package org.autograd.liquid;

import static org.autograd.expression.Expression.input;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.nn.Activation;
import org.autograd.nn.Dropout;
import org.autograd.nn.Initializers;
import org.autograd.nn.Linear;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * A closed-form continuous-time cell (Hasani et al., "Closed-form continuous-time neural networks",
 * 2022): an approximation of {@link LtcCell}'s equation that needs no solver. A backbone reads
 * input and state, {@code z = backbone([x, h])}, and heads make the next state of it:
 *
 * <pre>
 * f1 = tanh(W1 z + b1),  f2 = tanh(W2 z + b2),  t = sigmoid((Wa z + ba) elapsed + Wb z + bb)
 * h' = f1 (1 - t) + f2 t
 * </pre>
 *
 * <p>{@link CfcMode} says what else it can be. Names and starting values are those of {@code ncps}:
 * {@code backbone.0}, {@code ff1}, {@code ff2}, {@code time_a}, {@code time_b}, all weights
 * Xavier's.
 */
public final class CfcCell extends LiquidCell {
  private static final Pointwise LECUN_TANH =
      Pointwise.of("lecunTanh", x -> x.mul(0.666).tanh().mul(1.7159));

  private static final Activation LECUN = Activation.of("LecunTanh", LECUN_TANH::apply);

  static final Pointwise GATED = gated(true);
  static final Pointwise UNGATED = gated(false);
  private static final Pointwise PURE = pure();

  /** From the two heads, the two parts of the gate, and the elapsed time. */
  private static Pointwise gated(boolean gate) {
    Expression first = input(0).tanh();
    Expression second = input(1).tanh();
    Expression t = input(2).mul(input(4)).add(input(3)).sigmoid();
    Expression base = gate ? first.mul(Expression.constant(1).sub(t)) : first;
    return Pointwise.of(gate ? "cfc" : "cfcNoGate", 5, 0, base.add(t.mul(second)));
  }

  /** From the head, {@code w_tau}, {@code A} and the elapsed time. */
  private static Pointwise pure() {
    Expression head = input(0);
    Expression amplitude = input(2);
    Expression decay = input(3).neg().mul(input(1).abs().add(head.abs())).exp();
    return Pointwise.of("cfcPure", 4, 0, amplitude.sub(amplitude.mul(decay).mul(head)));
  }

  private static final List<String> HEADS = List.of("ff1", "ff2", "time_a", "time_b");

  private final Options options;
  private final @Nullable Linear entry;
  private final @Nullable Sequential whole;

  /** What follows the backbone's first product. */
  private final List<UnaryModule> backbone;

  /** Begins a pass. */
  private final Supplier<Heads> heads;

  private final @Nullable Variable mask;

  /** From the backbone's result and the elapsed time to the next state, in one pass. */
  interface Heads {
    Variable next(Variable z, Variable elapsed);
  }

  /**
   * What may be chosen; {@link CfcCell#options()} has the defaults.
   *
   * @param mode how the next state is made
   * @param backboneUnits the width of the backbone's layers
   * @param backboneLayers the number of the backbone's layers; with 0 the heads read input and
   *     state themselves
   * @param dropout the probability of a backbone's unit to be dropped in training
   * @param activation what follows each of the backbone's layers
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   */
  public record Options(
      CfcMode mode,
      int backboneUnits,
      int backboneLayers,
      double dropout,
      Activation activation,
      DType dtype,
      Generator generator) {
    /** Checks the numbers. */
    public Options {
      if (backboneUnits < 1 || backboneLayers < 0 || !(dropout >= 0 && dropout <= 1)) {
        throw new IllegalArgumentException(
            ("CfcCell: backboneUnits must be positive, backboneLayers not negative and dropout in"
                    + " [0, 1], got %d, %d and %s")
                .formatted(backboneUnits, backboneLayers, dropout));
      }
    }

    /** Returns these options with another way to make the next state. */
    public Options mode(CfcMode value) {
      return new Options(
          value, backboneUnits, backboneLayers, dropout, activation, dtype, generator);
    }

    /** Returns these options with another backbone. */
    public Options backbone(int layers, int units) {
      return new Options(mode, units, layers, dropout, activation, dtype, generator);
    }

    /** Returns these options with another probability of dropout in the backbone. */
    public Options dropout(double value) {
      return new Options(mode, backboneUnits, backboneLayers, value, activation, dtype, generator);
    }

    /** Returns these options with another function after the backbone's layers. */
    public Options activation(Activation value) {
      return new Options(mode, backboneUnits, backboneLayers, dropout, value, dtype, generator);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(
          mode, backboneUnits, backboneLayers, dropout, activation, value, generator);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(mode, backboneUnits, backboneLayers, dropout, activation, dtype, value);
    }
  }

  /**
   * Returns the defaults of {@code ncps}: one backbone layer of 128 units with LeCun's tanh, gated,
   * float32.
   */
  public static Options options() {
    return new Options(
        CfcMode.DEFAULT, 128, 1, 0, lecunTanh(), DType.FLOAT32, Autograd.generator());
  }

  /** Returns LeCun's {@code 1.7159 tanh(0.666 x)}. */
  public static Activation lecunTanh() {
    return LECUN;
  }

  /** Creates a cell with the default options. */
  public CfcCell(int inputSize, int stateSize) {
    this(inputSize, stateSize, options());
  }

  /**
   * Creates a cell.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public CfcCell(int inputSize, int stateSize, Options options) {
    this(inputSize, stateSize, options, null);
  }

  /**
   * Creates a cell in which not every input and state reaches each head.
   *
   * @param mask of the shape of a head's weight, 0 or 1; the gate is not masked. Null for all ones.
   *     A cell with a mask has no backbone
   */
  CfcCell(int inputSize, int stateSize, Options options, @Nullable Variable mask) {
    super(inputSize, stateSize, options.dtype());
    this.options = options;
    this.mask = mask == null ? null : buffer("sparsity_mask", mask);
    int features = inputSize + stateSize;
    List<UnaryModule> layers = new ArrayList<>();
    for (int k = 0; k < options.backboneLayers(); k++) {
      layers.add(linear(features, options.backboneUnits()));
      layers.add(options.activation());
      if (options.dropout() > 0) {
        layers.add(new Dropout(options.dropout()));
      }
      features = options.backboneUnits();
    }
    entry = layers.isEmpty() ? null : (Linear) layers.getFirst();
    backbone = layers.isEmpty() ? layers : List.copyOf(layers.subList(1, layers.size()));
    whole = layers.isEmpty() ? null : child("backbone", new Sequential(layers));
    heads = options.mode() == CfcMode.PURE ? pureHeads(features) : gatedHeads(features);
  }

  private Linear linear(int features, int size) {
    Linear layer =
        new Linear(
            features, size, Linear.options().dtype(options.dtype()).generator(options.generator()));
    Initializers.xavierUniform(1).fill(layer.weight(), options.generator());
    return layer;
  }

  private Supplier<Heads> pureHeads(int features) {
    Variable tau = parameter("w_tau", Variable.zeros(options.dtype(), 1, stateSize()));
    Variable amplitude = parameter("A", Variable.ones(options.dtype(), 1, stateSize()));
    Linear head = child("ff1", linear(features, stateSize()));
    return () -> {
      UnaryOperator<Variable> masked = masked(head);
      return (z, elapsed) ->
          PURE.apply(new Variable[] {masked.apply(z), current(tau), current(amplitude), elapsed});
    };
  }

  private Supplier<Heads> gatedHeads(int features) {
    Pointwise combine = options.mode() == CfcMode.DEFAULT ? GATED : UNGATED;
    Linear first = child("ff1", linear(features, stateSize()));
    Linear second = child("ff2", linear(features, stateSize()));
    Linear slope = child("time_a", linear(features, stateSize()));
    Linear shift = child("time_b", linear(features, stateSize()));
    return () -> {
      UnaryOperator<Variable> one = masked(first);
      UnaryOperator<Variable> two = masked(second);
      return (z, elapsed) ->
          combine.apply(
              new Variable[] {one.apply(z), two.apply(z), slope.apply(z), shift.apply(z), elapsed});
    };
  }

  /** Returns a head whose weight is masked once for a pass. */
  private UnaryOperator<Variable> masked(Linear head) {
    Variable bias = head.bias();
    if (mask == null || bias == null) {
      return head;
    }
    Variable weight = head.weight().mul(mask);
    return z -> z.linear(weight, bias);
  }

  @Override
  public int outputSize() {
    return stateSize();
  }

  /** Returns the state itself. */
  @Override
  public Variable output(Variable state) {
    return state;
  }

  /** Begins a pass over what the backbone gives, or over inputs and states if there is none. */
  Heads pass() {
    return heads.get();
  }

  @Override
  Steps steps(Variable inputs) {
    Linear layer = entry;
    Sequential layers = whole;
    if (layer == null || layers == null) {
      return new Bare(inputs);
    }
    return inputs.size(0) == 1 || isHooked()
        ? new Together(layers, inputs)
        : new Sequence(layer, inputs);
  }

  /** Returns whether someone looks at what enters or leaves the backbone's layers or a head. */
  private boolean isHooked() {
    return namedModules().values().stream()
        .anyMatch(part -> part != this && part.hasForwardHooks());
  }

  /** Input and state go through the backbone together, at each step. */
  private final class Together implements Steps {
    private final Sequential layers;
    private final List<Variable> inputs;
    private final Heads pass = pass();

    Together(Sequential layers, Variable inputs) {
      this.layers = layers;
      this.inputs = Unbind.of(inputs);
    }

    @Override
    public Variable next(int time, Variable state, Variable elapsed) {
      return pass.next(layers.apply(Variable.cat(-1, inputs.get(time), state)), elapsed);
    }
  }

  /**
   * Runs as one operation if this is the usual kind of cell, many steps are to be made and no hook
   * of the backbone or a head waits to be called, else step by step.
   */
  @Override
  Variable sequence(
      Variable inputs, Variable state, @Nullable Variable elapsed, @Nullable Variable going) {
    Linear layer = entry;
    boolean usual =
        layer != null
            && backbone.size() == 1
            && backbone.getFirst() == LECUN
            && options.mode() != CfcMode.PURE
            && !isHooked();
    return usual && inputs.size(0) > 1
        ? whole(Objects.requireNonNull(layer), inputs, state, elapsed, going)
        : super.sequence(inputs, state, elapsed, going);
  }

  private Variable whole(
      Linear layer,
      Variable inputs,
      Variable state,
      @Nullable Variable elapsed,
      @Nullable Variable going) {
    List<Linear> heads = new ArrayList<>();
    for (String name : HEADS) {
      heads.add((Linear) Objects.requireNonNull(children().get(name)));
    }
    Variable[] operands = new Variable[going == null ? 6 : 7];
    Variable weight = layer.weight();
    operands[0] = project(layer, inputs);
    operands[1] = state;
    operands[2] = weight.narrow(1, inputSize(), stateSize());
    operands[3] = Variable.cat(0, heads.stream().map(Linear::weight).toList());
    operands[4] =
        Variable.cat(0, heads.stream().map(head -> Objects.requireNonNull(head.bias())).toList());
    operands[5] = elapsed == null ? Variable.ones(dtype(), inputs.size(0), 1, 1) : elapsed;
    if (going != null) {
      operands[6] = going;
    }
    return CfcSequence.of(options.mode() == CfcMode.DEFAULT, going != null).apply(operands);
  }

  /** Returns the inputs' part of what enters the backbone. */
  private Variable project(Linear layer, Variable inputs) {
    Variable weight = layer.weight().narrow(1, 0, inputSize());
    Variable bias = layer.bias();
    return bias == null ? inputs.linear(weight) : inputs.linear(weight, bias);
  }

  /** Many steps: what the backbone makes of all inputs is one product. */
  private final class Sequence implements Steps {
    private final List<Variable> projected;
    private final Variable hiddenWeight;
    private final Heads pass = pass();

    Sequence(Linear layer, Variable inputs) {
      projected = Unbind.of(project(layer, inputs));
      hiddenWeight = layer.weight().narrow(1, inputSize(), stateSize());
    }

    @Override
    public Variable next(int time, Variable state, Variable elapsed) {
      Variable entered = projected.get(time).add(state.linear(hiddenWeight));
      return pass.next(throughBackbone(entered), elapsed);
    }
  }

  /** The heads read input and state themselves. */
  private final class Bare implements Steps {
    private final List<Variable> inputs;
    private final Heads pass = pass();

    Bare(Variable inputs) {
      this.inputs = Unbind.of(inputs);
    }

    @Override
    public Variable next(int time, Variable state, Variable elapsed) {
      return pass.next(Variable.cat(-1, inputs.get(time), state), elapsed);
    }
  }

  private Variable throughBackbone(Variable entered) {
    Variable z = entered;
    for (UnaryModule layer : backbone) {
      z = layer.apply(z);
    }
    return z;
  }

  @Override
  protected String settings() {
    return super.settings() + ", mode=" + options.mode();
  }
}
