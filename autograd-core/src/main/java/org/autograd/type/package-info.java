/** Element types, shapes and devices. */
@NullMarked
package org.autograd.type;

import org.jspecify.annotations.NullMarked;
