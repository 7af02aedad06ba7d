package org.autograd.spiking;

import java.util.List;
import org.autograd.Variable;

/**
 * What a layer of neurons did over time.
 *
 * @param states after each time step, at least one
 */
public record Recording<S extends NeuronState<S>>(List<S> states) {
  /** Copies the list. */
  public Recording {
    states = List.copyOf(states);
    if (states.isEmpty()) {
      throw new IllegalArgumentException("Recording: needs at least one time step");
    }
  }

  /** Returns the spikes, of shape [time, ...], as a new array: ask once. */
  public Variable spikes() {
    return Variable.stack(0, states.stream().map(NeuronState::spikes).toList());
  }

  /** Returns the membrane potentials, of shape [time, ...], as a new array: ask once. */
  public Variable membranes() {
    return Variable.stack(0, states.stream().map(NeuronState::membrane).toList());
  }

  /** Returns the state after the last step. */
  public S last() {
    return states.getLast();
  }
}
