package org.autograd.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.autograd.Generator;
import org.junit.jupiter.api.Test;

class FourierTransformTest {
  private static double[] random(Generator rng, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = rng.nextDouble() - 0.5;
    }
    return values;
  }

  /** The definition, with every angle reduced exactly. */
  private static void plain(double[] re, double[] im, double[] toRe, double[] toIm) {
    int n = re.length;
    for (int k = 0; k < n; k++) {
      for (int j = 0; j < n; j++) {
        double angle = -2 * Math.PI * ((double) ((long) j * k % n) / n);
        toRe[k] += re[j] * Math.cos(angle) - im[j] * Math.sin(angle);
        toIm[k] += re[j] * Math.sin(angle) + im[j] * Math.cos(angle);
      }
    }
  }

  @Test
  void everyLengthAgreesWithTheDefinition() {
    Generator rng = new Generator(3);
    for (int n = 1; n <= 150; n++) {
      checkLength(rng, n);
    }
    for (int n : new int[] {256, 361, 512, 720, 997, 1001, 1018, 1024}) {
      checkLength(rng, n);
    }
  }

  private static void checkLength(Generator rng, int n) {
    double[] re = random(rng, n);
    double[] im = random(rng, n);
    double[] expectedRe = new double[n];
    double[] expectedIm = new double[n];
    plain(re, im, expectedRe, expectedIm);
    new FourierTransform(n).transform(re, im);
    assertArrayEquals(expectedRe, re, 1e-12, () -> "real parts for " + n);
    assertArrayEquals(expectedIm, im, 1e-12, () -> "imaginary parts for " + n);
  }

  @Test
  void exchangedPartsGiveTheInverse() {
    Generator rng = new Generator(4);
    for (int n : new int[] {4096, 30_030, 65_537, 100_000}) {
      double[] re = random(rng, n);
      double[] im = random(rng, n);
      double[] a = re.clone();
      double[] b = im.clone();
      FourierTransform transform = new FourierTransform(n);
      transform.transform(a, b);
      transform.transform(b, a);
      for (int i = 0; i < n; i++) {
        assertEquals(re[i], a[i] / n, 1e-14);
        assertEquals(im[i], b[i] / n, 1e-14);
      }
    }
  }

  @Test
  void aRealVectorOfSmallFactorsHasARealFirstElement() {
    double[] re = random(new Generator(5), 96);
    double[] im = new double[96];
    new FourierTransform(96).transform(re, im);
    assertEquals(0.0, im[0]);
  }
}
