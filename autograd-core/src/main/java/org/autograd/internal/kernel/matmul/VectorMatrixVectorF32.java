package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.autograd.internal.kernel.Parallel;

/**
 * The product of a matrix and a vector. Each element of the matrix is used once, so packing it
 * would cost more than the product: it is read where it is, along its contiguous dimension.
 */
final class VectorMatrixVectorF32 {
  private static final VectorSpecies<Float> SPECIES = VectorTileF32.SPECIES;
  private static final int LANES = SPECIES.length();

  private static final int BLOCK_WORK = 1 << 18;

  private VectorMatrixVectorF32() {}

  /**
   * Overwrites the column {@code result} with the product of {@code matrix} and the column {@code
   * vector}, or adds it.
   */
  static void multiply(
      Matrix<float[]> matrix, Matrix<float[]> vector, Matrix<float[]> result, boolean accumulate) {
    boolean dots = matrix.columnStride() == 1;
    Matrix<float[]> x = dots ? contiguous(vector) : vector;
    // Of a size that suits both kinds, and lets no block end within a vector.
    int rows = Math.max(4 * LANES, BLOCK_WORK / Math.max(1, matrix.columns()) / LANES * LANES);
    int blocks = Math.max(1, matrix.rows() / rows);
    Parallel.forEach(
        blocks,
        block -> {
          int from = block * rows;
          int to = block == blocks - 1 ? matrix.rows() : from + rows;
          if (dots) {
            dots(matrix.rows(from, to), x, result.rows(from, to), accumulate);
          } else {
            sums(matrix.rows(from, to), x, result.rows(from, to), accumulate);
          }
        });
  }

  private static Matrix<float[]> contiguous(Matrix<float[]> vector) {
    if (vector.rowStride() == 1) {
      return vector;
    }
    float[] copy = new float[vector.rows()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = vector.data()[vector.index(i, 0)];
    }
    return Matrix.rowMajor(copy, copy.length, 1);
  }

  /**
   * Contiguous rows: each element of the result is a dot product, taken four at a time. At the end
   * the last one is computed again and not used.
   */
  private static void dots(
      Matrix<float[]> matrix, Matrix<float[]> vector, Matrix<float[]> result, boolean accumulate) {
    int last = matrix.rows() - 1;
    int length = matrix.columns();
    int bound = SPECIES.loopBound(length);
    float[] lanes = new float[4 * LANES];
    for (int row = 0; row <= last; row += 4) {
      dots(
          bound,
          matrix.data(),
          matrix.index(row, 0),
          matrix.index(Math.min(row + 1, last), 0),
          matrix.index(Math.min(row + 2, last), 0),
          matrix.index(Math.min(row + 3, last), 0),
          vector.data(),
          vector.offset(),
          lanes);
      for (int i = 0; i < Math.min(4, last + 1 - row); i++) {
        float value = sum(lanes, i * LANES);
        if (bound < length) {
          value +=
              dot(
                  length - bound,
                  matrix.data(),
                  matrix.index(row + i, bound),
                  vector.data(),
                  vector.index(bound, 0));
        }
        int at = result.index(row + i, 0);
        result.data()[at] = accumulate ? result.data()[at] + value : value;
      }
    }
  }

  private static void dots(
      int length, float[] m, int m0, int m1, int m2, int m3, float[] v, int v0, float[] lanes) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    for (int i = 0; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, v, v0 + i);
      s0 = x.fma(FloatVector.fromArray(SPECIES, m, m0 + i), s0);
      s1 = x.fma(FloatVector.fromArray(SPECIES, m, m1 + i), s1);
      s2 = x.fma(FloatVector.fromArray(SPECIES, m, m2 + i), s2);
      s3 = x.fma(FloatVector.fromArray(SPECIES, m, m3 + i), s3);
    }
    s0.intoArray(lanes, 0);
    s1.intoArray(lanes, LANES);
    s2.intoArray(lanes, 2 * LANES);
    s3.intoArray(lanes, 3 * LANES);
  }

  /**
   * Returns the sum of the lanes, halved again and again. (The order of {@code reduceLanes} is
   * unspecified, and changes when the code gets compiled.)
   */
  private static float sum(float[] lanes, int from) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = from; i < from + half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[from];
  }

  private static float dot(int length, float[] m, int mOffset, float[] v, int vOffset) {
    float sum = 0f;
    for (int i = 0; i < length; i++) {
      sum += m[mOffset + i] * v[vOffset + i];
    }
    return sum;
  }

  /**
   * Contiguous columns: a sum of columns, four vectors of it at a time. At the end they reach back
   * and compute some elements again, which are not used.
   */
  private static void sums(
      Matrix<float[]> matrix, Matrix<float[]> vector, Matrix<float[]> result, boolean accumulate) {
    int last = matrix.rows() - LANES;
    float[] sums = new float[4 * LANES];
    for (int row = 0; row < matrix.rows(); row += 4 * LANES) {
      sums(
          matrix.columns(),
          matrix.data(),
          matrix.index(Math.min(row, last), 0),
          matrix.index(Math.min(row + LANES, last), 0),
          matrix.index(Math.min(row + 2 * LANES, last), 0),
          matrix.index(Math.min(row + 3 * LANES, last), 0),
          matrix.columnStride(),
          vector.data(),
          vector.offset(),
          vector.rowStride(),
          sums);
      for (int i = 0; i < sums.length; i++) {
        int wanted = row + i / LANES * LANES;
        int start = Math.min(wanted, last);
        if (start + i % LANES >= wanted) {
          int at = result.index(start + i % LANES, 0);
          result.data()[at] = accumulate ? result.data()[at] + sums[i] : sums[i];
        }
      }
    }
  }

  private static void sums(
      int depth,
      float[] m,
      int m0,
      int m1,
      int m2,
      int m3,
      int stride,
      float[] v,
      int vOffset,
      int vStride,
      float[] sums) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    for (int k = 0; k < depth; k++) {
      FloatVector x = FloatVector.broadcast(SPECIES, v[vOffset + k * vStride]);
      int i = k * stride;
      s0 = x.fma(FloatVector.fromArray(SPECIES, m, m0 + i), s0);
      s1 = x.fma(FloatVector.fromArray(SPECIES, m, m1 + i), s1);
      s2 = x.fma(FloatVector.fromArray(SPECIES, m, m2 + i), s2);
      s3 = x.fma(FloatVector.fromArray(SPECIES, m, m3 + i), s3);
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, LANES);
    s2.intoArray(sums, 2 * LANES);
    s3.intoArray(sums, 3 * LANES);
  }
}
