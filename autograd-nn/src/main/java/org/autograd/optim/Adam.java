package org.autograd.optim;

import java.util.Collection;
import java.util.List;
import org.autograd.Variable;

/**
 * Adam (Kingma and Ba, 2015): steps along the running mean of the gradients, divided by the root of
 * the running mean of their squares, both corrected for their start at 0. Weight decay is added to
 * the gradient; {@link AdamW} keeps it apart. PyTorch's {@code torch.optim.Adam}.
 */
public final class Adam extends Optimizer<AdamOptions> {
  private final AdamUpdate update = new AdamUpdate();

  /** Creates an optimizer. */
  public Adam(Collection<Variable> parameters, AdamOptions options) {
    super(parameters, options);
  }

  /** Returns the defaults: learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8, no decay. */
  public static AdamOptions options() {
    return new AdamOptions(1e-3, 0.9, 0.999, 1e-8, 0, false, false);
  }

  @Override
  protected void update(Variable parameter, ParameterState state, AdamOptions options) {
    update.apply(parameter, state, options, options.weightDecay(), 1);
  }

  @Override
  protected List<String> buffers(AdamOptions options) {
    return AdamUpdate.buffers(options);
  }
}
