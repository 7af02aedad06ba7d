package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * RAdam (Liu and others, 2020): {@link Adam} that does without the division by the squares' root
 * while too few squares have been seen, and corrects for their variance from then on, which stands
 * in for a warm-up. PyTorch's {@code torch.optim.RAdam}.
 */
public final class RAdam extends Optimizer<RAdam.Options> {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";
  private static final PointwiseUpdate RECTIFIED = update(true);
  private static final PointwiseUpdate EARLY = update(false);

  /** Creates an optimizer. */
  public RAdam(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link RAdam#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param beta1 how much of the gradients' running mean stays at each step
   * @param beta2 how much of the squares' running mean stays at each step
   * @param epsilon what is added to the root of the squares' mean
   * @param weightDecay how much of the parameter is added to its gradient or, if decoupled, taken
   *     from it at each step, times the learning rate
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
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, beta1, beta2, epsilon, weightDecay, decoupledWeightDecay, maximize);
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
          learningRate, first, second, epsilon, weightDecay, decoupledWeightDecay, maximize);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(
          learningRate, beta1, beta2, value, weightDecay, decoupledWeightDecay, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(
          learningRate, beta1, beta2, epsilon, value, decoupledWeightDecay, maximize);
    }

    /** Returns these options with or without decoupled weight decay. */
    public Options decoupledWeightDecay(boolean value) {
      return new Options(learningRate, beta1, beta2, epsilon, weightDecay, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(
          learningRate, beta1, beta2, epsilon, weightDecay, decoupledWeightDecay, value);
    }
  }

  /** Returns the defaults: learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8, no decay. */
  public static Options options() {
    return new Options(1e-3, 0.9, 0.999, 1e-8, 0, false, false);
  }

  private static PointwiseUpdate update(boolean rectified) {
    Expression p = Expression.input(0);
    Expression mean = Expression.input(1);
    Expression square = Expression.input(2);
    Expression g = Expression.input(3);
    Expression beta1 = Expression.parameter(0);
    Expression oneMinusBeta1 = Expression.parameter(1);
    Expression beta2 = Expression.parameter(2);
    Expression oneMinusBeta2 = Expression.parameter(3);
    Expression stepSize = Expression.parameter(4);
    Expression epsilon = Expression.parameter(5);
    Expression addedDecay = Expression.parameter(6);
    Expression factor = Expression.parameter(7);
    Expression sign = Expression.parameter(8);
    Expression decayed = sign.mul(g).add(addedDecay.mul(p));
    Expression nextMean = beta1.mul(mean).add(oneMinusBeta1.mul(decayed));
    Expression nextSquare = beta2.mul(square).add(oneMinusBeta2.mul(decayed.square()));
    Expression direction = rectified ? nextMean.div(nextSquare.sqrt().add(epsilon)) : nextMean;
    Expression next = p.mul(factor).sub(stepSize.mul(direction));
    return PointwiseUpdate.ofGradient("rAdam", 3, 9, next, nextMean, nextSquare);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    double step = state.step();
    double rate = options.learningRate();
    double power = Math.pow(options.beta2(), step);
    double correction = 1 - power;
    // The length of the simple moving average that the exponential one stands for, now and finally.
    double limit = 2 / (1 - options.beta2()) - 1;
    double length = limit - 2 * step * power / correction;
    boolean rectified = length > 5;
    double stepSize = rate / (1 - Math.pow(options.beta1(), step));
    if (rectified) {
      double variances = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length);
      stepSize *= Math.sqrt(variances * correction);
    }
    boolean decoupled = options.decoupledWeightDecay();
    (rectified ? RECTIFIED : EARLY)
        .apply(
            new Variable[] {parameter, state.buffer(MEAN), state.buffer(SQUARE)},
            options.beta1(),
            1 - options.beta1(),
            options.beta2(),
            1 - options.beta2(),
            stepSize,
            options.epsilon(),
            decoupled ? 0 : options.weightDecay(),
            decoupled ? 1 - rate * options.weightDecay() : 1,
            options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(MEAN, SQUARE);
  }
}
