package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class SpecialFunctionTest {
  /** Arguments and values of mpmath's erfinv with 40 digits. */
  private static final double[][] ERF_INV = {
    {1e-300, 8.86226925452758e-301},
    {1e-10, 8.862269254527581e-11},
    {0.003, 0.002658687040758267},
    {0.1, 0.08885599049425769},
    {0.25, 0.2253120550121781},
    {0.4999, 0.4768250236254278},
    {0.5, 0.4769362762044699},
    {0.7, 0.7328690779592167},
    {0.9, 1.1630871536766743},
    {0.97, 1.5344856217777179},
    {0.99, 1.8213863677184494},
    {0.995, 1.984872612615532},
    {0.9999, 2.75106390571208},
    {0.9999999, 3.7665625816384707},
    {0.9999999999990905, 5.05125408524939},
    {0.9999999999999999, 5.8635847487551676}
  };

  @Test
  void erfinvIsAccurate() {
    for (double[] pair : ERF_INV) {
      double[] actual = Variable.of(pair[0], -pair[0]).erfinv().toDoubleArray();
      double ulp = Math.ulp(pair[1]);
      assertArrayEquals(new double[] {pair[1], -pair[1]}, actual, 4 * ulp, "at " + pair[0]);
    }
    for (double[] pair : ERF_INV) {
      float x = (float) pair[0];
      if (x > 0 && x < 1) {
        // The argument was rounded, which the double function shows.
        double expected = Variable.of((double) x).erfinv().toDoubleArray()[0];
        double actual = Variable.of(x).erfinv().toDoubleArray()[0];
        assertEquals(expected, actual, 4 * Math.ulp((float) expected), "float32 at " + x);
      }
    }
  }

  @Test
  void erfinvAtItsLimits() {
    double infinity = Double.POSITIVE_INFINITY;
    assertArrayEquals(
        new double[] {infinity, -infinity, Double.NaN, Double.NaN, 0, -0.0},
        Variable.of(1, -1, 1.5, Double.NaN, 0, -0.0).erfinv().toDoubleArray());
  }

  @Test
  void nextAfterIsExact() {
    double infinity = Double.POSITIVE_INFINITY;
    assertArrayEquals(
        new double[] {Math.nextUp(1.0), Math.nextDown(1.0), 1, Double.MIN_VALUE, Double.MAX_VALUE},
        Variable.of(1, 1, 1, 0, infinity).nextAfter(Variable.of(2.0, 0, 1, 1, 0)).toDoubleArray());
    assertArrayEquals(
        new float[] {Math.nextUp(1f), Math.nextUp(-1f)},
        Variable.of(1f, -1f).nextAfter(Variable.scalar(5f)).toFloatArray());
    assertEquals(DType.FLOAT32, Variable.of(1f).nextAfter(Variable.of(2f)).dtype());
  }
}
