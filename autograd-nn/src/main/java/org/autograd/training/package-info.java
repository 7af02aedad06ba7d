/**
 * Training: learning rules, the loop over epochs, metrics, logs and checkpoints.
 *
 * <p>Everything here can be left out. A loop written by hand needs a model, a loss and an optimizer
 * only; {@link org.autograd.training.Trainer} is that loop with listeners.
 */
@NullMarked
package org.autograd.training;

import org.jspecify.annotations.NullMarked;
