package org.autograd;

/**
 * The largest or smallest values along an axis.
 *
 * @param values the values, differentiable
 * @param indices their int64 positions along the axis
 */
public record Extremum(Variable values, Variable indices) {}
