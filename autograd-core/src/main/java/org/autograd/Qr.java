package org.autograd;

/**
 * QR decompositions of matrices {@code [..., m, n]}, with {@code k = min(m, n)}.
 *
 * @param q orthonormal columns, {@code [..., m, k]}
 * @param r upper triangular, {@code [..., k, n]}
 */
public record Qr(Variable q, Variable r) {}
