package org.autograd.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * RMSProp: steps along the gradient divided by the root of the running mean of its squares.
 * PyTorch's {@code torch.optim.RMSprop}, which adds epsilon to the root where TensorFlow adds it
 * below the root.
 */
public final class RmsProp extends Optimizer<RmsProp.Options> {
  private static final String SQUARE = "square_avg";
  private static final String MEAN = "grad_avg";
  private static final String BUFFER = "momentum_buffer";

  /** By what they keep: with a mean of the gradients in the second bit, a buffer in the first. */
  private static final List<PointwiseUpdate> UPDATES =
      List.of(update(false, false), update(false, true), update(true, false), update(true, true));

  /** Creates an optimizer. */
  public RmsProp(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link RmsProp#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param alpha how much of the squares' running mean stays at each step
   * @param epsilon what is added to the root of the squares' mean
   * @param weightDecay how much of the parameter is added to its gradient
   * @param momentum how much of the previous direction stays at each step; 0 for none
   * @param centered whether to divide by the deviation of the gradients instead of their mean
   *     square
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double alpha,
      double epsilon,
      double weightDecay,
      double momentum,
      boolean centered,
      boolean maximize)
      implements MomentumOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.notNegative("alpha", alpha);
      Check.notNegative("epsilon", epsilon);
      Check.notNegative("weightDecay", weightDecay);
      Check.notNegative("momentum", momentum);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, alpha, epsilon, weightDecay, momentum, centered, maximize);
    }

    /** Returns these options with another running mean. */
    public Options alpha(double value) {
      return new Options(learningRate, value, epsilon, weightDecay, momentum, centered, maximize);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(learningRate, alpha, value, weightDecay, momentum, centered, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, alpha, epsilon, value, momentum, centered, maximize);
    }

    @Override
    public Options momentum(double value) {
      return new Options(learningRate, alpha, epsilon, weightDecay, value, centered, maximize);
    }

    /** Returns these options with or without centering. */
    public Options centered(boolean value) {
      return new Options(learningRate, alpha, epsilon, weightDecay, momentum, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(learningRate, alpha, epsilon, weightDecay, momentum, centered, value);
    }
  }

  /** Returns the default options: learning rate 1e-2, alpha 0.99, epsilon 1e-8, all else 0. */
  public static Options options() {
    return new Options(1e-2, 0.99, 1e-8, 0, 0, false, false);
  }

  private static PointwiseUpdate update(boolean centered, boolean momentum) {
    int inputs = 0;
    Expression p = Expression.input(inputs++);
    Expression square = Expression.input(inputs++);
    Expression mean = centered ? Expression.input(inputs++) : Expression.constant(0);
    Expression buffer = momentum ? Expression.input(inputs++) : Expression.constant(0);
    Expression g = Expression.input(inputs);
    Expression rate = Expression.parameter(0);
    Expression alpha = Expression.parameter(1);
    Expression oneMinusAlpha = Expression.parameter(2);
    Expression epsilon = Expression.parameter(3);
    Expression decay = Expression.parameter(4);
    Expression kept = Expression.parameter(5);

    Expression sign = Expression.parameter(6);
    Expression decayed = sign.mul(g).add(decay.mul(p));
    Expression nextSquare = alpha.mul(square).add(oneMinusAlpha.mul(decayed.square()));
    Expression nextMean = alpha.mul(mean).add(oneMinusAlpha.mul(decayed));
    Expression variance = centered ? nextSquare.sub(nextMean.square()) : nextSquare;
    Expression scaled = decayed.div(variance.sqrt().add(epsilon));
    Expression direction = momentum ? kept.mul(buffer).add(scaled) : scaled;
    List<Expression> values = new ArrayList<>(List.of(p.sub(rate.mul(direction)), nextSquare));
    if (centered) {
      values.add(nextMean);
    }
    if (momentum) {
      values.add(direction);
    }
    return PointwiseUpdate.ofGradient("rmsProp", inputs, 7, values.toArray(Expression[]::new));
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    List<Variable> operands = new ArrayList<>();
    operands.add(parameter);
    buffers(options).forEach(name -> operands.add(state.buffer(name)));
    int kind = (options.centered() ? 2 : 0) + (options.momentum() == 0 ? 0 : 1);
    UPDATES
        .get(kind)
        .apply(
            operands.toArray(Variable[]::new),
            options.learningRate(),
            options.alpha(),
            1 - options.alpha(),
            options.epsilon(),
            options.weightDecay(),
            options.momentum(),
            options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    List<String> names = new ArrayList<>(List.of(SQUARE));
    if (options.centered()) {
      names.add(MEAN);
    }
    if (options.momentum() != 0) {
      names.add(BUFFER);
    }
    return names;
  }
}
