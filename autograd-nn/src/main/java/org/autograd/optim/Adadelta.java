package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Adadelta (Zeiler, 2012): divides the gradient by the root of the running mean of its squares and
 * multiplies it by that of the steps' squares, which gives steps the parameter's unit. PyTorch's
 * {@code torch.optim.Adadelta}.
 */
public final class Adadelta extends Optimizer<Adadelta.Options> {
  private static final String SQUARE = "square_avg";
  private static final String DELTA = "acc_delta";
  private static final PointwiseUpdate UPDATE = update();

  /** Creates an optimizer. */
  public Adadelta(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Adadelta#options()} has the defaults.
   *
   * @param learningRate what the step is multiplied by, 1 in the paper
   * @param rho how much of the running means stays at each step
   * @param epsilon what is added to the means below the roots; it also starts the steps
   * @param weightDecay how much of the parameter is added to its gradient
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate, double rho, double epsilon, double weightDecay, boolean maximize)
      implements OptimizerOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.atMostOne("rho", rho);
      Check.notNegative("epsilon", epsilon);
      Check.notNegative("weightDecay", weightDecay);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, rho, epsilon, weightDecay, maximize);
    }

    /** Returns these options with other running means. */
    public Options rho(double value) {
      return new Options(learningRate, value, epsilon, weightDecay, maximize);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(learningRate, rho, value, weightDecay, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, rho, epsilon, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(learningRate, rho, epsilon, weightDecay, value);
    }
  }

  /** Returns the default options: learning rate 1, rho 0.9, epsilon 1e-6, no decay. */
  public static Options options() {
    return new Options(1, 0.9, 1e-6, 0, false);
  }

  private static PointwiseUpdate update() {
    Expression p = Expression.input(0);
    Expression square = Expression.input(1);
    Expression delta = Expression.input(2);
    Expression g = Expression.input(3);
    Expression rate = Expression.parameter(0);
    Expression rho = Expression.parameter(1);
    Expression oneMinusRho = Expression.parameter(2);
    Expression epsilon = Expression.parameter(3);
    Expression decay = Expression.parameter(4);
    Expression sign = Expression.parameter(5);
    Expression decayed = sign.mul(g).add(decay.mul(p));
    Expression nextSquare = rho.mul(square).add(oneMinusRho.mul(decayed.square()));
    Expression step = delta.add(epsilon).sqrt().div(nextSquare.add(epsilon).sqrt()).mul(decayed);
    Expression nextDelta = rho.mul(delta).add(oneMinusRho.mul(step.square()));
    return PointwiseUpdate.ofGradient(
        "adadelta", 3, 6, p.sub(rate.mul(step)), nextSquare, nextDelta);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    UPDATE.apply(
        new Variable[] {parameter, state.buffer(SQUARE), state.buffer(DELTA)},
        options.learningRate(),
        options.rho(),
        1 - options.rho(),
        options.epsilon(),
        options.weightDecay(),
        options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(SQUARE, DELTA);
  }
}
