package org.autograd.spiking;

import org.autograd.type.DType;

/**
 * What may be chosen about {@link Leaky}, {@link Synaptic}, {@link Alpha} and {@link Lapicque};
 * {@link #defaults()} has the defaults.
 *
 * @param threshold above which a membrane spikes
 * @param learnDecay whether training changes the decays. Whatever it makes of them, what is
 *     computed with lies in [0, 1], with a gradient of 0 beyond
 * @param learnThreshold whether training changes the threshold
 * @param reset what a spike does to the membrane
 * @param resetDelay whether it does so in the next step (snnTorch's way) or at once, so that the
 *     state's membrane is the one after the reset. No gradient goes through a reset
 * @param surrogate the derivative of a spike
 * @param dtype of the decays, the threshold and all inputs, float32 or float64
 */
public record NeuronOptions(
    double threshold,
    boolean learnDecay,
    boolean learnThreshold,
    Reset reset,
    boolean resetDelay,
    Surrogate surrogate,
    DType dtype) {
  /** Checks the dtype. */
  public NeuronOptions {
    if (!dtype.isFloating()) {
      throw new IllegalArgumentException("neuron: dtype must be float32 or float64, got " + dtype);
    }
  }

  /**
   * Returns the default options: threshold 1, fixed, with fixed decays, subtracted in the step
   * after the spike, the arctangent's slope, float32.
   */
  public static NeuronOptions defaults() {
    return new NeuronOptions(
        1, false, false, Reset.SUBTRACT, true, Surrogate.arctangent(), DType.FLOAT32);
  }

  /** Returns these options with another threshold. */
  public NeuronOptions threshold(double value) {
    return new NeuronOptions(
        value, learnDecay, learnThreshold, reset, resetDelay, surrogate, dtype);
  }

  /** Returns these options with fixed or learned decays. */
  public NeuronOptions learnDecay(boolean value) {
    return new NeuronOptions(threshold, value, learnThreshold, reset, resetDelay, surrogate, dtype);
  }

  /** Returns these options with a fixed or learned threshold. */
  public NeuronOptions learnThreshold(boolean value) {
    return new NeuronOptions(threshold, learnDecay, value, reset, resetDelay, surrogate, dtype);
  }

  /** Returns these options with another reset. */
  public NeuronOptions reset(Reset value) {
    return new NeuronOptions(
        threshold, learnDecay, learnThreshold, value, resetDelay, surrogate, dtype);
  }

  /** Returns these options with the reset in the next step or at once. */
  public NeuronOptions resetDelay(boolean value) {
    return new NeuronOptions(threshold, learnDecay, learnThreshold, reset, value, surrogate, dtype);
  }

  /** Returns these options with another derivative of a spike. */
  public NeuronOptions surrogate(Surrogate value) {
    return new NeuronOptions(
        threshold, learnDecay, learnThreshold, reset, resetDelay, value, dtype);
  }

  /** Returns these options with another dtype. */
  public NeuronOptions dtype(DType value) {
    return new NeuronOptions(
        threshold, learnDecay, learnThreshold, reset, resetDelay, surrogate, value);
  }
}
