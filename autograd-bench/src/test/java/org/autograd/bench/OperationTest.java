package org.autograd.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OperationTest {
  /**
   * What takes bools, looks at more than one element, has no value for many numbers, or is not of
   * one shape throughout.
   */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "logicalAnd",
          "logicalOr",
          "logicalXor",
          "logicalNot",
          "asin",
          "acos",
          "acosh",
          "atanh",
          "isClose",
          "allClose",
          "isIn",
          "softmin",
          "glu",
          "prelu");

  static Stream<Operation> all() {
    return Stream.concat(
        Operation.pointwise().values().stream(), Operation.rowwise().values().stream());
  }

  @ParameterizedTest
  @MethodSource("all")
  void runs(Operation operation) {
    assertEquals(operation, Operation.named(operation.name()));
    long[] shape = {3, 4};
    Library ours = Library.named("autograd");
    Variable result = (Variable) ours.operation(operation, shape, false, 1).run();
    for (float value : result.toFloatArray()) {
      assertEquals(value, value, operation.name() + " is NaN for its operands");
    }
    if (operation.differentiable()) {
      Variable recorded = (Variable) ours.operation(operation, shape, true, 1).run();
      assertEquals(result.shape(), recorded.shape());
    }
  }

  @Test
  void everyPointwiseOperationIsMeasured() {
    Set<String> measured =
        Operation.pointwise().keySet().stream()
            .map(name -> name.replaceFirst("\\(.*", ""))
            .collect(Collectors.toSet());
    Set<String> missing = new TreeSet<>();
    List<String> families =
        List.of(
            "PointwiseOps",
            "ActivationOps",
            "ComparisonOps",
            "TrigonometryOps",
            "RoundingOps",
            "SpecialOps");
    for (Class<?> family : Variable.class.getInterfaces()) {
      if (families.contains(family.getSimpleName())) {
        Arrays.stream(family.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .map(Method::getName)
            .filter(name -> !name.equals("self"))
            .forEach(missing::add);
      }
    }
    missing.removeAll(measured);
    assertEquals(LEFT_OUT, missing);
  }
}
