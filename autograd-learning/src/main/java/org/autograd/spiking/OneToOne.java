package org.autograd.spiking;

import org.autograd.Variable;
import org.autograd.nn.UnaryModule;

/** A weight for each neuron: {@code y = w x}. The feedback of a neuron to itself alone. */
public final class OneToOne extends UnaryModule {
  private final Variable weight;

  /**
   * Creates the weights.
   *
   * @param initial broadcasts to the input, as a scalar or {@code [features]} does; it is copied
   */
  public OneToOne(Variable initial) {
    weight = parameter("weight", initial.detach().copy());
  }

  @Override
  protected Variable forward(Variable input) {
    return input.mul(current(weight));
  }
}
