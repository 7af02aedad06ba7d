package org.autograd.spiking;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.autograd.Variable;
import org.autograd.nn.Module;

/**
 * A layer of spiking neurons: how a state follows from the state before and an input current. All
 * neurons of a layer are alike and do not touch each other, so any shape will do.
 *
 * <pre>{@code
 * Leaky neurons = new Leaky(0.9);
 * Leaky.State state = neurons.initial(current);
 * for (int t = 0; t < 25; t++) {
 *   state = neurons.step(current, state);                      // explicit: in and out
 * }
 * Variable spikes = neurons.run(currents).spikes();            // or all of [time, n, features]
 * }</pre>
 *
 * @param <S> what it hands on from step to step
 */
public abstract class Neuron<S extends NeuronState<S>> extends Module {
  private final Class<S> stateType;

  /**
   * Creates a layer.
   *
   * @param stateType the class of its states
   */
  protected Neuron(Class<S> stateType) {
    this.stateType = stateType;
  }

  /** Returns the class of the states. */
  public final Class<S> stateType() {
    return stateType;
  }

  /** Returns the state at rest, for inputs of the shape and dtype of this one. */
  public abstract S initial(Variable input);

  /** Computes one time step; shapes have been checked. */
  protected abstract S next(Variable input, S state);

  /**
   * Computes one time step.
   *
   * @param input the current, of any shape
   * @param state after the step before
   * @throws IllegalArgumentException if the state is of another shape or dtype, as that of a larger
   *     batch
   */
  public final S step(Variable input, S state) {
    List<Variable> results =
        call(
            inputs -> {
              checkState(inputs.getFirst(), state);
              return next(inputs.getFirst(), state).variables();
            },
            input);
    return state.with(results.iterator());
  }

  private static void checkState(Variable input, NeuronState<?> state) {
    Variable membrane = state.membrane();
    if (!membrane.shape().equals(input.shape()) || membrane.dtype() != input.dtype()) {
      throw new IllegalArgumentException(
          "the state "
              + describe(membrane)
              + " is not one for the input "
              + describe(input)
              + "; begin every batch with initial(input)");
    }
  }

  /**
   * Computes all steps of a sequence from the state at rest.
   *
   * @param inputs of shape [time, ...], with at least one step
   */
  public final Recording<S> run(Variable inputs) {
    List<Variable> steps = TimeSteps.of(inputs);
    return run(steps, initial(steps.getFirst()));
  }

  /**
   * Computes all steps of a sequence.
   *
   * @param inputs of shape [time, ...], with at least one step
   * @param state from which to go on; detach it unless gradients are to flow back into what led to
   *     it
   */
  public final Recording<S> run(Variable inputs, S state) {
    return run(TimeSteps.of(inputs), state);
  }

  /** Computes steps with the same input each. */
  final Recording<S> repeat(Variable input, int steps, S state) {
    return run(Collections.nCopies(steps, input), state);
  }

  private Recording<S> run(List<Variable> inputs, S state) {
    List<S> states = new ArrayList<>();
    S present = state;
    for (Variable input : inputs) {
      present = step(input, present);
      states.add(present);
    }
    return new Recording<>(states);
  }

  /** Returns dtype and shape, for messages. */
  static String describe(Variable value) {
    return value.dtype() + value.shape().toString();
  }
}
