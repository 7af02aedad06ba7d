package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Lion (Chen and others, 2023): steps of the same size everywhere, along the sign of a running mean
 * of the gradients; one buffer instead of Adam's two. Its learning rate is 3 to 10 times smaller
 * than {@link AdamW}'s and its weight decay as much larger. With {@code direction = sign(beta1 *
 * mean + (1 - beta1) * g)}: {@code p = p - learningRate * (direction + weightDecay * p)} and {@code
 * mean = beta2 * mean + (1 - beta2) * g}.
 */
public final class Lion extends Optimizer<Lion.Options> {
  private static final String MEAN = "exp_avg";
  private static final PointwiseUpdate UPDATE = update();

  /** Creates an optimizer. */
  public Lion(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Lion#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param beta1 how much of the running mean the direction takes
   * @param beta2 how much of the running mean stays at each step
   * @param weightDecay how much of the parameter is taken from it at each step, times the learning
   *     rate
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate, double beta1, double beta2, double weightDecay, boolean maximize)
      implements MomentumOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.belowOne("beta1", beta1);
      Check.belowOne("beta2", beta2);
      Check.notNegative("weightDecay", weightDecay);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, beta1, beta2, weightDecay, maximize);
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
      return new Options(learningRate, first, second, weightDecay, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, beta1, beta2, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(learningRate, beta1, beta2, weightDecay, value);
    }
  }

  /** Returns the defaults: learning rate 1e-4, betas 0.9 and 0.99, no decay. */
  public static Options options() {
    return new Options(1e-4, 0.9, 0.99, 0, false);
  }

  private static PointwiseUpdate update() {
    Expression p = Expression.input(0);
    Expression mean = Expression.input(1);
    Expression rate = Expression.parameter(0);
    Expression factor = Expression.parameter(1);
    Expression beta1 = Expression.parameter(2);
    Expression oneMinusBeta1 = Expression.parameter(3);
    Expression beta2 = Expression.parameter(4);
    Expression oneMinusBeta2 = Expression.parameter(5);
    Expression g = Expression.parameter(6).mul(Expression.input(2));
    Expression blend = beta1.mul(mean).add(oneMinusBeta1.mul(g));
    // What is neither above nor below 0 is 0, which is no step, or NaN, which is not to be hidden.
    Expression step =
        Expression.where(blend.gt(0), rate, Expression.where(blend.lt(0), rate.neg(), blend));
    Expression nextMean = beta2.mul(mean).add(oneMinusBeta2.mul(g));
    return PointwiseUpdate.ofGradient("lion", 2, 7, p.mul(factor).sub(step), nextMean);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    double rate = options.learningRate();
    UPDATE.apply(
        new Variable[] {parameter, state.buffer(MEAN)},
        rate,
        1 - rate * options.weightDecay(),
        options.beta1(),
        1 - options.beta1(),
        options.beta2(),
        1 - options.beta2(),
        options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(MEAN);
  }
}
