package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Resilient backpropagation (Riedmiller and Braun, 1993): each element has a step size of its own,
 * which grows while the gradient keeps its sign and shrinks when it changes; the gradient's size
 * does not matter. Meant for gradients of the whole data set. Of the published forms it is the one
 * that makes no step after a change of sign and does not take the previous one back, like PyTorch's
 * {@code torch.optim.Rprop}.
 */
public final class Rprop extends Optimizer<Rprop.Options> {
  private static final String PREVIOUS = "prev";
  private static final String SIZE = "step_size";
  private static final PointwiseUpdate UPDATE = update();

  /** Creates an optimizer. */
  public Rprop(Collection<Variable> parameters, Options options) {
    super(parameters, options);
  }

  /**
   * The options; {@link Rprop#options()} has the defaults.
   *
   * @param learningRate the size of a parameter's first step; it has no effect later
   * @param shrink what the size is multiplied by when the gradient's sign changes
   * @param grow what the size is multiplied by while the sign stays
   * @param smallest the least size of a step
   * @param largest the greatest size of a step
   * @param maximize whether to climb instead of descend
   */
  public record Options(
      double learningRate,
      double shrink,
      double grow,
      double smallest,
      double largest,
      boolean maximize)
      implements OptimizerOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      if (!(shrink > 0 && shrink < 1 && grow > 1 && grow < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "factors must be between 0 and 1 and above 1, got " + shrink + " and " + grow);
      }
      Check.notNegative("smallest", smallest);
      if (!(largest >= smallest)) {
        throw new IllegalArgumentException(
            "largest must be at least smallest, got " + largest + " and " + smallest);
      }
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, shrink, grow, smallest, largest, maximize);
    }

    /** Returns these options with other factors; PyTorch's {@code etas}. */
    public Options factors(double shrinking, double growing) {
      return new Options(learningRate, shrinking, growing, smallest, largest, maximize);
    }

    /** Returns these options with other limits of the steps; PyTorch's {@code step_sizes}. */
    public Options stepSizes(double least, double greatest) {
      return new Options(learningRate, shrink, grow, least, greatest, maximize);
    }

    /** Returns these options for climbing or descending. */
    public Options maximize(boolean value) {
      return new Options(learningRate, shrink, grow, smallest, largest, value);
    }
  }

  /** Returns the defaults: learning rate 1e-2, factors 0.5 and 1.2, steps of 1e-6 to 50. */
  public static Options options() {
    return new Options(1e-2, 0.5, 1.2, 1e-6, 50, false);
  }

  private static PointwiseUpdate update() {
    Expression p = Expression.input(0);
    Expression previous = Expression.input(1);
    Expression size = Expression.input(2);
    Expression g = Expression.parameter(4).mul(Expression.input(3));
    Expression agreement = g.mul(previous);
    Expression turned = agreement.lt(0);
    Expression factor =
        Expression.where(
            agreement.gt(0),
            Expression.parameter(1),
            Expression.where(turned, Expression.parameter(0), Expression.constant(1)));
    Expression nextSize =
        size.mul(factor).maximum(Expression.parameter(2)).minimum(Expression.parameter(3));
    Expression used = Expression.where(turned, Expression.constant(0), g);
    // What is neither above nor below 0 is 0, which is no step, or NaN, which is not to be hidden.
    Expression step =
        Expression.where(used.gt(0), nextSize, Expression.where(used.lt(0), nextSize.neg(), used));
    return PointwiseUpdate.ofGradient("rprop", 3, 5, p.sub(step), used, nextSize);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    UPDATE.apply(
        new Variable[] {
          parameter, state.buffer(PREVIOUS), state.buffer(SIZE, options.learningRate())
        },
        options.shrink(),
        options.grow(),
        options.smallest(),
        options.largest(),
        options.maximize() ? -1 : 1);
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(PREVIOUS, SIZE);
  }
}
