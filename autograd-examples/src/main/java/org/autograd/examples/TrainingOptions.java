package org.autograd.examples;

import java.nio.file.Path;
import java.util.Collection;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.Dataset;
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
      names = "--seed",
      paramLabel = "N",
      description = "Determines all random numbers (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where to write the results (default: ${DEFAULT-VALUE}).")
  Path output;

  @Option(
      names = "--checkpoint",
      paramLabel = "N",
      converter = PositiveInteger.class,
      description = "Write a checkpoint after every N steps, and after each epoch.")
  @Nullable Integer checkpoint;

  @Option(
      names = "--resume",
      description = "Go on from the latest checkpoint in the output directory.")
  boolean resume;

  @Option(names = "--gradients", description = "Also draw the gradients of the parameters.")
  boolean gradients;

  @Option(
      names = "--tensorboard",
      description = "Also write an event file for TensorBoard into the output directory.")
  boolean tensorBoard;

  /** The optimizer for which there is a learning rate that suits the model better than usual. */
  private @Nullable OptimizerChoice suited;

  private double suitedRate;

  TrainingOptions(String name, int epochs, int batchSize) {
    this.output = Path.of("runs", name);
    this.epochs = epochs;
    this.batchSize = batchSize;
  }

  /** Sets what suits a model better than Adam with its usual rate, and returns these options. */
  TrainingOptions suited(OptimizerChoice choice, double rate) {
    optimizer = choice;
    suited = choice;
    suitedRate = rate;
    return this;
  }

  /** Returns a loader of training data, in an order that the seed determines. */
  DataLoader loader(Dataset data) {
    return DataLoader.of(data, batchSize).shuffle(seed);
  }

  double learningRate() {
    if (learningRate != null) {
      return learningRate;
    }
    return optimizer == suited ? suitedRate : optimizer.usualRate();
  }

  /** Returns the learning rate, or if none was chosen one that suits a task with Adam. */
  double learningRateOr(double usualWithAdam) {
    boolean usual = learningRate == null && optimizer == OptimizerChoice.ADAM;
    return usual ? usualWithAdam : learningRate();
  }

  Optimizer<?> optimizer(Collection<Variable> parameters) {
    return optimizer(parameters, learningRate());
  }

  Optimizer<?> optimizer(Collection<Variable> parameters, double rate) {
    return optimizer.create(parameters, rate);
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

  /** Accepts numbers from 0 on that are below 1. */
  static final class Probability implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = number(text);
      if (!(value >= 0 && value < 1)) {
        throw new TypeConversionException(text + " is not a probability below 1");
      }
      return value;
    }
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is not a number");
    }
  }

  /** Accepts finite numbers above 0. */
  static final class PositiveDouble implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = number(text);
      if (!(value > 0) || Double.isInfinite(value)) {
        throw new TypeConversionException(text + " is not positive and finite");
      }
      return value;
    }
  }
}
