package org.autograd.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.autograd.Variable;
import org.autograd.nn.Bilinear;
import org.autograd.nn.Dropout;
import org.autograd.nn.Embedding;
import org.autograd.nn.Flatten;
import org.autograd.nn.Linear;
import org.autograd.nn.Mlp;
import org.autograd.nn.Module;
import org.autograd.nn.Residual;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.nn.Unflatten;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/** Linear maps, tables, shapes, and modules made of others. */
final class LayerConverters {
  private LayerConverters() {}

  static void addTo(Converters converters) {
    converters
        .add(Linear.class, LayerConverters::linear)
        .add(Bilinear.class, LayerConverters::bilinear)
        .add(Embedding.class, LayerConverters::embedding)
        .add(Flatten.class, LayerConverters::flatten)
        .add(Unflatten.class, LayerConverters::unflatten)
        .add(Dropout.class, (_, in, _) -> in)
        .add(Sequential.class, LayerConverters::chain)
        .add(Mlp.class, LayerConverters::chain)
        .add(Residual.class, LayerConverters::residual);
  }

  private static List<OnnxValue> linear(Linear module, List<OnnxValue> inputs, OnnxGraph graph) {
    return List.of(linear(graph, inputs.getFirst(), module.weight(), module.bias()));
  }

  /** Adds the product with a transposed matrix and the sum with a bias. */
  static OnnxValue linear(OnnxGraph graph, OnnxValue x, Variable weight, @Nullable Variable bias) {
    if (x.rank() == 2) {
      OnnxValue w = graph.constant(weight);
      Map<String, ?> attributes = Map.of("transB", 1);
      return bias == null
          ? graph.node("Gemm", attributes, x, w)
          : graph.node("Gemm", attributes, x, w, graph.constant(bias));
    }
    return product(graph, x, weight, bias);
  }

  /** Adds the same for any number of axes. */
  static OnnxValue product(OnnxGraph graph, OnnxValue x, Variable weight, @Nullable Variable bias) {
    // What computes with the file transposes a constant once.
    OnnxValue transposed = graph.node("Transpose", graph.constant(weight));
    OnnxValue product = graph.node("MatMul", x, transposed);
    return bias == null ? product : graph.node("Add", product, graph.constant(bias));
  }

  private static List<OnnxValue> bilinear(
      Bilinear module, List<OnnxValue> inputs, OnnxGraph graph) {
    StringBuilder axes = new StringBuilder();
    for (int axis = 0; axis < inputs.getFirst().rank() - 1; axis++) {
      axes.append((char) ('a' + axis));
    }
    String equation = axes + "x,zxy," + axes + "y->" + axes + "z";
    OnnxValue product =
        graph.node(
            "Einsum",
            Map.of("equation", equation),
            inputs.get(0),
            graph.constant(module.weight()),
            inputs.get(1));
    Variable bias = module.bias();
    OnnxValue result = bias == null ? product : graph.node("Add", product, graph.constant(bias));
    return OnnxGraph.meanings(
        List.of(result), in -> List.of(module.apply(in.get(0), in.get(1))), inputs);
  }

  private static List<OnnxValue> embedding(
      Embedding module, List<OnnxValue> inputs, OnnxGraph graph) {
    return List.of(graph.node("Gather", graph.constant(module.weight()), inputs.getFirst()));
  }

  private static List<OnnxValue> flatten(Flatten module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    int start = axis(module.start(), x.rank());
    int end = axis(module.end(), x.rank());
    if (x.rank() == 0 || start == end) {
      return inputs;
    }
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < start; axis++) {
      sizes.add(0L);
    }
    sizes.add(-1L);
    for (int axis = end + 1; axis < x.rank(); axis++) {
      sizes.add(x.size(axis));
    }
    return List.of(reshape(graph, x, sizes.stream().mapToLong(Long::longValue).toArray()));
  }

  private static List<OnnxValue> unflatten(
      Unflatten module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    int at = axis(module.axis(), x.rank());
    long[] parts = module.sizes();
    long[] sizes = new long[x.rank() - 1 + parts.length];
    System.arraycopy(parts, 0, sizes, at, parts.length);
    for (int axis = at + 1; axis < x.rank(); axis++) {
      sizes[axis - 1 + parts.length] = x.size(axis);
    }
    return List.of(reshape(graph, x, sizes));
  }

  /** Returns an axis counted from the beginning. */
  static int axis(int axis, int rank) {
    return axis < 0 ? axis + rank : axis;
  }

  /** Adds a change of shape, in which 0 stands for the size that the axis has, as in ONNX. */
  static OnnxValue reshape(OnnxGraph graph, OnnxValue x, long... sizes) {
    return graph.node("Reshape", x, integers(graph, sizes));
  }

  static OnnxValue integers(OnnxGraph graph, long... values) {
    return graph.constant(Variable.of(values));
  }

  /** Returns a number of a dtype, which broadcasts. */
  static OnnxValue number(OnnxGraph graph, DType dtype, double value) {
    return graph.constant(Variable.full(dtype, value));
  }

  static OnnxValue transpose(OnnxGraph graph, OnnxValue x, int... axes) {
    return graph.node("Transpose", Map.of("perm", Arrays.stream(axes).asLongStream().toArray()), x);
  }

  private static List<OnnxValue> chain(Module module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue result = inputs.getFirst();
    for (Module part : module.children().values()) {
      result = graph.apply((UnaryModule) part, result);
    }
    return List.of(result);
  }

  private static List<OnnxValue> residual(
      Residual module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    OnnxValue body = graph.apply((UnaryModule) module.children().firstEntry().getValue(), x);
    return List.of(graph.node("Add", in -> in.get(0).add(in.get(1)), x, body));
  }
}
