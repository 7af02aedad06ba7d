package org.autograd.optim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.autograd.Variable;

/** What an optimizer remembers of one parameter between steps. */
public final class ParameterState {
  private final SequencedMap<String, Variable> buffers = new LinkedHashMap<>();
  private final SequencedMap<String, Double> numbers = new LinkedHashMap<>();
  private final Variable parameter;
  private long step;

  ParameterState(Variable parameter) {
    this.parameter = parameter;
  }

  /** Returns the number of the current step of this parameter, 1 in the first. */
  public long step() {
    return step;
  }

  void setStep(long step) {
    this.step = step;
  }

  /** Returns the buffer of that name, of the parameter's shape and dtype and at first 0. */
  public Variable buffer(String name) {
    Variable buffer = buffers.get(name);
    if (buffer == null) {
      buffer = Variable.zerosLike(parameter);
      buffers.put(name, buffer);
    }
    return buffer;
  }

  /**
   * Returns the buffer of that name, of the parameter's shape and dtype and at first everywhere the
   * given value.
   */
  public Variable buffer(String name, double initial) {
    return buffers.computeIfAbsent(name, _ -> Variable.fullLike(parameter, initial));
  }

  /** Returns the number of that name, at first the given one. */
  public double number(String name, double initial) {
    return numbers.getOrDefault(name, initial);
  }

  /** Sets the number of that name, which {@link Optimizer#numbers} has to list. */
  public void setNumber(String name, double value) {
    numbers.put(name, value);
  }

  SequencedMap<String, Double> numbers() {
    return Collections.unmodifiableSequencedMap(numbers);
  }

  SequencedMap<String, Variable> buffers() {
    return Collections.unmodifiableSequencedMap(buffers);
  }
}
