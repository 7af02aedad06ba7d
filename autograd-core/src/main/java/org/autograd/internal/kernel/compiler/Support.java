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
}
