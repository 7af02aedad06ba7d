package org.autograd.nn;

/** How the losses of single examples become one. */
public enum Reduction {
  /** Their mean. */
  MEAN,
  /** Their sum. */
  SUM,
  /** They stay as they are. */
  NONE
}
