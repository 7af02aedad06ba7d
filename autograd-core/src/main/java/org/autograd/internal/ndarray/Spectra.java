package org.autograd.internal.ndarray;

import org.autograd.internal.kernel.FourierTransform;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.type.Shape;

/**
 * Fourier transforms along an axis of an array. Complex numbers are pairs along a further, last
 * axis.
 */
public final class Spectra {
  private Spectra() {}

  /** What is transformed into what; none is divided by anything. */
  public enum Kind {
    /** {@code n} complex numbers into {@code n}. */
    TRANSFORM,
    /** The transpose of this, which is the inverse but for the factor {@code n}. */
    INVERSE,
    /** {@code n} real numbers into the first {@code n / 2 + 1} of {@code n} complex ones. */
    HALF,
    /** The transpose of this: {@code n / 2 + 1} complex numbers into {@code n} real ones. */
    HALF_TRANSPOSED;

    /** Returns the transpose. */
    public Kind transposed() {
      return switch (this) {
        case TRANSFORM -> INVERSE;
        case INVERSE -> TRANSFORM;
        case HALF -> HALF_TRANSPOSED;
        case HALF_TRANSPOSED -> HALF;
      };
    }
  }

  /**
   * Returns the transforms along an axis.
   *
   * @param size the number {@code n} of the kind
   * @param scale by which the results are multiplied
   */
  public static NdArray transform(Kind kind, NdArray x, int axis, int size, double scale) {
    Mark mark = KernelMeter.start();
    FourierTransform transform = new FourierTransform(size);
    int half = size / 2 + 1;
    boolean pairsIn = kind != Kind.HALF;
    Shape row =
        switch (kind) {
          case TRANSFORM, INVERSE -> Shape.of(size, 2);
          case HALF -> Shape.of(half, 2);
          case HALF_TRANSPOSED -> Shape.of(size);
        };
    // The axis as the last, but for that of the pairs.
    int last = x.rank() - (pairsIn ? 2 : 1);
    NdArray moved = x.view(x.layout().transpose(axis, last));
    Shape batch = moved.shape();
    for (int k = x.rank(); k > last; k--) {
      batch = batch.without(k - 1);
    }
    NdArray result =
        MatrixFunctions.apply(
                (in, out) -> transform(transform, kind, size, scale, in[0], out[0]),
                batch,
                new Shape[] {row},
                4.0 * size * (32 - Integer.numberOfLeadingZeros(size)),
                moved)
            .arrays()[0];
    KernelMeter.stop(mark);
    return result.view(result.layout().transpose(axis, last));
  }

  private static boolean transform(
      FourierTransform transform, Kind kind, int size, double scale, double[] in, double[] out) {
    double[] re = new double[size];
    double[] im = new double[size];
    int inStep = kind == Kind.HALF ? 1 : 2;
    for (int i = 0; i < in.length / inStep; i++) {
      re[i] = in[inStep * i];
      im[i] = inStep == 2 ? in[2 * i + 1] : 0;
    }
    if (kind == Kind.TRANSFORM || kind == Kind.HALF) {
      transform.transform(re, im);
    } else {
      transform.transform(im, re);
    }
    int outStep = kind == Kind.HALF_TRANSPOSED ? 1 : 2;
    for (int i = 0; i < out.length / outStep; i++) {
      out[outStep * i] = re[i] * scale;
      if (outStep == 2) {
        out[2 * i + 1] = im[i] * scale;
      }
    }
    return true;
  }
}
