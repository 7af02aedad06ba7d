/** Arrays with a version, and how they are walked. */
@NullMarked
package org.autograd.internal.storage;

import org.jspecify.annotations.NullMarked;
