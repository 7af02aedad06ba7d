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
}
