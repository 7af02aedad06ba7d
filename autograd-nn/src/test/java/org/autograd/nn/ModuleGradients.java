package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.type.DType;

/** Gradients of modules against differences. */
final class ModuleGradients {
  private ModuleGradients() {}

  /** Gives all parameters values that no initialisation has, such as weights that are not 1. */
  static void randomize(Module module, long seed) {
    Generator rng = new Generator(seed);
    try (var _ = Autograd.noGrad()) {
      for (Variable parameter : module.parameters()) {
        parameter.copy_(Variable.randn(rng, DType.FLOAT64, parameter.shape().toArray()));
      }
    }
  }

  /**
   * Compares the gradients of all parameters and of a floating input with central differences, and
   * those of second order of the input.
   */
  static void check(Module module, UnaryOperator<Variable> function, Variable input) {
    Variable weights =
        Variable.randn(new Generator(9), DType.FLOAT64, function.apply(input).shape().toArray());
    Map<String, Variable> leaves = new LinkedHashMap<>(module.namedParameters());
    if (input.dtype().isFloating()) {
      GradCheck.checkSecondOrder(x -> function.apply(x[0]), input.detach().copy());
      leaves.put("input", input.requiresGrad(true));
    }
    module.zeroGrad();
    function.apply(input).mul(weights).sum().backward();
    double step = 1e-6;
    leaves.forEach((name, leaf) -> {
      double[] analytic = Objects.requireNonNull(leaf.grad(), name).toDoubleArray();
      double[] numeric = new double[analytic.length];
      double[] values = leaf.toDoubleArray();
      try (var _ = Autograd.noGrad()) {
        for (int k = 0; k < values.length; k++) {
          double[] sums = new double[2];
          for (int side = 0; side < 2; side++) {
            double[] moved = values.clone();
            moved[k] += side == 0 ? step : -step;
            leaf.copy_(Variable.fromArray(moved, leaf.shape().toArray()));
            sums[side] = function.apply(input).mul(weights).sum().item();
          }
          numeric[k] = (sums[0] - sums[1]) / (2 * step);
        }
        leaf.copy_(Variable.fromArray(values, leaf.shape().toArray()));
      }
      assertArrayEquals(numeric, analytic, 1e-6, name);
      assertTrue(Arrays.stream(analytic).anyMatch(g -> g != 0), name);
    });
    if (input.dtype().isFloating()) {
      input.requiresGrad(false);
    }
  }
}
