package org.autograd.onnx;

import static org.autograd.onnx.LayerConverters.integers;
import static org.autograd.onnx.LayerConverters.linear;
import static org.autograd.onnx.LayerConverters.number;
import static org.autograd.onnx.LayerConverters.product;
import static org.autograd.onnx.LayerConverters.reshape;
import static org.autograd.onnx.LayerConverters.transpose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.autograd.Variable;
import org.autograd.nn.AttentionMask;
import org.autograd.nn.LayerNorm;
import org.autograd.nn.Linear;
import org.autograd.nn.Module;
import org.autograd.nn.MultiheadAttention;
import org.autograd.nn.PositionalEncoding;
import org.autograd.nn.Transformer;
import org.autograd.nn.TransformerDecoder;
import org.autograd.nn.TransformerDecoderLayer;
import org.autograd.nn.TransformerEncoder;
import org.autograd.nn.TransformerEncoderLayer;
import org.autograd.nn.TransformerOptions;
import org.autograd.nn.UnaryModule;
import org.jspecify.annotations.Nullable;

/** Attention and transformers. */
final class AttentionConverters {
  private static final AttentionMask CAUSAL = AttentionMask.none().causal(true);

  private AttentionConverters() {}

  static void addTo(Converters converters) {
    converters
        .add(MultiheadAttention.class, AttentionConverters::attention)
        .add(TransformerEncoderLayer.class, AttentionConverters::encoderLayer)
        .add(TransformerEncoder.class, AttentionConverters::stack)
        .add(TransformerDecoderLayer.class, AttentionConverters::decoderLayer)
        .add(TransformerDecoder.class, AttentionConverters::stack)
        .add(Transformer.class, AttentionConverters::transformer)
        .add(PositionalEncoding.class, AttentionConverters::positions);
  }

  static boolean canBeCausal(Module module) {
    return module instanceof MultiheadAttention
        || module instanceof TransformerEncoderLayer
        || module instanceof TransformerEncoder
        || module instanceof TransformerDecoderLayer
        || module instanceof TransformerDecoder
        || module instanceof Transformer;
  }

  /** Returns what a module with one input makes of it if later positions are hidden. */
  static Variable applyCausal(UnaryModule module, Variable input) {
    return switch (module) {
      case TransformerEncoderLayer layer -> layer.apply(input, CAUSAL);
      case TransformerEncoder encoder -> encoder.apply(input, CAUSAL);
      default -> throw new IllegalArgumentException(module + " has no causal mask");
    };
  }

  private static AttentionMask mask(boolean causal) {
    return causal ? CAUSAL : AttentionMask.none();
  }

  private static List<OnnxValue> attention(
      MultiheadAttention module, List<OnnxValue> inputs, OnnxGraph graph) {
    if (inputs.size() != 3) {
      throw new IllegalArgumentException("takes query, key and value, not " + inputs);
    }
    AttentionMask mask = mask(graph.isCausal());
    return OnnxGraph.meanings(
        List.of(new Heads(module, graph).run(inputs)),
        in -> List.of(module.apply(in.get(0), in.get(1), in.get(2), mask)),
        inputs);
  }

  /** The nodes of attention with several heads. */
  private static final class Heads {
    private final MultiheadAttention module;
    private final OnnxGraph graph;
    private final Linear out;
    private final long features;
    private final @Nullable Variable inWeight;
    private final @Nullable Variable inBias;
    private final boolean batchFirst;

    Heads(MultiheadAttention module, OnnxGraph graph) {
      this.module = module;
      this.graph = graph;
      out = (Linear) part(module, "out_proj");
      features = out.weight().size(0);
      inWeight = module.namedParameters().get("in_proj_weight");
      inBias =
          module.configuration().bias()
              ? RecurrentConverters.ownParameter(module, "in_proj_bias")
              : null;
      batchFirst = module.configuration().batchFirst();
    }

