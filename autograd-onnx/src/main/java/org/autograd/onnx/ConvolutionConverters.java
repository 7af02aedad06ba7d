package org.autograd.onnx;

import static org.autograd.onnx.LayerConverters.integers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.autograd.ConvolutionOptions;
import org.autograd.InterpolateOptions;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.nn.ConvTranspose1d;
import org.autograd.nn.ConvTranspose2d;
import org.autograd.nn.ConvTranspose3d;
import org.autograd.nn.Convolution;
import org.autograd.nn.Padding;
import org.autograd.nn.PixelShuffle;
import org.autograd.nn.Pooling;
import org.autograd.nn.Upsample;

/** Filters and windows over images. */
final class ConvolutionConverters {
  private ConvolutionConverters() {}

  static void addTo(Converters converters) {
    converters
        .add(Convolution.class, ConvolutionConverters::convolution)
        .add(Pooling.class, ConvolutionConverters::pooling)
        .add(Upsample.class, ConvolutionConverters::upsample)
        .add(Padding.class, ConvolutionConverters::padding)
        .add(PixelShuffle.class, ConvolutionConverters::pixelShuffle);
  }

  private static List<OnnxValue> convolution(
      Convolution module, List<OnnxValue> inputs, OnnxGraph graph) {
    Variable weight = module.weight();
    Variable bias = module.bias();
    int spatial = weight.rank() - 2;
    boolean transposed =
        module instanceof ConvTranspose1d
            || module instanceof ConvTranspose2d
            || module instanceof ConvTranspose3d;
    ConvolutionOptions filters = module.filters();
    long[] kernel = Arrays.copyOfRange(weight.shape().toArray(), 2, weight.rank());
    long[] dilation = each(filters.dilation(), spatial);
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("kernel_shape", kernel);
    attributes.put("strides", each(filters.stride(), spatial));
    attributes.put("dilations", dilation);
    attributes.put("group", filters.groups());
    attributes.put(
        "pads", filters.same() ? samePads(kernel, dilation) : pads(filters.padding(), spatial));
    if (transposed) {
      attributes.put("output_padding", each(filters.outputPadding(), spatial));
    }
    String operator = transposed ? "ConvTranspose" : "Conv";
    OnnxValue w = graph.constant(weight);
    return List.of(
        batched(
            graph,
            inputs.getFirst(),
            spatial,
            x ->
                bias == null
                    ? graph.node(operator, attributes, x, w)
                    : graph.node(operator, attributes, x, w, graph.constant(bias))));
  }

  /** Gives a single image an axis of examples while a node is applied. */
  static OnnxValue batched(
      OnnxGraph graph, OnnxValue x, int spatial, UnaryOperator<OnnxValue> function) {
    if (x.rank() != spatial + 1) {
      return function.apply(x);
    }
    OnnxValue zero = integers(graph, 0);
    return graph.node("Squeeze", function.apply(graph.node("Unsqueeze", x, zero)), zero);
  }

  /** Returns a value for each axis. */
  private static long[] each(List<Integer> values, int axes) {
    long[] result = new long[axes];
    Arrays.setAll(result, axis -> values.get(values.size() == 1 ? 0 : axis));
    return result;
  }

  /** Returns the padding at the beginning of each axis and then at the end. */
  private static long[] pads(List<Integer> padding, int axes) {
    long[] result = new long[2 * axes];
    Arrays.setAll(result, k -> padding.get(padding.size() == 1 ? 0 : k % axes));
    return result;
  }

  /** An odd padding is larger at the end. */
  private static long[] samePads(long[] kernel, long[] dilation) {
    int axes = kernel.length;
    long[] result = new long[2 * axes];
    for (int axis = 0; axis < axes; axis++) {
      long total = dilation[axis] * (kernel[axis] - 1);
      result[axis] = total / 2;
      result[axis + axes] = total - total / 2;
    }
    return result;
  }

  private static List<OnnxValue> pooling(Pooling module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    String kind = module.kind();
    int spatial = kind.charAt(kind.length() - 2) - '0';
    if (kind.startsWith("lp")) {
      throw new IllegalArgumentException("norms of windows, " + kind + ", have no converter");
    }
    String operator = kind.startsWith("max") || kind.contains("Max") ? "Max" : "Average";
    PoolingOptions options = module.options();
    if (options == null) {
      return List.of(adaptive(graph, x, operator, each(module.sizes(), spatial)));
    }
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("kernel_shape", each(options.kernel(), spatial));
    attributes.put("strides", each(options.stride(), spatial));
    attributes.put("pads", pads(options.padding(), spatial));
    attributes.put("ceil_mode", options.ceilMode() ? 1 : 0);
    if (operator.equals("Max")) {
      attributes.put("dilations", each(options.dilation(), spatial));
    } else {
      attributes.put("count_include_pad", options.countIncludePad() ? 1 : 0);
    }
    return List.of(batched(graph, x, spatial, in -> graph.node(operator + "Pool", attributes, in)));
  }

