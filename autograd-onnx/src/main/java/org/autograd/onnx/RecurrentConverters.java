package org.autograd.onnx;

import static org.autograd.onnx.LayerConverters.integers;
import static org.autograd.onnx.LayerConverters.reshape;
import static org.autograd.onnx.LayerConverters.transpose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.autograd.Variable;
import org.autograd.nn.Gru;
import org.autograd.nn.Lstm;
import org.autograd.nn.Module;
import org.autograd.nn.Recurrent;
import org.autograd.nn.Rnn;

/**
 * Recurrent layers. ONNX has an operator for one layer in one or both directions, with the gates in
 * another order than PyTorch: i, o, f, g of an LSTM for i, f, g, o, and z, r, n of a GRU for r, z,
 * n.
 */
final class RecurrentConverters {
  private RecurrentConverters() {}

  static void addTo(Converters converters) {
    converters
        .add(
            Rnn.class,
            (module, in, graph) ->
                OnnxGraph.meanings(
                    new Layers(module, graph, "RNN", 1, 0).run(in), x -> rnn(module, x), in))
        .add(
            Gru.class,
            (module, in, graph) ->
                OnnxGraph.meanings(
                    new Layers(module, graph, "GRU", 1, 1, 0, 2).run(in),
                    x -> results(module.apply(x.get(0), x.size() > 1 ? x.get(1) : null)),
                    in))
        .add(
            Lstm.class,
            (module, in, graph) ->
                OnnxGraph.meanings(
                    new Layers(module, graph, "LSTM", 2, 0, 3, 1, 2).run(in),
                    x -> lstm(module, x),
                    in));
  }

  private static List<Variable> rnn(Rnn module, List<Variable> x) {
    return results(module.apply(x.get(0), x.size() > 1 ? x.get(1) : null));
  }

  private static List<Variable> results(Recurrent.Result result) {
    return List.of(result.output(), result.hidden());
  }

  private static List<Variable> lstm(Lstm module, List<Variable> x) {
    Lstm.Result result =
        x.size() > 1 ? module.apply(x.get(0), x.get(1), x.get(2)) : module.apply(x.get(0));
    return List.of(result.output(), result.hidden(), result.cell());
  }

  /** The nodes of all layers of a module. */
  private static final class Layers {
    private final Recurrent module;
    private final OnnxGraph graph;
    private final String operator;
    private final int states;
    private final int[] gates;
    private final Recurrent.Options options;
    private final int directions;

    /**
     * @param states the number of states, 2 of an LSTM
     * @param gates where each gate of ONNX stands in the weights here
     */
    Layers(Recurrent module, OnnxGraph graph, String operator, int states, int... gates) {
      this.module = module;
      this.graph = graph;
      this.operator = operator;
      this.states = states;
      this.gates = gates;
      this.options = module.configuration();
      this.directions = options.bidirectional() ? 2 : 1;
    }

    /** Returns the output and the final states. */
    List<OnnxValue> run(List<OnnxValue> inputs) {
      if (inputs.size() != 1 && inputs.size() != 1 + states) {
        throw new IllegalArgumentException(
            "takes the input, or the input and " + states + " initial states, not " + inputs);
      }
      OnnxValue input = inputs.getFirst();
      boolean single = input.rank() == 2;
      boolean batchFirst = options.batchFirst() && !single;
      OnnxValue output =
          single
              ? graph.node("Unsqueeze", input, integers(graph, 1))
              : batchFirst ? transpose(graph, input, 1, 0, 2) : input;
      List<List<OnnxValue>> starts = new ArrayList<>();
      List<List<OnnxValue>> ends = new ArrayList<>();
      for (int s = 0; s < states; s++) {
        starts.add(inputs.size() == 1 ? List.of() : split(inputs.get(s + 1), single));
        ends.add(new ArrayList<>());
      }
      for (int layer = 0; layer < options.layers(); layer++) {
        List<OnnxValue> results = layer(layer, output, starts);
        // [length, directions, n, hidden] to [length, n, directions * hidden].
        output = reshape(graph, transpose(graph, results.getFirst(), 0, 2, 1, 3), 0, 0, -1);
        for (int s = 0; s < states; s++) {
          ends.get(s).add(results.get(s + 1));
        }
      }
      List<OnnxValue> all = new ArrayList<>();
      all.add(
          single
              ? graph.node("Squeeze", output, integers(graph, 1))
              : batchFirst ? transpose(graph, output, 1, 0, 2) : output);
      for (List<OnnxValue> end : ends) {
        OnnxValue joined =
            end.size() == 1
                ? end.getFirst()
                : graph.node("Concat", Map.of("axis", 0), end.toArray(OnnxValue[]::new));
        all.add(single ? graph.node("Squeeze", joined, integers(graph, 1)) : joined);
      }
      return all;
    }

    /** Returns the initial states of each layer. */
    private List<OnnxValue> split(OnnxValue state, boolean single) {
      OnnxValue batched = single ? graph.node("Unsqueeze", state, integers(graph, 1)) : state;
      int layers = options.layers();
      return layers == 1
          ? List.of(batched)
          : graph.nodes("Split", Map.of("axis", 0), layers, batched);
    }

    private List<OnnxValue> layer(int layer, OnnxValue input, List<List<OnnxValue>> starts) {
      long hidden = parameter("weight_hh_l0").size(1);
      List<Variable> fromInput = new ArrayList<>();
      List<Variable> fromHidden = new ArrayList<>();
      List<Variable> biases = new ArrayList<>();
      for (int direction = 0; direction < directions; direction++) {
        String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
        fromInput.add(reordered("weight_ih" + suffix));
        fromHidden.add(reordered("weight_hh" + suffix));
        if (options.bias()) {
          biases.add(Variable.cat(0, reordered("bias_ih" + suffix), reordered("bias_hh" + suffix)));
        }
      }
      Map<String, Object> attributes = new HashMap<>();
      attributes.put("hidden_size", hidden);
      attributes.put("direction", directions == 2 ? "bidirectional" : "forward");
      if (module instanceof Gru) {
        attributes.put("linear_before_reset", 1);
      }
      if (module instanceof Rnn rnn && rnn.nonlinearity() == Rnn.Nonlinearity.RELU) {
        String[] activations = new String[directions];
        Arrays.fill(activations, "Relu");
        attributes.put("activations", activations);
      }
      List<OnnxValue> operands = new ArrayList<>();
      operands.add(input);
      operands.add(graph.constant(Variable.stack(0, fromInput)));
      operands.add(graph.constant(Variable.stack(0, fromHidden)));
      operands.add(biases.isEmpty() ? graph.none() : graph.constant(Variable.stack(0, biases)));
      if (!starts.getFirst().isEmpty()) {
        operands.add(graph.none()); // all sequences are as long as the input
        starts.forEach(start -> operands.add(start.get(layer)));
      }
      return graph.nodes(operator, attributes, 1 + states, operands.toArray(OnnxValue[]::new));
    }

    /** Returns rows with the gates in ONNX's order. */
    private Variable reordered(String name) {
      Variable rows = parameter(name).detach();
      long size = rows.size(0) / gates.length;
      Variable[] parts = new Variable[gates.length];
      Arrays.setAll(parts, gate -> rows.narrow(0, gates[gate] * size, size));
      return Variable.cat(0, parts);
    }

    private Variable parameter(String name) {
      return ownParameter(module, name);
    }
  }

  /** Returns a parameter of a module by name. */
  static Variable ownParameter(Module module, String name) {
    Variable parameter = module.namedParameters().get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "there is no parameter "
              + name
              + "; if it is computed from others, remove the parametrization first");
    }
    return parameter;
  }
}
