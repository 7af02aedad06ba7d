package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Muon (Jordan and others, 2024), for the weight matrices inside a network: the momentum is made
 * nearly orthogonal before it is taken as a step, so that all its directions count alike. A few
 * steps of a Newton-Schulz iteration do that, which bring the singular values to between about 0.7
 * and 1.2. Embeddings, the last layer, biases and norms belong to {@link AdamW} instead. PyTorch's
 * {@code torch.optim.Muon}; the iteration runs in the parameter's dtype where PyTorch's runs in
 * bfloat16.
 */
public final class Muon extends Optimizer<Muon.Options> {
  private static final String BUFFER = "momentum_buffer";
  private static final PointwiseUpdate DIRECTION = direction();
  private static final PointwiseUpdate STEP =
      PointwiseUpdate.of(
          "muon", 2, 1, Expression.input(0).sub(Expression.parameter(0).mul(Expression.input(1))));

  /**
   * Creates an optimizer.
   *
   * @throws IllegalArgumentException if a parameter is no matrix
   */
  public Muon(Collection<Variable> parameters, Options options) {
    checkMatrices(parameters);
    super(parameters, options);
  }

  private static void checkMatrices(Collection<Variable> parameters) {
    for (Variable parameter : parameters) {
      if (parameter.rank() != 2) {
        throw new IllegalArgumentException(
            "Muon: parameters must be matrices, got "
                + describe(parameter)
                + "; give the others to AdamW");
      }
    }
  }

  @Override
  public ParameterGroup<Options> addGroup(Collection<Variable> parameters, Options options) {
    checkMatrices(parameters);
    return super.addGroup(parameters, options);
  }

  /** How the learning rate depends on a matrix's shape {@code [rows, columns]}. */
  public enum Scaling {
    /** {@code sqrt(max(1, rows / columns))}, as in the original. */
    ORIGINAL,
    /**
     * {@code 0.2 sqrt(max(rows, columns))}, which gives steps of AdamW's size (Moonlight), so that
     * learning rate and weight decay tuned for {@link AdamW} can be kept.
     */
    MATCH_ADAMW
  }

  /**
   * The options; {@link Muon#options()} has the defaults.
   *
   * @param learningRate the size of a step
   * @param weightDecay how much of the parameter is taken from it at each step, times the learning
   *     rate
   * @param momentum how much of the gradients' running mean stays at each step
   * @param nesterov whether to look ahead by one step of the momentum
   * @param epsilon the least norm that the momentum is divided by
   * @param iterations how many Newton-Schulz steps are made
   * @param scaling how the learning rate depends on the shape
   */
  public record Options(
      double learningRate,
      double weightDecay,
      double momentum,
      boolean nesterov,
      double epsilon,
      int iterations,
      Scaling scaling)
      implements MomentumOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.notNegative("weightDecay", weightDecay);
      Check.belowOne("momentum", momentum);
      Check.notNegative("epsilon", epsilon);
      if (iterations < 1 || iterations >= 100) {
        throw new IllegalArgumentException("iterations must be 1 to 99, got " + iterations);
      }
    }

    @Override
    public Options learningRate(double value) {
      return new Options(value, weightDecay, momentum, nesterov, epsilon, iterations, scaling);
    }

    /** Returns these options with another weight decay. */
    public Options weightDecay(double value) {
      return new Options(learningRate, value, momentum, nesterov, epsilon, iterations, scaling);
    }

    @Override
    public Options momentum(double value) {
      return new Options(learningRate, weightDecay, value, nesterov, epsilon, iterations, scaling);
    }

    /** Returns these options with or without Nesterov's form. */
    public Options nesterov(boolean value) {
      return new Options(learningRate, weightDecay, momentum, value, epsilon, iterations, scaling);
    }

    /** Returns these options with another epsilon. */
    public Options epsilon(double value) {
      return new Options(learningRate, weightDecay, momentum, nesterov, value, iterations, scaling);
    }

    /** Returns these options with another number of iterations. */
    public Options iterations(int value) {
      return new Options(learningRate, weightDecay, momentum, nesterov, epsilon, value, scaling);
    }

    /** Returns these options with another dependence on the shape. */
    public Options scaling(Scaling value) {
      return new Options(learningRate, weightDecay, momentum, nesterov, epsilon, iterations, value);
    }

    private double rate(Variable parameter) {
      double rows = parameter.size(0);
      double columns = parameter.size(1);
      return learningRate
          * switch (scaling) {
            case ORIGINAL -> Math.sqrt(Math.max(1, rows / columns));
            case MATCH_ADAMW -> 0.2 * Math.sqrt(Math.max(rows, columns));
          };
    }
  }

  /**
   * Returns the defaults: learning rate 1e-3, weight decay 0.1, momentum 0.95 in Nesterov's form,
   * epsilon 1e-7, 5 iterations, original scaling.
   */
  public static Options options() {
    return new Options(1e-3, 0.1, 0.95, true, 1e-7, 5, Scaling.ORIGINAL);
  }

  /** The first of the two loops: the decay, the momentum, and the matrix to be orthogonalized. */
  private static PointwiseUpdate direction() {
    Expression p = Expression.input(0);
    Expression buffer = Expression.input(1);
    Expression g = Expression.input(3);
    Expression factor = Expression.parameter(0);
    Expression momentum = Expression.parameter(1);
    Expression oneMinusMomentum = Expression.parameter(2);
    Expression gradientShare = Expression.parameter(3);
    Expression bufferShare = Expression.parameter(4);
    Expression next = momentum.mul(buffer).add(oneMinusMomentum.mul(g));
    Expression direction = gradientShare.mul(g).add(bufferShare.mul(next));
    return PointwiseUpdate.ofGradient("muon", 3, 5, p.mul(factor), next, direction);
  }

  /** Returns a nearly orthogonal matrix of the same singular vectors. */
  private static Variable orthogonalized(Variable matrix, Options options) {
    boolean tall = matrix.size(0) > matrix.size(1);
    Variable x = tall ? matrix.transpose() : matrix;
    x = x.div(Math.max(x.norm().item(), options.epsilon()));
    for (int k = 0; k < options.iterations(); k++) {
      // The quintic a s + b s^3 + c s^5 of the singular values s; steep at 0, and not quite
      // convergent.
      Variable gram = x.matmul(x.transpose());
      Variable change = gram.mul(-4.775).add(gram.matmul(gram).mul(2.0315));
      x = x.mul(3.4445).add(change.matmul(x));
    }
    return tall ? x.transpose() : x;
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    double momentum = options.momentum();
    Variable direction = Variable.zerosLike(parameter);
    DIRECTION.apply(
        new Variable[] {parameter, state.buffer(BUFFER), direction},
        1 - options.learningRate() * options.weightDecay(),
        momentum,
        1 - momentum,
        options.nesterov() ? 1 - momentum : 0,
        options.nesterov() ? momentum : 1);
    Variable step = orthogonalized(direction, options);
    STEP.apply(new Variable[] {parameter, step}, options.rate(parameter));
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of(BUFFER);
  }
}
