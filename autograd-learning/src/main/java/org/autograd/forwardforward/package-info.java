/** Forward-Forward. */
@NullMarked
package org.autograd.forwardforward;

import org.jspecify.annotations.NullMarked;