    OnnxValue run(List<OnnxValue> inputs) {
      boolean single = inputs.getFirst().rank() == 2;
      int batchAxis = batchFirst ? 0 : 1;
      List<OnnxValue> projected = new ArrayList<>();
      for (int which = 0; which < 3; which++) {
        OnnxValue x = project(inputs.get(which), which);
        projected.add(
            reshape(
                graph,
                single ? graph.node("Unsqueeze", x, integers(graph, batchAxis)) : x,
                0,
                0,
                module.heads(),
                features / module.heads()));
      }
      OnnxValue scale =
          number(
              graph, inputs.getFirst().dtype(), 1 / Math.sqrt((double) features / module.heads()));
      // To [batch, heads, sequence, features of a head], of the keys the last two exchanged.
      OnnxValue query = graph.node("Mul", heads(projected.get(0)), scale);
      OnnxValue keys =
          batchFirst
              ? transpose(graph, projected.get(1), 0, 2, 3, 1)
              : transpose(graph, projected.get(1), 1, 2, 3, 0);
      OnnxValue scores = graph.node("MatMul", query, keys);
      if (graph.isCausal()) {
        scores = graph.node("Add", scores, later(scores, inputs.getFirst()));
      }
      OnnxValue weights = graph.node("Softmax", Map.of("axis", -1), scores);
      OnnxValue mixed = graph.node("MatMul", weights, heads(projected.get(2)));
      OnnxValue joined =
          batchFirst ? transpose(graph, mixed, 0, 2, 1, 3) : transpose(graph, mixed, 2, 0, 1, 3);
      OnnxValue rows = reshape(graph, joined, 0, 0, features);
      OnnxValue result = product(graph, rows, out.weight(), out.bias());
      return single ? graph.node("Squeeze", result, integers(graph, batchAxis)) : result;
    }

    private OnnxValue heads(OnnxValue x) {
      return batchFirst ? transpose(graph, x, 0, 2, 1, 3) : transpose(graph, x, 1, 2, 0, 3);
    }

    private OnnxValue project(OnnxValue x, int which) {
      Variable all = inWeight;
      Variable weight =
          all == null
              ? RecurrentConverters.ownParameter(
                  module, List.of("q_proj_weight", "k_proj_weight", "v_proj_weight").get(which))
              : all.detach().narrow(0, which * features, features);
      return linear(
          graph,
          x,
          weight,
          inBias == null ? null : inBias.detach().narrow(0, which * features, features));
    }

    /** Minus infinity where the key comes after the query, else 0. */
    private OnnxValue later(OnnxValue scores, OnnxValue query) {
      OnnxValue size =
          graph.node("Slice", graph.node("Shape", scores), integers(graph, -2), integers(graph, 4));
      OnnxValue infinite =
          graph.node(
              "ConstantOfShape",
              Map.of("value", Variable.full(query.dtype(), Double.NEGATIVE_INFINITY, 1)),
              size);
      return graph.node(
          "Trilu", Map.of("upper", 1), infinite, graph.constant(Variable.of(1L).reshape()));
    }
  }

  private static Module part(Module module, String name) {
    Module part = module.children().get(name);
    if (part == null) {
      throw new IllegalArgumentException("there is no part " + name);
    }
    return part;
  }

  private static List<OnnxValue> encoderLayer(
      TransformerEncoderLayer module, List<OnnxValue> inputs, OnnxGraph graph) {
    Layer layer = new Layer(module, module.configuration(), graph);
    OnnxValue attended =
        layer.residual(inputs.getFirst(), "norm1", x -> layer.attention("self_attn", x, x));
    return List.of(layer.residual(attended, "norm2", layer::feedForward));
  }

  private static List<OnnxValue> decoderLayer(
      TransformerDecoderLayer module, List<OnnxValue> inputs, OnnxGraph graph) {
    requireMemory(inputs);
    OnnxValue memory = inputs.get(1);
    Layer layer = new Layer(module, module.configuration(), graph);
    OnnxValue attended =
        layer.residual(inputs.getFirst(), "norm1", x -> layer.attention("self_attn", x, x));
    OnnxValue informed =
        layer.residual(attended, "norm2", x -> layer.memory("multihead_attn", x, memory));
    OnnxValue result = layer.residual(informed, "norm3", layer::feedForward);
    AttentionMask mask = mask(graph.isCausal());
    return OnnxGraph.meanings(
        List.of(result),
        in -> List.of(module.apply(in.get(0), in.get(1), mask, AttentionMask.none())),
        inputs);
  }

