package org.autograd.bench;

/** The operations of {@link KernelBenchmark} in plain Java. */
final class PlainLoops {
  private PlainLoops() {}

  static void relu(float[] x, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = Math.max(x[i], 0f);
    }
  }

  static void add(float[] x, float[] y, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = x[i] + y[i];
    }
  }

  static void exp(float[] x, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = (float) Math.exp(x[i]);
    }
  }

  static void tanh(float[] x, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = (float) Math.tanh(x[i]);
    }
  }

  private static float gelu(float x) {
    float inner = 0.7978846f * (x + 0.044715f * x * x * x);
    return 0.5f * x * (1f + (float) Math.tanh(inner));
  }

  static void gelu(float[] x, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = gelu(x[i]);
    }
  }

  static void biasGelu(float[] x, float[] bias, float[] out, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < columns; i++) {
        out[row * columns + i] = gelu(x[row * columns + i] + bias[i]);
      }
    }
  }

  static void adam(
      float[] value, float[] first, float[] second, float[] gradient, int n, double[] p) {
    float rate = (float) p[0];
    float decay = (float) p[1];
    float gain = (float) p[2];
    float squareDecay = (float) p[3];
    float squareGain = (float) p[4];
    float correction = (float) p[5];
    float epsilon = (float) p[6];
    for (int i = 0; i < n; i++) {
      first[i] = decay * first[i] + gain * gradient[i];
      second[i] = squareDecay * second[i] + squareGain * gradient[i] * gradient[i];
      value[i] -= rate * first[i] / ((float) Math.sqrt(second[i]) * correction + epsilon);
    }
  }

  static void softmax(float[] x, float[] out, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < columns; i++) {
        max = Math.max(max, x[start + i]);
      }
      float sum = 0;
      for (int i = 0; i < columns; i++) {
        float power = (float) Math.exp(x[start + i] - max);
        out[start + i] = power;
        sum += power;
      }
      float scale = 1 / sum;
      for (int i = 0; i < columns; i++) {
        out[start + i] *= scale;
      }
    }
  }

  static float sum(float[] x, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[i];
    }
    return sum;
  }
}
