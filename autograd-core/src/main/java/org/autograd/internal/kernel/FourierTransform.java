package org.autograd.internal.kernel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The discrete Fourier transform of one length, {@code y[k] = sum of x[j] exp(-2 pi i j k / n)}, in
 * double. A length of small prime factors goes through a Stockham transform of mixed radix, whose
 * passes order the result on the way; any other through Bluestein's algorithm, which makes it a
 * convolution of a length that is a power of two.
 */
public final class FourierTransform {
  /** The largest prime factor for which a direct sum is faster than a convolution. */
  private static final int LARGEST_RADIX = 13;

  private final int length;
  private final int[] radices;
  private final double[] cosines;
  private final double[] sines;
  private final @Nullable Chirp chirp;

  /**
   * Bluestein's algorithm: the chirp {@code exp(-pi i k^2 / n)} and the spectrum of its inverse.
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Chirp(
      FourierTransform circle, double[] re, double[] im, double[] spectrumRe, double[] spectrumIm) {

    static Chirp of(int length) {
      int size = Math.toIntExact(Long.highestOneBit(2L * length - 2) << 1);
      Chirp chirp =
          new Chirp(
              new FourierTransform(size),
              new double[length],
              new double[length],
              new double[size],
              new double[size]);
      for (int k = 0; k < length; k++) {
        long turn = (long) k * k % (2L * length);
        chirp.re[k] = cosine(turn, 2L * length);
        chirp.im[k] = -sine(turn, 2L * length);
        for (int place : new int[] {k, (size - k) % size}) {
          chirp.spectrumRe[place] = chirp.re[k] / size;
          chirp.spectrumIm[place] = -chirp.im[k] / size;
        }
      }
      chirp.circle.transform(chirp.spectrumRe, chirp.spectrumIm);
      return chirp;
    }

    void transform(double[] x, double[] y) {
      double[] a = new double[spectrumRe.length];
      double[] b = new double[spectrumRe.length];
      multiply(x, y, re, im, a, b, re.length);
      circle.transform(a, b);
      multiply(a, b, spectrumRe, spectrumIm, a, b, a.length);
      circle.transform(b, a);
      multiply(a, b, re, im, x, y, re.length);
    }

    private static void multiply(
        double[] a, double[] b, double[] c, double[] d, double[] re, double[] im, int count) {
      for (int i = 0; i < count; i++) {
        double real = a[i] * c[i] - b[i] * d[i];
        im[i] = a[i] * d[i] + b[i] * c[i];
        re[i] = real;
      }
    }
  }

  /** Prepares for a length of at least 1. */
  public FourierTransform(int length) {
    this.length = length;
    List<Integer> factors = new ArrayList<>();
    int rest = length;
    for (int radix : new int[] {4, 2, 3, 5, 7, 11, LARGEST_RADIX}) {
      for (; rest % radix == 0; rest /= radix) {
        factors.add(radix);
      }
    }
    radices = factors.stream().mapToInt(factor -> factor).toArray();
    chirp = rest > 1 ? Chirp.of(length) : null;
    cosines = new double[chirp == null ? length : 0];
    sines = new double[cosines.length];
    for (int k = 0; k < cosines.length; k++) {
      cosines[k] = cosine(k, length);
      sines[k] = -sine(k, length);
    }
  }

  /** The cosine of {@code part / whole} turns, exact at every quarter. */
  private static double cosine(long part, long whole) {
    double angle = angle(part, whole);
    return switch ((int) (4 * part / whole)) {
      case 0 -> Math.cos(angle);
      case 1 -> -Math.sin(angle);
      case 2 -> -Math.cos(angle);
      default -> Math.sin(angle);
    };
  }

  private static double sine(long part, long whole) {
    double angle = angle(part, whole);
    return switch ((int) (4 * part / whole)) {
      case 0 -> Math.sin(angle);
      case 1 -> Math.cos(angle);
      case 2 -> -Math.sin(angle);
      default -> -Math.cos(angle);
    };
  }

