package org.autograd.gradientfree;

import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Functional;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.training.TrainingState;

/**
 * The forward gradient (Baydin, Pearlmutter, Syme, Wood, Torr, "Gradients without backpropagation",
 * 2022): the slope of the loss in a random direction {@code v}, exact, by one pass in forward mode,
 * times that direction, {@code g = (grad f . v) v}. Its mean is the gradient; its variance grows
 * with the number of parameters and shrinks with that of directions.
 *
 * <p>No graph is kept: a pass needs about twice the memory of inference, whatever the depth.
 */
public final class ForwardGradient implements GradientEstimator {
  private final Directions directions;
  private final Options options;

  /**
   * What may be chosen; {@link ForwardGradient#options()} has the defaults.
   *
   * @param tangents the number of directions over which the mean is taken, a pass each
   * @param noise the distribution of their elements
   * @param generator the source of the directions
   */
  public record Options(int tangents, Noise noise, Generator generator) {
    /** Checks the number. */
    public Options {
      if (tangents < 1) {
        throw new IllegalArgumentException(
            "ForwardGradient: the number of tangents must be positive, got " + tangents);
      }
    }

    /** Returns these options with another number of directions. */
    public Options tangents(int value) {
      return new Options(value, noise, generator);
    }

    /** Returns these options with another distribution. */
    public Options noise(Noise value) {
      return new Options(tangents, value, generator);
    }

    /** Returns these options with another source of directions. */
    public Options generator(Generator value) {
      return new Options(tangents, noise, value);
    }
  }

  /** Returns the defaults: one normal direction. */
  public static Options options() {
    return new Options(1, Noise.NORMAL, Autograd.generator());
  }

  /**
   * Creates an estimator.
   *
   * @throws IllegalArgumentException if there is no parameter or one is not a floating leaf
   */
  public ForwardGradient(Collection<Variable> parameters, Options options) {
    this.directions = new Directions("ForwardGradient", parameters, options.noise());
    this.options = options;
  }

  @Override
  public double estimate(Supplier<Variable> loss) {
    List<Variable> sums = directions.zeros();
    double value = 0;
    for (int k = 0; k < options.tangents(); k++) {
      value = add(sums, directions.draw(options.generator().nextLong()), loss, options.tangents());
    }
    directions.setGradients(sums);
    return value;
  }

  /**
   * Adds the estimate from one direction, divided by a count, to sums.
   *
   * @return the loss
   */
  double add(List<Variable> sums, List<Variable> direction, Supplier<Variable> loss, double count) {
    Functional.ValueAndTangent result = Functional.jvp(loss, directions.parameters(), direction);
    Directions.add(sums, direction, result.tangent().item() / count);
    return result.value().item();
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("forward_gradient", options.generator());
  }
}
