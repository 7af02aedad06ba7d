package org.autograd.bench;

import java.util.Arrays;

/**
 * A training step of a model beside the usual ones. Each library computes the same, in whatever way
 * suits it best.
 */
public enum LearningStep {
  /**
   * Gradients to zero, forward, backward and Adam of a spiking network of 784, 1000 and 10 neurons
   * over 25 time steps on a batch of 128: constant images in [0, 1), so that the first linear layer
   * computes once; neurons {@code U' = 0.95 U + I - R}, R = 1 where U > 1, which spike where U' >
   * 1, with the slope of the arctangent; the cross-entropy of the numbers of spikes.
   */
  SPIKING("spiking-784-1000-10/128x25"),

  /** The same of 64, 128 and 10 neurons on a batch of 32. */
  SPIKING_SMALL("spiking-64-128-10/32x25"),

  /**
   * Gradients to zero, forward, backward and Adam of a closed-form continuous-time network over 11
   * events on a batch of 128: one feature and one time span for each event, 64 neurons, a backbone
   * of one layer of 128 units with LeCun's tanh, a logit from the last state, and the binary
   * cross-entropy.
   */
  CFC("cfc-1-64-1/128x11"),

  /**
   * A step by Forward-Forward of layers of 500 and 500 units on a batch of 100 images of 784
   * pixels, with their label and with a wrong one drawn at random in place of the first ten pixels.
   * For each layer: inputs of mean square 1, relu, the binary cross-entropy of the sum of squares
   * less 500, peer normalisation, and backward through that layer; at the end one step of Adam.
   */
  FORWARD_FORWARD("forward-forward-784-500-500/100");

  private final String text;

  LearningStep(String text) {
    this.text = text;
  }

  /** Returns the step of a name. */
  public static LearningStep named(String text) {
    return Arrays.stream(values())
        .filter(step -> step.text.equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no step " + text + ", only " + Arrays.toString(values())));
  }

  /** Returns the name: the kind, its sizes and the batch. */
  @Override
  public String toString() {
    return text;
  }
}
