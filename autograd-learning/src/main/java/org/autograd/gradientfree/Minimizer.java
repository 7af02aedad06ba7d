package org.autograd.gradientfree;

import java.util.function.Supplier;
import org.autograd.Variable;
import org.autograd.training.TrainingState;

/**
 * Makes a loss smaller by calling it, without a backward pass. {@link GradientFree} learns from
 * batches by one; by itself it works for any function of some leaves:
 *
 * <pre>{@code
 * Variable x = Variable.of(-1.2, 1.0);
 * Minimizer minimizer = new Mezo(List.of(x), Mezo.options().learningRate(1e-3));
 * for (int step = 0; step < 1000; step++) {
 *   double loss = minimizer.step(() -> x.square().sum());
 * }
 * }</pre>
 */
public interface Minimizer {
  /**
   * Changes the parameters once, so that the loss becomes smaller.
   *
   * @param loss gives one element for the parameters as they are when it is called, and always the
   *     same for the same; its first call is with them as they are, or nearly so
   * @return the loss before the step, or an estimate of it
   */
  double step(Supplier<Variable> loss);

  /** Names what a checkpoint must store of this: generators, counters, states of optimizers. */
  void addTo(TrainingState state);
}
