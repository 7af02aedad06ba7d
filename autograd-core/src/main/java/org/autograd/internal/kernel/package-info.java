/** The loops over storage, with the Vector API or without. */
@NullMarked
package org.autograd.internal.kernel;

import org.jspecify.annotations.NullMarked;
