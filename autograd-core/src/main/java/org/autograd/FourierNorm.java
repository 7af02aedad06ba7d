package org.autograd;

/** By what a Fourier transform of {@code n} elements and its inverse are divided. */
public enum FourierNorm {
  /** The inverse by {@code n}: the usual definition. */
  BACKWARD,
  /** Both by the square root of {@code n}, so that they keep the Euclidean norm. */
  ORTHO,
  /** The transform by {@code n}. */
  FORWARD
}
