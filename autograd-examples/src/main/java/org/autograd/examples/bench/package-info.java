/** The command line's benchmarks: what is measured, and the tables. */
@NullMarked
package org.autograd.examples.bench;

import org.jspecify.annotations.NullMarked;
