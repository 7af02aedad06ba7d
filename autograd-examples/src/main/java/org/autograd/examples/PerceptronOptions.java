package org.autograd.examples;

import java.util.Locale;
import org.autograd.Generator;
import org.autograd.nn.Activation;
import org.autograd.nn.Linear;
import org.autograd.nn.Mlp;
import picocli.CommandLine.Option;

/** The options of trainings whose model is a perceptron. */
final class PerceptronOptions {
  @Option(
      names = "--hidden",
      paramLabel = "N",
      split = ",",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Sizes of the hidden layers (default: ${DEFAULT-VALUE}).")
  private int[] hidden;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private ActivationChoice activation = ActivationChoice.RELU;

  /** How hidden layers are normalised. */
  private enum Norm {
    NONE,
    BATCH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--norm",
      paramLabel = "NAME",
      description =
          "Normalisation of hidden layers, one of ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private Norm norm = Norm.NONE;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      converter = TrainingOptions.Probability.class,
      description =
          "Probability with which a hidden value is dropped in training (default:"
              + " ${DEFAULT-VALUE}).")
  private double dropout;

  PerceptronOptions(int... hidden) {
    this.hidden = hidden;
  }

  Activation activation() {
    return activation.create();
  }

  /** Returns a perceptron with the usual initial weights, drawn from a generator. */
  Mlp create(int inputs, int outputs, Generator rng) {
    return create(inputs, outputs, Linear.options().generator(rng));
  }

  /** Returns a perceptron. */
  Mlp create(int inputs, int outputs, Linear.Options linear) {
    long[] sizes = new long[hidden.length + 2];
    sizes[0] = inputs;
    for (int k = 0; k < hidden.length; k++) {
      sizes[k + 1] = hidden[k];
    }
    sizes[sizes.length - 1] = outputs;
    return new Mlp(
        Mlp.options()
            .activation(activation())
            .linear(linear)
            .batchNorm(norm == Norm.BATCH)
            .dropout(dropout),
        sizes);
  }
}
