package org.autograd.internal.kernel.compiler;

/** What generated code calls. */
final class Support {
  private Support() {}

  /** Puts the parameters into the first slots. */
  static void copy(double[] parameters, float[] slots, int count) {
    for (int i = 0; i < count; i++) {
      slots[i] = (float) parameters[i];
    }
  }

  /** Puts the parameters into the first slots. */
  static void copy(double[] parameters, int[] slots, int count) {
    for (int i = 0; i < count; i++) {
      slots[i] = (int) parameters[i];
    }
  }

  /** Puts the parameters into the first slots. */
  static void copy(double[] parameters, long[] slots, int count) {
    for (int i = 0; i < count; i++) {
      slots[i] = (long) parameters[i];
    }
  }

  /** Puts the parameters into the first slots, though a program of masks has no use for them. */
  static void copy(double[] parameters, byte[] slots, int count) {
    for (int i = 0; i < count; i++) {
      slots[i] = (byte) parameters[i];
    }
  }

  /** Puts the parameters into the first slots. */
  static void copy(double[] parameters, double[] slots, int count) {
    System.arraycopy(parameters, 0, slots, 0, count);
  }

  // What a loop that reduces does for each element. Of two zeros it keeps the first, whatever their
  // signs, which is cheaper than what Math.max does; that is used for the partial results only.

  static float larger(float result, float value) {
    return result < value || Float.isNaN(value) ? value : result;
  }

  static float smaller(float result, float value) {
    return result > value || Float.isNaN(value) ? value : result;
  }

  static double larger(double result, double value) {
    return result < value || Double.isNaN(value) ? value : result;
  }

  static double smaller(double result, double value) {
    return result > value || Double.isNaN(value) ? value : result;
  }

  static int larger(int result, int value) {
    return Math.max(result, value);
  }

  static int smaller(int result, int value) {
    return Math.min(result, value);
  }

  static long larger(long result, long value) {
    return Math.max(result, value);
  }

  static long smaller(long result, long value) {
    return Math.min(result, value);
  }
}
