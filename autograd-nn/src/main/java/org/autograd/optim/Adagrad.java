package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Adagrad (Duchi, Hazan and Singer, 2011): divides each step by the root of the sum of all squared
 * gradients so far, so that the steps become smaller and rare features keep large ones. PyTorch's
 * {@code torch.optim.Adagrad}.
 */
public final class Adagrad extends Optimizer<Adagrad.Options> {
  private static final String SUM = "sum";
  private static final PointwiseUpdate UPDATE = update();

  /** Creates an optimizer. */
  public Adagrad(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Adagrad#options()} has the defaults.
   *
   * @param learningRate the size of the first step
   * @param learningRateDecay how fast it falls besides: in step {@code t}, counted from 0, the rate
   *     is {@code learningRate / (1 + t * learningRateDecay)}
   * @param weightDecay how much of the parameter is added to its gradient
   * @param initialAccumulator what the sum of squares starts with
   * @param epsilon what is added to the root of the sum
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double learningRateDecay,
      double weightDecay,
      double initialAccumulator,
      double epsilon,
      boolean maximize)
      implements OptimizerOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.notNegative("learningRateDecay", learningRateDecay);
      Check.notNegative("weightDecay", weightDecay);
      Check.notNegative("initialAccumulator", initialAccumulator);
      Check.notNegative("epsilon", epsilon);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(
          value, learningRateDecay, weightDecay, initialAccumulator, epsilon, maximize);
    }

    /** Returns these options with another decay of the learning rate. */
    public Options learningRateDecay(double value) {
      return new Options(learningRate, value, weightDecay, initialAccumulator, epsilon, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(
          learningRate, learningRateDecay, value, initialAccumulator, epsilon, maximize);
    }

    /** Returns these options with another start of the sum. */
    public Options initialAccumulator(double value) {
      return new Options(learningRate, learningRateDecay, weightDecay, value, epsilon, maximize);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(
          learningRate, learningRateDecay, weightDecay, initialAccumulator, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(
          learningRate, learningRateDecay, weightDecay, initialAccumulator, epsilon, value);
    }
  }

  /** Returns the default options: learning rate 1e-2, epsilon 1e-10, all else 0. */
  public static Options options() {
    return new Options(1e-2, 0, 0, 0, 1e-10, false);
  }

  private static PointwiseUpdate update() {
    Expression p = Expression.input(0);
    Expression sum = Expression.input(1);
    Expression g = Expression.input(2);
    Expression rate = Expression.parameter(0);
    Expression decay = Expression.parameter(1);
    Expression epsilon = Expression.parameter(2);
    Expression sign = Expression.parameter(3);
    Expression decayed = sign.mul(g).add(decay.mul(p));
    Expression nextSum = sum.add(decayed.square());
    Expression next = p.sub(rate.mul(decayed.div(nextSum.sqrt().add(epsilon))));
    return PointwiseUpdate.ofGradient("adagrad", 2, 4, next, nextSum);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    UPDATE.apply(
        new Variable[] {parameter, state.buffer(SUM, options.initialAccumulator())},
        options.learningRate() / (1 + (state.step() - 1) * options.learningRateDecay()),
        options.weightDecay(),
        options.epsilon(),
        options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(SUM);
  }
}
