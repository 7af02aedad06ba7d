package org.autograd.spiking;

import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Reads classes off sequences of shape [time, n, classes]: int64, of shape [n]. Of equals the first
 * class wins.
 */
public final class SpikePredictions {
  private SpikePredictions() {}

  /** Returns the neuron that spikes most: at the highest rate, which is its count over time. */
  public static Variable byCount(Variable spikes) {
    return spikes.detach().sum(0).argmax(1);
  }

  /** Returns the neuron with the highest membrane of all steps. */
  public static Variable byMaxMembrane(Variable membranes) {
    return membranes.detach().amax(0).argmax(1);
  }

  /** Returns the neuron with the highest mean membrane. */
  public static Variable byMeanMembrane(Variable membranes) {
    return membranes.detach().mean(0).argmax(1);
  }

  /** Returns the neuron that spikes first; one that never does comes last. */
  public static Variable byTime(Variable spikes) {
    return SpikeLosses.spikeTimes(spikes.detach(), 1, (double) spikes.size(0)).argmin(1);
  }

  /** Returns the share of predictions that equal the labels. */
  public static double accuracy(Variable predictions, Variable labels) {
    if (!predictions.shape().equals(labels.shape()) || labels.elementCount() == 0) {
      throw new IllegalArgumentException(
          "accuracy: needs as many predictions as labels, and some, got "
              + Neuron.describe(predictions)
              + " and "
              + Neuron.describe(labels));
    }
    return predictions.eq(labels).to(DType.FLOAT64).mean().item();
  }
}
