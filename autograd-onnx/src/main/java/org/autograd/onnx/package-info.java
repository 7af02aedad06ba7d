/** Models as ONNX files, which other programs compute with. */
@NullMarked
package org.autograd.onnx;

import org.jspecify.annotations.NullMarked;