  private static OnnxValue adaptive(OnnxGraph graph, OnnxValue x, String operator, long[] sizes) {
    int spatial = sizes.length;
    if (Arrays.stream(sizes).allMatch(size -> size == 1)) {
      return batched(graph, x, spatial, in -> graph.node("Global" + operator + "Pool", in));
    }
    long[] kernel = new long[spatial];
    for (int axis = 0; axis < spatial; axis++) {
      long size = x.size(axis - spatial);
      if (size % sizes[axis] != 0) {
        throw new IllegalArgumentException(
            "ONNX has no adaptive pooling from "
                + size
                + " to "
                + sizes[axis]
                + ", only to sizes that divide the input's, and to 1");
      }
      kernel[axis] = size / sizes[axis];
    }
    Map<String, ?> attributes = Map.of("kernel_shape", kernel, "strides", kernel);
    return batched(graph, x, spatial, in -> graph.node(operator + "Pool", attributes, in));
  }

  private static List<OnnxValue> padding(Padding module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    long[] widths = module.widths();
    if (module.kind().equals("circular")) {
      return List.of(circular(graph, x, widths));
    }
    String mode =
        switch (module.kind()) {
          case "zero", "constant" -> "constant";
          case "reflect" -> "reflect";
          case "replicate" -> "edge";
          default ->
              throw new IllegalArgumentException(
                  "version " + OnnxGraph.OPSET + " of ONNX has no padding " + module.kind());
        };
    // Here from the last axis on, there all beginnings and then all ends.
    long[] pads = new long[2 * x.rank()];
    for (int k = 0; k < widths.length / 2; k++) {
      pads[x.rank() - 1 - k] = widths[2 * k];
      pads[2 * x.rank() - 1 - k] = widths[2 * k + 1];
    }
    return List.of(
        graph.node(
            "Pad",
            Map.of("mode", mode),
            x,
            integers(graph, pads),
            LayerConverters.number(graph, x.dtype(), module.value())));
  }

  /** The padding of ONNX wraps from version 19 on; before, the other end is put in front. */
  private static OnnxValue circular(OnnxGraph graph, OnnxValue x, long[] widths) {
    OnnxValue result = x;
    for (int k = 0; k < widths.length / 2; k++) {
      int axis = x.rank() - 1 - k;
      OnnxValue axes = integers(graph, axis);
      List<OnnxValue> parts = new ArrayList<>();
      if (widths[2 * k] > 0) {
        parts.add(
            graph.node(
                "Slice",
                result,
                integers(graph, -widths[2 * k]),
                integers(graph, Long.MAX_VALUE),
                axes));
      }
      parts.add(result);
      if (widths[2 * k + 1] > 0) {
        parts.add(
            graph.node(
                "Slice", result, integers(graph, 0), integers(graph, widths[2 * k + 1]), axes));
      }
      result = graph.node("Concat", Map.of("axis", axis), parts.toArray(OnnxValue[]::new));
    }
    return result;
  }

  private static List<OnnxValue> pixelShuffle(
      PixelShuffle module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    if (x.rank() != 4) {
      throw new IllegalArgumentException(
          "only pixelShuffle of [n, channels, height, width] can be exported");
    }
    if (module.isInverse()) {
      OnnxValue blocks = graph.node("SpaceToDepth", Map.of("blocksize", module.factor()), x);
      // There the place in the block comes before the channel, here after it.
      int places = module.factor() * module.factor();
      int channels = Math.toIntExact(x.size(1));
      long[] order = new long[places * channels];
      Arrays.setAll(order, k -> (long) (k % places) * channels + k / places);
      return List.of(graph.node("Gather", Map.of("axis", 1), blocks, integers(graph, order)));
    }
    return List.of(
        graph.node("DepthToSpace", Map.of("blocksize", module.factor(), "mode", "CRD"), x));
  }

  private static List<OnnxValue> upsample(
      Upsample module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    int spatial = x.rank() - 2;
    InterpolateOptions options = module.options();
    Map<String, Object> attributes = new HashMap<>();
    switch (options.mode()) {
      case NEAREST -> {
        attributes.put("mode", "nearest");
        attributes.put("nearest_mode", "floor");
        attributes.put("coordinate_transformation_mode", "asymmetric");
      }
      case NEAREST_EXACT -> {
        attributes.put("mode", "nearest");
        attributes.put("nearest_mode", "round_prefer_ceil");
        attributes.put("coordinate_transformation_mode", "half_pixel");
      }
      case LINEAR, CUBIC -> {
        attributes.put(
            "mode", options.mode() == InterpolateOptions.Mode.LINEAR ? "linear" : "cubic");
        attributes.put("cubic_coeff_a", -0.75);
        attributes.put(
            "coordinate_transformation_mode",
            options.alignCorners() ? "align_corners" : "half_pixel");
      }
      case AREA -> throw new IllegalArgumentException("ONNX does not resize by means of areas");
    }
    if (options.sizes().isEmpty()) {
      float[] scales = new float[x.rank()];
      Arrays.fill(scales, 1);
      for (int axis = 0; axis < spatial; axis++) {
        List<Double> factors = options.factors();
        scales[axis + 2] = factors.get(factors.size() == 1 ? 0 : axis).floatValue();
      }
      return List.of(
          graph.node("Resize", attributes, x, graph.none(), graph.constant(Variable.of(scales))));
    }
    long[] sizes = new long[spatial];
    List<Long> wanted = options.sizes();
    Arrays.setAll(sizes, axis -> wanted.get(wanted.size() == 1 ? 0 : axis));
    OnnxValue leading =
        graph.node("Slice", graph.node("Shape", x), integers(graph, 0), integers(graph, 2));
    OnnxValue all = graph.node("Concat", Map.of("axis", 0), leading, integers(graph, sizes));
    return List.of(graph.node("Resize", attributes, x, graph.none(), graph.none(), all));
  }
}
