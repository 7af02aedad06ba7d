/** Decompositions of dense matrices, by EJML, and what is solved with them. */
@NullMarked
package org.autograd.internal.kernel.decomposition;

import org.jspecify.annotations.NullMarked;
