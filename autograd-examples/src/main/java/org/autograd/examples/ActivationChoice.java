package org.autograd.examples;

import java.util.Locale;
import org.autograd.nn.Activation;

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

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
