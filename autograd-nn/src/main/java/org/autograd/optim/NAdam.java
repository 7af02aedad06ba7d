package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * NAdam (Dozat, 2016): {@link Adam} with Nesterov's look ahead, by a momentum that grows with the
 * steps: {@code beta1 * (1 - 0.96^(t * momentumDecay) / 2)}. PyTorch's {@code torch.optim.NAdam}.
 */
public final class NAdam extends Optimizer<NAdam.Options> {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";
  private static final String PRODUCT = "mu_product";
  private static final PointwiseUpdate UPDATE = update();

  /** Creates an optimizer. */
  public NAdam(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link NAdam#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param beta1 how much of the gradients' running mean stays at each step
   * @param beta2 how much of the squares' running mean stays at each step
   * @param epsilon what is added to the root of the squares' mean
   * @param weightDecay how much of the parameter is added to its gradient or, if decoupled, taken
   *     from it at each step, times the learning rate
   * @param momentumDecay how fast the momentum grows towards beta1
   * @param decoupledWeightDecay whether the decay keeps out of the running means, as in {@link
   *     AdamW}
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double momentumDecay,
      boolean decoupledWeightDecay,
      boolean maximize)
      implements MomentumOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.belowOne("beta1", beta1);
      Check.belowOne("beta2", beta2);
      Check.notNegative("epsilon", epsilon);
      Check.notNegative("weightDecay", weightDecay);
      Check.notNegative("momentumDecay", momentumDecay);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(
          value, beta1, beta2, epsilon, weightDecay, momentumDecay, decoupledWeightDecay, maximize);
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
          momentumDecay,
          decoupledWeightDecay,
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
          momentumDecay,
          decoupledWeightDecay,
          maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          value,
          momentumDecay,
          decoupledWeightDecay,
          maximize);
    }

    /** Returns these options with another growth of the momentum. */
    public Options momentumDecay(double value) {
      return new Options(
          learningRate, beta1, beta2, epsilon, weightDecay, value, decoupledWeightDecay, maximize);
    }

    /** Returns these options with or without decoupled weight decay. */
    public Options decoupledWeightDecay(boolean value) {
      return new Options(
          learningRate, beta1, beta2, epsilon, weightDecay, momentumDecay, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(
          learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          momentumDecay,
          decoupledWeightDecay,
          value);
    }

    private double momentumAt(double step) {
      return beta1 * (1 - 0.5 * Math.pow(0.96, step * momentumDecay));
    }
  }

  /**
   * Returns the defaults: learning rate 2e-3, betas 0.9 and 0.999, epsilon 1e-8, momentum decay
   * 4e-3, no weight decay.
   */
  public static Options options() {
    return new Options(2e-3, 0.9, 0.999, 1e-8, 0, 4e-3, false, false);
  }

  private static PointwiseUpdate update() {
    Expression p = Expression.input(0);
    Expression mean = Expression.input(1);
    Expression square = Expression.input(2);
    Expression g = Expression.input(3);
    Expression beta1 = Expression.parameter(0);
    Expression oneMinusBeta1 = Expression.parameter(1);
    Expression beta2 = Expression.parameter(2);
    Expression oneMinusBeta2 = Expression.parameter(3);
    Expression gradientSize = Expression.parameter(4);
    Expression meanSize = Expression.parameter(5);
    Expression inverseRoot = Expression.parameter(6);
    Expression epsilon = Expression.parameter(7);
    Expression addedDecay = Expression.parameter(8);
    Expression factor = Expression.parameter(9);
    Expression sign = Expression.parameter(10);
    Expression decayed = sign.mul(g).add(addedDecay.mul(p));
    Expression nextMean = beta1.mul(mean).add(oneMinusBeta1.mul(decayed));
    Expression nextSquare = beta2.mul(square).add(oneMinusBeta2.mul(decayed.square()));
    Expression direction = gradientSize.mul(decayed).add(meanSize.mul(nextMean));
    Expression divisor = nextSquare.sqrt().mul(inverseRoot).add(epsilon);
    Expression next = p.mul(factor).sub(direction.div(divisor));
    return PointwiseUpdate.ofGradient("nAdam", 3, 11, next, nextMean, nextSquare);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    double step = state.step();
    double rate = options.learningRate();
    double momentum = options.momentumAt(step);
    double nextMomentum = options.momentumAt(step + 1);
    double product = state.number(PRODUCT, 1) * momentum;
    state.setNumber(PRODUCT, product);
    boolean decoupled = options.decoupledWeightDecay();
    UPDATE.apply(
        new Variable[] {parameter, state.buffer(MEAN), state.buffer(SQUARE)},
        options.beta1(),
        1 - options.beta1(),
        options.beta2(),
        1 - options.beta2(),
        rate * (1 - momentum) / (1 - product),
        rate * nextMomentum / (1 - product * nextMomentum),
        1 / Math.sqrt(1 - Math.pow(options.beta2(), step)),
        options.epsilon(),
        decoupled ? 0 : options.weightDecay(),
        decoupled ? 1 - rate * options.weightDecay() : 1,
        options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(MEAN, SQUARE);
  }

  @Override
  protected List<String> numbers(Options options) {
    return List.of(PRODUCT);
  }
}
