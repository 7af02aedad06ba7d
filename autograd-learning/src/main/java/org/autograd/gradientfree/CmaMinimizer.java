package org.autograd.gradientfree;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.training.TrainingState;

/**
 * {@link CmaEs} over the elements of some parameters: a step is a generation, after which the
 * parameters are its mean. The covariance has the square of their number of elements, and its
 * decomposition takes the cube, so it is for hundreds of them, not for thousands.
 */
public final class CmaMinimizer implements Minimizer {
  private static final int MOST = 2000;

  private final List<Variable> parameters;
  private final CmaEs search;

  /**
   * Begins a search from the parameters as they are.
   *
   * @param sigma the first standard deviation
   * @throws IllegalArgumentException if there is no parameter, one is not a floating leaf, or they
   *     have more than 2,000 elements
   */
  public CmaMinimizer(Collection<Variable> parameters, double sigma, CmaEs.Options options) {
    this.parameters = Directions.checked("CmaMinimizer", parameters);
    long count = this.parameters.stream().mapToLong(Variable::elementCount).sum();
    if (count > MOST) {
      throw new IllegalArgumentException(
          ("CmaMinimizer: %d elements would need a covariance of %d numbers; use at most %d, or"
                  + " another rule, such as EvolutionStrategy")
              .formatted(count, count * count, MOST));
    }
    double[] start =
        this.parameters.stream()
            .flatMapToDouble(parameter -> Arrays.stream(parameter.toDoubleArray()))
            .toArray();
    search = new CmaEs(start, sigma, options);
  }

  /** Returns the search. */
  public CmaEs search() {
    return search;
  }

  /**
   * Tries a generation.
   *
   * @return the mean of its losses
   */
  @Override
  public double step(Supplier<Variable> loss) {
    try (var _ = Autograd.noGrad()) {
      List<double[]> candidates = search.ask();
      double[] values = new double[candidates.size()];
      try {
        for (int k = 0; k < values.length; k++) {
          set(candidates.get(k));
          values[k] = loss.get().item();
        }
        search.tell(candidates, values);
      } finally {
        set(search.mean());
      }
      return Arrays.stream(values).average().orElseThrow();
    }
  }

  private void set(double[] elements) {
    int start = 0;
    for (Variable parameter : parameters) {
      int end = start + (int) parameter.elementCount();
      double[] part = Arrays.copyOfRange(elements, start, end);
      parameter.copy_(Variable.fromArray(part, parameter.shape().toArray()).to(parameter.dtype()));
      start = end;
    }
  }

  @Override
  public void addTo(TrainingState state) {
    search.addTo(state);
  }
}
