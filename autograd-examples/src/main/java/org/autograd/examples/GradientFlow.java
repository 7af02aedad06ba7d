package org.autograd.examples;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.examples.DeepLayer.Norm;
import org.autograd.nn.Gain;
import org.autograd.type.DType;

/**
 * How much of a gradient arrives at each layer of a deep network that has learned nothing yet.
 *
 * @param layer how all layers are made
 * @param norms {@code ||dL/dh[k]|| / ||dL/dh[depth]||} for k from 0, the input, to depth
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record GradientFlow(DeepLayer layer, double[] norms) {

  /**
   * Returns the layers whose gradients vanish, explode or do neither for reasons that are known:
   * each function has a gain that keeps the size of what passes it, norms undo wrong gains, and a
   * sum with the input adds to the gradient instead of multiplying it.
   */
  static List<DeepLayer> textbook() {
    DeepLayer relu = DeepLayer.of(ActivationChoice.RELU, Gain.RELU);
    DeepLayer tanh = DeepLayer.of(ActivationChoice.TANH, 1);
    return List.of(
        DeepLayer.of(ActivationChoice.SIGMOID, 1),
        tanh,
        DeepLayer.of(ActivationChoice.TANH, Gain.TANH),
        DeepLayer.of(ActivationChoice.RELU, 1),
        relu,
        DeepLayer.linear(1.2),
        DeepLayer.linear(0.8),
        DeepLayer.of(ActivationChoice.SIGMOID, 1).norm(Norm.BATCH),
        relu.norm(Norm.BATCH),
        relu.norm(Norm.LAYER),
        relu.residual(true),
        tanh.residual(true),
        DeepLayer.of(ActivationChoice.RELU, 1).norm(Norm.LAYER).residual(true));
  }

  /**
   * Measures with normal inputs, and with a normal gradient of the last layer, in float64. What a
   * gradient that depended on the last layer would be correlated with would show as well.
   *
   * @param batch the number of inputs
   */
  static GradientFlow measure(DeepLayer layer, int depth, int width, int batch, Generator rng) {
    List<Variable> states = new ArrayList<>();
    states.add(Variable.randn(rng, DType.FLOAT64, batch, width).requiresGrad(true));
    for (int k = 0; k < depth; k++) {
      states.add(layer.create(width, DType.FLOAT64, rng).apply(states.getLast()));
    }
    Variable upstream = Variable.randn(rng, DType.FLOAT64, batch, width);
    List<Variable> gradients =
        Autograd.grad(
            List.of(states.getLast()), List.of(upstream), states, BackwardOptions.defaults());
    double last = norm(upstream);
    return new GradientFlow(
        layer, gradients.stream().mapToDouble(gradient -> norm(gradient) / last).toArray());
  }

  private static double norm(Variable x) {
    return x.square().sum().sqrt().item();
  }

  /** Returns how many times the last layer's gradient arrives at the input. */
  double ratio() {
    return norms[0];
  }

  /** Returns "vanishes" or "explodes" if it does, by a factor of 1,000 or more. */
  String verdict() {
    if (ratio() <= 1e-3) {
      return "vanishes";
    }
    return ratio() >= 1e3 ? "explodes" : "arrives";
  }
}
