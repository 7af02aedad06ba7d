/** Strided arrays without derivatives. */
@NullMarked
package org.autograd.internal.ndarray;

import org.jspecify.annotations.NullMarked;
