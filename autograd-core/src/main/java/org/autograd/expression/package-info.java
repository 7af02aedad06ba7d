/**
 * Pointwise functions as data. An {@link org.autograd.expression.Expression} is written once; the
 * core derives its loops (scalar and SIMD, float32 and float64) and its derivatives from it.
 */
@NullMarked
package org.autograd.expression;

import org.jspecify.annotations.NullMarked;
