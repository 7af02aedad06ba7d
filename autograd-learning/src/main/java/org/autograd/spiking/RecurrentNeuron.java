package org.autograd.spiking;

import org.autograd.Variable;
import org.autograd.nn.UnaryModule;

/**
 * Neurons that also get their own spikes of the step before: {@code I = input + V(S)}. Around
 * {@link Leaky} it is snnTorch's {@code RLeaky}, around {@link Synaptic} its {@code RSynaptic}; any
 * other neuron will do as well.
 *
 * <pre>{@code
 * var rleaky = new RecurrentNeuron<>(new Leaky(0.9), new Linear(100, 100));      // all to all
 * var alone = new RecurrentNeuron<>(new Leaky(0.9), new OneToOne(Variable.ones(100)));
 * }</pre>
 */
public final class RecurrentNeuron<S extends NeuronState<S>> extends Neuron<S> {
  private final Neuron<S> neuron;
  private final UnaryModule feedback;

  /**
   * Closes the loop.
   *
   * @param neuron what spikes
   * @param feedback V, which must keep the shape: {@link OneToOne}, a linear layer, a convolution
   */
  public RecurrentNeuron(Neuron<S> neuron, UnaryModule feedback) {
    super(neuron.stateType());
    this.neuron = child("neuron", neuron);
    this.feedback = child("feedback", feedback);
  }

  @Override
  public S initial(Variable input) {
    return neuron.initial(input);
  }

  @Override
  protected S next(Variable input, S state) {
    Variable fed = feedback.apply(state.spikes());
    if (!fed.shape().equals(input.shape())) {
      throw new IllegalArgumentException(
          "the feedback of spikes "
              + describe(state.spikes())
              + " must have their shape, got "
              + describe(fed));
    }
    return neuron.step(input.add(fed), state);
  }
}
