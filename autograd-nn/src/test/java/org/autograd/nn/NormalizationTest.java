package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.autograd.Checkpoint;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NormalizationTest {
  private static final BatchNorm.Options BATCH = BatchNorm.options().dtype(DType.FLOAT64);
  private static final InstanceNorm.Options INSTANCE = InstanceNorm.options().dtype(DType.FLOAT64);

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape).mul(2).add(1);
  }

  /** A module and what it is given. */
  private record Case(UnaryModule module, Variable input) {}

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("BatchNorm1d", new Case(new BatchNorm1d(3, BATCH), random(1, 5, 3)));
    cases.put("BatchNorm1d of sequences", new Case(new BatchNorm1d(3, BATCH), random(1, 2, 3, 4)));
    cases.put("BatchNorm2d", new Case(new BatchNorm2d(3, BATCH), random(1, 2, 3, 2, 3)));
    cases.put("BatchNorm3d", new Case(new BatchNorm3d(2, BATCH), random(1, 2, 2, 2, 2, 2)));
    cases.put(
        "BatchNorm2d, plain",
        new Case(new BatchNorm2d(3, BATCH.affine(false)), random(1, 2, 3, 2, 3)));
    cases.put(
        "InstanceNorm1d, affine",
        new Case(new InstanceNorm1d(3, INSTANCE.affine(true)), random(1, 2, 3, 5)));
    cases.put(
        "InstanceNorm1d, unbatched", new Case(new InstanceNorm1d(3, INSTANCE), random(1, 3, 5)));
    cases.put("InstanceNorm2d", new Case(new InstanceNorm2d(3, INSTANCE), random(1, 2, 3, 2, 3)));
    cases.put(
        "InstanceNorm3d", new Case(new InstanceNorm3d(2, INSTANCE), random(1, 2, 2, 2, 2, 2)));
    cases.put(
        "GroupNorm",
        new Case(
            new GroupNorm(2, 6, GroupNorm.options().dtype(DType.FLOAT64)), random(1, 2, 6, 3)));
    cases.put(
        "LayerNorm",
        new Case(
            new LayerNorm(Shape.of(3, 4), LayerNorm.options().dtype(DType.FLOAT64)),
            random(1, 2, 3, 4)));
    cases.put(
        "RmsNorm",
        new Case(
            new RmsNorm(Shape.of(3, 4), RmsNorm.options().dtype(DType.FLOAT64)),
            random(1, 2, 3, 4)));
    cases.put(
        "RmsNorm, plain",
        new Case(
            new RmsNorm(Shape.of(4), RmsNorm.options().dtype(DType.FLOAT64).affine(false)),
            random(1, 2, 3, 4)));
    return cases;
  }

  static Iterable<String> names() {
    return cases().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void gradients(String name) {
    Case tested = Objects.requireNonNull(cases().get(name));
    ModuleGradients.randomize(tested.module(), 5);
    ModuleGradients.check(tested.module(), tested.module(), tested.input());
  }

  @ParameterizedTest
  @MethodSource("names")
  void gradientsInEvaluationMode(String name) {
    Case tested = Objects.requireNonNull(cases().get(name));
    ModuleGradients.randomize(tested.module(), 5);
    tested.module().apply(random(8, tested.input().shape().toArray()));
    tested.module().eval();
    ModuleGradients.check(tested.module(), tested.module(), tested.input());
  }

  @Test
  void batchNormNormalizesAndTracks() {
    BatchNorm1d norm = new BatchNorm1d(2, BATCH.epsilon(0));
    // Channels with means 2 and 5, population variances 1 and 4, unbiased ones 2 and 8.
    Variable input = Variable.of(new double[][] {{1, 3}, {3, 7}});
    assertArrayEquals(new double[] {-1, -1, 1, 1}, norm.apply(input).toDoubleArray(), 1e-12);
    assertArrayEquals(new double[] {.2, .5}, mean(norm), 1e-15);
    assertArrayEquals(new double[] {.9 + .2, .9 + .8}, variance(norm), 1e-15);
    assertEquals(1, count(norm));
    norm.eval();
    Variable evaluated = norm.apply(input);
    assertEquals((1 - .2) / Math.sqrt(1.1), evaluated.toDoubleArray()[0], 1e-12);
    assertEquals(1, count(norm));
  }

  @Test
  void withoutMomentumTheRunningStatisticsAreMeansOfAllBatches() {
    BatchNorm1d norm = new BatchNorm1d(1, BATCH.momentum(null));
    norm.apply(Variable.of(new double[][] {{1}, {3}}));
    norm.apply(Variable.of(new double[][] {{2}, {6}}));
    norm.apply(Variable.of(new double[][] {{0}, {6}}));
    assertArrayEquals(new double[] {(2 + 4 + 3) / 3.0}, mean(norm), 1e-12);
    assertArrayEquals(new double[] {(2 + 8 + 18) / 3.0}, variance(norm), 1e-12);
    assertEquals(3, count(norm));
  }

  @Test
  void withoutTrackingTheBatchIsUsedInEvaluationModeToo() {
    BatchNorm1d norm = new BatchNorm1d(3, BATCH.trackRunningStats(false));
    Variable input = random(2, 4, 3);
    double[] trained = norm.apply(input).toDoubleArray();
    norm.eval();
    assertArrayEquals(trained, norm.apply(input).toDoubleArray());
    assertNull(norm.runningMean());
    assertEquals(List.of("weight", "bias"), List.copyOf(norm.stateDict().keySet()));
  }

  @Test
  void aCheckpointCountsABatchOnce() {
    BatchNorm1d plain = new BatchNorm1d(3, BATCH);
    BatchNorm1d within = new BatchNorm1d(3, BATCH);
    Variable input = random(2, 4, 3).requiresGrad(true);
    plain.apply(input).square().sum().backward();
    double[] gradient = Objects.requireNonNull(input.grad()).toDoubleArray();
    input.zeroGrad();
    Checkpoint.checkpoint(x -> within.apply(x).square(), input).sum().backward();
    assertArrayEquals(gradient, Objects.requireNonNull(input.grad()).toDoubleArray());
    assertArrayEquals(mean(plain), mean(within));
    assertArrayEquals(variance(plain), variance(within));
    assertEquals(1, count(within));
  }

  @Test
  void namesArePyTorchs() {
    assertEquals(
        List.of("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
        List.copyOf(new BatchNorm2d(3).stateDict().keySet()));
    assertEquals(List.of(), List.copyOf(new InstanceNorm2d(3).stateDict().keySet()));
    assertEquals(List.of("weight", "bias"), List.copyOf(new GroupNorm(1, 3).stateDict().keySet()));
    assertEquals(List.of("weight", "bias"), List.copyOf(new LayerNorm(3).stateDict().keySet()));
    assertEquals(List.of("weight"), List.copyOf(new RmsNorm(3).stateDict().keySet()));
    assertEquals(
        "BatchNorm2d(3, epsilon=1.0E-5, momentum=0.1, affine=true, trackRunningStats=true)",
        new BatchNorm2d(3).toString());
  }

  @Test
  void refusesWhatPyTorchRefuses() {
    assertRefused(new BatchNorm1d(3), Variable.zeros(1, 3), "more than one value");
    assertRefused(new BatchNorm2d(3), Variable.zeros(2, 3, 4), "[n, channels, height, width]");
    assertRefused(new BatchNorm2d(3), Variable.zeros(2, 4, 2, 2), "3 channels along axis 1");
    assertRefused(new BatchNorm1d(3), Variable.zeros(DType.FLOAT64, 2, 3), "DType.FLOAT32");
    assertRefused(new InstanceNorm1d(3), Variable.zeros(2, 3, 1), "more than one position");
    assertRefused(new InstanceNorm2d(3), Variable.zeros(2, 3), "[n, channels, height, width]");
    assertRefused(new GroupNorm(2, 4), Variable.zeros(2, 3, 5), "[n, 4, ...]");
    assertRefused(new GroupNorm(4, 4), Variable.zeros(1, 4), "more than one value");
    assertRefused(new LayerNorm(4), Variable.zeros(2, 3), "[4]");
    assertRefused(new RmsNorm(4), Variable.zeros(2, 3), "[4]");
    assertThrows(IllegalArgumentException.class, () -> new GroupNorm(2, 3));
    assertThrows(IllegalArgumentException.class, () -> new BatchNorm1d(0));
    assertThrows(IllegalArgumentException.class, () -> BATCH.momentum(1.5));
    assertThrows(IllegalArgumentException.class, () -> BATCH.epsilon(Double.NaN));
    // A refused batch leaves no trace.
    BatchNorm1d norm = new BatchNorm1d(3);
    assertRefused(norm, Variable.zeros(1, 3), "more than one value");
    assertEquals(0, count(norm));
  }

  private static void assertRefused(UnaryModule module, Variable input, String part) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> module.apply(input)).getMessage();
    assertEquals(true, Objects.requireNonNull(message).contains(part), message);
  }

  private static double[] mean(BatchNorm norm) {
    return Objects.requireNonNull(norm.runningMean()).toDoubleArray();
  }

  private static double[] variance(BatchNorm norm) {
    return Objects.requireNonNull(norm.runningVar()).toDoubleArray();
  }

  private static double count(BatchNorm norm) {
    return Objects.requireNonNull(norm.stateDict().get("num_batches_tracked")).item();
  }
}