  /** What lies beyond the last quarter turn. */
  private static double angle(long part, long whole) {
    return Math.PI / 2 * (double) (4 * part % whole) / (double) whole;
  }

  /**
   * Replaces a vector by its transform. The inverse, times the length, is the same with both
   * arguments exchanged.
   *
   * @param re real parts
   * @param im imaginary parts
   */
  public void transform(double[] re, double[] im) {
    if (chirp != null) {
      chirp.transform(re, im);
      return;
    }
    double[] fromRe = re;
    double[] fromIm = im;
    double[] toRe = new double[length];
    double[] toIm = new double[length];
    int stride = 1;
    for (int radix : radices) {
      if (radix == 4) {
        four(stride, fromRe, fromIm, toRe, toIm);
      } else {
        any(radix, stride, fromRe, fromIm, toRe, toIm);
      }
      double[] swap = fromRe;
      fromRe = toRe;
      toRe = swap;
      swap = fromIm;
      fromIm = toIm;
      toIm = swap;
      stride *= radix;
    }
    if (fromRe != re) {
      System.arraycopy(fromRe, 0, re, 0, length);
      System.arraycopy(fromIm, 0, im, 0, length);
    }
  }

  /** A pass by sums of any number of elements. */
  private void any(int radix, int stride, double[] re, double[] im, double[] toRe, double[] toIm) {
    int groups = length / stride / radix;
    int step = length / radix;
    for (int group = 0; group < groups; group++) {
      for (int k = 0; k < stride; k++) {
        int from = k + stride * group;
        int to = k + stride * radix * group;
        for (int r = 0; r < radix; r++) {
          double sumRe = re[from];
          double sumIm = im[from];
          for (int j = 1; j < radix; j++) {
            int root = j * r % radix * step;
            double a = re[from + j * step];
            double b = im[from + j * step];
            sumRe += a * cosines[root] - b * sines[root];
            sumIm += a * sines[root] + b * cosines[root];
          }
          int twiddle = group * r * stride;
          toRe[to + r * stride] = sumRe * cosines[twiddle] - sumIm * sines[twiddle];
          toIm[to + r * stride] = sumRe * sines[twiddle] + sumIm * cosines[twiddle];
        }
      }
    }
  }

  /** A pass by sums of four elements, in which all roots are 1, -i, -1 or i. */
  private void four(int stride, double[] re, double[] im, double[] toRe, double[] toIm) {
    int step = length / 4;
    int groups = step / stride;
    for (int group = 0; group < groups; group++) {
      int twiddle = group * stride;
      for (int k = 0; k < stride; k++) {
        int a = k + stride * group;
        int b = a + step;
        int c = b + step;
        int d = c + step;
        int to = k + 4 * stride * group;
        double evenRe = re[a] + re[c];
        double evenIm = im[a] + im[c];
        double oddRe = re[a] - re[c];
        double oddIm = im[a] - im[c];
        double sumRe = re[b] + re[d];
        double sumIm = im[b] + im[d];
        double turnedRe = im[b] - im[d];
        double turnedIm = re[d] - re[b];
        toRe[to] = evenRe + sumRe;
        toIm[to] = evenIm + sumIm;
        put(oddRe + turnedRe, oddIm + turnedIm, twiddle, toRe, toIm, to + stride);
        put(evenRe - sumRe, evenIm - sumIm, 2 * twiddle, toRe, toIm, to + 2 * stride);
        put(oddRe - turnedRe, oddIm - turnedIm, 3 * twiddle, toRe, toIm, to + 3 * stride);
      }
    }
  }

  private void put(double a, double b, int twiddle, double[] toRe, double[] toIm, int place) {
    toRe[place] = a * cosines[twiddle] - b * sines[twiddle];
    toIm[place] = a * sines[twiddle] + b * cosines[twiddle];
  }
}
