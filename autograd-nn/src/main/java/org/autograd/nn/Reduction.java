package org.autograd.nn;

/** How the losses of single elements or examples become one. */
public enum Reduction {
  /** Their mean. */
  MEAN,
  /** Their sum, divided by the size of the first axis, that of the batch. */
  BATCH_MEAN,
  /** Their sum. */
  SUM,
  /** They stay as they are. */
  NONE
}
