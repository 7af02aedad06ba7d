package org.autograd.gradientfree;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.optim.Schedule;
import org.autograd.training.TrainingState;

/**
 * Simultaneous perturbation (Spall, "Multivariate stochastic approximation using a simultaneous
 * perturbation gradient approximation", 1992): two losses, on either side of the parameters along a
 * random direction {@code z}, give the slope in it, and {@code g = (L(p + c z) - L(p - c z)) / (2
 * c) z}. In the k-th step, counted from 1, {@code c} is {@code perturbation / k^decay}; Spall's
 * learning rates are {@link #learningRates}.
 *
 * <p>{@link Mezo} is the same with a fixed {@code c}, in place.
 */
public final class Spsa implements GradientEstimator {
  private final Directions directions;
  private final Options options;
  private long steps;

  /**
   * What may be chosen; {@link Spsa#options()} has the defaults.
   *
   * @param perturbation how far from the parameters the loss is computed in the first step
   * @param decay the power of the step's number by which that is divided
   * @param samples the number of directions over which the mean is taken, two losses each
   * @param noise the distribution of the directions' elements
   * @param generator the source of the directions
   */
  public record Options(
      double perturbation, double decay, int samples, Noise noise, Generator generator) {
    /** Checks the numbers. */
    public Options {
      if (!(perturbation > 0) || !(decay >= 0) || samples < 1) {
        throw new IllegalArgumentException(
            ("Spsa: perturbation must be positive, decay not negative and samples at least 1, got"
                    + " %s, %s and %d")
                .formatted(perturbation, decay, samples));
      }
    }

    /** Returns these options with another distance. */
    public Options perturbation(double value) {
      return new Options(value, decay, samples, noise, generator);
    }

    /** Returns these options with another decay of the distance. */
    public Options decay(double value) {
      return new Options(perturbation, value, samples, noise, generator);
    }

    /** Returns these options with another number of directions. */
    public Options samples(int value) {
      return new Options(perturbation, decay, value, noise, generator);
    }

    /** Returns these options with another distribution. */
    public Options noise(Noise value) {
      return new Options(perturbation, decay, samples, value, generator);
    }

    /** Returns these options with another source of directions. */
    public Options generator(Generator value) {
      return new Options(perturbation, decay, samples, noise, value);
    }
  }

  /** Returns the defaults: signs as directions, a distance of 0.01 that decays as Spall's. */
  public static Options options() {
    return new Options(0.01, 0.101, 1, Noise.SIGNS, Autograd.generator());
  }

  /**
   * Returns Spall's learning rates: that of the options divided by {@code (stability + k)^0.602} in
   * the k-th step, counted from 1.
   *
   * @param stability about a tenth of the number of steps
   */
  public static Schedule learningRates(double stability) {
    return (base, step) -> base / Math.pow(stability + step + 1, 0.602);
  }

  /**
   * Creates an estimator.
   *
   * @throws IllegalArgumentException if there is no parameter or one is not a floating leaf
   */
  public Spsa(Collection<Variable> parameters, Options options) {
    this.directions = new Directions("Spsa", parameters, options.noise());
    this.options = options;
  }

  @Override
  public double estimate(Supplier<Variable> loss) {
    steps++;
    double c = options.perturbation() / Math.pow((double) steps, options.decay());
    List<Variable> copies = directions.copies();
    List<Variable> sums = directions.zeros();
    double mean = 0;
    try (var _ = Autograd.noGrad()) {
      for (int k = 0; k < options.samples(); k++) {
        long seed = options.generator().nextLong();
        directions.move(copies, seed, c);
        double plus = loss.get().item();
        directions.move(copies, seed, -c);
        double minus = loss.get().item();
        directions.add(sums, seed, (plus - minus) / (2 * c) / options.samples());
        mean += (plus + minus) / (2 * options.samples());
      }
    } finally {
      directions.restore(copies);
    }
    directions.setGradients(sums);
    return mean;
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("spsa", options.generator());
    state.add("spsa_steps", this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put("count", Variable.of(steps));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    Variable count = saved.get("count");
    if (count == null || saved.size() != 1 || count.elementCount() != 1) {
      throw new IllegalArgumentException("spsa_steps: expected one number, count");
    }
    steps = count.toLongArray()[0];
  }
}
