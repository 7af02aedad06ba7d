package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import org.autograd.internal.kernel.convolution.ConvolutionShape;
import org.autograd.internal.ndarray.Convolutions;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions along the last one, two or three axes. As in all frameworks of machine learning
 * these are correlations: filters are not reversed. The axis of channels stands before the spatial
 * ones, and an axis of examples may stand before that.
 */
sealed interface ConvolutionOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private static final int AXES = ConvolutionShape.AXES;

    private Steps() {}

    // Three bilinear operations, each of which is a gradient of the two others.

    private static Variable convolve(
        String operation,
        ConvolutionShape shape,
        Variable x,
        Variable w,
        @Nullable Variable bias,
        Shape result) {
      if (Vmap.isAnyMapped(x, w)) {
        // In a rule only, where what is mapped is a gradient.
        return Vmap.applyEach(p -> convolve(operation, shape, p[0], p[1], bias, result), x, w);
      }
      Shape xShape = x.shape();
      Shape wShape = w.shape();
      NdArray sums = CheckpointFrame.known(operation);
      if (sums == null) {
        sums =
            Convolutions.forward(
                shape, x.data(), w.data(), bias == null ? null : bias.data(), result);
        CheckpointFrame.offer(operation, sums);
      }
      return Node.record(
          operation,
          sums,
          Edge.to(
              x,
              w,
              (g, saved) -> inputGradient(INPUT_GRADIENT, shape, g, saved, xShape),
              (t, saved) -> convolve(operation, shape, t, saved, null, result)),
          Edge.to(
              w,
              x,
              (g, saved) -> weightGradient(shape, saved, g, wShape),
              (t, saved) -> convolve(operation, shape, saved, t, null, result)),
          bias == null ? null : Edge.to(bias, g -> g.sum(allButChannels(result, wShape))));
    }

    private static final String INPUT_GRADIENT = "convolutionInputGradient";

    private static Variable inputGradient(
        String operation, ConvolutionShape shape, Variable y, Variable w, Shape result) {
      if (Vmap.isAnyMapped(y, w)) {
        return Vmap.applyEach(p -> inputGradient(operation, shape, p[0], p[1], result), y, w);
      }
      Shape yShape = y.shape();
      Shape wShape = w.shape();
      NdArray sums = CheckpointFrame.known(operation);
      if (sums == null) {
        sums = Convolutions.inputGradient(shape, y.data(), w.data(), result);
        CheckpointFrame.offer(operation, sums);
      }
      return Node.record(
          operation,
          sums,
          Edge.to(y, w, (g, saved) -> convolve("convolution", shape, g, saved, null, yShape)),
          Edge.to(w, y, (g, saved) -> weightGradient(shape, g, saved, wShape)));
    }

    private static Variable weightGradient(
        ConvolutionShape shape, Variable x, Variable y, Shape result) {
      if (Vmap.isAnyMapped(x, y)) {
        return Vmap.applyEach(p -> weightGradient(shape, p[0], p[1], result), x, y);
      }
      Shape xShape = x.shape();
      Shape yShape = y.shape();
      return Node.record(
          "convolutionWeightGradient",
          Convolutions.weightGradient(shape, x.data(), y.data(), result),
          Edge.to(x, y, (g, saved) -> inputGradient(INPUT_GRADIENT, shape, saved, g, xShape)),
          Edge.to(y, x, (g, saved) -> convolve("convolution", shape, saved, g, null, yShape)));
    }

    private static int[] allButChannels(Shape result, Shape filters) {
      int channels = result.rank() - filters.rank() + 1;
      int[] axes = new int[result.rank() - 1];
      Arrays.setAll(axes, i -> i < channels ? i : i + 1);
      return axes;
    }

    static Variable convolution(
        String operation,
        int spatial,
        Variable input,
        Variable weight,
        @Nullable Variable bias,
        ConvolutionOptions options) {
      checkOperands(operation, spatial, input, weight, bias, options);
      long channels = input.size(-spatial - 1);
      long filters = weight.size(0);
      int groups = options.groups();
      checkArgument(
          channels == weight.size(1) * groups,
          "%s: input %s has %s channels, but weight %s and groups %s need %s",
          operation,
          input.describe(),
          channels,
          weight.describe(),
          groups,
          weight.size(1) * groups);
      checkArgument(
          filters % groups == 0,
          "%s: the %s filters of weight %s for input %s cannot be divided into %s groups",
          operation,
          filters,
          weight.describe(),
          input.describe(),
          groups);
      checkBias(operation, input, weight, bias, filters);
      checkArgument(
          options.outputPadding().stream().allMatch(p -> p == 0),
          "%s: outputPadding %s is for transposed convolutions only",
          operation,
          options.outputPadding());
      if (isMapped(input, weight, bias)) {
        return mapped(
            input,
            weight,
            bias,
            options,
            (x, w, o) -> convolution(operation, spatial, x, w, null, o));
      }

      int[] stride = axes(operation, "stride", spatial, options.stride(), 1);
      int[] dilation = axes(operation, "dilation", spatial, options.dilation(), 1);
      int[] padding = axes(operation, "padding", spatial, options.padding(), 0);
      int[] in = spatialSizes(input.shape(), spatial);
      int[] kernel = spatialSizes(weight.shape(), spatial);
      int[] out = new int[AXES];
      Shape result = input.shape().with(input.rank() - spatial - 1, filters);
      for (int axis = 0; axis < AXES; axis++) {
        long reach = (kernel[axis] - 1L) * dilation[axis];
        long padded = in[axis] + 2L * padding[axis];
        if (options.same()) {
          checkArgument(
              stride[axis] == 1,
              "%s: samePadding() needs stride 1, got %s",
              operation,
              options.stride());
          padded = in[axis] + reach;
          padding[axis] = (int) (reach / 2);
        }
        checkArgument(
            padded > reach,
            "%s: the filters of weight %s reach over %s elements with dilation %s, but input %s has"
                + " only %s with padding",
            operation,
            weight.describe(),
            reach + 1,
            dilation[axis],
            input.describe(),
            padded);
        out[axis] = Math.toIntExact((padded - reach - 1) / stride[axis] + 1);
        if (axis >= AXES - spatial) {
          result = result.with(input.rank() - AXES + axis, out[axis]);
        }
      }
      ConvolutionShape shape =
          new ConvolutionShape(
              batch(input, spatial),
              groups,
              (int) weight.size(1),
              (int) (filters / groups),
              in,
              kernel,
              out,
              stride,
              padding,
              dilation);
      DType dtype = promote(input, weight, bias);
      return convolve(
          operation,
          shape,
          input.to(dtype),
          weight.to(dtype),
          bias == null ? null : bias.to(dtype),
          result);
    }

    static Variable transposed(
        String operation,
        int spatial,
        Variable input,
        Variable weight,
        @Nullable Variable bias,
        ConvolutionOptions options) {
      checkOperands(operation, spatial, input, weight, bias, options);
      long channels = input.size(-spatial - 1);
      int groups = options.groups();
      long filters = weight.size(1) * groups;
      checkArgument(
          channels == weight.size(0) && channels % groups == 0,
          "%s: input %s has %s channels, but weight %s is for %s of them, in %s groups",
          operation,
          input.describe(),
          channels,
          weight.describe(),
          weight.size(0),
          groups);
      checkBias(operation, input, weight, bias, filters);
      checkArgument(
          !options.same(), "%s: samePadding() is not for transposed convolutions", operation);
      if (isMapped(input, weight, bias)) {
        return mapped(
            input,
            weight,
            bias,
            options,
            (x, w, o) -> transposed(operation, spatial, x, w, null, o));
      }

      int[] stride = axes(operation, "stride", spatial, options.stride(), 1);
      int[] dilation = axes(operation, "dilation", spatial, options.dilation(), 1);
      int[] padding = axes(operation, "padding", spatial, options.padding(), 0);
      int[] longer = axes(operation, "outputPadding", spatial, options.outputPadding(), 0);
      int[] in = spatialSizes(input.shape(), spatial);
      int[] kernel = spatialSizes(weight.shape(), spatial);
      int[] out = new int[AXES];
      Shape result = input.shape().with(input.rank() - spatial - 1, filters);
      for (int axis = 0; axis < AXES; axis++) {
        checkArgument(
            longer[axis] < stride[axis] || longer[axis] < dilation[axis],
            "%s: outputPadding %s must be smaller than the stride %s or the dilation %s",
            operation,
            longer[axis],
            stride[axis],
            dilation[axis]);
        long reach = (kernel[axis] - 1L) * dilation[axis];
        long size = (in[axis] - 1L) * stride[axis] - 2L * padding[axis] + reach + longer[axis] + 1;
        checkArgument(
            size > 0,
            "%s: with padding %s nothing is left of the result for input %s and weight %s",
            operation,
            options.padding(),
            input.describe(),
            weight.describe());
        out[axis] = Math.toIntExact(size);
        if (axis >= AXES - spatial) {
          result = result.with(input.rank() - AXES + axis, size);
        }
      }
      // The gradient of the convolution whose output this input is.
      ConvolutionShape shape =
          new ConvolutionShape(
              batch(input, spatial),
              groups,
              (int) weight.size(1),
              (int) (channels / groups),
              out,
              kernel,
              in,
              stride,
              padding,
              dilation);
      DType dtype = promote(input, weight, bias);
      Variable sum = inputGradient(operation, shape, input.to(dtype), weight.to(dtype), result);
      if (bias == null) {
        return sum;
      }
      long[] column = new long[spatial + 1];
      Arrays.fill(column, 1);
      column[0] = filters;
      return sum.add(bias.to(dtype).reshape(column));
    }

    private static boolean isMapped(Variable input, Variable weight, @Nullable Variable bias) {
      return input.isMapped() || weight.isMapped() || (bias != null && bias.isMapped());
    }

    /** A convolution without a bias. */
    private interface Convolution {
      Variable apply(Variable input, Variable weight, ConvolutionOptions options);
    }

    /**
     * The batching rule: samples are more examples; if they have filters of their own, they are
     * groups of channels.
     */
    private static Variable mapped(
        Variable input,
        Variable weight,
        @Nullable Variable bias,
        ConvolutionOptions options,
        Convolution convolution) {
      int spatial = weight.rank() - 2;
      boolean examples = input.rank() == spatial + 2;
      Variable result;
      if (!Vmap.isAnyMapped(input, weight)) {
        result = convolution.apply(input, weight, options);
      } else if (!Vmap.isMappedWith(weight, input, weight)) {
        result =
            examples
                ? Vmap.applyJoined(p -> convolution.apply(p, weight, options), input)
                : Vmap.apply(p -> convolution.apply(p, weight, options), input);
      } else {
        Variable batch = examples ? input : input.unsqueeze(0);
        result =
            Vmap.applyToAll(
                p -> {
                  int samples = (int) p[0].size(0);
                  Variable channels = p[0].transpose(0, 1).flatten(1, 2);
                  ConvolutionOptions grouped = options.groups(samples * options.groups());
                  Variable all = convolution.apply(channels, p[1].flatten(0, 1), grouped);
                  Shape shape = all.shape().with(1, all.size(1) / samples).inserting(1, samples);
                  return all.reshape(shape.toArray()).transpose(0, 1);
                },
                batch,
                weight);
        result = examples ? result : result.squeeze(0);
      }
      if (bias == null) {
        return result;
      }
      long[] column = new long[spatial + 1];
      Arrays.fill(column, 1);
      column[0] = bias.size(0);
      return result.add(bias.reshape(column));
    }

    private static void checkOperands(
        String operation,
        int spatial,
        Variable input,
        Variable weight,
        @Nullable Variable bias,
        ConvolutionOptions options) {
      checkArgument(
          input.dtype().isFloating()
              && weight.dtype().isFloating()
              && (bias == null || bias.dtype().isFloating()),
          "%s: needs float32 or float64, got %s; convert with to(DType.FLOAT32)",
          operation,
          describe(input, weight, bias));
      checkArgument(
          input.rank() == spatial + 1 || input.rank() == spatial + 2,
          "%s: the input must have axes for channels and %s sizes, and may have one for examples"
              + " before, got input and weight %s",
          operation,
          spatial,
          describe(input, weight, null));
      checkArgument(
          weight.rank() == spatial + 2 && weight.elementCount() > 0,
          "%s: the weight must have axes for both kinds of channels and %s sizes, none of them"
              + " empty, got input and weight %s",
          operation,
          spatial,
          describe(input, weight, null));
      checkArgument(
          Math.max(options.groups(), weight.size(0)) <= Integer.MAX_VALUE,
          "%s: too many channels in weight %s",
          operation,
          weight.describe());
    }

    private static void checkBias(
        String operation, Variable input, Variable weight, @Nullable Variable bias, long filters) {
      if (bias != null) {
        checkArgument(
            bias.rank() == 1 && bias.size(0) == filters,
            "%s: the bias must have an element for each of the %s output channels, got %s",
            operation,
            filters,
            describe(input, weight, bias));
      }
    }

    private static Description describe(Variable input, Variable weight, @Nullable Variable bias) {
      return bias == null
          ? Variable.describe(input, weight)
          : Variable.describe(input, weight, bias);
    }

    private static DType promote(Variable input, Variable weight, @Nullable Variable bias) {
      DType dtype = DType.promote(input.dtype(), weight.dtype());
      return bias == null ? dtype : DType.promote(dtype, bias.dtype());
    }

    private static int batch(Variable input, int spatial) {
      return input.rank() == spatial + 2 ? (int) input.size(0) : 1;
    }

    /** Returns the last sizes, with leading ones for the spatial axes that there are not. */
    static int[] spatialSizes(Shape shape, int spatial) {
      int[] result = new int[AXES];
      Arrays.fill(result, 1);
      for (int axis = 1; axis <= spatial; axis++) {
        result[AXES - axis] = (int) shape.size(-axis);
      }
      return result;
    }

    /** Returns the value of an option for each axis, the usual one for those that there are not. */
    static int[] axes(String operation, String name, int spatial, List<Integer> values, int usual) {
      checkArgument(
          values.size() == 1 || values.size() == spatial,
          "%s: %s must be one value or %s, got %s",
          operation,
          name,
          spatial,
          values);
      int[] result = new int[AXES];
      Arrays.fill(result, usual);
      for (int axis = 1; axis <= spatial; axis++) {
        result[AXES - axis] = values.get(values.size() == 1 ? 0 : spatial - axis);
      }
      return result;
    }
  }

  /**
   * Returns the convolution with filters: {@code y[n, f, o] = bias[f] + sum over c, k of x[n, c, o
   * * stride - padding + k * dilation] * weight[f, c, k]}, with zeros outside of the input.
   *
   * @param weight of shape {@code [filters, channels / groups, kernel]}
   * @param bias of shape {@code [filters]}, or null
   * @return of shape {@code [n, filters, output]} for an input {@code [n, channels, length]}, both
   *     with or without the first axis, where {@code output = floor((length + 2 padding - dilation
   *     (kernel - 1) - 1) / stride) + 1}
   * @throws IllegalArgumentException if shapes do not fit, the filters do not fit into the padded
   *     input, or a dtype is not float32 or float64
   */
  default Variable conv1d(Variable weight, @Nullable Variable bias, ConvolutionOptions options) {
    return Steps.convolution("conv1d", 1, self(), weight, bias, options);
  }

  /** Returns {@link #conv1d(Variable, Variable, ConvolutionOptions)} with the default options. */
  default Variable conv1d(Variable weight, @Nullable Variable bias) {
    return conv1d(weight, bias, ConvolutionOptions.defaults());
  }

  /**
   * Returns the convolution of {@code [n, channels, height, width]} with filters {@code [filters,
   * channels / groups, height, width]}, as {@link #conv1d(Variable, Variable, ConvolutionOptions)}
   * does along one axis.
   */
  default Variable conv2d(Variable weight, @Nullable Variable bias, ConvolutionOptions options) {
    return Steps.convolution("conv2d", 2, self(), weight, bias, options);
  }

  /** Returns {@link #conv2d(Variable, Variable, ConvolutionOptions)} with the default options. */
  default Variable conv2d(Variable weight, @Nullable Variable bias) {
    return conv2d(weight, bias, ConvolutionOptions.defaults());
  }

  /**
   * Returns the convolution of {@code [n, channels, depth, height, width]} with filters {@code
   * [filters, channels / groups, depth, height, width]}, as {@link #conv1d(Variable, Variable,
   * ConvolutionOptions)} does along one axis.
   */
  default Variable conv3d(Variable weight, @Nullable Variable bias, ConvolutionOptions options) {
    return Steps.convolution("conv3d", 3, self(), weight, bias, options);
  }

  /** Returns {@link #conv3d(Variable, Variable, ConvolutionOptions)} with the default options. */
  default Variable conv3d(Variable weight, @Nullable Variable bias) {
    return conv3d(weight, bias, ConvolutionOptions.defaults());
  }

  /**
   * Returns the transposed convolution, which spreads each element over what a convolution would
   * have computed it from: the gradient of {@link #conv1d(Variable, Variable, ConvolutionOptions)}
   * towards its input.
   *
   * @param weight of shape {@code [channels, filters / groups, kernel]}
   * @param bias of shape {@code [filters]}, or null
   * @return of shape {@code [n, filters, output]} for an input {@code [n, channels, length]}, both
   *     with or without the first axis, where {@code output = (length - 1) stride - 2 padding +
   *     dilation (kernel - 1) + outputPadding + 1}
   * @throws IllegalArgumentException if shapes do not fit, the result would have no elements, the
   *     output padding is not smaller than stride or dilation, or a dtype is not float32 or float64
   */
  default Variable convTranspose1d(
      Variable weight, @Nullable Variable bias, ConvolutionOptions options) {
    return Steps.transposed("convTranspose1d", 1, self(), weight, bias, options);
  }

  /**
   * Returns the transposed convolution of {@code [n, channels, height, width]} with filters {@code
   * [channels, filters / groups, height, width]}, as {@link #convTranspose1d} does along one axis.
   */
  default Variable convTranspose2d(
      Variable weight, @Nullable Variable bias, ConvolutionOptions options) {
    return Steps.transposed("convTranspose2d", 2, self(), weight, bias, options);
  }

  /**
   * Returns the transposed convolution of {@code [n, channels, depth, height, width]} with filters
   * {@code [channels, filters / groups, depth, height, width]}, as {@link #convTranspose1d} does
   * along one axis.
   */
  default Variable convTranspose3d(
      Variable weight, @Nullable Variable bias, ConvolutionOptions options) {
    return Steps.transposed("convTranspose3d", 3, self(), weight, bias, options);
  }
}
