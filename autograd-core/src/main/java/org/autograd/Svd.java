package org.autograd;

/**
 * Singular value decompositions {@code u diag(s) vh} of matrices {@code [..., m, n]}, with {@code k
 * = min(m, n)}.
 *
 * @param u the left singular vectors, columns of {@code [..., m, k]}
 * @param s the singular values {@code [..., k]}, the largest first
 * @param vh the right singular vectors, rows of {@code [..., k, n]}
 */
public record Svd(Variable u, Variable s, Variable vh) {}
