/** Layers, their parameters and losses. */
@NullMarked
package org.autograd.nn;

import org.jspecify.annotations.NullMarked;
