/** Local. */
@NullMarked
package org.autograd.local;

import org.jspecify.annotations.NullMarked;
