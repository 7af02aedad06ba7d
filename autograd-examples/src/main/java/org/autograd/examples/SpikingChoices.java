package org.autograd.examples;

import java.util.Locale;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.spiking.SpikeEncoders;
import org.autograd.spiking.SpikeLosses;
import org.autograd.spiking.SpikingNetwork;
import org.autograd.spiking.Surrogate;

/** What the command for spiking networks offers. */
final class SpikingChoices {
  private SpikingChoices() {}

  private static String lower(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** How an image becomes a sequence. */
  enum Encoding {
    /** The same current at each step. */
    CONSTANT,
    /** Spikes at random, more of them for brighter pixels. */
    RATE,
    /** One spike, sooner for brighter pixels. */
    LATENCY;

    SpikingNetwork.Result run(SpikingNetwork network, Variable images, int steps) {
      return this == CONSTANT
          ? network.repeat(images, steps)
          : network.run(sequence(images, steps));
    }

    Variable sequence(Variable images, int steps) {
      return switch (this) {
        case CONSTANT -> SpikeEncoders.constant(images, steps);
        case RATE -> SpikeEncoders.rate(images, steps, Autograd.generator());
        case LATENCY ->
            SpikeEncoders.latency(
                images,
                steps,
                SpikeEncoders.latencyOptions().linear(true).normalize(true).clip(true));
      };
    }

    @Override
    public String toString() {
      return lower(this);
    }
  }

  /** What is made small, and what is then read. */
  enum Loss {
    /** The cross-entropy of the membranes of each step. */
    MEMBRANE,
    /** The cross-entropy of the spikes of each step. */
    RATE,
    /** The cross-entropy of the numbers of spikes. */
    COUNT,
    /** The squared distance of the numbers of spikes from rates of 0.8 and 0.2. */
    MSE_COUNT,
    /** The cross-entropy of the largest membranes. */
    MAX_MEMBRANE,
    /** The squared distance of membranes from 1 and 0. */
    MSE_MEMBRANE,
    /** The cross-entropy of the times of the first spikes. */
    TEMPORAL,
    /** The squared distance of the times of the first spikes from the first step and the end. */
    MSE_TEMPORAL;

    Variable of(SpikingNetwork.Result result, Variable labels) {
      Variable spikes = result.spikes();
      Variable membranes = result.membranes();
      return switch (this) {
        case MEMBRANE -> SpikeLosses.membraneCrossEntropy(membranes, labels);
        case RATE -> SpikeLosses.rateCrossEntropy(spikes, labels);
        case COUNT -> SpikeLosses.countCrossEntropy(spikes, labels);
        case MSE_COUNT -> SpikeLosses.countMeanSquare(spikes, labels, 0.8, 0.2);
        case MAX_MEMBRANE -> SpikeLosses.maxMembraneCrossEntropy(membranes, labels);
        case MSE_MEMBRANE -> SpikeLosses.membraneMeanSquare(membranes, labels, 1, 0);
        case TEMPORAL -> SpikeLosses.temporalCrossEntropy(spikes, labels, (double) spikes.size(0));
        case MSE_TEMPORAL -> {
          double end = (double) spikes.size(0);
          yield SpikeLosses.temporalMeanSquare(spikes, labels, 0, end, end);
        }
      };
    }

    /** Returns a score for each class, of shape [n, classes]. */
    Variable readout(SpikingNetwork.Result result) {
      return switch (this) {
        case MEMBRANE, MSE_MEMBRANE -> result.membranes().mean(0);
        case MAX_MEMBRANE -> result.membranes().amax(0);
        case RATE, COUNT, MSE_COUNT -> result.spikes().sum(0);
        case TEMPORAL, MSE_TEMPORAL ->
            SpikeLosses.spikeTimes(result.spikes(), 1, (double) result.spikes().size(0)).neg();
      };
    }

    @Override
    public String toString() {
      return lower(this);
    }
  }

  /** The derivatives of a spike, as sharp as their libraries have them. */
  enum Slope {
    ARCTANGENT,
    FAST_SIGMOID,
    SIGMOID,
    TRIANGULAR,
    STRAIGHT_THROUGH,
    PIECEWISE_QUADRATIC,
    ERROR_FUNCTION,
    RECTANGULAR;

    Surrogate create() {
      return switch (this) {
        case ARCTANGENT -> Surrogate.arctangent();
        case FAST_SIGMOID -> Surrogate.fastSigmoid(25);
        case SIGMOID -> Surrogate.sigmoid(25);
        case TRIANGULAR -> Surrogate.triangular(0.3);
        case STRAIGHT_THROUGH -> Surrogate.straightThrough();
        case PIECEWISE_QUADRATIC -> Surrogate.piecewiseQuadratic(1);
        case ERROR_FUNCTION -> Surrogate.errorFunction(2);
        case RECTANGULAR -> Surrogate.rectangular(1);
      };
    }

    @Override
    public String toString() {
      return lower(this);
    }
  }
}
