package org.autograd.training;

import org.autograd.data.Batch;

/**
 * A batch has been learned from.
 *
 * @param number of all steps of the training, from 1
 * @param epoch the number of the present epoch, from 1
 * @param position of the batch in the epoch, from 1
 * @param batch what was learned from
 * @param outcome what came of it
 */
public record Step(long number, int epoch, int position, Batch batch, Outcome outcome) {}
