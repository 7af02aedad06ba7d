package org.autograd.optim;

/** Checks of hyperparameters. */
final class Check {
  private Check() {}

  /** Throws unless {@code 0 <= value < infinity}. */
  static void notNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be at least 0, got " + value);
    }
  }

  /** Throws unless {@code 0 <= value < 1}. */
  static void belowOne(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be at least 0 and below 1, got " + value);
    }
  }
}
