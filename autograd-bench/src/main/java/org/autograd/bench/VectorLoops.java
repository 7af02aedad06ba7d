package org.autograd.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The operations of {@link KernelBenchmark} with the Vector API, and its own exp and tanh: a loop
 * over whole vectors, then a part of one with a mask.
 */
final class VectorLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorLoops() {}

  static void relu(float[] x, float[] out, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      FloatVector.fromArray(SPECIES, x, i).max(0f).intoArray(out, i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector.fromArray(SPECIES, x, i, rest).max(0f).intoArray(out, i, rest);
    }
  }

  static void add(float[] x, float[] y, float[] out, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      FloatVector sum =
          FloatVector.fromArray(SPECIES, x, i).add(FloatVector.fromArray(SPECIES, y, i));
      sum.intoArray(out, i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector sum =
          FloatVector.fromArray(SPECIES, x, i, rest)
              .add(FloatVector.fromArray(SPECIES, y, i, rest));
      sum.intoArray(out, i, rest);
    }
  }

  static void exp(float[] x, float[] out, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      FloatVector.fromArray(SPECIES, x, i).lanewise(VectorOperators.EXP).intoArray(out, i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector.fromArray(SPECIES, x, i, rest)
          .lanewise(VectorOperators.EXP)
          .intoArray(out, i, rest);
    }
  }

  static void tanh(float[] x, float[] out, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      FloatVector.fromArray(SPECIES, x, i).lanewise(VectorOperators.TANH).intoArray(out, i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector.fromArray(SPECIES, x, i, rest)
          .lanewise(VectorOperators.TANH)
          .intoArray(out, i, rest);
    }
  }

  private static FloatVector gelu(FloatVector x) {
    FloatVector inner = x.add(x.mul(x).mul(x).mul(0.044715f)).mul(0.7978846f);
    return x.mul(0.5f).mul(inner.lanewise(VectorOperators.TANH).add(1f));
  }

  static void gelu(float[] x, float[] out, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      gelu(FloatVector.fromArray(SPECIES, x, i)).intoArray(out, i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      gelu(FloatVector.fromArray(SPECIES, x, i, rest)).intoArray(out, i, rest);
    }
  }

  static void biasGelu(float[] x, float[] bias, float[] out, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      int i = 0;
      for (; i < SPECIES.loopBound(columns); i += LANES) {
        FloatVector sum =
            FloatVector.fromArray(SPECIES, x, start + i)
                .add(FloatVector.fromArray(SPECIES, bias, i));
        gelu(sum).intoArray(out, start + i);
      }
      if (i < columns) {
        VectorMask<Float> rest = SPECIES.indexInRange(i, columns);
        FloatVector sum =
            FloatVector.fromArray(SPECIES, x, start + i, rest)
                .add(FloatVector.fromArray(SPECIES, bias, i, rest));
        gelu(sum).intoArray(out, start + i, rest);
      }
    }
  }

  /** Only for whole vectors. */
  static void adam(
      float[] value, float[] first, float[] second, float[] gradient, int n, double[] p) {
    float rate = (float) p[0];
    float decay = (float) p[1];
    float gain = (float) p[2];
    float squareDecay = (float) p[3];
    float squareGain = (float) p[4];
    float correction = (float) p[5];
    float epsilon = (float) p[6];
    for (int i = 0; i < SPECIES.loopBound(n); i += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, gradient, i);
      FloatVector momentum = FloatVector.fromArray(SPECIES, first, i).mul(decay).add(g.mul(gain));
      FloatVector square =
          FloatVector.fromArray(SPECIES, second, i).mul(squareDecay).add(g.mul(squareGain).mul(g));
      FloatVector step = momentum.mul(rate).div(square.sqrt().mul(correction).add(epsilon));
      momentum.intoArray(first, i);
      square.intoArray(second, i);
      FloatVector.fromArray(SPECIES, value, i).sub(step).intoArray(value, i);
    }
  }

  /** Only for whole vectors. */
  static void softmax(float[] x, float[] out, int rows, int columns) {
    int bound = SPECIES.loopBound(columns);
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < bound; i += LANES) {
        largest = largest.max(FloatVector.fromArray(SPECIES, x, start + i));
      }
      FloatVector max = FloatVector.broadcast(SPECIES, largest.reduceLanes(VectorOperators.MAX));
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = 0; i < bound; i += LANES) {
        FloatVector power =
            FloatVector.fromArray(SPECIES, x, start + i).sub(max).lanewise(VectorOperators.EXP);
        power.intoArray(out, start + i);
        sum = sum.add(power);
      }
      FloatVector scale = FloatVector.broadcast(SPECIES, 1 / sum.reduceLanes(VectorOperators.ADD));
      for (int i = 0; i < bound; i += LANES) {
        FloatVector.fromArray(SPECIES, out, start + i).mul(scale).intoArray(out, start + i);
      }
    }
  }

  /** Only for whole vectors, four at a time. */
  static float sum(float[] x, int n) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i + 4 * LANES <= n; i += 4 * LANES) {
      a = a.add(FloatVector.fromArray(SPECIES, x, i));
      b = b.add(FloatVector.fromArray(SPECIES, x, i + LANES));
      c = c.add(FloatVector.fromArray(SPECIES, x, i + 2 * LANES));
      d = d.add(FloatVector.fromArray(SPECIES, x, i + 3 * LANES));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
