package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Variable;
import org.autograd.operations.Arguments;
import org.autograd.operations.Operation;
import org.autograd.oracle.Differences.Case;
import org.autograd.oracle.Differences.What;
import org.autograd.type.DType;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * One application of an operation, by us and by PyTorch.
 *
 * @param operands leaves
 * @param absolute the absolute tolerance
 * @param relative the relative tolerance
 */
record Comparison(
    Operation operation,
    String label,
    Arguments arguments,
    List<Variable> operands,
    double absolute,
    double relative) {
  private static int applications;
  private static int numbers;

  static String counts() {
    return applications + " applications, " + numbers + " numbers compared";
  }

  /** Returns what differs in value or gradient, null if nothing does. */
  @Nullable String difference() {
    applications++;
    try (PointerScope _ = new PointerScope()) {
      Map<Variable, Tensor> known = new IdentityHashMap<>();
      Tensor[] tensors = new Tensor[operands.size()];
      for (int k = 0; k < tensors.length; k++) {
        tensors[k] =
            known.computeIfAbsent(
                operands.get(k), x -> LibTorch.tensor(x).set_requires_grad(x.requiresGrad()));
      }
      List<Tensor> expected = apply(tensors);
      List<Variable> actual = apply();
      compareValues(expected, actual);
      compareGradients(tensors, expected, actual);
      return null;
    } catch (AssertionError | RuntimeException e) {
      return this + ": " + e.getMessage();
    }
  }

  /** Returns what differs in value, null if nothing does or if both throw. */
  @Nullable String differenceOrThrow() {
    applications++;
    try (PointerScope _ = new PointerScope()) {
      List<Tensor> expected = null;
      List<Variable> actual = null;
      RuntimeException expectedError = null;
      RuntimeException actualError = null;
      try {
        expected = apply(operands.stream().map(LibTorch::tensor).toArray(Tensor[]::new));
      } catch (RuntimeException e) {
        expectedError = e;
      }
      try {
        actual = apply();
      } catch (RuntimeException e) {
        actualError = e;
      }
      if (expected != null && actual != null) {
        compareValues(expected, actual);
      } else if (expected != null || (actual != null && !isKnown(What.ONLY_PYTORCH_THROWS, 0, 0))) {
        return this + ": PyTorch's error: " + expectedError + ", ours: " + actualError;
      }
      return null;
    } catch (AssertionError e) {
      return this + ": " + e.getMessage();
    }
  }

  private List<Tensor> apply(Tensor[] tensors) {
    return TorchCalls.calls().get(operation.signature()).apply(tensors, arguments);
  }

  private List<Variable> apply() {
    return operation.call().apply(operands.toArray(Variable[]::new), arguments);
  }

  private boolean isKnown(What what, double expected, double actual) {
    DType dtype = operands.getFirst().dtype();
    boolean anyBool = operands.stream().anyMatch(x -> x.dtype() == DType.BOOL);
    return Differences.isKnown(
        new Case(operation, label, arguments, dtype, anyBool, what, expected, actual));
  }

  private void compareValues(List<Tensor> expected, List<Variable> actual) {
    assertEquals(expected.size(), actual.size(), "number of results");
    for (int k = 0; k < actual.size(); k++) {
      compare(What.VALUE, "result " + k, LibTorch.variable(expected.get(k)), actual.get(k));
    }
  }

  private void compareGradients(
      Tensor[] tensors, List<Tensor> tensorResults, List<Variable> results) {
    List<Variable> outputs = new ArrayList<>();
    List<Variable> seeds = new ArrayList<>();
    TensorVector tensorOutputs = new TensorVector();
    TensorVector tensorSeeds = new TensorVector();
    for (int k = 0; k < results.size(); k++) {
      if (tensorResults.get(k).requires_grad()) {
        Variable seed = seed(results.get(k));
        outputs.add(results.get(k));
        seeds.add(seed);
        tensorOutputs.push_back(tensorResults.get(k));
        tensorSeeds.push_back(LibTorch.tensor(seed));
      } else {
        assertTrue(!results.get(k).requiresGrad(), "only ours requires a gradient");
      }
    }
    TensorVector tensorInputs = new TensorVector();
    List<Variable> inputs = new ArrayList<>();
    for (int k = 0; k < tensors.length; k++) {
      if (operands.get(k).requiresGrad()) {
        inputs.add(operands.get(k));
        tensorInputs.push_back(tensors[k]);
      }
    }
    if (outputs.isEmpty()) {
      return;
    }
    TensorVector expected = LibTorch.gradients(tensorOutputs, tensorInputs, tensorSeeds);
    for (int k = 0; k < inputs.size(); k++) {
      Variable input = inputs.get(k);
      Variable zeros = Variable.zeros(input.dtype(), input.shape().toArray());
      Tensor gradient = expected.get(k);
      compare(
          What.GRADIENT,
          "operand " + k,
          gradient.defined() ? LibTorch.variable(gradient) : zeros,
          gradient(outputs, seeds, input, zeros));
    }
  }

  /** A missing path is an error in our API; here it counts as no gradient. */
  private static Variable gradient(
      List<Variable> outputs, List<Variable> seeds, Variable input, Variable zeros) {
    Variable sum = zeros;
    for (int k = 0; k < outputs.size(); k++) {
      if (outputs.get(k).requiresGrad()) {
        try {
          sum =
              Autograd.grad(
                      List.of(outputs.get(k)),
                      List.of(seeds.get(k)),
                      List.of(input),
                      BackwardOptions.retainGraph())
                  .getFirst()
                  .add(sum);
        } catch (IllegalArgumentException e) {
          assertTrue(e.getMessage().contains("no path"), e.getMessage());
        }
      }
    }
    return sum;
  }

  private static Variable seed(Variable result) {
    double[] values = new double[(int) result.elementCount()];
    Arrays.setAll(values, i -> (i % 7 - 2.75) / 4);
    return Variable.fromArray(values, result.shape().toArray()).to(result.dtype());
  }

  private void compare(What what, String which, Variable expected, Variable actual) {
    assertEquals(expected.shape(), actual.shape(), which + ": shape");
    if (expected.dtype() != actual.dtype()) {
      assertTrue(
          isKnown(What.DTYPE, 0, 0),
          which + ": PyTorch's dtype " + expected.dtype() + ", ours " + actual.dtype());
      return;
    }
    double[] e = expected.toDoubleArray();
    double[] a = actual.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      numbers++;
      boolean close =
          Double.doubleToLongBits(e[i]) == Double.doubleToLongBits(a[i])
              || e[i] == a[i]
              || Math.abs(e[i] - a[i]) <= absolute + relative * Math.abs(e[i]);
      if (!close && !isKnown(what, e[i], a[i])) {
        throw new AssertionError(
            what + " of " + which + " at element " + i + ": PyTorch " + e[i] + ", ours " + a[i]);
      }
    }
  }

  @Override
  public String toString() {
    return operation
        + " with "
        + arguments
        + " of "
        + operands.stream().map(x -> x.dtype() + "" + x.shape()).toList()
        + ", "
        + label;
  }
}
