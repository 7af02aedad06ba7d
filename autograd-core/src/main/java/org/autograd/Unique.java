package org.autograd;

/**
 * Different elements, and where and how often they occurred.
 *
 * @param values the different elements, a vector; or the different slices along an axis
 * @param inverse for each element the int64 position of its value
 * @param counts for each value its int64 number of occurrences
 */
public record Unique(Variable values, Variable inverse, Variable counts) {}
