package org.autograd.internal.kernel.compiler;

/**
 * What generated SIMD code calls for arguments that are too far out for its approximations: each
 * method puts the values of a function into the selected lanes.
 */
final class ExactFunctions {
  private ExactFunctions() {}

  static float[] sin(float[] result, boolean[] where, float[] x) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = (float) Math.sin(x[i]);
      }
    }
    return result;
  }

  static float[] cos(float[] result, boolean[] where, float[] x) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = (float) Math.cos(x[i]);
      }
    }
    return result;
  }

  static float[] pow(float[] result, boolean[] where, float[] x, float[] y) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = (float) Power.pow(x[i], y[i]);
      }
    }
    return result;
  }

  static double[] sin(double[] result, boolean[] where, double[] x) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = Math.sin(x[i]);
      }
    }
    return result;
  }

  static double[] cos(double[] result, boolean[] where, double[] x) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = Math.cos(x[i]);
      }
    }
    return result;
  }

  static double[] pow(double[] result, boolean[] where, double[] x, double[] y) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = Power.pow(x[i], y[i]);
      }
    }
    return result;
  }

  static float[] fmod(float[] result, boolean[] where, float[] x, float[] y) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = x[i] % y[i];
      }
    }
    return result;
  }

  static double[] fmod(double[] result, boolean[] where, double[] x, double[] y) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = x[i] % y[i];
      }
    }
    return result;
  }

  static float[] lgamma(float[] result, boolean[] where, float[] x) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = (float) GammaFunctions.lgamma(x[i]);
      }
    }
    return result;
  }

  static float[] polygamma(float[] result, boolean[] where, float[] x, float[] order) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = (float) GammaFunctions.polygamma(x[i], order[i]);
      }
    }
    return result;
  }

  static double[] lgamma(double[] result, boolean[] where, double[] x) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = GammaFunctions.lgamma(x[i]);
      }
    }
    return result;
  }

  static double[] polygamma(double[] result, boolean[] where, double[] x, double[] order) {
    for (int i = 0; i < where.length; i++) {
      if (where[i]) {
        result[i] = GammaFunctions.polygamma(x[i], order[i]);
      }
    }
    return result;
  }

  /** The same for scalar code; of floats it is exact in float, too. */
  static double fmod(double x, double y) {
    return x % y;
  }
}
