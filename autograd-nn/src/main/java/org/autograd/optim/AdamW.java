package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.Variable;

/**
 * {@link Adam} with decoupled weight decay (Loshchilov and Hutter, 2019): each step first takes
 * {@code learningRate * weightDecay} of the parameter away, which does not enter the running means.
 * PyTorch's {@code torch.optim.AdamW}.
 */
public final class AdamW extends Optimizer<AdamOptions> {
  private final AdamUpdate update = new AdamUpdate();

  /** Creates an optimizer. */
  public AdamW(Collection<Variable> parameters, AdamOptions options) {
    super(parameters, options);
  }

  /** Returns the defaults: those of {@link Adam#options()} with a weight decay of 1e-2. */
  public static AdamOptions options() {
    return Adam.options().weightDecay(1e-2);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, AdamOptions options) {
    double factor = 1 - options.learningRate() * options.weightDecay();
    update.apply(parameter, state, options, 0, factor);
  }

  @Override
  protected List<String> buffers(AdamOptions options) {
    return AdamUpdate.buffers(options);
  }
}
