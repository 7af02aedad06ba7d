package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky, 1992): plain steps of a falling rate
 * {@code learningRate / (1 + lambda * learningRate * t)^alpha}, and beside them the mean of the
 * parameters since step {@code averageFrom}, which is the result: {@code state.0.ax} in {@link
 * #stateDict()}. PyTorch's {@code torch.optim.ASGD}; its rate follows a schedule one step later.
 * For averages with any optimizer see {@link WeightAverage}.
 */
public final class Asgd extends Optimizer<Asgd.Options> {
  private static final String AVERAGE = "ax";
  private static final PointwiseUpdate UPDATE = update();

  /** Creates an optimizer. */
  public Asgd(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Asgd#options()} has the defaults.
   *
   * @param learningRate the size of the first step
   * @param lambda how much of the parameter is taken away at each step, times the rate, and how
   *     fast the rate falls
   * @param alpha the power by which the rate falls
   * @param averageFrom the step after which parameters are averaged; until then the mean is the
   *     parameter itself
   * @param weightDecay how much of the parameter is added to its gradient
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double lambda,
      double alpha,
      double averageFrom,
      double weightDecay,
      boolean maximize)
      implements OptimizerOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.notNegative("lambda", lambda);
      Check.notNegative("alpha", alpha);
      Check.notNegative("averageFrom", averageFrom);
      Check.notNegative("weightDecay", weightDecay);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, lambda, alpha, averageFrom, weightDecay, maximize);
    }

    /** Returns these options with another decay; PyTorch's {@code lambd}. */
    public Options lambda(double value) {
      return new Options(learningRate, value, alpha, averageFrom, weightDecay, maximize);
    }

    /** Returns these options with another power of the rate. */
    public Options alpha(double value) {
      return new Options(learningRate, lambda, value, averageFrom, weightDecay, maximize);
    }

    /** Returns these options with another start of the mean; PyTorch's {@code t0}. */
    public Options averageFrom(double value) {
      return new Options(learningRate, lambda, alpha, value, weightDecay, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, lambda, alpha, averageFrom, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(learningRate, lambda, alpha, averageFrom, weightDecay, value);
    }
  }

  /** Returns the defaults: learning rate 1e-2, lambda 1e-4, alpha 0.75, averages from step 1e6. */
  public static Options options() {
    return new Options(1e-2, 1e-4, 0.75, 1e6, 0, false);
  }

  private static PointwiseUpdate update() {
    Expression p = Expression.input(0);
    Expression average = Expression.input(1);
    Expression g = Expression.input(2);
    Expression rate = Expression.parameter(0);
    Expression factor = Expression.parameter(1);
    Expression decay = Expression.parameter(2);
    Expression share = Expression.parameter(3);
    Expression rest = Expression.parameter(4);
    Expression sign = Expression.parameter(5);
    Expression decayed = sign.mul(g).add(decay.mul(p));
    Expression next = p.mul(factor).sub(rate.mul(decayed));
    Expression nextAverage = rest.mul(average).add(share.mul(next));
    return PointwiseUpdate.ofGradient("asgd", 2, 6, next, nextAverage);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    double earlier = state.step() - 1;
    double decay = options.lambda() * options.learningRate();
    double rate = options.learningRate() / Math.pow(1 + decay * earlier, options.alpha());
    double share = 1 / Math.max(1, earlier - options.averageFrom());
    UPDATE.apply(
        new Variable[] {parameter, state.buffer(AVERAGE)},
        rate,
        1 - options.lambda() * rate,
        options.weightDecay(),
        share,
        1 - share,
        options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(AVERAGE);
  }
}
