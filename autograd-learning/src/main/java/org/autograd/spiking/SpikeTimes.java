package org.autograd.spiking;

import java.util.Arrays;
import org.autograd.Function;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * Finds when neurons spike for the n-th time. The derivative of that time by the spike is set to -1
 * (a membrane that rises fires earlier), and for a neuron that does not spike as often, by what it
 * does in the last step.
 */
final class SpikeTimes extends Function {
  private final int order;
  private final double silent;

  /**
   * Looks for spikes.
   *
   * @param order 1 for the first
   * @param silent the time of a neuron that does not spike so often
   */
  SpikeTimes(int order, double silent) {
    this.order = order;
    this.silent = silent;
  }

  @Override
  public String name() {
    return "spikeTime";
  }

  @Override
  protected Variable[] forward(Context context, Variable[] inputs) {
    Variable spikes = inputs[0];
    Variable fired = spikes.ne(0.0);
    // The count reaches n with the n-th spike; later steps have the same count but no spike.
    Variable here = fired.to(DType.INT64).cumsum(0).eq((double) order).logicalAnd(fired);
    Variable found = here.any(0);
    double last = (double) spikes.size(0) - 1;
    Variable clock = clock(spikes);
    Variable times = clock.mul(here.to(spikes.dtype())).sum(0);
    Variable position = Variable.where(found, times, Variable.fullLike(times, last));
    context.saveForBackward(clock.eq(position.unsqueeze(0)));
    return new Variable[] {Variable.where(found, times, Variable.fullLike(times, silent))};
  }

  private static Variable clock(Variable spikes) {
    long[] column = new long[spikes.rank()];
    Arrays.fill(column, 1);
    column[0] = spikes.size(0);
    return Variable.arange(spikes.dtype(), 0, (double) spikes.size(0), 1).reshape(column);
  }

  @Override
  protected @Nullable Variable[] backward(Context context, Variable[] gradients) {
    Variable g = gradients[0].neg().unsqueeze(0);
    return new Variable[] {Variable.where(context.saved(0), g, Variable.zerosLike(g))};
  }
}
