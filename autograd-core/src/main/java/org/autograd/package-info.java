/** Arrays that record what is done to them and differentiate it in reverse. */
@NullMarked
package org.autograd;

import org.jspecify.annotations.NullMarked;
