package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.autograd.internal.storage.Storage;
import org.autograd.operations.Arguments;
import org.autograd.operations.Operation;
import org.autograd.operations.Operation.Trait;
import org.autograd.operations.OperationRegistry;
import org.autograd.operations.Sample;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for every operation, whatever it computes. */
class OperationTest {
  /** Far below PyTorch's defaults: the samples are small and smooth. */
  private static final GradCheck.Options PRECISE = GradCheck.options().tolerances(2e-7, 1e-6);

  static List<Operation> operations() {
    return OperationRegistry.operations();
  }

  static Stream<Operation> differentiable() {
    return operations().stream().filter(o -> !o.is(Trait.NOT_DIFFERENTIABLE));
  }

  static Stream<Operation> largeOnes() {
    return operations().stream().filter(o -> o.is(Trait.LARGE));
  }

  /** One application of an operation: to fresh leaves, of which the operands are made. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Application(
      Operation operation, Sample sample, Arguments arguments, Variable[] leaves) {

    Variable[] operands() {
      return sample.operands(leaves);
    }

    List<Variable> results() {
      return operation.call().apply(operands(), arguments);
    }

    @Override
    public String toString() {
      return operation
          + " with "
          + arguments
          + " of "
          + Variable.describe(operands())
          + ", "
          + sample.label();
    }
  }

  @FunctionalInterface
  private interface Check {
    void run(Application application);
  }

  private static void forAll(Operation operation, DType dtype, Check check) {
    int count = 0;
    for (Sample sample : operation.samples()) {
      Variable[] operands = sample.operands(sample.leaves(dtype));
      for (Arguments arguments : operation.arguments().apply(operands)) {
        Application application =
            new Application(operation, sample, arguments, sample.leaves(dtype));
        try {
          check.run(application);
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(application + ": " + e.getMessage(), e);
        }
        count++;
      }
    }
    assertTrue(count > 0, "no sample fits");
  }

  private static List<Variable> differentiable(List<Variable> results) {
    return results.stream().filter(r -> r.dtype().isFloating()).toList();
  }

  /** Returns gradients towards any Variables of the graph, zeros where there is no path. */
  private static List<Variable> gradients(List<Variable> results, Variable... inputs) {
    List<Variable> roots = results.stream().filter(Variable::requiresGrad).toList();
    List<Variable> wanted =
        Arrays.stream(inputs).filter(Variable::requiresGrad).distinct().toList();
    @Nullable Variable[] found =
        BackwardPass.collect(
            roots,
            roots.stream().map(OperationTest::factors).toList(),
            wanted,
            BackwardOptions.retainGraph());
    List<Variable> gradients = new ArrayList<>();
    for (int k = 0; k < found.length; k++) {
      Variable gradient = found[k];
      Variable input = wanted.get(k);
      gradients.add(
          gradient == null ? Variable.zeros(input.dtype(), input.shape().toArray()) : gradient);
    }
    return gradients;
  }

  /** Returns gradients of a result that differ from element to element. */
  private static Variable factors(Variable result) {
    double[] values = new double[(int) result.elementCount()];
    Arrays.setAll(values, i -> (i % 7 - 2.75) / 4);
    return Variable.fromArray(values, result.shape().toArray()).to(result.dtype());
  }

