/** Files: parameters as safetensors, and writing that leaves a whole file or none. */
@NullMarked
package org.autograd.io;

import org.jspecify.annotations.NullMarked;
