package org.autograd.internal.kernel.convolution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Simd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions of random geometry against the loops of the definition. */
class ConvolutionTest {
  static Stream<ConvolutionShape> shapes() {
    Random random = new Random(1);
    return Stream.concat(
        Stream.of(
            // LeNet's, with rows side by side and sums in place, and one that takes several blocks.
            shape(3, 1, 16, 32, 12, 12, 5, 1, 0, 1),
            shape(2, 1, 1, 16, 28, 28, 5, 1, 0, 1),
            shape(2, 1, 40, 9, 9, 40, 3, 1, 1, 1),
            shape(1, 1, 3, 64, 40, 40, 7, 2, 3, 1),
            shape(2, 8, 1, 1, 17, 19, 3, 1, 1, 2)),
        Stream.generate(() -> random(random)).limit(60));
  }

  private static ConvolutionShape shape(
      int batch,
      int groups,
      int channels,
      int filters,
      int height,
      int width,
      int kernel,
      int stride,
      int padding,
      int dilation) {
    int reach = (kernel - 1) * dilation + 1;
    return new ConvolutionShape(
        batch,
        groups,
        channels,
        filters,
        new int[] {1, height, width},
        new int[] {1, kernel, kernel},
        new int[] {
          1, (height + 2 * padding - reach) / stride + 1, (width + 2 * padding - reach) / stride + 1
        },
        new int[] {1, stride, stride},
        new int[] {0, padding, padding},
        new int[] {1, dilation, dilation});
  }

  /** Padding and outputs may also be less or more at the end than at the begin. */
  private static ConvolutionShape random(Random random) {
    int[][] sizes = new int[6][3];
    for (int axis = 0; axis < 3; axis++) {
      int kernel = 1 + random.nextInt(4);
      int stride = 1 + random.nextInt(3);
      int padding = random.nextInt(3);
      int dilation = 1 + random.nextInt(3);
      int input = 1 + random.nextInt(axis == 2 ? 20 : 6);
      int room = Math.max(0, input + padding + random.nextInt(3) - (kernel - 1) * dilation - 1);
      int output = room / stride + 1;
      int[] values = {input, kernel, output, stride, padding, dilation};
      for (int k = 0; k < values.length; k++) {
        sizes[k][axis] = values[k];
      }
    }
    return new ConvolutionShape(
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        1 + random.nextInt(10),
        1 + random.nextInt(20),
        sizes[0],
        sizes[1],
        sizes[2],
        sizes[3],
        sizes[4],
        sizes[5]);
  }

  /** Receives indices into the input, the filters and the output, in the order of the sums. */
  private interface Visitor {
    void visit(int x, int w, int y);
  }

  private static void forAll(ConvolutionShape s, Visitor visitor) {
    int taps = ConvolutionShape.product(s.kernel());
    for (int y = 0; y < s.batch() * s.groups() * s.filters() * s.outputSize(); y++) {
      int image = y / s.outputSize() / s.filters();
      int filter = image % s.groups() * s.filters() + y / s.outputSize() % s.filters();
      for (int k = 0; k < s.depth(); k++) {
        int x = image * s.channels() + k / taps;
        boolean inside = true;
        int output = y % s.outputSize();
        int tap = k % taps;
        int[] at = new int[3];
        for (int axis = 2; axis >= 0; axis--) {
          at[axis] =
              output % s.output()[axis] * s.stride()[axis]
                  - s.padding()[axis]
                  + tap % s.kernel()[axis] * s.dilation()[axis];
          inside &= at[axis] >= 0 && at[axis] < s.input()[axis];
          output /= s.output()[axis];
          tap /= s.kernel()[axis];
        }
        if (inside) {
          for (int axis = 0; axis < 3; axis++) {
            x = x * s.input()[axis] + at[axis];
          }
          visitor.visit(x, filter * s.depth() + k, y);
        }
      }
    }
  }

  /** Operands, each behind an offset, and what is expected of them. */
  private static final class Case {
    private static final int OFFSET = 3;
    private final ConvolutionShape shape;
    private final double[] x;
    private final double[] w;
    private final double[] g;
    private final double[] bias;
    private final double[] y;
    private final double[] dx;
    private final double[] dw;

    Case(ConvolutionShape s) {
      shape = s;
      Random random = new Random(2);
      x = values(random, s.batch() * s.groups() * s.channels() * s.inputSize());
      w = values(random, s.groups() * s.filters() * s.depth());
      bias = values(random, s.groups() * s.filters());
      g = values(random, s.batch() * s.groups() * s.filters() * s.outputSize());
      y = new double[g.length - OFFSET];
      dx = new double[x.length - OFFSET];
      dw = new double[w.length - OFFSET];
      for (int i = 0; i < y.length; i++) {
        y[i] = bias[OFFSET + i / s.outputSize() % (s.groups() * s.filters())];
      }
      forAll(
          s,
          (i, j, k) -> {
            y[k] += x[OFFSET + i] * w[OFFSET + j];
            dx[i] += g[OFFSET + k] * w[OFFSET + j];
            dw[j] += g[OFFSET + k] * x[OFFSET + i];
          });
    }

    private static double[] values(Random random, int count) {
      double[] result = new double[OFFSET + count];
      // NaN before the operand would show if it were read.
      Arrays.setAll(result, i -> i < OFFSET ? Double.NaN : (float) (random.nextDouble() - 0.4));
      return result;
    }

