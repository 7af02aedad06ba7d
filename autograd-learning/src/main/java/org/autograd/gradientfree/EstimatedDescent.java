package org.autograd.gradientfree;

import java.util.function.Supplier;
import org.autograd.Variable;
import org.autograd.optim.Optimizer;
import org.autograd.training.TrainingState;

/** Steps of an optimizer by an estimated gradient. */
record EstimatedDescent(GradientEstimator estimator, Optimizer<?> optimizer) implements Minimizer {
  @Override
  public double step(Supplier<Variable> loss) {
    double before = estimator.estimate(loss);
    if (Double.isFinite(before)) {
      optimizer.step();
    }
    return before;
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("optimizer", optimizer);
    estimator.addTo(state);
  }
}
