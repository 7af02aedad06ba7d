package org.autograd.spiking;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.Variable;

/**
 * What a layer of neurons hands on from one time step to the next, a record of Variables of the
 * shape of its input. A state is never kept inside a neuron, so nothing is left over from one batch
 * to the next unless the caller hands it on.
 *
 * @param <S> the record itself
 */
public interface NeuronState<S extends NeuronState<S>> {
  /** Returns the spikes of the step that led here, each 0 or 1. */
  Variable spikes();

  /** Returns the membrane potentials after that step. */
  Variable membrane();

  /** Returns the state with each of its Variables changed, in the order of the record. */
  S map(UnaryOperator<Variable> change);

  /** Returns the state without its history: the next backward pass ends here. */
  default S detach() {
    return map(Variable::detach);
  }

  /** Returns the Variables, in the order of the record. */
  default List<Variable> variables() {
    List<Variable> result = new ArrayList<>();
    map(variable -> {
      result.add(variable);
      return variable;
    });
    return result;
  }

  /** Returns a state of this kind with other Variables, in the order of the record. */
  default S with(Iterator<Variable> variables) {
    return map(_ -> variables.next());
  }
}
