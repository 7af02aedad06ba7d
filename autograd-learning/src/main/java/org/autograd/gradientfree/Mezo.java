package org.autograd.gradientfree;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.training.StateValues;
import org.autograd.training.TrainingState;
import org.autograd.type.DType;

/**
 * Memory-efficient zeroth-order descent (Malladi, Gao, Nichani, Damian, Lee, Chen, Arora,
 * "Fine-tuning language models with just forward passes", 2023). All is done in place, with the
 * direction {@code z} drawn again from its seed each time it is needed:
 *
 * <pre>
 * p += eps z;  L+;  p -= 2 eps z;  L-;  p += eps z
 * slope = (L+ - L-) / (2 eps);  p -= learningRate (slope z + weightDecay p)
 * </pre>
 *
 * <p>so it needs the memory of inference and, for a moment, that of the largest parameter. Weights
 * decay if they have two axes or more, so biases and the scales of normalisations do not.
 *
 * <p>In floating point {@code p + d - d} is not always {@code p}. Here it is: in each step the
 * elements of a parameter are multiples of one power of two, 2^-24 of their largest magnitude in
 * float32 and 2^-53 in float64, and so are the moves, which makes every sum exact. The largest
 * elements have no finer steps anyway; a change of a smaller one that is less than half of that
 * number is lost.
 */
public final class Mezo implements Minimizer {
  /** The elements of a normal direction are smaller than this, as they come from 53 bits. */
  private static final double LARGEST_NOISE = 9;

  private static final Expression P = Expression.input(0);
  private static final Expression Z = Expression.input(1);

  /** To multiples of a number; its reciprocal is the first argument. */
  private static final PointwiseUpdate SNAP =
      PointwiseUpdate.of(
          "mezoSnap", 1, 2, Expression.parameter(1).mul(P.mul(Expression.parameter(0)).round()));

  /** Times the second argument along multiples of a number next to a multiple of the direction. */
  private static final PointwiseUpdate MOVE =
      PointwiseUpdate.of(
          "mezoMove",
          2,
          2,
          P.add(Expression.parameter(1).mul(Expression.parameter(0).mul(Z).round())));

  private static final PointwiseUpdate DESCEND =
      PointwiseUpdate.of(
          "mezoStep",
          2,
          2,
          P.sub(Expression.parameter(0).mul(Z)).sub(Expression.parameter(1).mul(P)));

  private final List<Variable> parameters;
  private final Options options;
  private final Function<Generator, Direction> directions;
  private double learningRate;

  /** Gives the direction of one parameter after the other. */
  @FunctionalInterface
  interface Direction {
    Variable next(Variable parameter);
  }

  /**
   * What may be chosen; {@link Mezo#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param epsilon how far from the parameters the losses are computed
   * @param weightDecay how much of a weight is added to its slope
   * @param noise the distribution of the directions' elements
   * @param generator the source of the seeds
   */
  public record Options(
      double learningRate, double epsilon, double weightDecay, Noise noise, Generator generator) {
    /** Checks the numbers. */
    public Options {
      if (!(learningRate >= 0) || !(epsilon > 0) || !(weightDecay >= 0)) {
        throw new IllegalArgumentException(
            ("Mezo: learningRate and weightDecay must not be negative and epsilon be positive, got"
                    + " %s, %s and %s")
                .formatted(learningRate, weightDecay, epsilon));
      }
    }

    /** Returns these options with another learning rate. */
    public Options learningRate(double value) {
      return new Options(value, epsilon, weightDecay, noise, generator);
    }

    /** Returns these options with another distance. */
    public Options epsilon(double value) {
      return new Options(learningRate, value, weightDecay, noise, generator);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, epsilon, value, noise, generator);
    }

    /** Returns these options with another distribution. */
    public Options noise(Noise value) {
      return new Options(learningRate, epsilon, weightDecay, value, generator);
    }

    /** Returns these options with another source of seeds. */
    public Options generator(Generator value) {
      return new Options(learningRate, epsilon, weightDecay, noise, value);
    }
  }

  /** Returns the defaults: rate and distance 1e-3, no weight decay, normal directions. */
  public static Options options() {
    return new Options(1e-3, 1e-3, 0, Noise.NORMAL, Autograd.generator());
  }

  /**
   * Creates a minimizer.
   *
   * @throws IllegalArgumentException if there is no parameter or one is not a floating leaf
   */
  public Mezo(Collection<Variable> parameters, Options options) {
    this(parameters, options, rng -> parameter -> options.noise().like(parameter, rng));
  }

  /** Creates a minimizer along directions of another source. */
  Mezo(
      Collection<Variable> parameters, Options options, Function<Generator, Direction> directions) {
    this.parameters = Directions.checked("Mezo", parameters);
    this.options = options;
    this.directions = directions;
    this.learningRate = options.learningRate();
  }

  /** Returns the learning rate. */
  public double learningRate() {
    return learningRate;
  }

  /** Sets the learning rate, from the next step on. A checkpoint stores it. */
  public void setLearningRate(double value) {
    learningRate = value;
  }

  @Override
  public double step(Supplier<Variable> loss) {
    long seed = options.generator().nextLong();
    try (var _ = Autograd.noGrad()) {
      List<Double> quanta = snap();
      double plus;
      double minus;
      double offset = 0;
      try {
        move(seed, quanta, 1);
        offset = 1;
        plus = loss.get().item();
        move(seed, quanta, -2);
        offset = -1;
        minus = loss.get().item();
      } finally {
        move(seed, quanta, -offset);
      }
      double slope = (plus - minus) / (2 * options.epsilon());
      if (Double.isFinite(slope)) {
        descend(seed, slope);
      }
      return (plus + minus) / 2;
    }
  }

  /**
   * Makes the elements of each parameter multiples of a power of two, which it returns: the
   * smallest one for which they and their moves are less than 2^24, or 2^53, of them.
   */
  private List<Double> snap() {
    List<Double> quanta = new ArrayList<>();
    for (Variable parameter : parameters) {
      double largest =
          parameter.elementCount() == 0
              ? 0
              : Math.max(parameter.max().item(), -parameter.min().item());
      double bound = largest + 2 * LARGEST_NOISE * options.epsilon();
      int bits = parameter.dtype() == DType.FLOAT32 ? 24 : 53;
      double quantum = Math.scalb(1.0, Math.getExponent(bound) + 1 - bits);
      SNAP.apply(new Variable[] {parameter}, 1 / quantum, quantum);
      quanta.add(quantum);
    }
    return quanta;
  }

  private void move(long seed, List<Double> quanta, double times) {
    if (times == 0) {
      return;
    }
    Direction direction = directions.apply(new Generator(seed));
    for (int k = 0; k < parameters.size(); k++) {
      Variable parameter = parameters.get(k);
      double quantum = quanta.get(k);
      MOVE.apply(
          new Variable[] {parameter, direction.next(parameter)},
          options.epsilon() / quantum,
          times * quantum);
    }
  }

  private void descend(long seed, double slope) {
    Direction direction = directions.apply(new Generator(seed));
    for (Variable parameter : parameters) {
      double decay = parameter.rank() > 1 ? learningRate * options.weightDecay() : 0;
      DESCEND.apply(
          new Variable[] {parameter, direction.next(parameter)}, learningRate * slope, decay);
    }
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("mezo", options.generator());
    state.add("mezo_settings", this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put("learning_rate", Variable.of(learningRate));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    double[] loaded = values.doubles("learning_rate", 1);
    values.finish();
    learningRate = loaded[0];
  }
}