  private static void requireMemory(List<OnnxValue> inputs) {
    if (inputs.size() != 2) {
      throw new IllegalArgumentException("takes target and memory, not " + inputs);
    }
  }

  /** What encoder and decoder layers have in common. */
  private record Layer(Module module, TransformerOptions options, OnnxGraph graph) {
    OnnxValue residual(OnnxValue x, String norm, UnaryOperator<OnnxValue> branch) {
      LayerNorm normalize = (LayerNorm) part(module, norm);
      return options.normFirst()
          ? add(x, branch.apply(graph.apply(normalize, x)))
          : graph.apply(normalize, add(x, branch.apply(x)));
    }

    private OnnxValue add(OnnxValue x, OnnxValue y) {
      return graph.node("Add", in -> in.get(0).add(in.get(1)), x, y);
    }

    OnnxValue attention(String name, OnnxValue query, OnnxValue keys) {
      List<OnnxValue> inputs = List.of(query, keys, keys);
      Module attention = part(module, name);
      return (graph.isCausal()
              ? graph.applyCausal(attention, inputs)
              : graph.apply(attention, inputs))
          .getFirst();
    }

    /** Attention to all positions of the memory. */
    OnnxValue memory(String name, OnnxValue query, OnnxValue keys) {
      return graph.apply(part(module, name), List.of(query, keys, keys)).getFirst();
    }

    OnnxValue feedForward(OnnxValue x) {
      OnnxValue hidden = graph.apply((Linear) part(module, "linear1"), x);
      OnnxValue bent = graph.apply(options.activation(), hidden);
      return graph.apply((Linear) part(module, "linear2"), bent);
    }
  }

  /** An encoder or decoder: layers, and maybe a norm at the end. */
  private static List<OnnxValue> stack(Module module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue result = inputs.getFirst();
    for (Module layer : part(module, "layers").children().values()) {
      List<OnnxValue> given = new ArrayList<>(inputs);
      given.set(0, result);
      result =
          (graph.isCausal() ? graph.applyCausal(layer, given) : graph.apply(layer, given))
              .getFirst();
    }
    Module norm = module.children().get("norm");
    return List.of(norm == null ? result : graph.apply((LayerNorm) norm, result));
  }

  /** The causal one hides later positions of the target, not of the source. */
  private static List<OnnxValue> transformer(
      Transformer module, List<OnnxValue> inputs, OnnxGraph graph) {
    if (inputs.size() != 2) {
      throw new IllegalArgumentException("takes source and target, not " + inputs);
    }
    boolean causal = graph.isCausal();
    List<OnnxValue> given =
        List.of(inputs.get(1), graph.apply(module.encoder(), inputs.getFirst()));
    OnnxValue result =
        (causal ? graph.applyCausal(module.decoder(), given) : graph.apply(module.decoder(), given))
            .getFirst();
    AttentionMask none = AttentionMask.none();
    return OnnxGraph.meanings(
        List.of(result),
        in -> List.of(module.apply(in.get(0), in.get(1), none, mask(causal), none)),
        inputs);
  }

  private static List<OnnxValue> positions(
      PositionalEncoding module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    int axis = LayerConverters.axis(module.axis(), x.rank());
    OnnxValue length =
        graph.node(
            "Slice", graph.node("Shape", x), integers(graph, axis), integers(graph, axis + 1));
    OnnxValue rows =
        graph.node("Slice", graph.constant(module.table()), integers(graph, 0), length);
    long[] shape = new long[x.rank() - axis];
    Arrays.fill(shape, 1);
    shape[0] = -1;
    shape[shape.length - 1] = module.table().size(1);
    return List.of(graph.node("Add", x, reshape(graph, rows, shape)));
  }
}
