/** What the readers of files have in common. */
@NullMarked
package org.autograd.io.internal;

import org.jspecify.annotations.NullMarked;
