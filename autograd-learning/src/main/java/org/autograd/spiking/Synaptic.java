package org.autograd.spiking;

import static org.autograd.expression.Expression.input;

import java.util.function.UnaryOperator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Leaky integrate-and-fire neurons of second order, whose input charges a synaptic current that
 * charges the membrane; snnTorch's {@code Synaptic}.
 *
 * <pre>{@code
 * C' = a C + I
 * U' = b U + C' - R threshold               Reset.SUBTRACT; R as with Leaky
 * U' = (b U + C') (1 - R)                   Reset.ZERO, which leaves the current as it is
 * }</pre>
 */
public final class Synaptic extends ThresholdNeuron<Synaptic.State> {
  /**
   * What is handed on from step to step.
   *
   * @param spikes of this step
   * @param membrane the potentials
   * @param current the synaptic current
   */
  public record State(Variable spikes, Variable membrane, Variable current)
      implements NeuronState<State> {
    @Override
    public State map(UnaryOperator<Variable> change) {
      return new State(change.apply(spikes), change.apply(membrane), change.apply(current));
    }
  }

  private static final Pointwise CURRENT =
      Pointwise.of("synapse", 3, 0, input(0).mul(Decay.clamped(input(2))).add(input(1)));

  private final Variable alpha;
  private final Variable beta;
  private final Pointwise charge;

  /**
   * Creates neurons with the default options.
   *
   * @param alpha the share of the current that is left after a step, in [0, 1]
   * @param beta the share of the membrane that is left after a step, in [0, 1]
   */
  public Synaptic(double alpha, double beta) {
    this(alpha, beta, NeuronOptions.defaults());
  }

  /**
   * Creates neurons.
   *
   * @param alpha the share of the current that is left after a step, in [0, 1]
   * @param beta the share of the membrane that is left after a step, in [0, 1]
   */
  public Synaptic(double alpha, double beta, NeuronOptions options) {
    this(
        Decay.scalar("alpha", alpha, options.dtype()),
        Decay.scalar("beta", beta, options.dtype()),
        options);
  }

  /** Creates neurons that decay differently; alpha and beta broadcast to the input. */
  public Synaptic(Variable alpha, Variable beta, NeuronOptions options) {
    super(State.class, options);
    this.alpha = decay("alpha", Decay.checked("alpha", alpha, options.dtype()));
    this.beta = decay("beta", Decay.checked("beta", beta, options.dtype()));
    Expression kept = input(0).mul(Decay.clamped(input(2))).add(input(1));
    charge = Pointwise.of("synaptic", 4, 0, reset(delayedReset(), kept, input(0), input(3)));
  }

  /** Returns the decay of the current as it is learned. */
  public Variable alpha() {
    return current(alpha);
  }

  /** Returns the decay of the membrane as it is learned. */
  public Variable beta() {
    return current(beta);
  }

  @Override
  public State initial(Variable input) {
    Variable rest = rest(input);
    return new State(rest, rest, rest);
  }

  @Override
  protected State next(Variable input, State state) {
    Variable current = CURRENT.apply(new Variable[] {state.current(), input, alpha()});
    Variable membrane =
        charge.apply(new Variable[] {state.membrane(), current, beta(), threshold()});
    Variable spikes = fire(membrane);
    return new State(spikes, afterSpike(membrane), current);
  }
}
