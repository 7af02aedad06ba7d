package org.autograd.spiking;

import static org.autograd.expression.Expression.input;
import static org.autograd.expression.Expression.where;

import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Integrate-and-fire neurons, leaky or not, as SpikingJelly defines them ({@code IFNode}, {@code
 * LIFNode}). A membrane that reaches the threshold spikes, the reset comes in the same step, and
 * the state's membrane is the one after it.
 *
 * <pre>{@code
 * H  = V + X                                    no leak
 * H  = V + (X - (V - reset)) / tau              leaky, decayInput
 * H  = V - (V - reset) / tau + X                leaky, not decayInput
 * S  = 1 if H >= threshold, else 0              greater or equal
 * V' = (1 - S) H + S reset                      hard reset
 * V' = H - S threshold                          soft reset; reset above is then 0
 * }</pre>
 */
public final class IntegrateAndFire extends Neuron<Leaky.State> {
  private final Options options;
  private final Pointwise charge;
  private final Pointwise detachedReset;
  private final Pointwise reset;
  private final Surrogate surrogate;

  /**
   * What may be chosen; {@link IntegrateAndFire#options()} has the defaults.
   *
   * @param timeConstant tau in time steps, at least 1; infinite for no leak
   * @param decayInput whether the input is divided by tau, too
   * @param threshold at which a membrane spikes
   * @param hardReset whether a spike sets the membrane to {@code resetPotential} instead of
   *     subtracting the threshold
   * @param resetPotential after a hard reset
   * @param detachReset whether no gradient goes through the reset. True here; SpikingJelly's
   *     default is false
   * @param surrogate the derivative of a spike
   */
  public record Options(
      double timeConstant,
      boolean decayInput,
      double threshold,
      boolean hardReset,
      double resetPotential,
      boolean detachReset,
      Surrogate surrogate) {
    /** Checks the time constant. */
    public Options {
      if (!(timeConstant >= 1)) {
        throw new IllegalArgumentException(
            "IntegrateAndFire: the time constant must be at least 1 step, got " + timeConstant);
      }
    }

    /** Returns these options with a leak. */
    public Options timeConstant(double value) {
      return new Options(
          value, decayInput, threshold, hardReset, resetPotential, detachReset, surrogate);
    }

    /** Returns these options with the input divided by the time constant or not. */
    public Options decayInput(boolean value) {
      return new Options(
          timeConstant, value, threshold, hardReset, resetPotential, detachReset, surrogate);
    }

    /** Returns these options with another threshold. */
    public Options threshold(double value) {
      return new Options(
          timeConstant, decayInput, value, hardReset, resetPotential, detachReset, surrogate);
    }

    /** Returns these options with a reset to a potential. */
    public Options hardReset(double potential) {
      return new Options(
          timeConstant, decayInput, threshold, true, potential, detachReset, surrogate);
    }

    /** Returns these options with a reset that subtracts the threshold. */
    public Options softReset() {
      return new Options(timeConstant, decayInput, threshold, false, 0, detachReset, surrogate);
    }

    /** Returns these options with or without gradients through the reset. */
    public Options detachReset(boolean value) {
      return new Options(
          timeConstant, decayInput, threshold, hardReset, resetPotential, value, surrogate);
    }

    /** Returns these options with another derivative of a spike. */
    public Options surrogate(Surrogate value) {
      return new Options(
          timeConstant, decayInput, threshold, hardReset, resetPotential, detachReset, value);
    }
  }

  /**
   * Returns the default options: no leak, threshold 1, a reset to 0 that is detached,
   * SpikingJelly's sigmoid of sharpness 4.
   */
  public static Options options() {
    return new Options(Double.POSITIVE_INFINITY, true, 1, true, 0, true, Surrogate.sigmoid(4));
  }

  /** Creates neurons. */
  public IntegrateAndFire(Options options) {
    super(Leaky.State.class);
    this.options = options;
    this.surrogate = options.surrogate().inclusive(true);
    Expression v = input(0);
    Expression x = input(1);
    double tau = options.timeConstant();
    Expression charged;
    if (tau == Double.POSITIVE_INFINITY) {
      charged = v.add(x);
    } else if (options.decayInput()) {
      charged = v.add(x.sub(v.sub(Expression.parameter(1))).div(Expression.parameter(0)));
    } else {
      charged = v.sub(v.sub(Expression.parameter(1)).div(Expression.parameter(0))).add(x);
    }
    charge = Pointwise.of("integrate", 2, 2, charged);
    Expression h = input(0);
    Expression threshold = Expression.parameter(0);
    Expression floor = Expression.parameter(1);
    Expression spike = input(1);
    detachedReset =
        Pointwise.of(
            "reset",
            1,
            2,
            where(h.ge(threshold), options.hardReset() ? floor : h.sub(threshold), h));
    reset =
        Pointwise.of(
            "reset",
            2,
            2,
            options.hardReset()
                ? Expression.constant(1).sub(spike).mul(h).add(spike.mul(floor))
                : h.sub(spike.mul(threshold)));
  }

  /** Returns what was chosen when this was created. */
  public Options chosen() {
    return options;
  }

  /** Returns the membranes at the reset potential. */
  @Override
  public Leaky.State initial(Variable input) {
    Variable rest = Variable.fullLike(input.detach(), options.resetPotential());
    return new Leaky.State(Variable.zerosLike(rest), rest);
  }

  @Override
  protected Leaky.State next(Variable input, Leaky.State state) {
    Variable charged =
        charge.apply(state.membrane(), input, options.timeConstant(), options.resetPotential());
    Variable spikes = surrogate.apply(charged, options.threshold());
    Variable membrane =
        options.detachReset()
            ? detachedReset.apply(charged, options.threshold(), options.resetPotential())
            : reset.apply(charged, spikes, options.threshold(), options.resetPotential());
    return new Leaky.State(spikes, membrane);
  }

  @Override
  protected String settings() {
    return "timeConstant=" + options.timeConstant() + ", threshold=" + options.threshold();
  }
}
