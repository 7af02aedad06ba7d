package org.autograd.gradientfree;

import java.util.function.Supplier;
import org.autograd.Variable;
import org.autograd.optim.Optimizer;
import org.autograd.training.TrainingState;

/**
 * Estimates the gradient of a loss without a backward pass. The estimate goes where a backward pass
 * would put the gradient, so any {@link Optimizer} of the same parameters can use it:
 *
 * <pre>{@code
 * GradientEstimator estimator = new ForwardGradient(model.parameters(), ForwardGradient.options());
 * Minimizer minimizer = estimator.with(new Adam(model.parameters(), Adam.options()));
 * }</pre>
 */
public interface GradientEstimator {
  /**
   * Sets the gradient of each parameter. An estimate that is NaN or infinite somewhere, as of a
   * loss that overflows in a random direction, must not reach an optimizer: then no parameter has a
   * gradient, and a step changes nothing.
   *
   * @param loss as {@link Minimizer#step} describes it
   * @return the loss at the parameters, or an estimate of it
   */
  double estimate(Supplier<Variable> loss);

  /** Names what a checkpoint must store of this. */
  void addTo(TrainingState state);

  /** Returns steps of an optimizer by this gradient. */
  default Minimizer with(Optimizer<?> optimizer) {
    return new EstimatedDescent(this, optimizer);
  }
}
