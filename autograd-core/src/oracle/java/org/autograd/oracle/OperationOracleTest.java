package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.autograd.operations.Arguments;
import org.autograd.operations.Operation;
import org.autograd.operations.Operation.Trait;
import org.autograd.operations.OperationRegistry;
import org.autograd.operations.Sample;
import org.autograd.type.DType;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values, gradients, shapes and dtypes of every registered operation against PyTorch's. */
class OperationOracleTest {
  private static int tests;

  static List<Operation> operations() {
    return OperationRegistry.operations();
  }

  static List<Operation> ofIntegers() {
    return operations().stream()
        .filter(o -> o.is(Trait.INTEGERS) || o.is(Trait.MOVES_ONLY))
        .toList();
  }

  static List<Operation> largeOnes() {
    return operations().stream().filter(o -> o.is(Trait.LARGE)).toList();
  }

  @BeforeAll
  static void oneThread() {
    torch.set_num_threads(1);
  }

  @AfterAll
  static void report() {
    System.out.printf(
        "libtorch oracle: %d operations, %s; known differences:%n  %s%n",
        operations().size(), Comparison.counts(), String.join("\n  ", Differences.counts()));
    if (tests == 2 * operations().size() + ofIntegers().size() + largeOnes().size()) {
      assertEquals(List.of(), Differences.thatDoNotOccur(), "known differences that are gone");
    }
  }

  @Test
  void everyRegisteredOperationHasItsCallInPyTorch() {
    Set<String> registered =
        operations().stream()
            .map(Operation::signature)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(String.join("\n", registered), String.join("\n", TorchCalls.calls().keySet()));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void float64IsEqual(Operation operation) {
    compare(operation, DType.FLOAT64, 1e-13, 1e-11);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void float32IsEqual(Operation operation) {
    compare(operation, DType.FLOAT32, 1e-6, 1e-5);
  }

  private static void compare(Operation operation, DType dtype, double absolute, double relative) {
    List<String> differences = new ArrayList<>();
    for (Sample sample : operation.samples()) {
      for (Arguments arguments : choices(operation, operands(sample, dtype))) {
        String difference =
            new Comparison(
                    operation,
                    sample.label(),
                    arguments,
                    operands(sample, dtype),
                    absolute,
                    relative)
                .difference();
        differences.add(Objects.requireNonNullElse(difference, ""));
      }
    }
    assertNone(differences);
  }

  @ParameterizedTest
  @MethodSource("largeOnes")
  void largeOnesAreEqual(Operation operation) {
    List<String> differences = new ArrayList<>();
    for (long[] shape : OperationRegistry.largeShapes()) {
      List<Variable> operands =
          List.of(OperationRegistry.operands(operation, DType.FLOAT64, shape));
      for (Arguments arguments : choices(operation, operands)) {
        String difference =
            new Comparison(operation, "large", arguments, operands, 1e-12, 1e-9).difference();
        differences.add(Objects.requireNonNullElse(difference, ""));
      }
    }
    assertNone(differences);
  }

  /** Small whole numbers in all combinations of dtypes. */
  @ParameterizedTest
  @MethodSource("ofIntegers")
  void integersAndBoolsAreEqual(Operation operation) {
    List<String> differences = new ArrayList<>();
    int count = operands(operation.samples().getFirst(), DType.FLOAT64).size();
    List<DType> dtypes = List.of(DType.BOOL, DType.INT32, DType.INT64, DType.FLOAT32);
    for (DType first : dtypes) {
      for (DType second : count > 1 ? dtypes : List.of(first)) {
        List<Variable> operands = new ArrayList<>();
        operands.add(Variable.of(WHOLE).reshape(2, 4).to(first));
        for (int k = 1; k < count; k++) {
          operands.add(Variable.of(WHOLE).add(k).reshape(2, 4).to(second));
        }
        for (Arguments arguments : choices(operation, operands)) {
          String difference =
              new Comparison(operation, "", arguments, operands, 1e-6, 1e-6).differenceOrThrow();
          differences.add(Objects.requireNonNullElse(difference, ""));
        }
      }
    }
    assertNone(differences);
  }

  private static final long[] WHOLE = {2, -1, 0, 3, 1, -2, 3, 3};

  private static List<Arguments> choices(Operation operation, List<Variable> operands) {
    return operation.arguments().apply(operands.toArray(Variable[]::new));
  }

  private static void assertNone(List<String> differences) {
    tests++;
    assertEquals(
        "", differences.stream().filter(d -> !d.isEmpty()).collect(Collectors.joining("\n")));
  }

  /** Returns the operands, each a leaf of its own, in the layouts of the sample. */
  private static List<Variable> operands(Sample sample, DType dtype) {
    Map<Variable, Variable> leaves = new IdentityHashMap<>();
    return Stream.of(sample.operands(sample.leaves(dtype)))
        .map(view ->
            leaves.computeIfAbsent(view, v -> v.detach().requiresGrad(v.dtype().isFloating())))
        .toList();
  }
}
