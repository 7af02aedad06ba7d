/** JMH benchmarks. */
@NullMarked
package org.autograd.bench;

import org.jspecify.annotations.NullMarked;
