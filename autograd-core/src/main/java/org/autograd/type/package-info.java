/** The vocabulary that every layer shares: element types and shapes. */
@NullMarked
package org.autograd.type;

import org.jspecify.annotations.NullMarked;
