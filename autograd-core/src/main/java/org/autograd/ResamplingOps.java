package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.autograd.InterpolateOptions.Mode;
import org.autograd.type.DType;

/**
 * Images of other sizes, and images as columns of windows. The axes of examples and channels stand
 * first, one to three spatial ones follow.
 */
sealed interface ResamplingOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    /** The parameter of PyTorch's cubic convolution. */
    private static final double CUBIC = -0.75;

    private Steps() {}

    /** The pixels of one axis that each pixel of the result is made of, and with what weights. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Taps(long[][] positions, double[][] weights) {}

    static long outputSize(InterpolateOptions options, Variable x, int axis) {
      int spatial = x.rank() - 2;
      List<Long> sizes = options.sizes();
      if (!sizes.isEmpty()) {
        return sizes.get(sizes.size() == 1 ? 0 : axis - 2);
      }
      List<Double> factors = options.factors();
      checkArgument(
          factors.size() == 1 || factors.size() == spatial,
          "interpolate: one factor or %s are needed for %s, got %s",
          spatial,
          x.describe(),
          factors);
      return (long)
          Math.floor((double) x.size(axis) * factors.get(factors.size() == 1 ? 0 : axis - 2));
    }

    /** How many pixels of the input one of the result covers. */
    private static double step(InterpolateOptions options, int axis, long in, long out) {
      if (options.alignCorners()) {
        return out > 1 ? (in - 1.0) / (out - 1.0) : 0;
      }
      List<Double> factors = options.factors();
      return factors.isEmpty()
          ? (double) in / (double) out
          : 1 / factors.get(factors.size() == 1 ? 0 : axis - 2);
    }

    static Variable resample(Variable x, int axis, InterpolateOptions options, long out) {
      Taps taps = taps(options, axis, x.size(axis), (int) out, x.dtype());
      long[] sizes = new long[x.rank()];
      Arrays.fill(sizes, 1);
      sizes[axis] = out;
      Variable sum = null;
      for (int k = 0; k < taps.positions.length; k++) {
        Variable pixels =
            IndexOps.Steps.indexSelect("interpolate", x, axis, Variable.of(taps.positions[k]));
        if (taps.positions.length == 1) {
          return pixels;
        }
        Variable weights = Variable.fromArray(taps.weights[k], sizes).to(x.dtype());
        sum = sum == null ? pixels.mul(weights) : sum.addcmul(pixels, weights, 1);
      }
      return requireNonNull(sum);
    }

    private static Taps taps(InterpolateOptions options, int axis, long in, int out, DType dtype) {
      double exactStep = step(options, axis, in, out);
      boolean near = options.mode() == Mode.NEAREST;
      if ((near && out == 2 * in) || ((near || options.mode() == Mode.LINEAR) && out == in)) {
        // As PyTorch, whatever the factor was that led to this.
        exactStep = (double) in / out;
      }
      // PyTorch computes positions in the dtype of the images.
      double step = dtype == DType.FLOAT32 ? (float) exactStep : exactStep;
      int count =
          switch (options.mode()) {
            case LINEAR -> 2;
            case CUBIC -> 4;
            default -> 1;
          };
      Taps taps = new Taps(new long[count][out], new double[count][out]);
      for (int i = 0; i < out; i++) {
        double shifted = round((i + 0.5) * step, dtype);
        double place =
            switch (options.mode()) {
              case NEAREST -> round(i * step, dtype);
              case NEAREST_EXACT -> shifted;
              default ->
                  options.alignCorners() ? round(i * step, dtype) : round(shifted - 0.5, dtype);
            };
        if (options.mode() == Mode.LINEAR) {
          place = Math.max(0, place);
        }
        long first = (long) Math.floor(place);
        double fraction = round(place - (double) first, dtype);
        for (int k = 0; k < count; k++) {
          long position = first + k - (count == 4 ? 1 : 0);
          taps.positions[k][i] = Math.max(0, Math.min(in - 1, position));
          taps.weights[k][i] =
              switch (count) {
                case 2 -> k == 0 ? 1 - fraction : fraction;
                case 4 -> cubic(Math.abs(fraction + 1 - k));
                default -> 1;
              };
        }
      }
      return taps;
    }

    private static double round(double value, DType dtype) {
      return dtype == DType.FLOAT32 ? (float) value : value;
    }

    /** The weight of a pixel at a distance below 2. */
    private static double cubic(double x) {
      return x <= 1
          ? ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1
          : ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC;
    }

    // Windows.

    /** Where windows lie in an image of two axes: the padded sizes, and numbers of windows. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Blocks(
        int[] kernel, int[] stride, int[] padding, int[] dilation, long[] padded, long[] counts) {

      static Blocks of(
          String operation, Variable x, long height, long width, PoolingOptions options) {
        int[][] values = new int[4][];
        values[0] = pair(operation, "kernel", options.kernel());
        values[1] = pair(operation, "stride", options.stride());
        values[2] = pair(operation, "padding", options.padding());
        values[3] = pair(operation, "dilation", options.dilation());
        long[] sizes = {height, width};
        long[] padded = new long[2];
        long[] counts = new long[2];
        for (int axis = 0; axis < 2; axis++) {
          padded[axis] = sizes[axis] + 2L * values[2][axis];
          long room = padded[axis] - (values[0][axis] - 1L) * values[3][axis] - 1;
          counts[axis] = Math.floorDiv(room, values[1][axis]) + 1;
          checkArgument(
              counts[axis] > 0,
              "%s: windows of %s do not fit an image of %s x %s; got %s",
              operation,
              options.kernel(),
              height,
              width,
              x.describe());
        }
        return new Blocks(values[0], values[1], values[2], values[3], padded, counts);
      }

      private static int[] pair(String operation, String name, List<Integer> values) {
        int[] axes = ConvolutionOps.Steps.axes(operation, name, 2, values, 0);
        return new int[] {axes[1], axes[2]};
      }

      long windows() {
        return counts[0] * counts[1];
      }

      long elements() {
        return (long) kernel[0] * kernel[1];
      }

      /** Places in the flattened padded image, window by window for each of a window's elements. */
      Variable places() {
        long[] result = new long[Math.toIntExact(elements() * windows())];
        int next = 0;
        for (int i = 0; i < kernel[0]; i++) {
          for (int j = 0; j < kernel[1]; j++) {
            for (long row = 0; row < counts[0]; row++) {
              for (long column = 0; column < counts[1]; column++) {
                long y = row * stride[0] + (long) i * dilation[0];
                result[next++] = y * padded[1] + column * stride[1] + (long) j * dilation[1];
              }
            }
          }
        }
        return Variable.of(result);
      }
    }

    static Variable lpPool(
        String operation, int spatial, Variable x, double order, PoolingOptions options) {
      checkArgument(
          order > 0 && options.padding().stream().allMatch(p -> p == 0),
          "%s: a positive order and no padding are needed, got %s and %s for %s",
          operation,
          order,
          options.padding(),
          x.describe());
      Variable powers = x.pow(order);
      Variable means =
          switch (spatial) {
            case 1 -> powers.avgPool1d(options);
            case 2 -> powers.avgPool2d(options);
            default -> powers.avgPool3d(options);
          };
      int[] kernel = ConvolutionOps.Steps.axes(operation, "kernel", spatial, options.kernel(), 1);
      double elements = IntStream.of(kernel).asDoubleStream().reduce(1, (a, b) -> a * b);
      // As in PyTorch, which keeps what is left of a sign.
      return means.sign().mul(means.abs().relu()).mul(elements).pow(1 / order);
    }
  }

  /**
   * Returns images of other sizes.
   *
   * @return of shape {@code [n, channels, sizes...]} for an input {@code [n, channels, length]},
   *     {@code [n, channels, height, width]} or {@code [n, channels, depth, height, width]}
   * @throws IllegalArgumentException if the input has another number of axes, no pixels, or a dtype
   *     other than float32 and float64; in mode {@code CUBIC} if there are not two spatial axes
   */
  default Variable interpolate(InterpolateOptions options) {
    Variable x = self();
    int spatial = x.rank() - 2;
    ReductionOps.Steps.requireFloating("interpolate", x);
    checkArgument(
        spatial >= 1 && spatial <= 3 && (options.mode() != Mode.CUBIC || spatial == 2),
        "interpolate: %s cannot be resized in mode %s; axes for examples and channels and 1 to 3 (for"
            + " CUBIC 2) sizes are needed",
        x.describe(),
        options.mode());
    checkArgument(
        options.sizes().size() <= 1 || options.sizes().size() == spatial,
        "interpolate: one size or %s are needed for %s, got %s",
        spatial,
        x.describe(),
        options.sizes());
    int[] sizes = new int[spatial];
    for (int axis = 2; axis < x.rank(); axis++) {
      sizes[axis - 2] = Math.toIntExact(Steps.outputSize(options, x, axis));
      checkArgument(
          x.size(axis) > 0 && sizes[axis - 2] > 0,
          "interpolate: axis %s of %s would get size %s",
          axis,
          x.describe(),
          sizes[axis - 2]);
    }
    if (options.mode() == Mode.AREA) {
      return switch (spatial) {
        case 1 -> x.adaptiveAvgPool1d(sizes[0]);
        case 2 -> x.adaptiveAvgPool2d(sizes);
        default -> x.adaptiveAvgPool3d(sizes);
      };
    }
    Variable result = x;
    for (int axis = 2; axis < x.rank(); axis++) {
      result = Steps.resample(result, axis, options, sizes[axis - 2]);
    }
    return result;
  }

  /**
   * Returns the windows of images as columns, as a convolution multiplies them: PyTorch's {@code
   * nn.functional.unfold}. Its default stride is 1, which must be said here.
   *
   * @return of shape {@code [n, channels * kernel elements, windows]} for an input {@code [n,
   *     channels, height, width]}, both with or without the first axis
   */
  default Variable unfold(PoolingOptions options) {
    Variable x = self();
    checkArgument(
        x.rank() == 3 || x.rank() == 4,
        "unfold: needs axes for channels, height and width, and may have one before, got %s",
        x.describe());
    Steps.Blocks blocks = Steps.Blocks.of("unfold", x, x.size(-2), x.size(-1), options);
    long[] amounts = {
      blocks.padding()[1], blocks.padding()[1], blocks.padding()[0], blocks.padding()[0]
    };
    Variable padded = x.padConstant(0, amounts).flatten(-2, -1);
    Variable windows = padded.indexSelect(padded.rank() - 1, blocks.places());
    long rows = x.size(-3) * blocks.elements();
    return x.rank() == 3
        ? windows.reshape(rows, blocks.windows())
        : windows.reshape(x.size(0), rows, blocks.windows());
  }

  /**
   * Returns images whose windows are columns, with overlapping elements added: PyTorch's {@code
   * nn.functional.fold}, and the gradient of {@link #unfold(PoolingOptions)}.
   *
   * @return of shape {@code [n, channels, height, width]} for an input {@code [n, channels * kernel
   *     elements, windows]}, both with or without the first axis
   */
  default Variable fold(long height, long width, PoolingOptions options) {
    Variable x = self();
    checkArgument(
        x.rank() == 2 || x.rank() == 3,
        "fold: needs axes for channels and windows, and may have one before, got %s",
        x.describe());
    Steps.Blocks blocks = Steps.Blocks.of("fold", x, height, width, options);
    checkArgument(
        x.size(-1) == blocks.windows() && x.size(-2) % blocks.elements() == 0,
        "fold: %s windows of %s elements per channel make an image of %s x %s, got %s",
        blocks.windows(),
        blocks.elements(),
        height,
        width,
        x.describe());
    long images = x.rank() == 2 ? 1 : x.size(0);
    long channels = x.size(-2) / blocks.elements();
    long[] padded = blocks.padded();
    Variable columns = x.reshape(images, channels, blocks.elements() * blocks.windows());
    Variable image =
        Variable.zeros(x.dtype(), images, channels, padded[0] * padded[1])
            .indexAdd(2, blocks.places(), columns)
            .reshape(images, channels, padded[0], padded[1])
            .padConstant(
                0,
                -blocks.padding()[1],
                -blocks.padding()[1],
                -blocks.padding()[0],
                -blocks.padding()[0]);
    return x.rank() == 2 ? image.reshape(channels, height, width) : image;
  }

  /** Returns {@code (sum of this^order)^(1 / order)} over windows along one axis. */
  default Variable lpPool1d(double order, PoolingOptions options) {
    return Steps.lpPool("lpPool1d", 1, self(), order, options);
  }

  /** Returns {@code (sum of this^order)^(1 / order)} over windows along two axes. */
  default Variable lpPool2d(double order, PoolingOptions options) {
    return Steps.lpPool("lpPool2d", 2, self(), order, options);
  }

  /** Returns {@code (sum of this^order)^(1 / order)} over windows along three axes. */
  default Variable lpPool3d(double order, PoolingOptions options) {
    return Steps.lpPool("lpPool3d", 3, self(), order, options);
  }
}
