/** What is to be computed, apart from how. */
@NullMarked
package org.autograd.expression;

import org.jspecify.annotations.NullMarked;
