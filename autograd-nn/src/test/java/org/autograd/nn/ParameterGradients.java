package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;

/** Compares gradients of a module's parameters and inputs with central differences. */
final class ParameterGradients {
  private static final double STEP = 1e-6;

  private ParameterGradients() {}

  /**
   * Moves every element of every leaf.
   *
   * @param forward computes the same result each time, from the module and the inputs
   */
  static void check(Module module, Supplier<Variable> forward, Variable... inputs) {
    Map<String, Variable> leaves = new LinkedHashMap<>(module.namedParameters());
    for (int k = 0; k < inputs.length; k++) {
      leaves.put("input " + k, inputs[k].requiresGrad(true));
    }
    leaves.values().forEach(Variable::zeroGrad);
    Variable result = forward.get();
    Variable seed = Variable.randn(new Generator(9), DType.FLOAT64, result.shape().toArray());
    result.backward(seed);
    leaves.forEach((name, leaf) -> {
      Variable gradient = leaf.grad();
      assertNotNull(gradient, name);
      double[] analytic = gradient.toDoubleArray();
      assertTrue(Arrays.stream(analytic).anyMatch(g -> g != 0), name);
      double[] values = leaf.toDoubleArray();
      try (var _ = Autograd.noGrad()) {
        for (int k = 0; k < values.length; k++) {
          double[] sums = new double[2];
          for (int side = 0; side < 2; side++) {
            double[] moved = values.clone();
            moved[k] += side == 0 ? STEP : -STEP;
            leaf.copy_(Variable.fromArray(moved, leaf.shape().toArray()));
            sums[side] = forward.get().mul(seed).sum().item();
          }
          assertEquals((sums[0] - sums[1]) / (2 * STEP), analytic[k], 1e-7, name + " element " + k);
        }
        leaf.copy_(Variable.fromArray(values, leaf.shape().toArray()));
      }
    });
  }
}
