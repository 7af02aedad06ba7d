package org.autograd.spiking;

import static org.autograd.expression.Expression.constant;
import static org.autograd.expression.Expression.input;
import static org.autograd.expression.Expression.where;

import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * What {@link Leaky} and its relatives have in common: a threshold, a reset and a surrogate.
 * Parameters have snnTorch's names: {@code alpha}, {@code beta}, {@code threshold}.
 */
abstract sealed class ThresholdNeuron<S extends NeuronState<S>> extends Neuron<S>
    permits Leaky, Synaptic, Alpha {
  private final NeuronOptions options;
  private final Variable threshold;

  /**
   * From a membrane that may have fired and the threshold to the membrane after a reset at once.
   */
  private final Pointwise reset;

  ThresholdNeuron(Class<S> stateType, NeuronOptions options) {
    super(stateType);
    this.options = options;
    Variable value = Variable.full(options.dtype(), options.threshold());
    this.threshold =
        options.learnThreshold() ? parameter("threshold", value) : buffer("threshold", value);
    this.reset = Pointwise.of("reset", 2, 0, reset(options.reset(), input(0), input(0), input(1)));
  }

  /** Registers a decay, which training changes if the options say so. */
  final Variable decay(String name, Variable value) {
    return options.learnDecay() ? parameter(name, value) : buffer(name, value);
  }

  /** Returns what was chosen when this was created. */
  public final NeuronOptions chosen() {
    return options;
  }

  /** Returns the threshold, a scalar. */
  public final Variable threshold() {
    return current(threshold);
  }

  /**
   * Returns a membrane as a spike leaves it. The spike is a condition here and no number, so no
   * gradient goes through it.
   *
   * @param kept the membrane without a reset
   * @param fired the membrane that has fired or has not
   */
  final Expression reset(Reset how, Expression kept, Expression fired, Expression bound) {
    Expression spike = options.surrogate().isInclusive() ? fired.ge(bound) : fired.gt(bound);
    return switch (how) {
      case SUBTRACT -> kept.sub(where(spike, bound, constant(0)));
      case ZERO -> where(spike, constant(0), kept);
      case NONE -> kept;
    };
  }

  /** Returns the reset that a step begins with: none if it ends with it. */
  final Reset delayedReset() {
    return options.resetDelay() ? options.reset() : Reset.NONE;
  }

  final Variable fire(Variable membrane) {
    return options.surrogate().apply(membrane, threshold());
  }

  /** Returns the membrane to hand on: as it is, unless the reset comes at once. */
  final Variable afterSpike(Variable membrane) {
    return options.resetDelay() || options.reset() == Reset.NONE
        ? membrane
        : reset.apply(membrane, threshold());
  }

  /** Returns zeros of the shape of an input. */
  final Variable rest(Variable input) {
    if (input.dtype() != options.dtype()) {
      throw new IllegalArgumentException(
          label()
              + ": the input "
              + describe(input)
              + " must have the neurons' dtype "
              + options.dtype()
              + "; convert it with to(DType."
              + options.dtype().name()
              + ") or choose NeuronOptions.dtype(...)");
    }
    return Variable.zeros(input.dtype(), input.shape().toArray());
  }

  @Override
  protected String settings() {
    return "threshold="
        + options.threshold()
        + ", reset="
        + options.reset()
        + ", surrogate="
        + options.surrogate();
  }
}
