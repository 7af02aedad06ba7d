package org.autograd.examples;

import java.nio.file.Path;
import java.util.Collection;
import org.autograd.Variable;
import org.autograd.nn.Activation;
import org.autograd.optim.Optimizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that all trainings have, with the defaults of each. */
final class TrainingOptions {
  @Option(
      names = "--epochs",
      paramLabel = "N",
      converter = PositiveInteger.class,
      description = "How often to go through the data (default: ${DEFAULT-VALUE}).")
  int epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      converter = PositiveInteger.class,
      description = "Examples per step (default: ${DEFAULT-VALUE}).")
  int batchSize;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private OptimizerChoice optimizer = OptimizerChoice.ADAM;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      converter = PositiveDouble.class,
      description = "Size of a step (default: one that suits the optimizer).")
  private @Nullable Double learningRate;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      split = ",",
      converter = PositiveInteger.class,
      description = "Sizes of the hidden layers (default: ${DEFAULT-VALUE}).")
  private int[] hidden;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private ActivationChoice activation = ActivationChoice.RELU;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Determines all random numbers (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where to write the results (default: ${DEFAULT-VALUE}).")
  Path output;

  TrainingOptions(String name, int epochs, int batchSize, int... hidden) {
    this.output = Path.of("runs", name);
    this.epochs = epochs;
    this.batchSize = batchSize;
    this.hidden = hidden;
  }

  /** Returns the sizes of all layers. */
  long[] layerSizes(int inputs, int outputs) {
    long[] sizes = new long[hidden.length + 2];
    sizes[0] = inputs;
    for (int k = 0; k < hidden.length; k++) {
      sizes[k + 1] = hidden[k];
    }
    sizes[sizes.length - 1] = outputs;
    return sizes;
  }

  Activation activation() {
    return activation.create();
  }

  double learningRate() {
    return learningRate == null ? optimizer.usualRate() : learningRate;
  }

  Optimizer<?> optimizer(Collection<Variable> parameters) {
    return optimizer.create(parameters, learningRate());
  }

  /** Accepts whole numbers from 1 on. */
  static final class PositiveInteger implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      int value;
      try {
        value = Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is not a whole number");
      }
      if (value < 1) {
        throw new TypeConversionException(text + " is not positive");
      }
      return value;
    }
  }

  /** Accepts finite numbers above 0. */
  static final class PositiveDouble implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value;
      try {
        value = Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is not a number");
      }
      if (!(value > 0) || Double.isInfinite(value)) {
        throw new TypeConversionException(text + " is not positive and finite");
      }
      return value;
    }
  }
}
