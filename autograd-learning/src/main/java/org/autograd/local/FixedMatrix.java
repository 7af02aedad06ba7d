package org.autograd.local;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Module;
import org.autograd.type.DType;

/** A random matrix that is not learned, as a module, so that checkpoints store it. */
final class FixedMatrix extends Module {
  final Variable matrix;

  /** Creates a matrix with elements uniform in {@code [-1/sqrt(fanIn), 1/sqrt(fanIn))}. */
  FixedMatrix(Generator rng, DType dtype, long rows, long columns, long fanIn) {
    this(draw(rng, dtype, rows, columns, fanIn));
  }

  FixedMatrix(Variable matrix) {
    this.matrix = buffer("matrix", matrix);
  }

  /** Returns elements as those of a fresh linear layer. */
  static Variable draw(Generator rng, DType dtype, long rows, long columns, long fanIn) {
    double bound = 1 / Math.sqrt((double) fanIn);
    return Variable.rand(rng, dtype, rows, columns).mul(2 * bound).sub(bound);
  }
}
