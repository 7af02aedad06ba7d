/** Strided views of arrays and the operations on them, without gradients. */
@NullMarked
package org.autograd.internal.ndarray;

import org.jspecify.annotations.NullMarked;
