package org.autograd.internal.kernel.compiler;

import java.util.Arrays;
import org.autograd.internal.kernel.Program.Combine;

/**
 * The parts of a kernel that are the same in all of them; generated code calls these. A reduction
 * has a run of partial results in an array that starts at {@code base}.
 */
final class Partials {
  private Partials() {}

  /** Returns what a reduction begins with. */
  static double identity(Combine combine) {
    return switch (combine) {
      case SUM -> 0;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  /** Returns an array of slots that starts with the parameters. */
  static float[] slots(double[] parameters, int count, float[] slots) {
    for (int i = 0; i < count; i++) {
      slots[i] = (float) parameters[i];
    }
    return slots;
  }

  /** Returns an array of slots that starts with the parameters. */
  static double[] slots(double[] parameters, int count, double[] slots) {
    System.arraycopy(parameters, 0, slots, 0, count);
    return slots;
  }

  /** Starts a reduction. */
  static void start(float[] partials, int base, float identity) {
    Arrays.fill(partials, base, base + Precision.SINGLE.partials, identity);
  }

  /** Starts a reduction. */
  static void start(double[] partials, int base, double identity) {
    Arrays.fill(partials, base, base + Precision.DOUBLE.partials, identity);
  }

  /** Adds up by halves, overwriting the partial results. */
  static float sum(float[] partials, int base, int count) {
    for (int half = count / 2; half > 0; half /= 2) {
      for (int i = base; i < base + half; i++) {
        partials[i] += partials[i + half];
      }
    }
    return partials[base];
  }

  /** Adds up by halves, overwriting the partial results. */
  static double sum(double[] partials, int base, int count) {
    for (int half = count / 2; half > 0; half /= 2) {
      for (int i = base; i < base + half; i++) {
        partials[i] += partials[i + half];
      }
    }
    return partials[base];
  }

  static float max(float[] partials, int base, int count) {
    float result = partials[base];
    for (int i = base + 1; i < base + count; i++) {
      result = Math.max(result, partials[i]);
    }
    return result;
  }

  static double max(double[] partials, int base, int count) {
    double result = partials[base];
    for (int i = base + 1; i < base + count; i++) {
      result = Math.max(result, partials[i]);
    }
    return result;
  }

  static float min(float[] partials, int base, int count) {
    float result = partials[base];
    for (int i = base + 1; i < base + count; i++) {
      result = Math.min(result, partials[i]);
    }
    return result;
  }

  static double min(double[] partials, int base, int count) {
    double result = partials[base];
    for (int i = base + 1; i < base + count; i++) {
      result = Math.min(result, partials[i]);
    }
    return result;
  }
}
