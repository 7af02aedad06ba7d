package org.autograd.spiking;

import static org.autograd.expression.Expression.input;

import java.util.function.UnaryOperator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Leaky integrate-and-fire neurons of first order; snnTorch's {@code Leaky}. With the membrane U,
 * the input I, the decay b and the threshold,
 *
 * <pre>{@code
 * R  = 1 if U > threshold, else 0           spiked in the step before
 * U' = b U + I - R threshold                Reset.SUBTRACT
 * U' = b U (1 - R) + I                      Reset.ZERO
 * S  = 1 if U' > threshold, else 0          strictly greater
 * }</pre>
 *
 * <p>With {@link NeuronOptions#resetDelay()} off there is no R, and a membrane that spikes is reset
 * in the same step. snnTorch then computes R all the same, which differs where a membrane is still
 * above the threshold after its reset.
 */
public sealed class Leaky extends ThresholdNeuron<Leaky.State> permits Lapicque {
  /**
   * What is handed on from step to step.
   *
   * @param spikes of this step
   * @param membrane the potentials
   */
  public record State(Variable spikes, Variable membrane) implements NeuronState<State> {
    @Override
    public State map(UnaryOperator<Variable> change) {
      return new State(change.apply(spikes), change.apply(membrane));
    }
  }

  private final Variable beta;
  private final Pointwise charge;
  private final double[] gain;

  /**
   * Creates neurons with the default options.
   *
   * @param beta the share of the membrane that is left after a step, in [0, 1]
   */
  public Leaky(double beta) {
    this(beta, NeuronOptions.defaults());
  }

  /**
   * Creates neurons.
   *
   * @param beta the share of the membrane that is left after a step, in [0, 1]
   */
  public Leaky(double beta, NeuronOptions options) {
    this(Decay.scalar("beta", beta, options.dtype()), options);
  }

  /**
   * Creates neurons that decay differently.
   *
   * @param beta broadcasts to the input, as {@code [features]} does; of the options' dtype
   */
  public Leaky(Variable beta, NeuronOptions options) {
    this(beta, options, new double[0]);
  }

  /** As above, with a factor of the input if there is one. */
  Leaky(Variable beta, NeuronOptions options, double[] gain) {
    super(State.class, options);
    this.beta = decay("beta", Decay.checked("beta", beta, options.dtype()));
    this.gain = gain;
    Expression u = input(0);
    Expression kept = u.mul(Decay.clamped(input(2)));
    Expression current = gain.length == 0 ? input(1) : input(1).mul(Expression.parameter(0));
    Expression charged =
        switch (delayedReset()) {
          // The input of this step is not lost with the membrane.
          case ZERO -> reset(Reset.ZERO, kept, u, input(3)).add(current);
          case SUBTRACT -> reset(Reset.SUBTRACT, kept.add(current), u, input(3));
          case NONE -> kept.add(current);
        };
    charge = Pointwise.of("leaky", 4, gain.length, charged);
  }

  /** Returns the decay as it is learned; what is computed with is clamped to [0, 1]. */
  public final Variable beta() {
    return current(beta);
  }

  @Override
  public final State initial(Variable input) {
    Variable rest = rest(input);
    return new State(rest, rest);
  }

  @Override
  protected final State next(Variable input, State state) {
    Variable membrane =
        charge.apply(new Variable[] {state.membrane(), input, beta(), threshold()}, gain);
    Variable spikes = fire(membrane);
    return new State(spikes, afterSpike(membrane));
  }
}
