/**
 * Matrix products. {@link org.autograd.internal.kernel.matmul.Matmul} is the door; behind it stand
 * providers that differ in speed only.
 */
@NullMarked
package org.autograd.internal.kernel.matmul;

import org.jspecify.annotations.NullMarked;
