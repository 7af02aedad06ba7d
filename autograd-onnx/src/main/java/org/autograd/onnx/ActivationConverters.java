package org.autograd.onnx;

import static org.autograd.onnx.LayerConverters.number;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.autograd.nn.Activation;
import org.autograd.nn.PRelu;
import org.autograd.nn.RRelu;

/** Functions without parameters, and the leaky ones with. */
final class ActivationConverters {
  private ActivationConverters() {}

  static void addTo(Converters converters) {
    converters
        .add(
            Activation.class,
            (module, in, graph) -> List.of(new Function(graph, in.getFirst()).of(module)))
        .add(PRelu.class, ActivationConverters::prelu)
        .add(
            RRelu.class,
            (module, in, graph) ->
                List.of(graph.node("LeakyRelu", Map.of("alpha", module.slope()), in.getFirst())));
  }

  private static List<OnnxValue> prelu(PRelu module, List<OnnxValue> inputs, OnnxGraph graph) {
    OnnxValue x = inputs.getFirst();
    OnnxValue slopes = graph.constant(module.weight());
    if (module.weight().size(0) > 1 && x.rank() > 2) {
      // One for each channel, along axis 1.
      long[] shape = new long[x.rank() - 1];
      Arrays.fill(shape, 1);
      shape[0] = module.weight().size(0);
      slopes = LayerConverters.reshape(graph, slopes, shape);
    }
    return List.of(graph.node("PRelu", x, slopes));
  }

  /** What a function of an operand is made of. */
  private record Function(OnnxGraph graph, OnnxValue x) {
    OnnxValue of(Activation module) {
      List<Double> a = module.arguments();
      return switch (module.kind()) {
        case "relu" -> graph.node("Relu", x);
        case "leakyRelu" -> with("LeakyRelu", "alpha", a.getFirst());
        case "elu" -> with("Elu", "alpha", a.getFirst());
        case "celu" -> with("Celu", "alpha", a.getFirst());
        case "selu" -> graph.node("Selu", x);
        case "gelu" -> gelu();
        case "geluTanh" -> geluTanh();
        case "silu" -> times(x, graph.node("Sigmoid", x));
        case "softplus" -> a.isEmpty() ? graph.node("Softplus", x) : softplus(a.get(0), a.get(1));
        case "sigmoid" -> graph.node("Sigmoid", x);
        case "logSigmoid" -> graph.node("Neg", graph.node("Softplus", graph.node("Neg", x)));
        case "tanh" -> graph.node("Tanh", x);
        case "softmax" -> along("Softmax", x, a.getFirst());
        case "logSoftmax" -> along("LogSoftmax", x, a.getFirst());
        case "softmin" -> along("Softmax", graph.node("Neg", x), a.getFirst());
        case "softmax2d" -> along("Softmax", x, -3);
        case "mish" -> times(x, graph.node("Tanh", graph.node("Softplus", x)));
        case "softsign" -> graph.node("Softsign", x);
        case "tanhshrink" -> graph.node("Sub", x, graph.node("Tanh", x));
        case "hardshrink" -> graph.node("Shrink", Map.of("lambd", a.getFirst()), x);
        case "softshrink" ->
            graph.node("Shrink", Map.of("lambd", a.getFirst(), "bias", a.getFirst()), x);
        case "hardtanh" -> clip(a.get(0), a.get(1));
        case "relu6" -> clip(0, 6);
        case "hardsigmoid" -> hardSigmoid();
        case "hardswish" -> times(x, hardSigmoid());
        case "glu" -> glu((int) (double) a.getFirst());
        case "threshold" ->
            graph.node("Where", graph.node("Greater", x, real(a.get(0))), x, real(a.get(1)));
        case "identity" -> x;
        case "" ->
            throw new IllegalArgumentException(
                "what a function given to Activation.of computes is not known; make it a module of"
                    + " its own with a converter");
        default -> throw new IllegalArgumentException("there are no nodes for " + module.kind());
      };
    }

    private OnnxValue real(double value) {
      return number(graph, x.dtype(), value);
    }

    private OnnxValue with(String operator, String attribute, double value) {
      return graph.node(operator, Map.of(attribute, value), x);
    }

    private OnnxValue along(String operator, OnnxValue operand, double axis) {
      return graph.node(operator, Map.of("axis", (long) axis), operand);
    }

    private OnnxValue times(OnnxValue left, OnnxValue right) {
      return graph.node("Mul", left, right);
    }

    private OnnxValue clip(double low, double high) {
      return graph.node("Clip", x, real(low), real(high));
    }

    private OnnxValue hardSigmoid() {
      return graph.node("HardSigmoid", Map.of("alpha", 1.0 / 6, "beta", 0.5), x);
    }

    /** {@code x / 2 (1 + erf(x / sqrt 2))}. */
    private OnnxValue gelu() {
      OnnxValue erf = graph.node("Erf", times(x, real(Math.sqrt(0.5))));
      return times(times(x, real(0.5)), graph.node("Add", erf, real(1)));
    }

    /** {@code x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))}. */
    private OnnxValue geluTanh() {
      OnnxValue cube = times(times(x, x), times(x, real(0.044715)));
      OnnxValue inner = times(graph.node("Add", x, cube), real(Math.sqrt(2 / Math.PI)));
      return times(times(x, real(0.5)), graph.node("Add", graph.node("Tanh", inner), real(1)));
    }

    /** {@code log(1 + e^(beta x)) / beta}, and x where {@code beta x} exceeds the threshold. */
    private OnnxValue softplus(double beta, double threshold) {
      OnnxValue scaled = times(x, real(beta));
      OnnxValue curve = graph.node("Div", graph.node("Softplus", scaled), real(beta));
      return graph.node("Where", graph.node("Greater", scaled, real(threshold)), x, curve);
    }

    private OnnxValue glu(int axis) {
      List<OnnxValue> halves = graph.nodes("Split", Map.of("axis", axis), 2, x);
      return times(halves.get(0), graph.node("Sigmoid", halves.get(1)));
    }
  }
}
