package org.autograd.gradientfree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.training.TrainingState;

/**
 * An evolution strategy (Salimans, Ho, Chen, Sidor, Sutskever, "Evolution strategies as a scalable
 * alternative to reinforcement learning", 2017). Pairs of trials lie on either side of the
 * parameters, at {@code p + sigma e} and {@code p - sigma e} with normal {@code e}; all losses are
 * replaced by their ranks, from -1/2 to 1/2, and the estimate is
 *
 * <pre>
 * g = sum over pairs (rank+ - rank-) e / (2 pairs)
 * </pre>
 *
 * <p>which has no true length: an optimizer that divides by it, such as Adam, suits.
 *
 * <p>Workers need tell each other nothing but seeds and losses. Each has the same parameters, the
 * same options and a generator of the same seed, tries some of the pairs, and computes the same
 * gradient from all of them:
 *
 * <pre>{@code
 * List<Long> seeds = strategy.seeds();                            // the same for every worker
 * List<Trial> own = strategy.trials(seeds.subList(from, to), loss);
 * strategy.setGradients(all);                                     // those of all, in order
 * optimizer.step();
 * }</pre>
 */
public final class EvolutionStrategy implements GradientEstimator {
  private final Directions directions;
  private final Options options;

  /**
   * A pair of trials.
   *
   * @param seed determines the direction
   * @param plus the loss on the one side
   * @param minus the loss on the other
   */
  public record Trial(long seed, double plus, double minus) {}

  /**
   * What may be chosen; {@link EvolutionStrategy#options()} has the defaults.
   *
   * @param pairs the number of pairs of trials of a step
   * @param sigma the standard deviation of the trials
   * @param ranks whether ranks replace losses; if not, the estimate's mean is the gradient of the
   *     loss, averaged over the trials' distribution
   * @param generator the source of the directions
   */
  public record Options(int pairs, double sigma, boolean ranks, Generator generator) {
    /** Checks the numbers. */
    public Options {
      if (pairs < 1 || !(sigma > 0)) {
        throw new IllegalArgumentException(
            "EvolutionStrategy: pairs and sigma must be positive, got %d and %s"
                .formatted(pairs, sigma));
      }
    }

    /** Returns these options with another number of pairs. */
    public Options pairs(int value) {
      return new Options(value, sigma, ranks, generator);
    }

    /** Returns these options with another standard deviation. */
    public Options sigma(double value) {
      return new Options(pairs, value, ranks, generator);
    }

    /** Returns these options with ranks or losses. */
    public Options ranks(boolean value) {
      return new Options(pairs, sigma, value, generator);
    }

    /** Returns these options with another source of directions. */
    public Options generator(Generator value) {
      return new Options(pairs, sigma, ranks, value);
    }
  }

  /** Returns the defaults: 50 pairs, a standard deviation of 0.02 as published, ranks. */
  public static Options options() {
    return new Options(50, 0.02, true, Autograd.generator());
  }

  /**
   * Creates an estimator.
   *
   * @throws IllegalArgumentException if there is no parameter or one is not a floating leaf
   */
  public EvolutionStrategy(Collection<Variable> parameters, Options options) {
    this.directions = new Directions("EvolutionStrategy", parameters, Noise.NORMAL);
    this.options = options;
  }

  /** Draws the seeds of a step's pairs. */
  public List<Long> seeds() {
    return IntStream.range(0, options.pairs())
        .mapToObj(_ -> options.generator().nextLong())
        .toList();
  }

  /**
   * Tries some pairs, and leaves the parameters bit for bit as they were.
   *
   * @param loss as {@link Minimizer#step} describes it
   */
  public List<Trial> trials(List<Long> seeds, Supplier<Variable> loss) {
    List<Variable> copies = directions.copies();
    List<Trial> result = new ArrayList<>();
    try (var _ = Autograd.noGrad()) {
      for (long seed : seeds) {
        directions.move(copies, seed, options.sigma());
        double plus = loss.get().item();
        directions.move(copies, seed, -options.sigma());
        result.add(new Trial(seed, plus, loss.get().item()));
      }
    } finally {
      directions.restore(copies);
    }
    return result;
  }

  /**
   * Sets the gradient of each parameter by all trials of a step; forgets them if that is not
   * finite.
   */
  public void setGradients(List<Trial> trials) {
    int pairs = trials.size();
    double[] losses = new double[2 * pairs];
    for (int k = 0; k < pairs; k++) {
      losses[k] = trials.get(k).plus();
      losses[pairs + k] = trials.get(k).minus();
    }
    double[] values = options.ranks() ? centredRanks(losses) : losses;
    double scale = options.ranks() ? 2 * pairs : 2 * pairs * options.sigma();
    List<Variable> sums = directions.zeros();
    for (int k = 0; k < pairs; k++) {
      directions.add(sums, trials.get(k).seed(), (values[k] - values[pairs + k]) / scale);
    }
    directions.setGradients(sums);
  }

  @Override
  public double estimate(Supplier<Variable> loss) {
    double before;
    try (var _ = Autograd.noGrad()) {
      before = loss.get().item();
    }
    setGradients(trials(seeds(), loss));
    return before;
  }

  /**
   * Returns ranks from -1/2 for the smallest to 1/2 for the largest; equal values share the mean of
   * theirs, and NaN counts as the largest.
   */
  static double[] centredRanks(double... values) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(k -> values[k]));
    double[] ranks = new double[values.length];
    int start = 0;
    while (start < order.length) {
      int end = start + 1;
      while (end < order.length && Double.compare(values[order[end]], values[order[start]]) == 0) {
        end++;
      }
      double rank = (start + end - 1) / 2.0;
      for (int k = start; k < end; k++) {
        ranks[order[k]] = values.length == 1 ? 0 : rank / (values.length - 1) - 0.5;
      }
      start = end;
    }
    return ranks;
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("evolution_strategy", options.generator());
  }
}
