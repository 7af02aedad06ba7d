/** The libraries that Autograd is compared with and that are too large to be always there. */
@NullMarked
package org.autograd.peers;

import org.jspecify.annotations.NullMarked;
