package org.autograd.internal.kernel.compiler;

/** The inverse hyperbolic functions in double precision, which {@link Math} lacks. */
final class InverseHyperbolic {
  private InverseHyperbolic() {}

  static double asinh(double x) {
    double a = Math.abs(x);
    double result =
        a > 1e8 ? Math.log(a) + Math.log(2) : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
    return Math.copySign(result, x);
  }

  static double acosh(double x) {
    if (x > 1e8) {
      return Math.log(x) + Math.log(2);
    }
    double t = x - 1;
    return x >= 1 ? Math.log1p(t + Math.sqrt(t * (t + 2))) : Double.NaN;
  }

  static double atanh(double x) {
    double a = Math.abs(x);
    return Math.copySign(Math.log1p(2 * a / (1 - a)) / 2, x);
  }
}