    void check(ConvolutionTilesF32 tiles, ConvolutionTilesF64 wideTiles) {
      float[] narrowY = new float[y.length];
      float[] narrowX = new float[dx.length];
      float[] narrowW = new float[dw.length];
      ConvolutionF32 narrow = new ConvolutionF32(shape, tiles);
      narrow.forward(floats(x), OFFSET, floats(w), OFFSET, floats(bias), OFFSET, narrowY);
      narrow.inputGradient(floats(g), OFFSET, floats(w), OFFSET, narrowX);
      narrow.weightGradient(floats(x), OFFSET, floats(g), OFFSET, narrowW);
      assertClose("y", y, doubles(narrowY), 1e-5);
      assertClose("dx", dx, doubles(narrowX), 1e-5);
      assertClose("dw", dw, doubles(narrowW), 1e-5);
      double[] wideY = new double[y.length];
      double[] wideX = new double[dx.length];
      double[] wideW = new double[dw.length];
      ConvolutionF64 wide = new ConvolutionF64(shape, wideTiles);
      wide.forward(x, OFFSET, w, OFFSET, bias, OFFSET, wideY);
      wide.inputGradient(g, OFFSET, w, OFFSET, wideX);
      wide.weightGradient(x, OFFSET, g, OFFSET, wideW);
      assertClose("y", y, wideY, 1e-13);
      assertClose("dx", dx, wideX, 1e-13);
      assertClose("dw", dw, wideW, 1e-13);
    }
  }

  private static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    Arrays.setAll(result, i -> values[i]);
    return result;
  }

  private static void assertClose(String what, double[] expected, double[] actual, double error) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    assertArrayEquals(expected, actual, error * (1 + largest), what);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void plainLoopsAreRight(ConvolutionShape shape) {
    new Case(shape).check(PlainConvolutionTilesF32.INSTANCE, PlainConvolutionTilesF64.INSTANCE);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void vectorLoopsAreRight(ConvolutionShape shape) {
    assumeTrue(Simd.bits() >= 128);
    new Case(shape).check(VectorConvolutionTilesF32.INSTANCE, VectorConvolutionTilesF64.INSTANCE);
  }

  @Test
  void numberOfThreadsDoesNotMatter() {
    int before = Parallel.threads();
    try {
      ConvolutionShape[] large = {
        shape(23, 1, 16, 32, 12, 12, 5, 1, 0, 1),
        shape(1, 1, 9, 70, 70, 71, 3, 1, 1, 1),
        shape(5, 3, 4, 8, 31, 30, 3, 2, 1, 1)
      };
      for (ConvolutionShape shape : large) {
        Case operands = new Case(shape);
        float[] x = floats(operands.x);
        float[] w = floats(operands.w);
        float[] g = floats(operands.g);
        float[][] first = new float[3][];
        for (int threads : new int[] {1, 2, 3, 7}) {
          Parallel.setThreads(threads);
          float[][] found = {
            new float[operands.y.length],
            new float[operands.dx.length],
            new float[operands.dw.length]
          };
          ConvolutionF32.forward(shape, x, Case.OFFSET, w, Case.OFFSET, null, 0, found[0]);
          ConvolutionF32.inputGradient(shape, g, Case.OFFSET, w, Case.OFFSET, found[1]);
          ConvolutionF32.weightGradient(shape, x, Case.OFFSET, g, Case.OFFSET, found[2]);
          for (int k = 0; k < 3; k++) {
            first[k] = threads == 1 ? found[k] : first[k];
            assertEquals(-1, Arrays.mismatch(first[k], found[k]), threads + " threads, " + k);
          }
        }
      }
    } finally {
      Parallel.setThreads(before);
    }
  }

  /** Where windows are wide apart and where ties, NaN and infinities abound. */
  @Test
  void poolingByVectorsIsPoolingByThePlainLoop() {
    Random random = new Random(3);
    int byVectors = 0;
    for (int round = 0; round < 300; round++) {
      PoolingWindows.Axis[] axes = new PoolingWindows.Axis[3];
      for (int axis = 0; axis < 3; axis++) {
        int kernel = 1 + random.nextInt(3);
        int stride = 1 + random.nextInt(axis == 2 ? 2 : 3);
        int dilation = 1 + random.nextInt(2);
        int window = (kernel - 1) * dilation + 1;
        int padding = random.nextInt(window / 2 + 1);
        int size = window + random.nextInt(axis == 2 ? 70 : 4);
        int output = (size + 2 * padding - window) / stride + 1;
        axes[axis] = PoolingWindows.regular(size, output, kernel, stride, padding, dilation, true);
      }
      PoolingWindows windows = new PoolingWindows(axes);
      int planes = 3;
      float[] special = {
        Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0, -0f, 1, 1, -1
      };
      float[] x = new float[1 + planes * windows.inputSize()];
      for (int i = 0; i < x.length; i++) {
        x[i] = round % 2 == 0 ? special[random.nextInt(special.length)] : random.nextFloat();
      }
      float[][] y = new float[2][planes * windows.outputSize()];
      int[][] indices = new int[2][y[0].length];
      PoolingF32.max(windows, planes, x, 1, y[0], indices[0]);
      for (int plane = 0; plane < planes; plane++) {
        PoolingF32.max(windows, x, 1 + plane * windows.inputSize(), y[1], indices[1], plane);
      }
      assertArrayEquals(y[1], y[0]);
      assertArrayEquals(indices[1], indices[0]);
      int whole = axes[2].endOfWhole() - axes[2].firstWhole();
      byVectors += Simd.bits() >= 128 && VectorPoolingF32.accepts(windows, whole) ? 1 : 0;
    }
    assertTrue(byVectors > 100 || Simd.bits() < 128, "by vectors: " + byVectors);
  }
}
