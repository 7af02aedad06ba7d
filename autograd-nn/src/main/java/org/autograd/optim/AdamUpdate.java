package org.autograd.optim;

import java.util.List;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * The step that {@link Adam} and {@link AdamW} share, as one loop. The decay enters as two numbers
 * of which one is neutral: how much of the parameter is added to the gradient, and the factor of
 * the parameter itself.
 */
final class AdamUpdate {
  private static final String MEAN = "exp_avg";
  private static final String SQUARE = "exp_avg_sq";
  private static final String LARGEST = "max_exp_avg_sq";
  private static final PointwiseUpdate PLAIN = update(false);
  private static final PointwiseUpdate AMSGRAD = update(true);

  /** What the arguments were computed for: nearly always, all parameters are at the same step. */
  private long step = -1;

  private @Nullable AdamOptions stepOptions;
  private double[] arguments = {};

  private static PointwiseUpdate update(boolean amsgrad) {
    Expression p = Expression.input(0);
    Expression mean = Expression.input(1);
    Expression square = Expression.input(2);
    Expression largest = Expression.input(3);
    Expression g = Expression.input(amsgrad ? 4 : 3);
    Expression beta1 = Expression.parameter(0);
    Expression oneMinusBeta1 = Expression.parameter(1);
    Expression beta2 = Expression.parameter(2);
    Expression oneMinusBeta2 = Expression.parameter(3);
    Expression stepSize = Expression.parameter(4);
    Expression inverseRoot = Expression.parameter(5);
    Expression epsilon = Expression.parameter(6);
    Expression addedDecay = Expression.parameter(7);
    Expression factor = Expression.parameter(8);

    Expression sign = Expression.parameter(9);
    Expression decayed = sign.mul(g).add(addedDecay.mul(p));
    Expression nextMean = beta1.mul(mean).add(oneMinusBeta1.mul(decayed));
    Expression nextSquare = beta2.mul(square).add(oneMinusBeta2.mul(decayed.square()));
    Expression nextLargest = largest.maximum(nextSquare);
    Expression divisor = (amsgrad ? nextLargest : nextSquare).sqrt().mul(inverseRoot).add(epsilon);
    Expression next = p.mul(factor).sub(stepSize.mul(nextMean.div(divisor)));
    return amsgrad
        ? PointwiseUpdate.ofGradient("adam", 4, 10, next, nextMean, nextSquare, nextLargest)
        : PointwiseUpdate.ofGradient("adam", 3, 10, next, nextMean, nextSquare);
  }

  /**
   * Changes one parameter.
   *
   * @param addedDecay how much of the parameter is added to the gradient
   * @param factor what the parameter is multiplied by
   */
  void apply(
      Variable parameter,
      ParameterState state,
      AdamOptions options,
      double addedDecay,
      double factor) {
    if (state.step() != step || !options.equals(stepOptions)) {
      arguments = arguments((double) state.step(), options, addedDecay, factor);
      step = state.step();
      stepOptions = options;
    }
    Variable mean = state.buffer(MEAN);
    Variable square = state.buffer(SQUARE);
    if (options.amsgrad()) {
      Variable largest = state.buffer(LARGEST);
      AMSGRAD.apply(new Variable[] {parameter, mean, square, largest}, arguments);
    } else {
      PLAIN.apply(new Variable[] {parameter, mean, square}, arguments);
    }
  }

  private static double[] arguments(
      double step, AdamOptions options, double addedDecay, double factor) {
    return new double[] {
      options.beta1(),
      1 - options.beta1(),
      options.beta2(),
      1 - options.beta2(),
      options.learningRate() / (1 - Math.pow(options.beta1(), step)),
      1 / Math.sqrt(1 - Math.pow(options.beta2(), step)),
      options.epsilon(),
      addedDecay,
      factor,
      options.maximize() ? -1 : 1
    };
  }

  static List<String> buffers(AdamOptions options) {
    return options.amsgrad() ? List.of(MEAN, SQUARE, LARGEST) : List.of(MEAN, SQUARE);
  }
}
