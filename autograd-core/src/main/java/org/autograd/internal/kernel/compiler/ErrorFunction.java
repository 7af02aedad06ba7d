package org.autograd.internal.kernel.compiler;

/** The error function in double precision, which {@link Math} lacks; plain and slow. */
final class ErrorFunction {
  private ErrorFunction() {}

  /**
   * Returns {@code erf(x)} to about 1e-16: the Taylor series of Abramowitz and Stegun 7.1.6 for
   * small arguments, the continued fraction 7.1.14 of {@code erfc} for large ones.
   */
  static double erf(double x) {
    double a = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    if (a > 6) {
      return Math.copySign(1, x);
    }
    if (a < 2.5) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
    double fraction = 0;
    for (int n = 120; n > 0; n--) {
      fraction = n / 2.0 / (a + fraction);
    }
    return Math.copySign(1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction), x);
  }

  /**
   * Returns {@code 1 - erf(x)} to a few units of the last place, by the same continued fraction.
   */
  static double erfc(double x) {
    if (!(x >= 0.5)) {
      return 1 - erf(x);
    }
    if (x > 28) {
      return 0;
    }
    double fraction = 0;
    for (int n = 2000; n > 0; n--) {
      fraction = n / 2.0 / (x + fraction);
    }
    // What rounding the square loses would be many units of the last place of its power.
    double square = x * x;
    double lost = Math.fma(x, x, -square);
    return Math.exp(-square) * (1 - lost) / Math.sqrt(Math.PI) / (x + fraction);
  }
}
