package org.autograd.internal.kernel.compiler;

/**
 * The shape of the vectors that a kernel works with.
 *
 * @param bits the width of a vector, 0 for scalar code
 */
record VectorSpecies(int bits) {
  static final VectorSpecies SCALAR = new VectorSpecies(0);

  boolean isScalar() {
    return bits == 0;
  }

  /** Returns the number of elements in a vector. */
  int lanes(Precision precision) {
    return bits / precision.width;
  }
}
