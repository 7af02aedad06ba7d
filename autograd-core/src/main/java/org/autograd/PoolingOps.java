package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.autograd.internal.kernel.convolution.PoolingWindows;
import org.autograd.internal.ndarray.Poolings;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * The largest elements and the means of windows along the last one, two or three axes. The axis of
 * channels stands before these, and an axis of examples may stand before that.
 */
sealed interface PoolingOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private static final int AXES = 3;

    private Steps() {}

    /** Windows and the shape of the result. */
    private record Plan(PoolingWindows windows, Shape result) {}

    private static void checkInput(String operation, int spatial, Variable x) {
      checkArgument(
          x.dtype().isFloating(),
          "%s: needs float32 or float64, got %s; convert with to(DType.FLOAT32)",
          operation,
          x.describe());
      checkArgument(
          x.rank() == spatial + 1 || x.rank() == spatial + 2,
          "%s: the input must have axes for channels and %s sizes, and may have one for examples"
              + " before, got %s",
          operation,
          spatial,
          x.describe());
      for (int axis = 1; axis <= spatial + 1; axis++) {
        checkArgument(
            x.size(-axis) > 0, "%s: axis %s of %s is empty", operation, -axis, x.describe());
      }
    }

    private static Plan plan(
        String operation, int spatial, Variable x, PoolingOptions options, boolean countPadding) {
      checkInput(operation, spatial, x);
      int[] kernel = ConvolutionOps.Steps.axes(operation, "kernel", spatial, options.kernel(), 1);
      int[] stride = ConvolutionOps.Steps.axes(operation, "stride", spatial, options.stride(), 1);
      int[] padding =
          ConvolutionOps.Steps.axes(operation, "padding", spatial, options.padding(), 0);
      int[] dilation =
          ConvolutionOps.Steps.axes(operation, "dilation", spatial, options.dilation(), 1);
      int[] in = ConvolutionOps.Steps.spatialSizes(x.shape(), spatial);
      PoolingWindows.Axis[] axes = new PoolingWindows.Axis[AXES];
      Shape result = x.shape();
      for (int axis = 0; axis < AXES; axis++) {
        long window = (kernel[axis] - 1L) * dilation[axis] + 1;
        checkArgument(
            padding[axis] <= window / 2,
            "%s: padding %s of %s is more than half of the windows' size %s",
            operation,
            padding[axis],
            x.describe(),
            window);
        long room = in[axis] + 2L * padding[axis] - window;
        long output = Math.floorDiv(room, stride[axis]) + 1;
        if (options.ceilMode()) {
          output = Math.ceilDiv(room, stride[axis]) + 1;
          // The last window must not lie in the padding behind the input.
          output -= (output - 1) * stride[axis] >= in[axis] + padding[axis] ? 1 : 0;
        }
        checkArgument(
            output > 0,
            "%s: windows of %s elements do not fit into %s with padding %s",
            operation,
            window,
            x.describe(),
            padding[axis]);
        axes[axis] =
            PoolingWindows.regular(
                in[axis],
                Math.toIntExact(output),
                kernel[axis],
                stride[axis],
                padding[axis],
                dilation[axis],
                countPadding);
        if (axis >= AXES - spatial) {
          result = result.with(x.rank() - AXES + axis, output);
        }
      }
      return new Plan(new PoolingWindows(axes), result);
    }

    private static Plan adaptive(String operation, int spatial, Variable x, int[] sizes) {
      checkInput(operation, spatial, x);
      checkArgument(
          (sizes.length == 1 || sizes.length == spatial)
              && Arrays.stream(sizes).allMatch(size -> size >= 0),
          "%s: sizes for %s must be one or %s, and not negative, got %s",
          operation,
          x.describe(),
          spatial,
          Arrays.toString(sizes));
      PoolingWindows.Axis[] axes = new PoolingWindows.Axis[AXES];
      Arrays.fill(axes, PoolingWindows.adaptive(1, 1));
      Shape result = x.shape();
      for (int axis = 1; axis <= spatial; axis++) {
        int size = sizes[sizes.length == 1 ? 0 : spatial - axis];
        axes[AXES - axis] = PoolingWindows.adaptive((int) x.size(-axis), size);
        result = result.with(x.rank() - axis, size);
      }
      return new Plan(new PoolingWindows(axes), result);
    }

    // The largest elements: found once, then fetched or, in the other direction, scattered.

    static Extremum max(String operation, int spatial, Variable x, PoolingOptions options) {
      if (x.isMapped()) {
        return mappedMax(p -> max(operation, spatial, p, options), spatial, x);
      }
      return max(operation, spatial, x, plan(operation, spatial, x, options, false));
    }

    static Extremum adaptiveMax(String operation, int spatial, Variable x, int[] sizes) {
      if (x.isMapped()) {
        return mappedMax(p -> adaptiveMax(operation, spatial, p, sizes), spatial, x);
      }
      return max(operation, spatial, x, adaptive(operation, spatial, x, sizes));
    }

    // Batching rules: samples are more examples.

    private static Extremum mappedMax(
        java.util.function.Function<Variable, Extremum> rule, int spatial, Variable x) {
      return Vmap.applyExtremum(
          p -> {
            if (p.rank() < spatial + 3) {
              return rule.apply(p);
            }
            Extremum joined = rule.apply(Vmap.joined(p));
            return new Extremum(
                Vmap.separated(joined.values(), p), Vmap.separated(joined.indices(), p));
          },
          x);
    }

    private static Variable mappedAverage(UnaryOperator<Variable> rule, int spatial, Variable x) {
      return x.rank() < spatial + 2 ? Vmap.apply(rule, x) : Vmap.applyJoined(rule, x);
    }

    private static Extremum max(String operation, int spatial, Variable x, Plan plan) {
      Poolings.Max max = Poolings.max(plan.windows, x.data(), spatial, plan.result);
      Variable indices = new Variable(max.indices(), null);
      Shape shape = x.shape();
      return new Extremum(
          Node.record(
              operation,
              max.values(),
              Edge.to(x, indices, (g, saved) -> scatter(spatial, g, saved, shape))),
          indices);
    }

    private static Variable scatter(int spatial, Variable g, Variable indices, Shape result) {
      if (Vmap.isAnyMapped(g, indices)) {
        return Vmap.applyEach(p -> scatter(spatial, p[0], p[1], result), g, indices);
      }
      return Node.record(
          "maxUnpool",
          Poolings.scatter(g.data(), spatial, indices.data(), result),
          Edge.to(g, indices, (gradient, saved) -> pick(spatial, gradient, saved)));
    }

    private static Variable pick(int spatial, Variable x, Variable indices) {
      if (Vmap.isAnyMapped(x, indices)) {
        return Vmap.applyEach(p -> pick(spatial, p[0], p[1]), x, indices);
      }
      Shape shape = x.shape();
      return Node.record(
          "maxPool",
          Poolings.pick(x.data(), spatial, indices.data()),
          Edge.to(x, indices, (g, saved) -> scatter(spatial, g, saved, shape)));
    }

    static Variable unpool(
        String operation, int spatial, Variable x, Variable indices, long... sizes) {
      checkArgument(
          (x.rank() == spatial + 1 || x.rank() == spatial + 2)
              && sizes.length == spatial
              && indices.shape().equals(x.shape()),
          "%s: needs axes for channels and %s sizes, maybe one for examples before, as many indices"
              + " and %s sizes of the result; got values, indices and sizes %s, %s",
          operation,
          spatial,
          spatial,
          Variable.describe(x, indices),
          Arrays.toString(sizes));
      int kept = x.rank() - spatial;
      long[] shape = Arrays.copyOf(x.shape().toArray(), x.rank());
      System.arraycopy(sizes, 0, shape, kept, spatial);
      return Variable.zeros(x.dtype(), shape)
          .flatten(kept, -1)
          .scatter(kept, indices.flatten(kept, -1), x.flatten(kept, -1))
          .reshape(shape);
    }

    // Means.

    static Variable average(String operation, int spatial, Variable x, PoolingOptions options) {
      checkArgument(
          options.dilation().stream().allMatch(d -> d == 1),
          "%s: dilation %s of %s must be 1",
          operation,
          options.dilation(),
          x.describe());
      if (x.isMapped()) {
        return mappedAverage(p -> average(operation, spatial, p, options), spatial, x);
      }
      Plan plan = plan(operation, spatial, x, options, options.countIncludePad());
      return average(operation, plan.windows, spatial, x, plan.result);
    }

    static Variable adaptiveAverage(String operation, int spatial, Variable x, int[] sizes) {
      if (x.isMapped()) {
        return mappedAverage(p -> adaptiveAverage(operation, spatial, p, sizes), spatial, x);
      }
      Plan plan = adaptive(operation, spatial, x, sizes);
      return average(operation, plan.windows, spatial, x, plan.result);
    }

    private static Variable average(
        String operation, PoolingWindows windows, int spatial, Variable x, Shape result) {
      if (x.isMapped()) {
        return Vmap.applyEach(p -> average(operation, windows, spatial, p[0], result), x);
      }
      Shape shape = x.shape();
      return Node.record(
          operation,
          Poolings.average(windows, x.data(), spatial, result),
          Edge.to(x, g -> spread(windows, spatial, g, shape)));
    }

    private static Variable spread(PoolingWindows windows, int spatial, Variable g, Shape result) {
      if (g.isMapped()) {
        return Vmap.applyEach(p -> spread(windows, spatial, p[0], result), g);
      }
      Shape shape = g.shape();
      return Node.record(
          "avgUnpool",
          Poolings.spread(windows, g.data(), spatial, result),
          Edge.to(g, gradient -> average("avgPool", windows, spatial, gradient, shape)));
    }
  }

  /**
   * Returns the largest element of each window. The gradient goes to the first of equal ones; NaN
   * counts as the largest.
   *
   * @return of shape {@code [n, channels, output]} for an input {@code [n, channels, length]}, both
   *     with or without the first axis, where {@code output = floor((length + 2 padding - dilation
   *     (kernel - 1) - 1) / stride) + 1}, rounded up with {@code ceilMode}
   * @throws IllegalArgumentException if the windows do not fit into the padded input, the padding
   *     is more than half a window, or the dtype is not float32 or float64
   */
  default Variable maxPool1d(PoolingOptions options) {
    return Steps.max("maxPool1d", 1, self(), options).values();
  }

  /** Returns the values of {@link #maxPool1d} and their int64 positions in the channel. */
  default Extremum maxPool1dWithIndices(PoolingOptions options) {
    Extremum found = Steps.max("maxPool1d", 1, self(), options);
    return new Extremum(found.values(), found.indices().to(DType.INT64));
  }

  /**
   * Returns the mean of each window; shapes and errors are those of {@link #maxPool1d}.
   *
   * @throws IllegalArgumentException also if there is a dilation
   */
  default Variable avgPool1d(PoolingOptions options) {
    return Steps.average("avgPool1d", 1, self(), options);
  }

  /**
   * Returns the largest elements of as many windows as wanted: window {@code o} of {@code size}
   * goes from {@code floor(o * length / size)} to {@code ceil((o + 1) * length / size)}.
   */
  default Variable adaptiveMaxPool1d(int size) {
    return Steps.adaptiveMax("adaptiveMaxPool1d", 1, self(), new int[] {size}).values();
  }

  /** Returns the means of the windows of {@link #adaptiveMaxPool1d}. */
  default Variable adaptiveAvgPool1d(int size) {
    return Steps.adaptiveAverage("adaptiveAvgPool1d", 1, self(), new int[] {size});
  }

  /** Returns the largest element of each window of {@code [n, channels, height, width]}. */
  default Variable maxPool2d(PoolingOptions options) {
    return Steps.max("maxPool2d", 2, self(), options).values();
  }

  /**
   * Returns the values of {@link #maxPool2d} and their int64 positions in the channel, counted row
   * by row.
   */
  default Extremum maxPool2dWithIndices(PoolingOptions options) {
    Extremum found = Steps.max("maxPool2d", 2, self(), options);
    return new Extremum(found.values(), found.indices().to(DType.INT64));
  }

  /** Returns the mean of each window of {@code [n, channels, height, width]}. */
  default Variable avgPool2d(PoolingOptions options) {
    return Steps.average("avgPool2d", 2, self(), options);
  }

  /**
   * Returns the largest elements of as many windows of {@code [n, channels, height, width]} as
   * wanted.
   *
   * @param sizes one for each axis, or one for all
   */
  default Variable adaptiveMaxPool2d(int... sizes) {
    return Steps.adaptiveMax("adaptiveMaxPool2d", 2, self(), sizes).values();
  }

  /** Returns the means of the windows of {@link #adaptiveMaxPool2d}. */
  default Variable adaptiveAvgPool2d(int... sizes) {
    return Steps.adaptiveAverage("adaptiveAvgPool2d", 2, self(), sizes);
  }

  /** Returns the largest element of each window of {@code [n, channels, depth, height, width]}. */
  default Variable maxPool3d(PoolingOptions options) {
    return Steps.max("maxPool3d", 3, self(), options).values();
  }

  /**
   * Returns the values of {@link #maxPool3d} and their int64 positions in the channel, counted row
   * by row.
   */
  default Extremum maxPool3dWithIndices(PoolingOptions options) {
    Extremum found = Steps.max("maxPool3d", 3, self(), options);
    return new Extremum(found.values(), found.indices().to(DType.INT64));
  }

  /** Returns the mean of each window of {@code [n, channels, depth, height, width]}. */
  default Variable avgPool3d(PoolingOptions options) {
    return Steps.average("avgPool3d", 3, self(), options);
  }

  /**
   * Returns the largest elements of as many windows of {@code [n, channels, depth, height, width]}
   * as wanted.
   *
   * @param sizes one for each axis, or one for all
   */
  default Variable adaptiveMaxPool3d(int... sizes) {
    return Steps.adaptiveMax("adaptiveMaxPool3d", 3, self(), sizes).values();
  }

  /** Returns the means of the windows of {@link #adaptiveMaxPool3d}. */
  default Variable adaptiveAvgPool3d(int... sizes) {
    return Steps.adaptiveAverage("adaptiveAvgPool3d", 3, self(), sizes);
  }

  /**
   * Returns zeros with these elements where {@link Variable#maxPool1dWithIndices} found them. Of
   * several at one place one is taken, the last.
   *
   * @param indices of the same shape, int64
   * @param length of the result, which the windows do not always tell
   */
  default Variable maxUnpool1d(Variable indices, long length) {
    return Steps.unpool("maxUnpool1d", 1, self(), indices, length);
  }

  /** Returns zeros with these elements where {@link Variable#maxPool2dWithIndices} found them. */
  default Variable maxUnpool2d(Variable indices, long height, long width) {
    return Steps.unpool("maxUnpool2d", 2, self(), indices, height, width);
  }

  /** Returns zeros with these elements where {@link Variable#maxPool3dWithIndices} found them. */
  default Variable maxUnpool3d(Variable indices, long depth, long height, long width) {
    return Steps.unpool("maxUnpool3d", 3, self(), indices, depth, height, width);
  }
}
