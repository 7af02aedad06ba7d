package org.autograd.data;

/**
 * Two parts of a data set.
 *
 * @param train the examples to learn from
 * @param test the examples to judge by
 * @param <D> the kind of data set
 */
public record Split<D extends Dataset>(D train, D test) {}
