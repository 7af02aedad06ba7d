/** The memory behind arrays. */
@NullMarked
package org.autograd.internal.storage;

import org.jspecify.annotations.NullMarked;
