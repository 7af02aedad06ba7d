package org.autograd.spiking;

import static org.autograd.expression.Expression.input;
import static org.autograd.expression.Expression.where;

import java.util.function.UnaryOperator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * Current-based leaky integrate-and-fire neurons in physical units, with adaptation or without, as
 * Norse defines them ({@code LIF} and {@code LSNN}; the latter is from G. Bellec et al., <i>Long
 * short-term memory and learning-to-learn in networks of spiking neurons</i>, 2018).
 *
 * <pre>{@code
 * J  = C + X                                               synaptic current
 * V1 = V + dt/tauMembrane (leak - V + J)
 * C' = J (1 - dt/tauSynapse)
 * B1 = B + dt/tauAdaptation (threshold - B)                with adaptation; else B is the threshold
 * S  = 1 if V1 > B1, else 0
 * V' = reset where it spikes, else V1                      no gradient goes through this
 * B' = B1 + adaptation S                                   but through this
 * }</pre>
 */
public final class CurrentLif extends Neuron<CurrentLif.State> {
  /**
   * What is handed on from step to step.
   *
   * @param spikes of this step
   * @param membrane the potentials
   * @param current the synaptic currents
   * @param threshold the thresholds, which only adaptation moves
   */
  public record State(Variable spikes, Variable membrane, Variable current, Variable threshold)
      implements NeuronState<State> {
    @Override
    public State map(UnaryOperator<Variable> change) {
      return new State(
          change.apply(spikes),
          change.apply(membrane),
          change.apply(current),
          change.apply(threshold));
    }
  }

  /**
   * How far a spike raises the threshold, and how slowly that is forgotten.
   *
   * @param strength what a spike adds; 1.8 in the paper and in Norse
   * @param timeConstant in seconds
   */
  public record Adaptation(double strength, double timeConstant) {}

  /**
   * What may be chosen; {@link CurrentLif#options()} has the defaults.
   *
   * @param timeStep dt in seconds
   * @param membraneTime the time constant of the membrane in seconds
   * @param synapseTime the time constant of the current in seconds
   * @param leak the potential towards which the membrane decays
   * @param threshold above which a membrane spikes
   * @param reset the potential after a spike
   * @param adaptation of the threshold, null for none
   * @param surrogate the derivative of a spike
   */
  public record Options(
      double timeStep,
      double membraneTime,
      double synapseTime,
      double leak,
      double threshold,
      double reset,
      @Nullable Adaptation adaptation,
      Surrogate surrogate) {
    /** Checks the times. */
    public Options {
      if (!(timeStep > 0 && timeStep <= membraneTime && timeStep <= synapseTime)
          || (adaptation != null && !(timeStep <= adaptation.timeConstant()))) {
        throw new IllegalArgumentException(
            "CurrentLif: the time step must be positive and at most each time constant, got "
                + timeStep
                + " and "
                + membraneTime
                + ", "
                + synapseTime
                + ", "
                + adaptation);
      }
    }

    /** Returns these options with other times, in seconds. */
    public Options times(double step, double membrane, double synapse) {
      return new Options(step, membrane, synapse, leak, threshold, reset, adaptation, surrogate);
    }

    /** Returns these options with other potentials. */
    public Options potentials(double leakTo, double spikeAbove, double resetTo) {
      return new Options(
          timeStep, membraneTime, synapseTime, leakTo, spikeAbove, resetTo, adaptation, surrogate);
    }

    /** Returns these options with thresholds that adapt: LSNN. */
    public Options adaptation(double strength, double timeConstant) {
      return new Options(
          timeStep,
          membraneTime,
          synapseTime,
          leak,
          threshold,
          reset,
          new Adaptation(strength, timeConstant),
          surrogate);
    }

    /** Returns these options with another derivative of a spike. */
    public Options surrogate(Surrogate value) {
      return new Options(
          timeStep, membraneTime, synapseTime, leak, threshold, reset, adaptation, value);
    }
  }

  /**
   * Returns Norse's default options: steps of 1 ms, 10 ms for the membrane and 5 ms for the
   * synapse, leak 0, threshold 1, reset 0, no adaptation, the fast sigmoid's slope of sharpness
   * 100.
   */
  public static Options options() {
    return new Options(1e-3, 1e-2, 5e-3, 0, 1, 0, null, Surrogate.fastSigmoid(100));
  }

  private static final Pointwise CHARGE =
      Pointwise.of(
          "charge",
          3,
          2,
          input(0)
              .add(
                  Expression.parameter(1)
                      .sub(input(0))
                      .add(input(1).add(input(2)))
                      .mul(Expression.parameter(0))));
  static final Pointwise CURRENT =
      Pointwise.of("synapse", 2, 1, input(0).add(input(1)).mul(Expression.parameter(0)));
  private static final Pointwise RESET =
      Pointwise.of("reset", 2, 1, where(input(0).gt(input(1)), Expression.parameter(0), input(0)));
  private static final Pointwise RECOVER =
      Pointwise.of(
          "recover",
          1,
          2,
          input(0).add(Expression.parameter(1).sub(input(0)).mul(Expression.parameter(0))));
  private static final Pointwise ADAPT =
      Pointwise.of("adapt", 2, 1, input(0).add(input(1).mul(Expression.parameter(0))));

  private final Options options;
  private final Surrogate surrogate;

  /** Creates neurons. */
  public CurrentLif(Options options) {
    super(State.class);
    this.options = options;
    this.surrogate = options.surrogate().inclusive(false);
  }

  /** Returns what was chosen when this was created. */
  public Options chosen() {
    return options;
  }

  @Override
  public State initial(Variable input) {
    Variable zeros = Variable.zerosLike(input.detach());
    Variable membrane = Variable.fullLike(zeros, options.leak());
    return new State(zeros, membrane, zeros, Variable.fullLike(zeros, options.threshold()));
  }

  /** Returns the membrane before a spike. */
  static Variable charge(Variable membrane, Variable current, Variable input, Options options) {
    return CHARGE.apply(
        new Variable[] {membrane, current, input},
        options.timeStep() / options.membraneTime(),
        options.leak());
  }

  /** Returns the current that is left. */
  static Variable decay(Variable current, Variable input, Options options) {
    return CURRENT.apply(current, input, 1 - options.timeStep() / options.synapseTime());
  }

  @Override
  protected State next(Variable input, State state) {
    Variable charged = charge(state.membrane(), state.current(), input, options);
    Variable current = decay(state.current(), input, options);
    Adaptation adaptation = options.adaptation();
    Variable threshold =
        adaptation == null
            ? state.threshold()
            : RECOVER.apply(
                state.threshold(),
                options.timeStep() / adaptation.timeConstant(),
                options.threshold());
    Variable spikes = surrogate.apply(charged, threshold);
    Variable membrane = RESET.apply(charged, threshold, options.reset());
    return new State(
        spikes,
        membrane,
        current,
        adaptation == null ? threshold : ADAPT.apply(threshold, spikes, adaptation.strength()));
  }
}
