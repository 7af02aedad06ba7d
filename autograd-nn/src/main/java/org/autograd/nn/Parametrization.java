package org.autograd.nn;

import org.autograd.Variable;

/**
 * What a parameter is computed from, when it is not trained itself; {@link Parametrizations} has
 * weight norm and spectral norm. Its parameters are registered under the name {@code
 * parametrizations.<parameter>}, as PyTorch's {@code torch.nn.utils.parametrize} has them.
 */
abstract class Parametrization extends Module {
  /** Returns the parameter's value, recorded. */
  abstract Variable compute();
}
