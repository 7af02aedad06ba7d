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

  /** Throws unless {@code 0 < value}; infinity is allowed. */
  static void positive(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + " must be above 0, got " + value);
    }
  }

  /** Throws unless {@code 0 <= value <= 1}. */
  static void atMostOne(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be at least 0 and at most 1, got " + value);
    }
  }

  /** Throws unless {@code 1 <= value}. */
  static void atLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
  }

  /** Throws unless {@code 0 <= value < 1}. */
  static void belowOne(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be at least 0 and below 1, got " + value);
    }
  }
}