  private static void assertClose(
      String what, Variable expected, Variable actual, double absolute, double relative) {
    assertEquals(expected.shape(), actual.shape(), what);
    double[] e = expected.toDoubleArray();
    double[] a = actual.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      boolean equal = Double.compare(e[i], a[i]) == 0 || e[i] == a[i];
      if (!equal && !(Math.abs(e[i] - a[i]) <= absolute + relative * Math.abs(e[i]))) {
        fail(what + " at element " + i + ": expected " + e[i] + ", got " + a[i]);
      }
    }
  }

  private static void assertAllClose(
      String what,
      List<Variable> expected,
      List<Variable> actual,
      double absolute,
      double relative) {
    assertEquals(expected.size(), actual.size(), what);
    for (int k = 0; k < expected.size(); k++) {
      assertClose(what + " " + k, expected.get(k), actual.get(k), absolute, relative);
    }
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientsOfFirstAndSecondOrderAgreeWithDifferences(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          if (a.sample.smooth() && !isUndefined(a)) {
            GradCheck.checkAllSecondOrder(PRECISE, leaves -> results(a, leaves), a.leaves);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void tangentsAgreeWithGradients(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          if (!a.sample.smooth() || isUndefined(a)) {
            return;
          }
          Variable[] directions = directions(a.leaves);
          List<Variable> results = results(a, a.leaves);
          Variable[] constants =
              Arrays.stream(a.leaves).map(Variable::detach).toArray(Variable[]::new);
          List<Variable> tangents = tangents(leaves -> results(a, leaves), constants, directions);
          assertEquals(results.size(), tangents.size());
          for (int k = 0; k < results.size(); k++) {
            assertEquals(results.get(k).shape(), tangents.get(k).shape());
            assertFalse(tangents.get(k).requiresGrad(), "a tangent with a graph");
          }
          double forward = 0;
          for (Variable tangent : tangents) {
            forward += factors(tangent).mul(tangent).sum().item();
          }
          double backward = product(gradientsOf(scalar(results), a.leaves), directions);
          assertEquals(backward, forward, 1e-10 + 1e-9 * Math.abs(forward));

          // Of second order: the gradients' tangents, and the tangents' gradients.
          List<Variable> overReverse =
              tangents(
                  leaves -> {
                    Variable[] own =
                        Arrays.stream(leaves)
                            .map(l -> l.requiresGrad() ? ForwardMode.argument(l) : l)
                            .toArray(Variable[]::new);
                    return gradientsOf(scalar(results(a, own)), own);
                  },
                  constants,
                  directions);
          Variable total = Variable.zeros(DType.FLOAT64);
          Variable[] leaves = a.sample.leaves(DType.FLOAT64);
          for (Variable tangent : tangents(l -> results(a, l), leaves, directions)) {
            total = total.add(factors(tangent).mul(tangent).sum());
          }
          List<Variable> overForward = gradientsOf(total, leaves);
          for (int k = 0; k < leaves.length; k++) {
            assertClose(
                "second order, leaf " + k, overForward.get(k), overReverse.get(k), 1e-9, 1e-7);
          }
        });
  }

  private static final BackwardOptions GRAPH = BackwardOptions.createGraph();

  /** Returns the gradients of one element, with a graph; zeros where there is no path. */
  private static List<Variable> gradientsOf(Variable element, Variable[] leaves) {
    List<Variable> wanted = Arrays.stream(leaves).filter(Variable::requiresGrad).toList();
    List<Variable> seeds = List.of(Variable.onesLike(element));
    @Nullable Variable[] found =
        element.requiresGrad()
            ? BackwardPass.collect(List.of(element), seeds, wanted, GRAPH)
            : new Variable[wanted.size()];
    List<Variable> result = new ArrayList<>();
    for (Variable leaf : leaves) {
      Variable gradient = leaf.requiresGrad() ? found[wanted.indexOf(leaf)] : null;
      result.add(
          gradient == null ? Variable.zeros(DType.FLOAT64, leaf.shape().toArray()) : gradient);
    }
    return result;
  }

  private static double product(List<Variable> gradients, Variable[] directions) {
    double sum = 0;
    for (int k = 0; k < directions.length; k++) {
      sum += gradients.get(k).mul(directions[k]).sum().item();
    }
    return sum;
  }

  private static Variable scalar(List<Variable> results) {
    Variable sum = Variable.zeros(DType.FLOAT64);
    for (Variable result : differentiable(results)) {
      sum = sum.add(factors(result).mul(result).sum());
    }
    return sum;
  }

  private static Variable[] directions(Variable[] leaves) {
    return Arrays.stream(leaves)
        .map(leaf -> factors(leaf).add(0.3).mul(0.7))
        .toArray(Variable[]::new);
  }

  /** Returns the tangents of the differentiable results. */
  private static List<Variable> tangents(
      java.util.function.Function<Variable[], List<Variable>> function,
      Variable[] leaves,
      Variable[] directions) {
    try (ForwardMode level = ForwardMode.open()) {
      Variable[] duals = new Variable[leaves.length];
      for (int k = 0; k < leaves.length; k++) {
        duals[k] =
            leaves[k].dtype().isFloating() ? level.dual(leaves[k], directions[k]) : leaves[k];
      }
      List<Variable> tangents = new ArrayList<>();
      for (Variable result : differentiable(function.apply(duals))) {
        Variable tangent = level.tangent(result);
        tangents.add(tangent == null ? Variable.zerosLike(result).detach() : tangent);
      }
      return tangents;
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void vmapAgreesWithALoop(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          Variable[] leaves =
              Arrays.stream(a.leaves).map(Variable::detach).toArray(Variable[]::new);
          Variable[] batch =
              Arrays.stream(leaves).map(OperationTest::batch).toArray(Variable[]::new);
          if (operation.is(Trait.DATA_DEPENDENT)) {
            if (a.operands()[0].elementCount() < 2) {
              return;
            }
            UnsupportedOperationException e =
                assertThrows(
                    UnsupportedOperationException.class,
                    () -> Functional.vmapAll(in -> plainResults(a, in), batch));
            assertTrue(e.getMessage().contains(": has no batching rule"), e.getMessage());
            return;
          }
          List<Variable> mapped = Functional.vmapAll(in -> plainResults(a, in), batch);
          for (int sample = 0; sample < 2; sample++) {
            Variable[] one = new Variable[batch.length];
            for (int k = 0; k < one.length; k++) {
              one[k] = batch[k].select(0, sample).copy();
            }
            List<Variable> expected = plainResults(a, one);
            for (int k = 0; k < expected.size(); k++) {
              assertSame(expected.get(k).dtype(), mapped.get(k).dtype());
              assertClose(
                  "sample " + sample + " of result " + k,
                  expected.get(k),
                  mapped.get(k).select(0, sample),
                  1e-12,
                  1e-10);
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void perSampleGradientsAgreeWithALoop(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          if (!a.sample.smooth() || isUndefined(a)) {
            return;
          }
          Variable[] batch =
              Arrays.stream(a.leaves).map(leaf -> batch(leaf.detach())).toArray(Variable[]::new);
          List<Variable> mapped = Functional.vmapAll(in -> perSample(a, in), batch);
          for (int sample = 0; sample < 2; sample++) {
            Variable[] one = new Variable[batch.length];
            for (int k = 0; k < one.length; k++) {
              one[k] = batch[k].select(0, sample).copy();
            }
            List<Variable> expected = perSample(a, one);
            for (int k = 0; k < expected.size(); k++) {
              assertClose(
                  "sample " + sample + ", gradient " + k,
                  expected.get(k),
                  mapped.get(k).select(0, sample),
                  1e-11,
                  1e-9);
            }
          }
        });
  }

  /** Returns the gradients of the floating leaves, and the tangent of the scalar. */
  private static List<Variable> perSample(Application a, Variable... leaves) {
    List<Integer> places = new ArrayList<>();
    for (int k = 0; k < leaves.length; k++) {
      if (leaves[k].dtype().isFloating()) {
        places.add(k);
      }
    }
    java.util.function.Function<Variable[], Variable> function =
        in -> {
          Variable[] all = leaves.clone();
          for (int k = 0; k < in.length; k++) {
            all[places.get(k)] = in[k];
          }
          return scalar(results(a, all));
        };
    Variable[] floating = places.stream().map(k -> leaves[k]).toArray(Variable[]::new);
    List<Variable> result = new ArrayList<>(Functional.gradAll(function, floating));
    result.add(Functional.jvp(function, floating, directions(floating)).tangent());
    return result;
  }

  private static List<Variable> plainResults(Application a, Variable... leaves) {
    return a.operation.call().apply(a.sample.operands(leaves), a.arguments);
  }

  /** Returns two samples that differ, the second with the elements in another order. */
  private static Variable batch(Variable leaf) {
    Variable other = leaf.flatten().flip(0).reshape(leaf.shape().toArray());
    return Variable.stack(0, leaf, other);
  }

  /** The mean of nothing, for example. */
  private static boolean isUndefined(Application a) {
    return Stream.of(a.leaves).anyMatch(leaf -> leaf.elementCount() == 0)
        && a.results().stream()
            .flatMapToDouble(result -> Arrays.stream(result.toDoubleArray()))
            .anyMatch(value -> !Double.isFinite(value));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void float32AgreesWithFloat64(Operation operation) {
    forAll(
        operation,
        DType.FLOAT32,
        a -> {
          if (a.sample.smooth()) {
            Variable[] wide = a.sample.leaves(DType.FLOAT64);
            List<Variable> expected = operation.call().apply(a.sample.operands(wide), a.arguments);
            List<Variable> actual = a.results();
            assertAllClose("value", expected, actual, 2e-6, 5e-6);
            for (Variable result : actual) {
              assertTrue(
                  result.dtype() == DType.FLOAT32
                      || !result.dtype().isFloating()
                      || operation.signature().startsWith("to("),
                  () -> "float32 gives " + result.dtype());
            }
            List<Variable> gradients = gradients(differentiable(actual), a.leaves);
            assertAllClose(
                "gradient", gradients(differentiable(expected), wide), gradients, 1e-5, 2e-5);
            for (Variable gradient : gradients) {
              assertSame(DType.FLOAT32, gradient.dtype());
            }
          }
        });
  }

  /** Once: what holds to second order for every sample can still be wrong in the rule of a rule. */
  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientsOfThirdOrderAgreeWithDifferences(Operation operation) {
    AtomicInteger tried = new AtomicInteger();
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          long elements = Stream.of(a.leaves).mapToLong(Variable::elementCount).sum();
          if (a.sample.smooth() && elements > 1 && elements <= 24 && tried.getAndIncrement() < 2) {
            int count = a.leaves.length;
            List<Variable> inputs = new ArrayList<>(List.of(a.leaves));
            differentiable(a.results()).stream()
                .filter(r -> r.dtype() == DType.FLOAT64)
                .forEach(r -> inputs.add(factors(r)));
            GradCheck.checkAllSecondOrder(
                PRECISE.tolerances(1e-6, 1e-5),
                x -> GradCheck.gradients(leaves -> results(a, leaves), x, count),
                inputs.toArray(Variable[]::new));
          }
        });
  }

  private static List<Variable> results(Application a, Variable... leaves) {
    return a.operation.call().apply(a.sample.operands(leaves), a.arguments).stream()
        .filter(r -> r.dtype() == DType.FLOAT64)
        .toList();
  }

  /** Each operand gets a gradient of its own dtype, whatever the operation computed in. */
  @ParameterizedTest
  @MethodSource("differentiable")
  void operandsOfBothDTypes(Operation operation) {
    int[] count = {0};
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          List<Variable> expected = gradients(differentiable(a.results()), a.leaves);
          for (int k = 0; a.leaves.length > 1 && a.sample.smooth() && k < a.leaves.length; k++) {
            Variable[] mixed = a.sample.leaves(DType.FLOAT64);
            if (mixed[k].requiresGrad()) {
              mixed[k] = a.sample.leaves(DType.FLOAT32)[k];
              compareMixed(a, mixed, expected);
              count[0]++;
            }
          }
        });
    boolean several = operation.samples().getFirst().bases().size() > 1;
    assertEquals(several, count[0] > 0, "tried");
  }

  private static void compareMixed(Application a, Variable[] mixed, List<Variable> expected) {
    List<Variable> results;
    try {
      results = a.operation.call().apply(a.sample.operands(mixed), a.arguments);
    } catch (IllegalArgumentException e) {
      // To refuse is all right, to compute something else is not.
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("float32") && message.contains("float64"), message);
      return;
    }
    assertAllClose("value", a.results(), results, 2e-6, 5e-6);
    List<Variable> gradients = gradients(differentiable(results), mixed);
    assertAllClose("gradient", expected, gradients, 1e-5, 2e-5);
    List<DType> dtypes =
        Stream.of(mixed).filter(Variable::requiresGrad).map(Variable::dtype).toList();
    assertEquals(dtypes, gradients.stream().map(Variable::dtype).toList());
  }

  @ParameterizedTest
  @MethodSource("operations")
  void layoutDoesNotMatter(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          Variable[] operands = a.operands();
          Variable[] copies = new Variable[operands.length];
          for (int k = 0; k < copies.length; k++) {
            copies[k] = operands[k].copy();
            for (int j = 0; j < k; j++) {
              copies[k] = operands[j] == operands[k] ? copies[j] : copies[k];
            }
          }
          List<Variable> expected = operation.call().apply(copies, a.arguments);
          List<Variable> actual = operation.call().apply(operands, a.arguments);
          assertAllClose("value", expected, actual, 0, 1e-13);
          assertAllClose(
              "gradient",
              gradients(differentiable(expected), a.leaves),
              gradients(differentiable(actual), a.leaves),
              1e-14,
              1e-13);
        });
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operandsStayAsTheyAre(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          Variable[] operands = a.operands();
          List<Variable> before = Stream.of(a.leaves).map(Variable::copy).toList();
          List<Integer> versions = versions(a.leaves);
          List<Variable> results = operation.call().apply(operands, a.arguments);
          gradients(differentiable(results), a.leaves);
          assertAllClose("operand", before, List.of(a.leaves), 0, 0);
          assertEquals(versions, versions(a.leaves));
          for (Variable result : results) {
            checkSharing(operation, operands, result);
          }
        });
  }

  private static List<Integer> versions(Variable... variables) {
    return Stream.of(variables).map(v -> v.data().storage().version()).toList();
  }

  /** A view shows its operand; anything else must not, or a change in place would go astray. */
  private static void checkSharing(Operation operation, Variable[] operands, Variable result) {
    Storage storage = result.data().storage();
    if (operation.is(Trait.VIEW)) {
      assertSame(operands[0].data().storage(), storage, "not a view");
    } else if (!operation.is(Trait.MAY_SHARE)) {
      for (Variable operand : operands) {
        assertNotSame(operand.data().storage(), storage, "shares its elements with an operand");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientDoesNotDependOnWhichOperandsWantOne(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          List<Variable> all = gradients(differentiable(a.results()), a.leaves);
          int next = 0;
          for (int k = 0; k < a.leaves.length; k++) {
            if (a.leaves[k].requiresGrad()) {
              Variable[] alone = a.sample.leaves(DType.FLOAT64);
              for (int j = 0; j < alone.length; j++) {
                alone[j].requiresGrad(j == k);
              }
              List<Variable> results =
                  operation.call().apply(a.sample.operands(alone), a.arguments);
              List<Variable> found = gradients(differentiable(results), alone);
              assertAllClose("gradient", List.of(all.get(next++)), found, 0, 0);
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void leavesAccumulateWhatBackwardFinds(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          List<Variable> results =
              differentiable(a.results()).stream().filter(Variable::requiresGrad).toList();
          Variable[] leaves =
              Stream.of(a.leaves).filter(Variable::requiresGrad).toArray(Variable[]::new);
          List<Variable> once = gradients(results, leaves);
          for (int round = 1; round <= 3; round++) {
            for (Variable result : results) {
              result.backward(factors(result), BackwardOptions.retainGraph());
            }
            for (int k = 0; k < leaves.length; k++) {
              Variable grad = leaves[k].grad();
              Variable expected = once.get(k).mul(round);
              assertClose(
                  "grad after round " + round,
                  expected,
                  grad == null ? expected.mul(0) : grad,
                  1e-14,
                  1e-14);
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("operations")
  void isRecordedExactlyWhenItShouldBe(Operation operation) {
    forAll(
        operation,
        DType.FLOAT64,
        a -> {
          for (Variable result : a.results()) {
            if (!result.dtype().isFloating()) {
              assertFalse(result.requiresGrad(), "an integer or bool result requires a gradient");
            } else if (operation.is(Trait.FLAT)) {
              for (Variable gradient : gradients(List.of(result), a.leaves)) {
                assertClose("gradient", gradient.mul(0), gradient, 0, 0);
              }
            } else {
              assertTrue(result.requiresGrad(), "is not recorded");
            }
          }
          boolean differentiable = !operation.is(Trait.NOT_DIFFERENTIABLE);
          assertEquals(differentiable, !differentiable(a.results()).isEmpty(), "differentiable");
          try (var _ = Autograd.noGrad()) {
            for (Variable result : a.results()) {
              boolean isOperand = Arrays.asList(a.leaves).contains(result);
              assertTrue(isOperand || !result.requiresGrad(), "is recorded under noGrad()");
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("largeOnes")
  void numberOfThreadsDoesNotMatter(Operation operation) {
    int before = Autograd.threads();
    try {
      for (long[] shape : OperationRegistry.largeShapes()) {
        Variable[] operands = OperationRegistry.operands(operation, DType.FLOAT32, shape);
        for (Arguments arguments : operation.arguments().apply(operands)) {
          List<List<Variable>> found = new ArrayList<>();
          for (int threads : THREADS) {
            Autograd.setThreads(threads);
            List<Variable> results = operation.call().apply(operands, arguments);
            List<Variable> all = new ArrayList<>(results);
            all.addAll(gradients(differentiable(results), operands));
            found.add(all);
          }
          for (int k = 0; k < found.getFirst().size(); k++) {
            for (int run = 1; run < THREADS.length; run++) {
              assertEquals(
                  -1,
                  Arrays.mismatch(
                      found.getFirst().get(k).toDoubleArray(),
                      found.get(run).get(k).toDoubleArray()),
                  "first element that differs with " + THREADS[run] + " threads, result " + k);
            }
          }
        }
      }
    } finally {
      Autograd.setThreads(before);
    }
  }

  private static final int[] THREADS = {1, 2, 3, 7};

  /** What returns a Variable but is not an operation. */
  private static final Set<String> NOT_OPERATIONS =
      Set.of(
          "self()",
          "detach()",
          "grad()",
          "requiresGrad(boolean)",
          "retainGrad()",
          "zerosLike(Variable)",
          "onesLike(Variable)",
          "fullLike(Variable,double)");

  @Test
  void everyPublicOperationIsRegistered() {
    Set<String> registered =
        operations().stream()
            .map(Operation::signature)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> found = new TreeSet<>();
    for (Method method : Variable.class.getMethods()) {
      if (isOperation(method)) {
        found.add(signature(method));
      }
    }
    found.removeAll(NOT_OPERATIONS);
    assertEquals(String.join("\n", found), String.join("\n", registered));
  }

  private static boolean isOperation(Method method) {
    Class<?> type = method.getReturnType();
    boolean combines =
        Stream.of(method.getParameterTypes())
            .anyMatch(p -> p == Variable.class || p == Variable[].class || p == List.class);
    return (type == Variable.class || type.isRecord() || type == List.class)
        && (!Modifier.isStatic(method.getModifiers()) || combines);
  }

  private static String signature(Method method) {
    String parameters =
        Stream.of(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(","));
    if (method.isVarArgs() && !parameters.endsWith("Variable[]")) {
      parameters = parameters.replaceAll("\\[]$", "...");
    }
    return method.getName() + "(" + parameters + ")";
  }
}
