package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LossesTest {
  private static final JsonObject RECORDED = Golden.read("losses");
  private static final Variable LABELS = Variable.of(0L, 3L, 1L);

  private static Variable z() {
    double[] values = IntStream.range(0, 12).mapToDouble(k -> 2 * Math.sin(.7 * k + .3)).toArray();
    return Variable.fromArray(values, 3, 4).requiresGrad(true);
  }

  private static Variable binaryTarget() {
    return Variable.fromArray(IntStream.range(0, 12).mapToDouble(k -> k % 2).toArray(), 3, 4);
  }

  /** The recorded functions of {@link #z}. */
  private static final Map<String, UnaryOperator<Variable>> CALLS =
      Map.of(
          "cross_entropy", z -> Losses.crossEntropy(z, LABELS),
          "bce_with_logits(target=(k%2))",
              z -> Losses.binaryCrossEntropyWithLogits(z, binaryTarget()),
          "cross_entropy(ls=.1)",
              z ->
                  Losses.crossEntropy(z, LABELS, CrossEntropyOptions.defaults().labelSmoothing(.1)),
          "huber(1) vs 0", z -> Losses.huber(z, Variable.zerosLike(z)),
          "gelu.sum", z -> z.gelu().sum(),
          "gelu_tanh.sum", z -> z.geluTanh().sum(),
          "silu.sum", z -> z.silu().sum(),
          "softplus.sum", z -> z.softplus().sum());

  /** What the recorded block says of itself; {@link #z} and {@link #LABELS} are this. */
  private static final Map<String, String> SETTINGS =
      Map.of("z", "\"2*sin(.7k+.3).view(3,4)\"", "target", "[0,3,1]");

  private static void assertRecorded(String name, Variable loss, Variable input) {
    JsonObject expected = RECORDED.getAsJsonObject(name);
    double value = expected.get("loss").getAsDouble();
    assertEquals(value, loss.item(), 1e-9 * Math.max(1, Math.abs(value)));
    loss.backward();
    assertArrayEquals(
        Golden.numbers(expected.get("grad")),
        Objects.requireNonNull(input.grad()).toDoubleArray(),
        1e-9);
  }

  static Set<String> names() {
    return CALLS.keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsPyTorch(String name) {
    Variable z = z();
    assertRecorded(name, CALLS.get(name).apply(z), z);
  }

  @Test
  void everyRecordedLossIsTested() {
    SETTINGS.forEach((key, value) -> assertEquals(value, RECORDED.get(key).toString()));
    Golden.assertPartition(RECORDED.keySet(), List.of(SETTINGS.keySet(), names()));
  }

  @Test
  void crossEntropyTakesInt32Labels() {
    Variable z = z();
    assertRecorded("cross_entropy", Losses.crossEntropy(z, LABELS.to(DType.INT32)), z);
  }

  @Test
  void nllOfLogSoftmaxIsCrossEntropy() {
    Variable z = z();
    assertRecorded("cross_entropy", Losses.nll(z.logSoftmax(1), LABELS), z);
  }

  @Test
  void meanSquaredErrorAndItsGradient() {
    Variable x = Variable.of(1.0, 2.0, 4.0).requiresGrad(true);
    Variable loss = Losses.mse(x, Variable.of(0.0, 2.0, 1.0));
    assertEquals(10.0 / 3, loss.item(), 1e-15);
    loss.backward();
    assertArrayEquals(
        new double[] {2.0 / 3, 0, 2}, Objects.requireNonNull(x.grad()).toDoubleArray(), 1e-15);
  }

  @Test
  void reductionsAgree() {
    Variable each = Losses.crossEntropy(z(), LABELS, Reduction.NONE);
    assertEquals(Shape.of(3), each.shape());
    double sum = Losses.crossEntropy(z(), LABELS, Reduction.SUM).item();
    assertEquals(Arrays.stream(each.toDoubleArray()).sum(), sum, 1e-12);
    assertEquals(sum / 3, Losses.crossEntropy(z(), LABELS).item(), 1e-12);

    Variable target = Variable.of(0.0, 1.0);
    Variable x = Variable.of(2.0, 4.0);
    assertArrayEquals(new double[] {4, 9}, Losses.mse(x, target, Reduction.NONE).toDoubleArray());
    assertEquals(13, Losses.mse(x, target, Reduction.SUM).item());
    assertEquals(6.5, Losses.mse(x, target).item());
  }

  @Test
  void lossesOfNothingSumToZero() {
    Variable none = Variable.zeros(0, 4);
    assertEquals(0, Losses.mse(none, none, Reduction.SUM).item());
    Variable labels = Variable.zeros(DType.INT64, 0);
    assertEquals(Shape.of(0), Losses.crossEntropy(none, labels, Reduction.NONE).shape());
  }

  @Test
  void classesLieAlongTheSecondAxis() {
    Variable scores = Variable.randn(new Generator(1), DType.FLOAT64, 2, 5, 3, 4);
    Variable labels = Variable.randint(new Generator(2), 0, 5, 2, 3, 4);
    Variable each = Losses.crossEntropy(scores, labels, Reduction.NONE);
    assertEquals(Shape.of(2, 3, 4), each.shape());
    double expected =
        scores
            .select(0, 1)
            .select(1, 2)
            .select(1, 3)
            .logSoftmax(0)
            .neg()
            .toDoubleArray()[(int) labels.toLongArray()[(1 * 3 + 2) * 4 + 3]];
    assertEquals(expected, each.toDoubleArray()[(1 * 3 + 2) * 4 + 3], 1e-12);
    Variable viaNll = Losses.nll(scores.logSoftmax(1), labels, Reduction.NONE);
    assertArrayEquals(each.toDoubleArray(), viaNll.toDoubleArray(), 1e-12);
  }

  @Test
  void aSingleExampleNeedsNoBatchAxis() {
    double loss = Losses.crossEntropy(Variable.of(0.0, 0.0), Variable.of(1L).reshape()).item();
    assertEquals(Math.log(2), loss, 1e-15);
  }

  @Test
  void largeLogitsDoNotOverflow() {
    Variable x = Variable.of(-1000.0, 1000.0, -1000.0, 1000.0).requiresGrad(true);
    Variable target = Variable.of(0.0, 1.0, 1.0, 0.0);
    Variable each = Losses.binaryCrossEntropyWithLogits(x, target, Reduction.NONE);
    assertArrayEquals(new double[] {0, 0, 1000, 1000}, each.toDoubleArray());
    each.sum().backward();
    assertArrayEquals(new double[] {0, 0, -1, 1}, Objects.requireNonNull(x.grad()).toDoubleArray());
    double cross =
        Losses.crossEntropy(Variable.of(new double[][] {{1000, -1000}}), Variable.of(1L)).item();
    assertEquals(2000, cross);
  }

  @Test
  void secondDerivativeOfBinaryCrossEntropyIsThatOfSigmoid() {
    Variable x = Variable.of(0.0, -3.0, 2.0, 40.0).requiresGrad(true);
    Variable target = Variable.of(0.0, 1.0, 0.3, 1.0);
    Variable loss = Losses.binaryCrossEntropyWithLogits(x, target, Reduction.SUM);
    Variable slope = Autograd.grad(loss, List.of(x), BackwardOptions.createGraph()).getFirst();
    Variable s = x.detach().sigmoid();
    assertArrayEquals(s.sub(target).toDoubleArray(), slope.toDoubleArray(), 1e-15);
    Variable curvature = Autograd.grad(slope.sum(), x).getFirst();
    assertArrayEquals(s.mul(s.rsub(1)).toDoubleArray(), curvature.toDoubleArray(), 1e-15);
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void unequalShapesAreRefused() {
    assertRefused(
        "mse: prediction float32[4, 1] and target float32[4] must have equal shapes, a loss does"
            + " not broadcast; did you mean to reshape one of them?",
        () -> Losses.mse(Variable.zeros(4, 1), Variable.zeros(4)));
    assertRefused(
        "binaryCrossEntropyWithLogits: prediction float32[4, 3] and target float32[3] must have"
            + " equal shapes, a loss does not broadcast",
        () -> Losses.binaryCrossEntropyWithLogits(Variable.zeros(4, 3), Variable.zeros(3)));
  }

  @Test
  void unequalDtypesAreRefused() {
    assertRefused(
        "mse: prediction float32[2] and target float64[2] must both be float32 or both be float64;"
            + " convert with to()",
        () -> Losses.mse(Variable.zeros(2), Variable.of(0.0, 1.0)));
    assertRefused(
        "binaryCrossEntropyWithLogits: prediction float32[2] and target int64[2] must both be"
            + " float32 or both be float64; convert with to()",
        () -> Losses.binaryCrossEntropyWithLogits(Variable.zeros(2), Variable.of(0L, 1L)));
  }

  @Test
  void meanOfNothingIsRefused() {
    assertRefused(
        "mse: the mean over no elements is undefined, the target is float32[0, 4]; skip empty"
            + " batches or use Reduction.SUM",
        () -> Losses.mse(Variable.zeros(0, 4), Variable.zeros(0, 4)));
    assertRefused(
        "crossEntropy: the mean over no elements is undefined, the target is int64[0]; skip empty"
            + " batches or use Reduction.SUM",
        () -> Losses.crossEntropy(Variable.zeros(0, 4), Variable.zeros(DType.INT64, 0)));
  }

  @Test
  void targetsThatAreNanAreRefused() {
    Variable target = Variable.of(1f, Float.NaN);
    for (Reduction reduction : Reduction.values()) {
      assertRefused(
          "mse: the target float32[2] is NaN at row-major position 1; remove such examples or"
              + " select the others before the loss",
          () -> Losses.mse(Variable.zeros(2), target, reduction));
      assertRefused(
          "binaryCrossEntropyWithLogits: the target float32[2] is NaN at row-major position 1;"
              + " remove such examples or select the others before the loss",
          () -> Losses.binaryCrossEntropyWithLogits(Variable.zeros(2), target, reduction));
    }
  }

  @Test
  void nanPredictionsAreNotTheTargetsFault() {
    assertEquals(Double.NaN, Losses.mse(Variable.of(Float.NaN, 0f), Variable.zeros(2)).item());
  }

  @Test
  void wrongLabelsAreRefused() {
    Variable logits = Variable.zeros(2, 3);
    assertRefused(
        "crossEntropy: label 3 at row-major position 1 of int64[2] is no class of logits"
            + " float32[2, 3], which has the classes 0 to 2",
        () -> Losses.crossEntropy(logits, Variable.of(0L, 3L)));
    assertRefused(
        "nll: label -1 at row-major position 0 of int64[2] is no class of log-probabilities"
            + " float32[2, 3], which has the classes 0 to 2",
        () -> Losses.nll(logits, Variable.of(-1L, 0L)));
    assertRefused(
        "crossEntropy: labels must be int64 class numbers, got float32[2]; convert with"
            + " to(DType.INT64)",
        () -> Losses.crossEntropy(logits, Variable.of(Float.NaN, 1f)));
    assertRefused(
        "crossEntropy: labels must be int64 class numbers, got bool[2, 3]; convert with"
            + " to(DType.INT64), or take argmax(1) of one-hot rows",
        () -> Losses.crossEntropy(logits, Variable.zeros(DType.BOOL, 2, 3)));
    assertRefused(
        "crossEntropy: logits float32[2, 3] and class probabilities float64[2, 3] must both be"
            + " float32 or both be float64; convert with to()",
        () -> Losses.crossEntropy(logits, Variable.zeros(DType.FLOAT64, 2, 3)));
    assertRefused(
        "crossEntropy: labels for logits float32[2, 3], whose classes lie along axis 1, must have"
            + " shape [2], got int64[3]",
        () -> Losses.crossEntropy(logits, Variable.of(0L, 1L, 2L)));
    assertRefused(
        "nll: log-probabilities must be float32 or float64 with an axis of classes, got int64[2]",
        () -> Losses.nll(Variable.of(0L, 1L), Variable.of(0L)));
  }
}
