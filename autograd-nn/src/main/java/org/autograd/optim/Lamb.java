package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * LAMB (You and others, 2020), for very large batches: an {@link AdamW} step {@code r = mean /
 * (root + epsilon) + weightDecay * p} of each parameter, scaled by the ratio of the norms of the
 * parameter and of the step: {@code p = p - learningRate * |p| / |r| * r}, where the ratio is 1 if
 * a norm is 0. As norms are taken per parameter, a fused parameter learns otherwise than its parts.
 *
 * <p>Three versions are in use that do not agree; each is a set of options:
 *
 * <ul>
 *   <li>{@link #options()}: the paper's and TensorFlow Addons';
 *   <li>{@link #uncorrectedOptions()}: the first version of the paper and cybertronai's {@code
 *       pytorch-lamb}, without bias correction and with the parameter's norm limited to 10;
 *   <li>{@link #clippedOptions()}: NVIDIA's, in Apex and timm: all gradients together are first
 *       clipped to norm 1, and parameters without weight decay are not scaled.
 * </ul>
 */
public final class Lamb extends Optimizer<Lamb.Options> {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";
  private static final PointwiseUpdate DIRECTION = direction();
  private static final PointwiseUpdate STEP =
      PointwiseUpdate.of(
          "lamb", 2, 1, Expression.input(0).sub(Expression.parameter(0).mul(Expression.input(1))));

  private double gradientNorm;

  /** Creates an optimizer. */
  public Lamb(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Lamb#options()}, {@link Lamb#uncorrectedOptions()} and {@link
   * Lamb#clippedOptions()} have the defaults.
   *
   * @param learningRate the size of a step relative to the parameter
   * @param beta1 how much of the gradients' running mean stays at each step
   * @param beta2 how much of the squares' running mean stays at each step
   * @param epsilon what is added to the root of the squares' mean
   * @param weightDecay how much of the parameter is added to the step
   * @param biasCorrection whether the means are corrected for their start at 0
   * @param largestWeightNorm what the parameter's norm is limited to in the ratio
   * @param largestGradientNorm what the norm of the gradients of all groups together is limited to
   * @param scaledWithoutDecay whether parameters are scaled by the ratio even if their weight decay
   *     is 0
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean biasCorrection,
      double largestWeightNorm,
      double largestGradientNorm,
      boolean scaledWithoutDecay,
      boolean maximize)
      implements MomentumOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.belowOne("beta1", beta1);
      Check.belowOne("beta2", beta2);
      Check.notNegative("epsilon", epsilon);
      Check.notNegative("weightDecay", weightDecay);
      Check.positive("largestWeightNorm", largestWeightNorm);
      Check.positive("largestGradientNorm", largestGradientNorm);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(
          value,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          biasCorrection,
          largestWeightNorm,
          largestGradientNorm,
          scaledWithoutDecay,
          maximize);
    }

    @Override
    public double momentum() {
      return beta1;
    }

    @Override
    public Options momentum(double value) {
      return betas(value, beta2);
    }

    /** Returns these options with other running means. */
    public Options betas(double first, double second) {
      return new Options(
          learningRate,
          first,
          second,
          epsilon,
          weightDecay,
          biasCorrection,
          largestWeightNorm,
          largestGradientNorm,
          scaledWithoutDecay,
          maximize);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          value,
          weightDecay,
          biasCorrection,
          largestWeightNorm,
          largestGradientNorm,
          scaledWithoutDecay,
          maximize);
    }

    /** Returns these options with another weight decay; 0 for biases and norms, as is usual. */
    public Options weightDecay(double value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          value,
          biasCorrection,
          largestWeightNorm,
          largestGradientNorm,
          scaledWithoutDecay,
          maximize);
    }

    /** Returns these options with or without bias correction. */
    public Options biasCorrection(boolean value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          value,
          largestWeightNorm,
          largestGradientNorm,
          scaledWithoutDecay,
          maximize);
    }

    /** Returns these options with another limit of the parameter's norm; infinity for none. */
    public Options largestWeightNorm(double value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          biasCorrection,
          value,
          largestGradientNorm,
          scaledWithoutDecay,
          maximize);
    }

    /** Returns these options with another limit of the gradients' norm; infinity for none. */
    public Options largestGradientNorm(double value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          biasCorrection,
          largestWeightNorm,
          value,
          scaledWithoutDecay,
          maximize);
    }

    /** Returns these options with or without scaling of parameters that have no weight decay. */
    public Options scaledWithoutDecay(boolean value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          biasCorrection,
          largestWeightNorm,
          largestGradientNorm,
          value,
          maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          biasCorrection,
          largestWeightNorm,
          largestGradientNorm,
          scaledWithoutDecay,
          value);
    }
  }

  /**
   * Returns the options of the paper: learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-6, no
   * decay, bias correction, no limits.
   */
  public static Options options() {
    double unlimited = Double.POSITIVE_INFINITY;
    return new Options(1e-3, 0.9, 0.999, 1e-6, 0, true, unlimited, unlimited, true, false);
  }

  /** Returns {@link #options()} without bias correction and with norms of weights up to 10. */
  public static Options uncorrectedOptions() {
    return options().biasCorrection(false).largestWeightNorm(10);
  }

  /**
   * Returns {@link #options()} with a weight decay of 0.01, gradients clipped to norm 1, and no
   * scaling without decay.
   */
  public static Options clippedOptions() {
    return options().weightDecay(0.01).largestGradientNorm(1).scaledWithoutDecay(false);
  }

  /** The first of the two loops: the means, and the step that they suggest. */
  private static PointwiseUpdate direction() {
    Expression p = Expression.input(0);
    Expression mean = Expression.input(1);
    Expression square = Expression.input(2);
    Expression beta1 = Expression.parameter(0);
    Expression oneMinusBeta1 = Expression.parameter(1);
    Expression beta2 = Expression.parameter(2);
    Expression oneMinusBeta2 = Expression.parameter(3);
    Expression correction1 = Expression.parameter(4);
    Expression inverseRoot = Expression.parameter(5);
    Expression epsilon = Expression.parameter(6);
    Expression decay = Expression.parameter(7);
    Expression g = Expression.parameter(8).mul(Expression.input(4));
    Expression nextMean = beta1.mul(mean).add(oneMinusBeta1.mul(g));
    Expression nextSquare = beta2.mul(square).add(oneMinusBeta2.mul(g.square()));
    Expression divisor = nextSquare.sqrt().mul(inverseRoot).add(epsilon);
    Expression direction = nextMean.mul(correction1).div(divisor).add(decay.mul(p));
    return PointwiseUpdate.ofGradient("lamb", 4, 9, p, nextMean, nextSquare, direction);
  }

  @Override
  protected void beginStep() {
    gradientNorm = 0;
    for (ParameterGroup<Options> group : groups()) {
      if (group.options().largestGradientNorm() < Double.POSITIVE_INFINITY) {
        gradientNorm =
            Gradients.norm(groups().stream().flatMap(g -> g.parameters().stream()).toList());
        return;
      }
    }
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    double step = state.step();
    boolean corrected = options.biasCorrection();
    double scale =
        gradientNorm > options.largestGradientNorm()
            ? options.largestGradientNorm() / gradientNorm
            : 1;
    Variable direction = Variable.zerosLike(parameter);
    DIRECTION.apply(
        new Variable[] {parameter, state.buffer(MEAN), state.buffer(SQUARE), direction},
        options.beta1(),
        1 - options.beta1(),
        options.beta2(),
        1 - options.beta2(),
        corrected ? 1 / (1 - Math.pow(options.beta1(), step)) : 1,
        corrected ? 1 / Math.sqrt(1 - Math.pow(options.beta2(), step)) : 1,
        options.epsilon(),
        options.weightDecay(),
        options.maximize() ? -scale : scale);
    double ratio =
        options.scaledWithoutDecay() || options.weightDecay() != 0
            ? ratio(parameter.detach(), direction, options)
            : 1;
    STEP.apply(new Variable[] {parameter, direction}, options.learningRate() * ratio);
  }

  private static double ratio(Variable parameter, Variable direction, Options options) {
    double weight = Math.min(parameter.norm().item(), options.largestWeightNorm());
    double size = direction.norm().item();
    return weight == 0 || size == 0 ? 1 : weight / size;
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(MEAN, SQUARE);
  }
}
