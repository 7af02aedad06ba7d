package org.autograd;

/**
 * Values that were chosen along an axis or in windows, such as the largest, and where they are.
 *
 * @param values the values, differentiable
 * @param indices their int64 positions along the axis, or in the channel
 */
public record Extremum(Variable values, Variable indices) {}
