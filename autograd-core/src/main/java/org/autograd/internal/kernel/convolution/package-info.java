/** Convolutions of arrays, their gradients, and pooling. */
@NullMarked
package org.autograd.internal.kernel.convolution;

import org.jspecify.annotations.NullMarked;
