package org.autograd.training;

/** How the scores of classes become one. */
public enum Averaging {
  /** All examples are counted together, whatever their class. */
  MICRO,
  /** The mean over the classes that occur among examples or predictions, whatever their size. */
  MACRO,
  /** The mean over the classes, each counted as often as it has examples. */
  WEIGHTED
}
