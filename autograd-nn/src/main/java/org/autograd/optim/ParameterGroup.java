package org.autograd.optim;

import java.util.List;
import org.autograd.Variable;

/**
 * Parameters that an optimizer treats alike.
 *
 * @param <O> the optimizer's options
 */
public final class ParameterGroup<O extends OptimizerOptions<O>> {
  private final List<Variable> parameters;
  private O options;

  ParameterGroup(List<Variable> parameters, O options) {
    this.parameters = parameters;
    this.options = options;
  }

  /** Returns the parameters. */
  public List<Variable> parameters() {
    return parameters;
  }

  /** Returns the options. */
  public O options() {
    return options;
  }

  /** Replaces the options, from the next step on. */
  public void setOptions(O options) {
    this.options = options;
  }
}
