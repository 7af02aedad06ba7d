/** The command line. */
@NullMarked
package org.autograd.examples;

import org.jspecify.annotations.NullMarked;
