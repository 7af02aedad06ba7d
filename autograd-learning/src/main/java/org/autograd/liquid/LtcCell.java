package org.autograd.liquid;

import static org.autograd.expression.Expression.input;

import java.util.List;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.nn.Initializers;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * Liquid time-constant neurons (Hasani, Lechner et al., "Liquid time-constant networks", 2021).
 * Each is a leaky membrane with synapses whose conductance depends on the neuron before them, so
 * its time constant depends on the input:
 *
 * <pre>
 * cm dv_i/dt = gleak (vleak - v_i) + sum_j w_ji sigmoid(sigma_ji (v_j - mu_ji)) (E_ji - v_i)
 * </pre>
 *
 * <p>and likewise for synapses from inputs. A step solves this in {@code unfolds} parts, each
 * semi-implicit ("fused"): with the conductances of the states before, and the states after in the
 * rest, which keeps it stable whatever the step. With {@code h = elapsed / unfolds} and {@code f_ji
 * = w_ji sigmoid(...)},
 *
 * <pre>
 * v_i &lt;- (cm v_i + h (gleak vleak + sum_j f_ji E_ji)) / (cm + h (gleak + sum_j f_ji + epsilon))
 * </pre>
 *
 * <p>which for a step of length 0 is {@code v_i} itself. Parameters have the names, shapes and
 * starting values of {@code ncps}: {@code gleak}, {@code vleak}, {@code cm} of shape {@code
 * [units]}; {@code w}, {@code sigma}, {@code mu}, {@code erev} of {@code [units, units]} by source
 * and target; the same with {@code sensory_} of {@code [inputs, units]}; {@code input_w}, {@code
 * input_b}, {@code output_w}, {@code output_b} for an affine map of each input and output.
 */
public final class LtcCell extends LiquidCell {
  /** From source, weight, sigma and mu; the weight is 0 where there is no synapse. */
  private static final Pointwise SYNAPSE =
      Pointwise.of(
          "ltcSynapse", 4, 0, input(1).mul(input(2).mul(input(0).sub(input(3))).sigmoid()));

  private static final Pointwise UNFOLD = unfold();

  private static final int STATE = 0;
  private static final int CURRENT = 1;
  private static final int CONDUCTANCE = 2;

  private static Pointwise unfold() {
    Expression current = input(CURRENT).add(input(3));
    Expression conductance = input(CONDUCTANCE).add(input(4));
    Expression cm = input(5);
    Expression gleak = input(6);
    Expression vleak = input(7);
    Expression h = input(8);
    Expression epsilon = Expression.parameter(0);
    Expression driven = cm.mul(input(STATE)).add(h.mul(gleak.mul(vleak).add(current)));
    Expression total = cm.add(h.mul(gleak.add(conductance).add(epsilon)));
    return Pointwise.of("ltcUnfold", 9, 1, driven.div(total));
  }

  private final Wiring wiring;
  private final Options options;
  private final Variable gleak;
  private final Variable vleak;
  private final Variable cm;
  private final Synapses recurrent;
  private final Synapses sensory;
  private final @Nullable Variable inputScale;
  private final @Nullable Variable inputShift;
  private final @Nullable Variable outputScale;
  private final @Nullable Variable outputShift;

  /** The parameters of a set of synapses, by source and target, and a mask of those that exist. */
  private record Synapses(Variable sigma, Variable mu, Variable w, Variable erev, Variable mask) {}

  /** How conductances and capacities are kept positive. */
  public enum Positivity {
    /** They are the softplus of the parameters, which may be any numbers. */
    SOFTPLUS,
    /**
     * They are the parameters, which {@link LtcCell#clampParameters} is to be called for after each
     * step of an optimizer.
     */
    CLAMP
  }

  /** What is done to each input before the synapses, and to each output after them. */
  public enum Mapping {
    /** Nothing. */
    NONE,
    /** It is multiplied by a parameter. */
    LINEAR,
    /** It is multiplied by a parameter, and another is added. */
    AFFINE
  }

  /**
   * What may be chosen; {@link LtcCell#options()} has the defaults.
   *
   * @param unfolds the number of parts of a step
   * @param epsilon what is added to the conductance, against division by 0
   * @param positivity how conductances and capacities are kept positive
   * @param inputMapping what is done to inputs
   * @param outputMapping what is done to outputs
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   */
  public record Options(
      int unfolds,
      double epsilon,
      Positivity positivity,
      Mapping inputMapping,
      Mapping outputMapping,
      DType dtype,
      Generator generator) {
    /** Checks the numbers. */
    public Options {
      if (unfolds < 1 || !(epsilon >= 0)) {
        throw new IllegalArgumentException(
            "LtcCell: unfolds must be positive and epsilon not negative, got %d and %s"
                .formatted(unfolds, epsilon));
      }
    }

    /** Returns these options with another number of parts of a step. */
    public Options unfolds(int value) {
      return new Options(value, epsilon, positivity, inputMapping, outputMapping, dtype, generator);
    }

    /** Returns these options with another number against division by 0. */
    public Options epsilon(double value) {
      return new Options(unfolds, value, positivity, inputMapping, outputMapping, dtype, generator);
    }

    /** Returns these options with another way to keep conductances positive. */
    public Options positivity(Positivity value) {
      return new Options(unfolds, epsilon, value, inputMapping, outputMapping, dtype, generator);
    }

    /** Returns these options with another map of inputs. */
    public Options inputMapping(Mapping value) {
      return new Options(unfolds, epsilon, positivity, value, outputMapping, dtype, generator);
    }

    /** Returns these options with another map of outputs. */
    public Options outputMapping(Mapping value) {
      return new Options(unfolds, epsilon, positivity, inputMapping, value, dtype, generator);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(
          unfolds, epsilon, positivity, inputMapping, outputMapping, value, generator);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(unfolds, epsilon, positivity, inputMapping, outputMapping, dtype, value);
    }
  }

