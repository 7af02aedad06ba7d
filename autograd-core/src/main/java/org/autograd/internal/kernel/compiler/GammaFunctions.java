package org.autograd.internal.kernel.compiler;

/** The gamma function's logarithm and its derivatives in double precision; plain and slow. */
final class GammaFunctions {
  /** The Bernoulli numbers of even index, from 2 on. */
  private static final double[] BERNOULLI = {
    1.0 / 6,
    -1.0 / 30,
    1.0 / 42,
    -1.0 / 30,
    5.0 / 66,
    -691.0 / 2730,
    7.0 / 6,
    -3617.0 / 510,
    43867.0 / 798,
    -174611.0 / 330
  };

  private static final double ONE_MINUS_EULER = 0.42278433509846713;
  private static final double HALF_LOG_TWO_PI = 0.9189385332046728;

  /** {@code (zeta(k) - 1) / k}, with the sign of the power {@code k} of {@code -t}. */
  private static final double[] ZETAS = zetas(60);

  private GammaFunctions() {}

  /** Returns the Bernoulli number of index {@code 2 j}. */
  static double bernoulli(int j) {
    return BERNOULLI[j - 1];
  }

  static double factorial(int n) {
    double result = 1;
    for (int k = 2; k <= n; k++) {
      result *= k;
    }
    return result;
  }

  /**
   * Returns the coefficient of {@code z^-(n + 2j)} in the asymptotic series of {@code zeta(n + 1,
   * z)}.
   */
  static double tailCoefficient(int n, int j) {
    double result = BERNOULLI[j - 1];
    for (int k = 1; k < 2 * j; k++) {
      result *= (double) (n + k) / (k + 1);
    }
    return result;
  }

  private static double[] zetas(int count) {
    double[] result = new double[count];
    for (int k = 2; k < count; k++) {
      result[k] = (k % 2 == 0 ? 1 : -1) * zeta(k, 2) / k;
    }
    return result;
  }

  /** Returns the sum of {@code (x + i)^-s} for i from 0 on, by Euler's and Maclaurin's formula. */
  private static double zeta(int s, double x) {
    int n = s - 1;
    int shift = x < 30 + 2 * n ? 30 + 2 * n : 0;
    double z = x + shift;
    double inverse = 1 / z;
    double sum = 0;
    for (int j = BERNOULLI.length; j > 0; j--) {
      sum = (sum + tailCoefficient(n, j)) * inverse * inverse;
    }
    sum = (sum + inverse / 2 + 1.0 / n) * Math.pow(inverse, n);
    for (int i = shift - 1; i >= 0; i--) {
      sum += Math.pow(x + i, -s);
    }
    return sum;
  }

  /** Returns {@code log(|gamma(x)|)}, positive infinity at 0, -1, -2, ... */
  static double lgamma(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (Double.isInfinite(x) || (x <= 0 && x == Math.rint(x))) {
      return Double.POSITIVE_INFINITY;
    }
    if (x < 0) {
      if (x > -1e-18) {
        return -Math.log(-x);
      }
      double sine = Math.abs(Math.sin(Math.PI * (x - Math.rint(x))));
      return Math.log(Math.PI / sine) - lgamma(1 - x);
    }
    if (x >= 16) {
      double inverse = 1 / x;
      double sum = 0;
      for (int j = 8; j > 0; j--) {
        sum = sum * inverse * inverse + BERNOULLI[j - 1] / (2.0 * j * (2 * j - 1));
      }
      return (x - 0.5) * (Math.log(x) - 1) + (HALF_LOG_TWO_PI - 0.5 + sum * inverse);
    }
    double nearest = Math.rint(x);
    double t = x - nearest;
    double sum = 0;
    for (int k = ZETAS.length - 1; k >= 2; k--) {
      sum = (sum + ZETAS[k]) * t;
    }
    double result = (sum + ONE_MINUS_EULER) * t;
    if (nearest < 2) {
      return result - Math.log(nearest < 1 ? x * (x + 1) : x);
    }
    double product = 1;
    for (double y = x - 1; y > 1.75 + t; y--) {
      product *= y;
    }
    return result + Math.log(product);
  }

  /**
   * Returns the derivative of a whole order of the digamma function; order 0 is that function. At
   * 0, -1, -2, ... those of odd order are infinite, those of even order are negatively so, and the
   * digamma function is NaN, but infinite at 0.
   */
  static double polygamma(double x, double order) {
    int n = (int) order;
    if (x == Double.NEGATIVE_INFINITY || Double.isNaN(x)) {
      return Double.NaN;
    }
    if (x > 0) {
      return n == 0
          ? digamma(x)
          : (n % 2 == 0 ? -1 : 1)
              * factorial(n)
              * (x == Double.POSITIVE_INFINITY ? 0 : zeta(n + 1, x));
    }
    if (x == Math.rint(x)) {
      if (n == 0) {
        return x == 0 ? -Math.copySign(Double.POSITIVE_INFINITY, x) : Double.NaN;
      }
      return n % 2 == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    // By reflection, with the derivative of that order of the cotangent.
    double mirrored = (n % 2 == 0 ? 1 : -1) * polygamma(1 - x, n);
    return mirrored - Math.pow(Math.PI, n + 1) * cotangent(x - Math.rint(x), n);
  }

  private static double digamma(double x) {
    double sum = 0;
    double z = x;
    for (; z < 20; z++) {
      sum += 1 / z;
    }
    double inverse = 1 / z;
    double series = 0;
    for (int j = 8; j > 0; j--) {
      series = (series + BERNOULLI[j - 1] / (2.0 * j)) * inverse * inverse;
    }
    return Math.log(z) - inverse / 2 - series - sum;
  }

  /** The derivative of the cotangent at {@code pi x}, which is a polynomial in the cotangent. */
  private static double cotangent(double x, int order) {
    double[] p = {0, 1};
    for (int k = 0; k < order; k++) {
      double[] next = new double[p.length + 1];
      for (int i = 1; i < p.length; i++) {
        // The derivative of c^i is -i c^(i-1) (1 + c^2).
        next[i - 1] -= i * p[i];
        next[i + 1] -= i * p[i];
      }
      p = next;
    }
    double fromZero = Math.abs(x);
    // Near half of pi its distance from there is exact, the angle itself is not.
    double size =
        fromZero < 0.25 ? 1 / Math.tan(Math.PI * fromZero) : Math.tan(Math.PI * (0.5 - fromZero));
    double c = Math.copySign(size, x);
    double result = 0;
    for (int i = p.length - 1; i >= 0; i--) {
      result = result * c + p[i];
    }
    return result;
  }
}
