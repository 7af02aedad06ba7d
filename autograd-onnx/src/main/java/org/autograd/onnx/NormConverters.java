package org.autograd.onnx;

import static org.autograd.onnx.ConvolutionConverters.batched;
import static org.autograd.onnx.LayerConverters.number;
import static org.autograd.onnx.LayerConverters.reshape;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.autograd.Variable;
import org.autograd.nn.BatchNorm;
import org.autograd.nn.ChannelNorm;
import org.autograd.nn.GroupNorm;
import org.autograd.nn.InstanceNorm;
import org.autograd.nn.InstanceNorm1d;
import org.autograd.nn.InstanceNorm2d;
import org.autograd.nn.LayerNorm;
import org.autograd.nn.RmsNorm;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/** Normalisation. */
final class NormConverters {
  private NormConverters() {}

  static void addTo(Converters converters) {
    converters
        .add(BatchNorm.class, NormConverters::batchNorm)
        .add(InstanceNorm.class, NormConverters::instanceNorm)
        .add(GroupNorm.class, NormConverters::groupNorm)
        .add(LayerNorm.class, NormConverters::layerNorm)
        .add(RmsNorm.class, NormConverters::rmsNorm);
  }

  private static List<OnnxValue> batchNorm(
      BatchNorm module, List<OnnxValue> inputs, OnnxGraph graph) {
    if (module.runningMean() == null) {
      throw new IllegalArgumentException(
          "a norm over the batch without running statistics cannot be exported");
    }
    return List.of(byRunningStatistics(module, inputs.getFirst(), graph));
  }

  private static OnnxValue byRunningStatistics(ChannelNorm module, OnnxValue x, OnnxGraph graph) {
    Variable mean = module.runningMean();
    Variable variance = module.runningVar();
    if (mean == null || variance == null) {
      throw new IllegalArgumentException("there are no running statistics");
    }
    return graph.node(
        "BatchNormalization",
        Map.of("epsilon", module.epsilon()),
        x,
        orFilled(graph, module.weight(), mean, 1),
        orFilled(graph, module.bias(), mean, 0),
        graph.constant(mean),
        graph.constant(variance));
  }

  /** Returns a vector, or one of equal elements. */
  private static OnnxValue orFilled(
      OnnxGraph graph, @Nullable Variable vector, Variable like, double value) {
    return graph.constant(
        vector == null ? Variable.full(like.dtype(), value, like.shape().toArray()) : vector);
  }

  private static List<OnnxValue> instanceNorm(
      InstanceNorm module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue input = inputs.getFirst();
    int spatial = module instanceof InstanceNorm1d ? 1 : module instanceof InstanceNorm2d ? 2 : 3;
    return List.of(
        batched(
            graph,
            input,
            spatial,
            x -> {
              if (module.runningMean() != null) {
                return byRunningStatistics(module, x, graph);
              }
              long channels = input.size(-spatial - 1);
              DType dtype = input.dtype();
              Variable like = Variable.zeros(dtype, channels);
              return graph.node(
                  "InstanceNormalization",
                  Map.of("epsilon", module.epsilon()),
                  x,
                  orFilled(graph, module.weight(), like, 1),
                  orFilled(graph, module.bias(), like, 0));
            }));
  }

  private static List<OnnxValue> groupNorm(
      GroupNorm module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    DType dtype = x.dtype();
    Variable like = Variable.zeros(dtype, module.groups());
    OnnxValue normalized =
        graph.node(
            "InstanceNormalization",
            Map.of("epsilon", module.epsilon()),
            reshape(graph, x, 0, module.groups(), -1),
            orFilled(graph, null, like, 1),
            orFilled(graph, null, like, 0));
    OnnxValue result = graph.node("Reshape", normalized, graph.node("Shape", x));
    Variable weight = module.weight();
    Variable bias = module.bias();
    if (weight != null && bias != null) {
      long[] shape = new long[x.rank() - 1];
      Arrays.fill(shape, 1);
      shape[0] = weight.size(0);
      result = graph.node("Mul", result, reshape(graph, graph.constant(weight), shape));
      result = graph.node("Add", result, reshape(graph, graph.constant(bias), shape));
    }
    return List.of(result);
  }

  private static List<OnnxValue> layerNorm(
      LayerNorm module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    Variable weight = module.weight();
    Variable bias = module.bias();
    OnnxValue scale =
        weight == null
            ? graph.constant(Variable.ones(x.dtype(), module.normalizedShape().toArray()))
            : graph.constant(weight);
    Map<String, ?> attributes =
        Map.of("axis", -module.normalizedShape().rank(), "epsilon", module.epsilon());
    return List.of(
        bias == null
            ? graph.node("LayerNormalization", attributes, x, scale)
            : graph.node("LayerNormalization", attributes, x, scale, graph.constant(bias)));
  }

  private static List<OnnxValue> rmsNorm(RmsNorm module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    long[] axes = LongStream.rangeClosed(-module.normalizedShape().rank(), -1).toArray();
    OnnxValue square =
        graph.node("ReduceMean", Map.of("axes", axes, "keepdims", 1), graph.node("Mul", x, x));
    OnnxValue root =
        graph.node("Sqrt", graph.node("Add", square, number(graph, x.dtype(), module.epsilon())));
    OnnxValue result = graph.node("Div", x, root);
    Variable weight = module.weight();
    return List.of(weight == null ? result : graph.node("Mul", result, graph.constant(weight)));
  }
}