  /** Returns the defaults of {@code ncps}: 6 parts, softplus, affine maps, float32. */
  public static Options options() {
    return new Options(
        6,
        1e-8,
        Positivity.SOFTPLUS,
        Mapping.AFFINE,
        Mapping.AFFINE,
        DType.FLOAT32,
        Autograd.generator());
  }

  /** Creates a cell with the default options. */
  public LtcCell(Wiring wiring) {
    this(wiring, options());
  }

  /** Creates a cell with a neuron for each one of the wiring. */
  public LtcCell(Wiring wiring, Options options) {
    super(wiring.inputs(), wiring.units(), options.dtype());
    this.wiring = wiring;
    this.options = options;
    int units = wiring.units();
    gleak = uniform("gleak", 0.001, 1, units);
    vleak = uniform("vleak", -0.2, 0.2, units);
    cm = uniform("cm", 0.4, 0.6, units);
    recurrent = synapses("", wiring.adjacency(options.dtype()));
    sensory = synapses("sensory_", wiring.sensoryAdjacency(options.dtype()));
    inputScale = mapping("input_w", options.inputMapping(), Mapping.LINEAR, 1, wiring.inputs());
    inputShift = mapping("input_b", options.inputMapping(), Mapping.AFFINE, 0, wiring.inputs());
    int outputs = wiring.outputs();
    outputScale = mapping("output_w", options.outputMapping(), Mapping.LINEAR, 1, outputs);
    outputShift = mapping("output_b", options.outputMapping(), Mapping.AFFINE, 0, outputs);
  }

  private Variable uniform(String name, double low, double high, long... shape) {
    Variable value = Variable.zeros(options.dtype(), shape);
    Initializers.uniform(low, high).fill(value, options.generator());
    return parameter(name, value);
  }

  private Synapses synapses(String prefix, Variable adjacency) {
    long[] shape = adjacency.shape().toArray();
    return new Synapses(
        uniform(prefix + "sigma", 3, 8, shape),
        uniform(prefix + "mu", 0.3, 0.8, shape),
        uniform(prefix + "w", 0.001, 1, shape),
        parameter(prefix + "erev", adjacency),
        buffer(prefix + "sparsity_mask", adjacency.detach().abs()));
  }

  private @Nullable Variable mapping(
      String name, Mapping chosen, Mapping least, double value, int size) {
    return chosen.compareTo(least) >= 0
        ? parameter(name, Variable.full(options.dtype(), value, size))
        : null;
  }

  /** Returns the wiring. */
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public int outputSize() {
    return wiring.outputs();
  }

  @Override
  public Variable output(Variable state) {
    return mapped(state.narrow(-1, 0, wiring.outputs()), outputScale, outputShift);
  }

  private Variable mapped(Variable x, @Nullable Variable scale, @Nullable Variable shift) {
    Variable scaled = scale == null ? x : x.mul(current(scale));
    return shift == null ? scaled : scaled.add(current(shift));
  }

  /**
   * Sets negative conductances and capacities to 0: to be called after each step of an optimizer
   * under {@link Positivity#CLAMP}.
   */
  public void clampParameters() {
    try (var _ = Autograd.noGrad()) {
      for (Variable parameter : List.of(recurrent.w(), sensory.w(), cm, gleak)) {
        parameter.copy_(parameter.relu());
      }
    }
  }

  private Variable positive(Variable parameter) {
    Variable value = current(parameter);
    return options.positivity() == Positivity.SOFTPLUS ? value.softplus() : value;
  }

  @Override
  Steps steps(Variable inputs) {
    return new Solver(inputs);
  }

  /** A pass over sequences; what depends on parameters or inputs alone is computed once. */
  private final class Solver implements Steps {
    private final Variable weight = positive(recurrent.w()).mul(recurrent.mask());
    private final Variable sigma = current(recurrent.sigma());
    private final Variable mu = current(recurrent.mu());
    private final Variable erev = current(recurrent.erev());
    private final Variable capacity = positive(cm);
    private final Variable leak = positive(gleak);
    private final Variable rest = current(vleak);

    /** From inputs, {@code [n, units]} for each time. */
    private final List<Variable> currents;

    private final List<Variable> conductances;

    Solver(Variable inputs) {
      Variable sensed = mapped(inputs, inputScale, inputShift);
      Variable conductance =
          SYNAPSE.apply(
              new Variable[] {
                sensed.unsqueeze(-1),
                positive(sensory.w()).mul(sensory.mask()),
                current(sensory.sigma()),
                current(sensory.mu())
              });
      currents = Unbind.of(conductance.mul(current(sensory.erev())).sum(2));
      conductances = Unbind.of(conductance.sum(2));
    }

    @Override
    public Variable next(int time, Variable state, Variable elapsed) {
      Variable h = elapsed.div(options.unfolds());
      Variable v = state;
      for (int k = 0; k < options.unfolds(); k++) {
        Variable f = SYNAPSE.apply(new Variable[] {v.unsqueeze(-1), weight, sigma, mu});
        v =
            UNFOLD.apply(
                new Variable[] {
                  v,
                  f.mul(erev).sum(1),
                  f.sum(1),
                  currents.get(time),
                  conductances.get(time),
                  capacity,
                  leak,
                  rest,
                  h
                },
                options.epsilon());
      }
      return v;
    }
  }

  @Override
  protected String settings() {
    return wiring.toString();
  }
}
