package org.autograd.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

class BesselTest {
  private static final MathContext DIGITS = new MathContext(40);

  /** The power series, which converges everywhere, to 40 digits. */
  private static double exact(int order, double x) {
    BigDecimal half = new BigDecimal(x).divide(BigDecimal.TWO, DIGITS);
    BigDecimal term = BigDecimal.ONE;
    for (int k = 1; k <= order; k++) {
      term = term.multiply(half, DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
    }
    BigDecimal sum = term;
    BigDecimal quarter = half.multiply(half, DIGITS);
    for (int k = 1; k < 1500; k++) {
      term =
          term.multiply(quarter, DIGITS).divide(BigDecimal.valueOf((long) k * (k + order)), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum.doubleValue();
  }

  @Test
  void valuesAreAccurate() {
    double[] points = {1e-300, 1e-9, 0.1, 0.7, 1, 2.5, 7.75, 15, 29.9, 30, 31.5, 50, 120, 400, 713};
    for (int order = 0; order < 4; order++) {
      for (double x : points) {
        double expected = exact(order, x);
        String what = "order " + order + " at " + x;
        assertEquals(expected, Bessel.value(order, x), 8 * Math.ulp(expected), what);
        double mirrored = order % 2 == 0 ? expected : -expected;
        assertEquals(mirrored, Bessel.value(order, -x), 8 * Math.ulp(expected), what);
      }
    }
  }

  @Test
  void limits() {
    assertEquals(1, Bessel.value(0, 0));
    assertEquals(0, Bessel.value(1, 0));
    assertEquals(Double.POSITIVE_INFINITY, Bessel.value(0, Double.NEGATIVE_INFINITY));
    assertEquals(Double.NEGATIVE_INFINITY, Bessel.value(1, Double.NEGATIVE_INFINITY));
    assertEquals(Double.POSITIVE_INFINITY, Bessel.value(0, 1000));
    assertEquals(Double.NaN, Bessel.value(0, Double.NaN));
  }
}
