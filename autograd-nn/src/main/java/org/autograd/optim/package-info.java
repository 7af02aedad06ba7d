/** Optimizers and learning-rate schedules. */
@NullMarked
package org.autograd.optim;

import org.jspecify.annotations.NullMarked;
