package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Adamax (Kingma and Ba, 2015): {@link Adam} with the largest gradient, slowly forgotten, in place
 * of the root of the mean square. PyTorch's {@code torch.optim.Adamax}.
 */
public final class Adamax extends Optimizer<Adamax.Options> {
  private static final String MEAN = "exp_avg";
  private static final String LARGEST = "exp_inf";
  private static final PointwiseUpdate UPDATE = update();

  /** Creates an optimizer. */
  public Adamax(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Adamax#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param beta1 how much of the gradients' running mean stays at each step
   * @param beta2 how much of the largest gradient stays at each step
   * @param epsilon what is added to the gradient's absolute value
   * @param weightDecay how much of the parameter is added to its gradient
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
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
      return new Options(value, beta1, beta2, epsilon, weightDecay, maximize);
    }

    @Override
    public double momentum() {
      return beta1;
    }

    @Override
    public Options momentum(double value) {
      return betas(value, beta2);
    }

    /** Returns these options with another running mean and maximum. */
    public Options betas(double first, double second) {
      return new Options(learningRate, first, second, epsilon, weightDecay, maximize);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(learningRate, beta1, beta2, value, weightDecay, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, beta1, beta2, epsilon, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(learningRate, beta1, beta2, epsilon, weightDecay, value);
    }
  }

  /** Returns the defaults: learning rate 2e-3, betas 0.9 and 0.999, epsilon 1e-8, no decay. */
  public static Options options() {
    return new Options(2e-3, 0.9, 0.999, 1e-8, 0, false);
  }

  private static PointwiseUpdate update() {
    Expression p = Expression.input(0);
    Expression mean = Expression.input(1);
    Expression largest = Expression.input(2);
    Expression g = Expression.input(3);
    Expression rate = Expression.parameter(0);
    Expression beta1 = Expression.parameter(1);
    Expression oneMinusBeta1 = Expression.parameter(2);
    Expression beta2 = Expression.parameter(3);
    Expression epsilon = Expression.parameter(4);
    Expression decay = Expression.parameter(5);
    Expression sign = Expression.parameter(6);
    Expression decayed = sign.mul(g).add(decay.mul(p));
    Expression nextMean = beta1.mul(mean).add(oneMinusBeta1.mul(decayed));
    Expression nextLargest = beta2.mul(largest).maximum(decayed.abs().add(epsilon));
    Expression next = p.sub(rate.mul(nextMean.div(nextLargest)));
    return PointwiseUpdate.ofGradient("adamax", 3, 7, next, nextMean, nextLargest);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    UPDATE.apply(
        new Variable[] {parameter, state.buffer(MEAN), state.buffer(LARGEST)},
        options.learningRate() / (1 - Math.pow(options.beta1(), (double) state.step())),
        options.beta1(),
        1 - options.beta1(),
        options.beta2(),
        options.epsilon(),
        options.weightDecay(),
        options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(MEAN, LARGEST);
  }
}
