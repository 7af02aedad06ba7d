package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Brings each feature to mean 0 and standard deviation 1. Mean and deviation are those of the
 * examples to learn from; what is judged by is changed by the same numbers, since its own would
 * tell of it.
 *
 * <pre>{@code
 * Split<TensorDataset> wine = Datasets.wine().data().stratifiedSplit(0.8, new Generator(seed));
 * Standardizer standardizer = Standardizer.fit(wine.train().inputs());
 * TensorDataset train = standardizer.apply(wine.train());
 * TensorDataset test = standardizer.apply(wine.test());
 * }</pre>
 *
 * @param mean of shape [features]
 * @param deviation of shape [features], positive: that of the population, as scikit-learn takes it
 */
public record Standardizer(Variable mean, Variable deviation) {
  /**
   * Makes a standardizer.
   *
   * @throws IllegalArgumentException if the two are not vectors of one size, or a deviation is not
   *     positive
   */
  public Standardizer {
    checkArgument(
        mean.rank() == 1 && mean.shape().equals(deviation.shape()),
        "Standardizer: mean and deviation must be vectors of one size, got shapes %s and %s",
        mean.shape(),
        deviation.shape());
    checkArgument(
        deviation.elementCount() == 0 || deviation.min().item() > 0,
        "Standardizer: deviations must be positive");
  }

  /**
   * Returns the one that fits some examples. A feature that is constant keeps deviation 1.
   *
   * @param inputs float32 or float64, of shape [examples, features], at least one example
   * @throws IllegalArgumentException if the shape is another one, or a value is not finite
   */
  public static Standardizer fit(Variable inputs) {
    checkArgument(
        inputs.rank() == 2 && inputs.size(0) > 0 && inputs.dtype().isFloating(),
        "Standardizer: inputs must be floats of shape [examples, features], at least one example,"
            + " got %s%s",
        inputs.dtype(),
        inputs.shape());
    // In double: features such as years have a deviation that is small beside their mean.
    Variable x = inputs.detach().to(DType.FLOAT64);
    Variable mean = x.mean(0);
    for (int feature = 0; feature < mean.elementCount(); feature++) {
      checkArgument(
          Double.isFinite(mean.toDoubleArray()[feature]),
          "Standardizer: feature %s has a value that is not finite; replace missing values first,"
              + " by nanToNum say",
          feature);
    }
    Variable deviation = x.sub(mean).square().mean(0).sqrt();
    // What rounding leaves of a constant does not count.
    Variable constant = deviation.le(mean.abs().mul(1e-15));
    deviation = Variable.where(constant, Variable.onesLike(deviation), deviation);
    return new Standardizer(mean.to(inputs.dtype()), deviation.to(inputs.dtype()));
  }

  /**
   * Returns inputs with each feature brought to the scale.
   *
   * @param inputs of shape [..., features]
   */
  public Variable apply(Variable inputs) {
    return inputs.sub(mean).div(deviation);
  }

  /** Returns a data set whose inputs are brought to the scale. */
  public TensorDataset apply(TensorDataset data) {
    return data.withInputs(apply(data.inputs()));
  }

  /**
   * Returns what {@link #apply(Variable)} was given: a forecast in the units of the data.
   *
   * @param scaled of shape [..., features]
   */
  public Variable invert(Variable scaled) {
    return scaled.mul(deviation).add(mean);
  }
}
