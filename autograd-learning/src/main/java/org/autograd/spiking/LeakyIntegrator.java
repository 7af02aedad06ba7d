package org.autograd.spiking;

import java.util.function.UnaryOperator;
import org.autograd.Variable;

/**
 * Neurons that never spike, Norse's {@code LI}: the membrane and the current of {@link CurrentLif}
 * without threshold and reset. A readout, whose membranes are the result.
 */
public final class LeakyIntegrator extends Neuron<LeakyIntegrator.State> {
  /**
   * What is handed on from step to step.
   *
   * @param spikes zeros
   * @param membrane the potentials
   * @param current the synaptic currents
   */
  public record State(Variable spikes, Variable membrane, Variable current)
      implements NeuronState<State> {
    @Override
    public State map(UnaryOperator<Variable> change) {
      return new State(change.apply(spikes), change.apply(membrane), change.apply(current));
    }
  }

  private final CurrentLif.Options options;

  /**
   * Creates neurons.
   *
   * @param options of which times and leak are used
   */
  public LeakyIntegrator(CurrentLif.Options options) {
    super(State.class);
    this.options = options;
  }

  /** Returns what was chosen when this was created. */
  public CurrentLif.Options chosen() {
    return options;
  }

  @Override
  public State initial(Variable input) {
    Variable zeros = Variable.zerosLike(input.detach());
    return new State(zeros, Variable.fullLike(zeros, options.leak()), zeros);
  }

  @Override
  protected State next(Variable input, State state) {
    return new State(
        state.spikes(),
        CurrentLif.charge(state.membrane(), state.current(), input, options),
        CurrentLif.decay(state.current(), input, options));
  }
}
