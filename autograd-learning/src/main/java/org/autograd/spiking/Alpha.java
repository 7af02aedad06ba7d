package org.autograd.spiking;

import static org.autograd.expression.Expression.input;

import java.util.function.UnaryOperator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Neurons whose membrane answers a spike with a difference of two exponentials, which rises and
 * falls; snnTorch's {@code Alpha}.
 *
 * <pre>{@code
 * E' = a E + I           excitation
 * H' = b H - I           inhibition, b < a
 * U' = t (E' + H')       t = ln a / (ln b - ln a) + 1
 * }</pre>
 *
 * <p>The membrane is a function of the two currents and no state of its own, so a reset sets all
 * three to 0 ({@link Reset#ZERO}) or leaves them ({@link Reset#NONE}).
 */
public final class Alpha extends ThresholdNeuron<Alpha.State> {
  /**
   * What is handed on from step to step.
   *
   * @param spikes of this step
   * @param membrane the potentials
   * @param excitation the slow current
   * @param inhibition the fast current, which is negative for positive inputs
   */
  public record State(Variable spikes, Variable membrane, Variable excitation, Variable inhibition)
      implements NeuronState<State> {
    @Override
    public State map(UnaryOperator<Variable> change) {
      return new State(
          change.apply(spikes),
          change.apply(membrane),
          change.apply(excitation),
          change.apply(inhibition));
    }
  }

  private static final Pointwise MEMBRANE =
      Pointwise.of("alphaMembrane", 3, 0, input(0).add(input(1)).mul(input(2)));

  private static final Pointwise TIME_FACTOR =
      Pointwise.of(
          "alphaTimeFactor",
          (a, b) -> {
            Expression slow = Decay.clamped(a).log();
            return slow.div(Decay.clamped(b).log().sub(slow)).add(1);
          });

  private final Variable alpha;
  private final Variable beta;
  private final Pointwise excite;
  private final Pointwise inhibit;

  /**
   * Creates neurons whose currents a spike sets to zero.
   *
   * @param alpha the share of the excitation that is left after a step, in (beta, 1)
   * @param beta the share of the inhibition that is left after a step, in (0, alpha)
   */
  public Alpha(double alpha, double beta) {
    this(alpha, beta, NeuronOptions.defaults().reset(Reset.ZERO));
  }

  /**
   * Creates neurons.
   *
   * @param alpha the share of the excitation that is left after a step, in (beta, 1)
   * @param beta the share of the inhibition that is left after a step, in (0, alpha)
   * @throws IllegalArgumentException if the options have {@link Reset#SUBTRACT} or a reset without
   *     delay, which would not last
   */
  public Alpha(double alpha, double beta, NeuronOptions options) {
    super(State.class, options);
    if (!(0 < beta && beta < alpha && alpha < 1)) {
      throw new IllegalArgumentException(
          "Alpha: needs 0 < beta < alpha < 1, got alpha=" + alpha + " and beta=" + beta);
    }
    if (options.reset() == Reset.SUBTRACT || !options.resetDelay()) {
      throw new IllegalArgumentException(
          "Alpha: the membrane follows from the currents, so that only these can be reset: choose"
              + " NeuronOptions.reset(Reset.ZERO), with delay, or Reset.NONE");
    }
    this.alpha = decay("alpha", Decay.scalar("alpha", alpha, options.dtype()));
    this.beta = decay("beta", Decay.scalar("beta", beta, options.dtype()));
    // Operands: the current, the input, its decay, the membrane, the threshold.
    Expression kept = input(0).mul(Decay.clamped(input(2)));
    excite =
        Pointwise.of(
            "excitation", 5, 0, reset(options.reset(), kept.add(input(1)), input(3), input(4)));
    inhibit =
        Pointwise.of(
            "inhibition", 5, 0, reset(options.reset(), kept.sub(input(1)), input(3), input(4)));
  }

  /** Returns the decay of the excitation as it is learned. */
  public Variable alpha() {
    return current(alpha);
  }

  /** Returns the decay of the inhibition as it is learned. */
  public Variable beta() {
    return current(beta);
  }

  @Override
  public State initial(Variable input) {
    Variable rest = rest(input);
    return new State(rest, rest, rest, rest);
  }

  @Override
  protected State next(Variable input, State state) {
    Variable old = state.membrane();
    Variable excitation =
        excite.apply(new Variable[] {state.excitation(), input, alpha(), old, threshold()});
    Variable inhibition =
        inhibit.apply(new Variable[] {state.inhibition(), input, beta(), old, threshold()});
    Variable factor = TIME_FACTOR.apply(alpha(), beta());
    Variable membrane = MEMBRANE.apply(new Variable[] {excitation, inhibition, factor});
    return new State(fire(membrane), membrane, excitation, inhibition);
  }
}
