package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Stochastic gradient descent, with momentum if wanted: {@code buffer = momentum * buffer + (1 -
 * dampening) * g; p = p - learningRate * buffer}, where the first buffer is {@code g} undampened,
 * and Nesterov's form uses {@code g + momentum * buffer} instead of the buffer. PyTorch's {@code
 * torch.optim.SGD}.
 */
public final class Sgd extends Optimizer<Sgd.Options> {
  private static final String BUFFER = "momentum_buffer";
  private static final PointwiseUpdate PLAIN = plain();
  private static final PointwiseUpdate MOMENTUM = momentum(false);
  private static final PointwiseUpdate NESTEROV = momentum(true);

  /** Creates an optimizer. */
  public Sgd(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Sgd#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param momentum how much of the buffer stays at each step; 0 for no buffer
   * @param dampening how much of the gradient does not enter the buffer
   * @param weightDecay how much of the parameter is added to its gradient
   * @param nesterov whether to look ahead by one step of the momentum; not without momentum or with
   *     dampening
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double momentum,
      double dampening,
      double weightDecay,
      boolean nesterov,
      boolean maximize)
      implements MomentumOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.notNegative("momentum", momentum);
      Check.notNegative("weightDecay", weightDecay);
      if (nesterov && (momentum == 0 || dampening != 0)) {
        throw new IllegalArgumentException(
            "nesterov needs a momentum above 0, set before it, and no dampening, got momentum "
                + momentum
                + " and dampening "
                + dampening);
      }
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, momentum, dampening, weightDecay, nesterov, maximize);
    }

    @Override
    public Options momentum(double value) {
      return new Options(learningRate, value, dampening, weightDecay, nesterov, maximize);
    }

    /** Returns these options with another dampening. */
    public Options dampening(double value) {
      return new Options(learningRate, momentum, value, weightDecay, nesterov, maximize);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, momentum, dampening, value, nesterov, maximize);
    }

    /** Returns these options with or without Nesterov's form. */
    public Options nesterov(boolean value) {
      return new Options(learningRate, momentum, dampening, weightDecay, value, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(learningRate, momentum, dampening, weightDecay, nesterov, value);
    }
  }

  /** Returns the default options: learning rate 1e-3, all else 0. */
  public static Options options() {
    return new Options(1e-3, 0, 0, 0, false, false);
  }

  private static PointwiseUpdate plain() {
    Expression p = Expression.input(0);
    Expression g = Expression.input(1);
    Expression rate = Expression.parameter(0);
    Expression decay = Expression.parameter(1);
    Expression sign = Expression.parameter(2);
    Expression decayed = sign.mul(g).add(decay.mul(p));
    return PointwiseUpdate.ofGradient("sgd", 1, 3, p.sub(rate.mul(decayed)));
  }

  private static PointwiseUpdate momentum(boolean nesterov) {
    Expression p = Expression.input(0);
    Expression buffer = Expression.input(1);
    Expression g = Expression.input(2);
    Expression rate = Expression.parameter(0);
    Expression decay = Expression.parameter(1);
    Expression momentum = Expression.parameter(2);
    Expression taken = Expression.parameter(3);
    Expression sign = Expression.parameter(4);
    Expression decayed = sign.mul(g).add(decay.mul(p));
    Expression next = momentum.mul(buffer).add(taken.mul(decayed));
    Expression direction = nesterov ? decayed.add(momentum.mul(next)) : next;
    return PointwiseUpdate.ofGradient("sgd", 2, 5, p.sub(rate.mul(direction)), next);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    double rate = options.learningRate();
    double decay = options.weightDecay();
    double sign = options.maximize() ? -1 : 1;
    if (options.momentum() == 0) {
      PLAIN.apply(new Variable[] {parameter}, rate, decay, sign);
      return;
    }
    PointwiseUpdate update = options.nesterov() ? NESTEROV : MOMENTUM;
    Variable[] operands = {parameter, state.buffer(BUFFER)};
    // The buffer is 0 in the first step, so only the dampening has to be left out there.
    double taken = state.step() == 1 ? 1 : 1 - options.dampening();
    update.apply(operands, rate, decay, options.momentum(), taken, sign);
  }

  @Override
  protected List<String> buffers(Options options) {
    return options.momentum() == 0 ? List.of() : List.of(BUFFER);
  }
}
