package org.autograd.internal.kernel;

/**
 * Modified Bessel functions of the first kind, in double: power series for small arguments
 * (Abramowitz and Stegun 9.6.10), asymptotic ones for large ones (9.7.1). Errors are a few units of
 * the last place.
 */
public final class Bessel {
  /** From here on the asymptotic series reaches double precision before it diverges. */
  private static final double LARGE = 30;

  private static final double NEGLIGIBLE = 1e-18;

  private Bessel() {}

  /** Returns the function of a small order, which is not negative. */
  public static double value(int order, double x) {
    if (x < 0) {
      return order % 2 == 0 ? value(order, -x) : -value(order, -x);
    }
    if (x == Double.POSITIVE_INFINITY) {
      return x;
    }
    return x < LARGE ? series(order, x) : asymptotic(order, x);
  }

  /** All terms are positive, so nothing cancels. */
  private static double series(int order, double x) {
    double term = 1;
    for (int k = 1; k <= order; k++) {
      term *= x / 2 / k;
    }
    double quarter = x * x / 4;
    double sum = term;
    for (int k = 1; term > NEGLIGIBLE * sum; k++) {
      term *= quarter / ((double) k * (k + order));
      sum += term;
    }
    return sum;
  }

  private static double asymptotic(int order, double x) {
    double term = 1;
    double sum = 1;
    for (int k = 1; Math.abs(term) > NEGLIGIBLE; k++) {
      double odd = 2 * k - 1.0;
      term *= (odd * odd - 4.0 * order * order) / (8 * k * x);
      sum += term;
    }
    // The exponential in two halves, as it may overflow before the quotient does.
    double half = Math.exp(x / 2);
    return half / Math.sqrt(2 * Math.PI * x) * sum * half;
  }
}
