package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.type.DType;

/** Gradients of modules against differences. */
final class ModuleGradients {
  private static final double STEP = 1e-6;

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
    if (!input.dtype().isFloating()) {
      check(module, () -> function.apply(input));
      return;
    }
    GradCheck.checkSecondOrder(x -> function.apply(x[0]), input.detach().copy());
    check(module, () -> function.apply(input), input);
  }

  /**
   * Compares the gradients of all parameters and inputs with central differences.
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
      double[] analytic = Objects.requireNonNull(leaf.grad(), name).toDoubleArray();
      double[] numeric = new double[analytic.length];
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
          numeric[k] = (sums[0] - sums[1]) / (2 * STEP);
        }
        leaf.copy_(Variable.fromArray(values, leaf.shape().toArray()));
      }
      assertArrayEquals(numeric, analytic, 1e-6, name);
      assertTrue(Arrays.stream(analytic).anyMatch(g -> g != 0), name);
    });
    for (Variable input : inputs) {
      input.requiresGrad(false);
    }
  }
}
