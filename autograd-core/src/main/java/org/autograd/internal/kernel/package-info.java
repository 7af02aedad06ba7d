/** Loops over arrays: compiled pointwise programs, matrix products, reductions. */
@NullMarked
package org.autograd.internal.kernel;

import org.jspecify.annotations.NullMarked;
