/** Data sets and loaders. */
@NullMarked
package org.autograd.data;

import org.jspecify.annotations.NullMarked;
