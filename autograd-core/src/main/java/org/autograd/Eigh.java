package org.autograd;

/**
 * Eigenvalues and eigenvectors of symmetric matrices {@code [..., n, n]}.
 *
 * @param values the eigenvalues {@code [..., n]}, the smallest first
 * @param vectors orthonormal eigenvectors, columns of {@code [..., n, n]}
 */
public record Eigh(Variable values, Variable vectors) {}
