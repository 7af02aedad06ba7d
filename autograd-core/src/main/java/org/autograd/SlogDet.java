package org.autograd;

/**
 * Determinants {@code sign exp(logAbsDet)} that neither overflow nor underflow.
 *
 * @param sign 1, -1, or 0 for a singular matrix; without a gradient
 * @param logAbsDet the logarithm of the absolute value, negative infinity for a singular matrix
 */
public record SlogDet(Variable sign, Variable logAbsDet) {}
