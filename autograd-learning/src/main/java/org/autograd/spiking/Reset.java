package org.autograd.spiking;

/** What a spike does to the membrane. */
public enum Reset {
  /** The threshold is subtracted (not the threshold times the decay); what was above it stays. */
  SUBTRACT,
  /** The membrane begins at 0 again. */
  ZERO,
  /** Nothing: the neuron fires as long as it is above the threshold. */
  NONE
}
