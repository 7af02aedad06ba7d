package org.autograd.internal.kernel.compiler;

/** The power function as C and IEEE 754 have it, where Java's differs. */
public final class Power {
  private Power() {}

  /** Returns {@code a^b}: also for NaN and infinite {@code b} it is 1 if {@code |a|} is. */
  public static double pow(double a, double b) {
    return a == 1 || (a == -1 && Double.isInfinite(b)) ? 1 : Math.pow(a, b);
  }
}
