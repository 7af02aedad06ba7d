package org.autograd;

/**
 * The largest or smallest values along an axis or in windows.
 *
 * @param values the values, differentiable
 * @param indices their int64 positions along the axis, or in the channel
 */
public record Extremum(Variable values, Variable indices) {}
