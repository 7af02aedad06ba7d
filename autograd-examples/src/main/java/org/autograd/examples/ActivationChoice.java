package org.autograd.examples;

import java.util.Locale;
import org.autograd.nn.Activation;
import org.autograd.nn.Gain;

/** The activations that the command line offers. */
enum ActivationChoice {
  RELU,
  SIGMOID,
  TANH,
  SWISH,
  GELU;

  Activation create() {
    return switch (this) {
      case RELU -> Activation.relu();
      case SIGMOID -> Activation.sigmoid();
      case TANH -> Activation.tanh();
      case SWISH -> Activation.silu();
      case GELU -> Activation.gelu();
    };
  }

  /** Returns how large weights before it should be, so that what passes neither grows nor fades. */
  double gain() {
    return switch (this) {
      case SIGMOID -> Gain.LINEAR;
      case TANH -> Gain.TANH;
      case RELU, SWISH, GELU -> Gain.RELU;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
