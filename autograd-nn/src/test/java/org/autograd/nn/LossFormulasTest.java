package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses against their formulas for single numbers, and their gradients against differences. */
class LossFormulasTest {
  /** A loss of two arrays, element by element. */
  @FunctionalInterface
  private interface Loss {
    Variable apply(Variable x, Variable y, Reduction reduction);
  }

  private record Case(Loss loss, Variable x, Variable y, DoubleBinaryOperator formula) {}

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  private static Variable signs(long... shape) {
    return Variable.randint(new Generator(9), 0, 2, shape).mul(2).sub(1);
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static Map<String, Case> cases() {
    Variable x = random(1, 4, 3);
    Variable y = random(2, 4, 3);
    Variable p = x.sigmoid();
    Variable q = y.sigmoid();
    Variable counts = Variable.randint(new Generator(3), 0, 6, 4, 3).to(DType.FLOAT64);
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("mse", new Case(Losses::mse, x, y, (a, b) -> (a - b) * (a - b)));
    cases.put("l1", new Case(Losses::l1, x, y, (a, b) -> Math.abs(a - b)));
    cases.put(
        "smoothL1",
        new Case(
            (a, b, r) -> Losses.smoothL1(a, b, .7, r),
            x,
            y,
            (a, b) -> {
              double d = Math.abs(a - b);
              return d < .7 ? d * d / 1.4 : d - .35;
            }));
    cases.put(
        "smoothL1, beta 0",
        new Case((a, b, r) -> Losses.smoothL1(a, b, 0, r), x, y, (a, b) -> Math.abs(a - b)));
    cases.put(
        "huber",
        new Case(
            (a, b, r) -> Losses.huber(a, b, .7, r),
            x,
            y,
            (a, b) -> {
              double d = Math.abs(a - b);
              return d <= .7 ? d * d / 2 : .7 * (d - .35);
            }));
    cases.put(
        "binaryCrossEntropy",
        new Case(
            Losses::binaryCrossEntropy,
            p,
            q,
            (a, b) -> -b * Math.log(a) - (1 - b) * Math.log(1 - a)));
    cases.put(
        "binaryCrossEntropyWithLogits",
        new Case(
            Losses::binaryCrossEntropyWithLogits,
            x,
            q,
            (a, b) -> b * softplus(-a) + (1 - b) * softplus(a)));
    cases.put(
        "klDivergence", new Case(Losses::klDivergence, x, q, (a, b) -> b * (Math.log(b) - a)));
    cases.put(
        "klDivergenceOfLogs",
        new Case(Losses::klDivergenceOfLogs, x, y, (a, b) -> Math.exp(b) * (b - a)));
    cases.put(
        "poissonNll",
        new Case(
            (a, b, r) -> Losses.poissonNll(a, b, false, r),
            x,
            counts,
            (a, b) -> Math.exp(a) - b * a));
    cases.put(
        "poissonNll, full",
        new Case(
            (a, b, r) -> Losses.poissonNll(a, b, true, r),
            x,
            counts,
            (a, b) ->
                Math.exp(a)
                    - b * a
                    + (b > 1 ? b * Math.log(b) - b + Math.log(2 * Math.PI * b) / 2 : 0)));
    cases.put(
        "softMargin", new Case(Losses::softMargin, x, signs(4, 3), (a, b) -> softplus(-a * b)));
    cases.put(
        "hingeEmbedding",
        new Case(
            (a, b, r) -> Losses.hingeEmbedding(a, b, .4, r),
            x,
            signs(4, 3),
            (a, b) -> b == 1 ? a : Math.max(0, .4 - a)));
    return cases;
  }

  static Set<String> names() {
    return cases().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void followsItsFormula(String name) {
    Case tested = cases().get(name);
    double[] x = tested.x().toDoubleArray();
    double[] y = tested.y().toDoubleArray();
    double[] expected = new double[x.length];
    Arrays.setAll(expected, k -> tested.formula().applyAsDouble(x[k], y[k]));
    double sum = Arrays.stream(expected).sum();
    Variable each = tested.loss().apply(tested.x(), tested.y(), Reduction.NONE);
    assertEquals(Shape.of(4, 3), each.shape());
    assertArrayEquals(expected, each.toDoubleArray(), 1e-12);
    assertEquals(sum, tested.loss().apply(tested.x(), tested.y(), Reduction.SUM).item(), 1e-11);
    assertEquals(
        sum / 12, tested.loss().apply(tested.x(), tested.y(), Reduction.MEAN).item(), 1e-12);
    assertEquals(
        sum / 4, tested.loss().apply(tested.x(), tested.y(), Reduction.BATCH_MEAN).item(), 1e-12);
  }

  @ParameterizedTest
  @MethodSource("names")
  void gradientsAreRight(String name) {
    Case tested = cases().get(name);
    for (Reduction reduction : Reduction.values()) {
      GradCheck.check(
          v -> tested.loss().apply(v[0], tested.y(), reduction),
          tested.x().detach().copy().requiresGrad(true));
    }
    if (tested.y().dtype().isFloating() && !name.startsWith("poisson")) {
      GradCheck.check(
          v -> tested.loss().apply(v[0], v[1], Reduction.MEAN),
          tested.x().detach().copy().requiresGrad(true),
          tested.y().detach().copy().requiresGrad(true));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void float32IsCloseAndUnequalShapesAreRefused(String name) {
    Case tested = cases().get(name);
    Variable x = tested.x().to(DType.FLOAT32);
    Variable y = tested.y().dtype().isFloating() ? tested.y().to(DType.FLOAT32) : tested.y();
    Variable loss = tested.loss().apply(x, y, Reduction.MEAN);
    assertEquals(DType.FLOAT32, loss.dtype());
    double expected = tested.loss().apply(tested.x(), tested.y(), Reduction.MEAN).item();
    assertEquals(expected, loss.item(), 1e-5 * Math.max(1, Math.abs(expected)));
    for (Variable other : List.of(y.narrow(1, 0, 1), y.select(0, 0), y.unsqueeze(0))) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> tested.loss().apply(x, other, Reduction.MEAN));
      String message = Objects.requireNonNull(e.getMessage());
      assertEquals(true, message.contains(other.dtype() + other.shape().toString()), message);
    }
  }

  @Test
  void zerosInDistributionsCountNothing() {
    Variable x = Variable.of(-3.0, -1.0).requiresGrad(true);
    Variable loss = Losses.klDivergence(x, Variable.of(0.0, 1.0), Reduction.SUM);
    assertEquals(1, loss.item());
    loss.backward();
    assertArrayEquals(
        new double[] {0, -1}, Objects.requireNonNull(x.grad()).toDoubleArray(), 1e-15);
  }

  @Test
  void certainProbabilitiesHaveFiniteLossesAndSlopes() {
    Variable p = Variable.of(0.0, 0.0, 1.0, 1.0).requiresGrad(true);
    Variable target = Variable.of(0.0, 1.0, 0.0, 1.0);
    Variable each = Losses.binaryCrossEntropy(p, target, Reduction.NONE);
    assertArrayEquals(new double[] {0, 100, 100, 0}, each.toDoubleArray(), 0);
    each.sum().backward();
    assertArrayEquals(
        new double[] {0, -1e12, 1e12, 0}, Objects.requireNonNull(p.grad()).toDoubleArray(), 1);
  }

  @Test
  void binaryCrossEntropyIsDifferentiableTwice() {
    Variable target = random(5, 5).sigmoid();
    GradCheck.checkSecondOrder(
        v -> Losses.binaryCrossEntropy(v[0], v[1]),
        random(4, 5).sigmoid().detach().requiresGrad(true),
        target.detach().requiresGrad(true));
  }

  @Test
  void positiveExamplesMayWeighMore() {
    Variable x = random(1, 4, 3);
    Variable y = random(2, 4, 3).sigmoid();
    Variable weight = Variable.of(.5, 1.0, 3.0);
    double[] expected = new double[12];
    for (int k = 0; k < 12; k++) {
      double a = x.toDoubleArray()[k];
      double b = y.toDoubleArray()[k];
      double w = weight.toDoubleArray()[k % 3];
      expected[k] = w * b * softplus(-a) + (1 - b) * softplus(a);
    }
    assertArrayEquals(
        expected,
        Losses.binaryCrossEntropyWithLogits(x, y, weight, Reduction.NONE).toDoubleArray(),
        1e-12);
    GradCheck.check(
        v -> Losses.binaryCrossEntropyWithLogits(v[0], y, weight, Reduction.MEAN),
        x.detach().requiresGrad(true));
    Variable far =
        Losses.binaryCrossEntropyWithLogits(
            Variable.of(-1000.0, 1000.0), Variable.of(1.0, 0.0), Variable.of(2.0), Reduction.NONE);
    assertArrayEquals(new double[] {2000, 1000}, far.toDoubleArray());
    assertRefused(
        "binaryCrossEntropyWithLogits: positive weight float64[4] must have the dtype of"
            + " float64[4, 3] and broadcast to it, for example with one element for each along"
            + " the last axis",
        () -> Losses.binaryCrossEntropyWithLogits(x, y, random(1, 4), Reduction.MEAN));
  }

  @Test
  void gaussianLikelihood() {
    Variable mean = random(1, 4, 3);
    Variable target = random(2, 4, 3);
    Variable variance = random(3, 4, 3).square().add(.1);
    Variable each = Losses.gaussianNll(mean, target, variance, true, Reduction.NONE);
    double[] expected = new double[12];
    Arrays.setAll(
        expected,
        k -> {
          double v = variance.toDoubleArray()[k];
          double d = mean.toDoubleArray()[k] - target.toDoubleArray()[k];
          return (Math.log(v) + d * d / v + Math.log(2 * Math.PI)) / 2;
        });
    assertArrayEquals(expected, each.toDoubleArray(), 1e-12);
    assertEquals(
        Arrays.stream(expected).average().orElseThrow() - Math.log(2 * Math.PI) / 2,
        Losses.gaussianNll(mean, target, variance).item(),
        1e-12);
    Variable common = variance.narrow(1, 0, 1).detach().copy();
    GradCheck.check(
        v -> Losses.gaussianNll(v[0], target, v[1]),
        mean.detach().requiresGrad(true),
        common.requiresGrad(true));
    Variable tiny = Variable.of(0.0).requiresGrad(true);
    Losses.gaussianNll(Variable.of(1.0), Variable.of(0.0), tiny).backward();
    assertEquals((1e6 - 1e12) / 2, Objects.requireNonNull(tiny.grad()).item(), 1);
    assertRefused(
        "gaussianNll: variance float64[1] must be at least 0, some are not",
        () -> Losses.gaussianNll(Variable.of(1.0), Variable.of(0.0), Variable.of(-1.0)));
    assertRefused(
        "gaussianNll: mean float64[4, 3] and variance float64[3] must have equal shapes, a loss"
            + " does not broadcast",
        () -> Losses.gaussianNll(mean, target, random(1, 3)));
  }

  private static double[][] rows(Variable matrix) {
    int columns = (int) matrix.size(1);
    double[] values = matrix.toDoubleArray();
    double[][] rows = new double[(int) matrix.size(0)][];
    Arrays.setAll(rows, k -> Arrays.copyOfRange(values, k * columns, (k + 1) * columns));
    return rows;
  }

  private static double[] logSoftmax(double[] row) {
    double sum = Arrays.stream(row).map(Math::exp).sum();
    return Arrays.stream(row).map(x -> x - Math.log(sum)).toArray();
  }

  @ParameterizedTest
  @EnumSource(Reduction.class)
  void crossEntropyWithEverything(Reduction reduction) {
    Variable x = random(1, 5, 3);
    Variable labels = Variable.of(0L, 2L, 7L, 1L, 2L);
    double[] weights = {.5, 1, 3};
    CrossEntropyOptions options =
        CrossEntropyOptions.defaults()
            .weight(Variable.of(weights))
            .ignoreIndex(7)
            .labelSmoothing(.2)
            .reduction(reduction);
    double[] expected = new double[5];
    double total = 0;
    for (int n = 0; n < 5; n++) {
      int label = (int) labels.toLongArray()[n];
      if (label != 7) {
        double[] row = logSoftmax(rows(x)[n]);
        expected[n] = -.8 * weights[label] * row[label];
        for (int c = 0; c < 3; c++) {
          expected[n] -= .2 / 3 * weights[c] * row[c];
        }
        total += weights[label];
      }
    }
    double sum = Arrays.stream(expected).sum();
    double[] reduced =
        switch (reduction) {
          case NONE -> expected;
          case SUM -> new double[] {sum};
          case BATCH_MEAN -> new double[] {sum / 5};
          case MEAN -> new double[] {sum / total};
        };
    assertArrayEquals(reduced, Losses.crossEntropy(x, labels, options).toDoubleArray(), 1e-12);
    assertArrayEquals(reduced, Losses.nll(x.logSoftmax(1), labels, options).toDoubleArray(), 1e-12);
    // Where the classes lie along the second of three axes.
    Variable images = x.transpose().unsqueeze(0);
    if (reduction != Reduction.BATCH_MEAN) {
      assertArrayEquals(
          reduced,
          Losses.crossEntropy(images, labels.unsqueeze(0), options).toDoubleArray(),
          1e-12);
    }
    GradCheck.check(v -> Losses.crossEntropy(v[0], labels, options), x.detach().requiresGrad(true));
  }

  @Test
  void probabilitiesOfClassesAreTargetsToo() {
    Variable x = random(1, 5, 3);
    Variable y = random(2, 5, 3).softmax(1);
    double[] weights = {.5, 1, 3};
    CrossEntropyOptions options =
        CrossEntropyOptions.defaults().weight(Variable.of(weights)).labelSmoothing(.2);
    double sum = 0;
    for (int n = 0; n < 5; n++) {
      for (int c = 0; c < 3; c++) {
        sum -= weights[c] * (.8 * rows(y)[n][c] + .2 / 3) * logSoftmax(rows(x)[n])[c];
      }
    }
    assertEquals(sum / 5, Losses.crossEntropy(x, y, options).item(), 1e-12);
    assertEquals(sum / 5, Losses.nll(x.logSoftmax(1), y, options).item(), 1e-12);
    GradCheck.check(
        v -> Losses.crossEntropy(v[0], v[1], options),
        x.detach().requiresGrad(true),
        y.detach().requiresGrad(true));
    Variable labels = Variable.of(0L, 2L, 1L, 1L, 2L);
    assertEquals(
        Losses.crossEntropy(x, labels).item(),
        Losses.crossEntropy(x, labels.oneHot(3).to(DType.FLOAT64)).item(),
        1e-12);
  }

  @Test
  void ignoredExamplesMayBeNanAndAllIgnoredHaveNoMean() {
    Variable x = Variable.of(new double[][] {{1, 2}, {Double.NaN, 0}});
    Variable labels = Variable.of(0L, -100L);
    assertEquals(
        Losses.crossEntropy(x.narrow(0, 0, 1), labels.narrow(0, 0, 1)).item(),
        Losses.crossEntropy(x, labels).item(),
        1e-15);
    Variable none = Variable.of(-100L, -100L);
    assertEquals(0, Losses.crossEntropy(x, none, Reduction.SUM).item());
    assertRefused(
        "crossEntropy: the mean over no elements is undefined, the target is int64[2]; skip empty"
            + " batches or use Reduction.SUM",
        () -> Losses.crossEntropy(x, none));
  }

  @Test
  void wrongOptionsOfCrossEntropyAreRefused() {
    Variable x = random(1, 2, 3);
    Variable labels = Variable.of(0L, 1L);
    CrossEntropyOptions options = CrossEntropyOptions.defaults();
    assertRefused(
        "crossEntropy: weight float64[2] must be float64[3], one number for each class of logits"
            + " float64[2, 3]",
        () -> Losses.crossEntropy(x, labels, options.weight(Variable.of(1.0, 2.0))));
    assertRefused(
        "crossEntropy: weight float32[3] must be float64[3], one number for each class of logits"
            + " float64[2, 3]",
        () -> Losses.crossEntropy(x, labels, options.weight(Variable.ones(3))));
    assertRefused(
        "weight must be a vector of float32 or float64, got int64[2]",
        () -> options.weight(labels));
    assertRefused(
        "labelSmoothing must be at least 0 and at most 1, got 1.5",
        () -> options.labelSmoothing(1.5));
    assertRefused(
        "crossEntropy: label -100 at row-major position 0 of int64[1] is no class of logits"
            + " float64[1, 3], which has the classes 0 to 2",
        () -> Losses.crossEntropy(random(1, 1, 3), Variable.of(-100L), options.ignoreIndex(-1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void multiMargin(int power) {
    Variable x = random(1, 4, 3);
    Variable labels = Variable.of(0L, 2L, 1L, 2L);
    double[] weights = {.5, 1, 3};
    double[] expected = new double[4];
    for (int n = 0; n < 4; n++) {
      int label = (int) labels.toLongArray()[n];
      for (int c = 0; c < 3; c++) {
        double z = .7 - rows(x)[n][label] + rows(x)[n][c];
        if (c != label && z > 0) {
          expected[n] += weights[label] * Math.pow(z, power) / 3;
        }
      }
    }
    Variable each = Losses.multiMargin(x, labels, power, .7, Variable.of(weights), Reduction.NONE);
    assertArrayEquals(expected, each.toDoubleArray(), 1e-12);
    GradCheck.check(
        v -> Losses.multiMargin(v[0], labels, power, .7, null, Reduction.MEAN),
        x.detach().requiresGrad(true));
    assertRefused(
        "multiMargin: takes scores [classes] or [n, classes] and power 1 or 2, got float64[4, 3]"
            + " and 3",
        () -> Losses.multiMargin(x, labels, 3, 1, null, Reduction.MEAN));
  }

  @Test
  void marginsOfSeveralLabels() {
    Variable x = random(1, 2, 4);
    Variable labels = Variable.fromArray(new long[] {3, 0, -1, 1, 2, -1, 9, 0}, 2, 4);
    double[] expected = new double[2];
    int[][] listed = {{3, 0}, {2}};
    for (int n = 0; n < 2; n++) {
      for (int j : listed[n]) {
        for (int i = 0; i < 4; i++) {
          int other = i;
          if (Arrays.stream(listed[n]).noneMatch(label -> label == other)) {
            expected[n] += Math.max(0, 1 - rows(x)[n][j] + rows(x)[n][i]) / 4;
          }
        }
      }
    }
    Variable each = Losses.multiLabelMargin(x, labels, Reduction.NONE);
    assertArrayEquals(expected, each.toDoubleArray(), 1e-12);
    GradCheck.check(
        v -> Losses.multiLabelMargin(v[0], labels, Reduction.MEAN), x.detach().requiresGrad(true));
    assertRefused(
        "multiLabelMargin: label 4 at row-major position 1 of int64[3] is neither a class, 0 to 2,"
            + " nor the end, -1",
        () -> Losses.multiLabelMargin(random(1, 3), Variable.of(0L, 4L, -1L), Reduction.MEAN));
    Variable several = Variable.of(new double[][] {{1, 0, 0, 1}, {0, 1, 0, 0}});
    assertEquals(
        Losses.binaryCrossEntropyWithLogits(x, several).item(),
        Losses.multiLabelSoftMargin(x, several, Reduction.MEAN).item(),
        1e-12);
    assertEquals(Shape.of(2), Losses.multiLabelSoftMargin(x, several, Reduction.NONE).shape());
  }

  @Test
  void rankings() {
    Variable a = random(1, 6);
    Variable b = random(2, 6);
    Variable y = signs(6);
    double[] expected = new double[6];
    Arrays.setAll(
        expected,
        k ->
            Math.max(0, .3 - y.toDoubleArray()[k] * (a.toDoubleArray()[k] - b.toDoubleArray()[k])));
    assertArrayEquals(
        expected, Losses.marginRanking(a, b, y, .3, Reduction.NONE).toDoubleArray(), 1e-12);
    GradCheck.check(
        v -> Losses.marginRanking(v[0], v[1], y, .3, Reduction.MEAN),
        a.detach().requiresGrad(true),
        b.detach().requiresGrad(true));
    // At the corner the slope is that of the line, as in PyTorch.
    Variable x = Variable.of(1.0).requiresGrad(true);
    Losses.marginRanking(x, Variable.of(1.0), Variable.of(1L), 0, Reduction.SUM).backward();
    assertEquals(-1, Objects.requireNonNull(x.grad()).item());
    assertRefused(
        "marginRanking: labels must be 1 or -1, got 0.0 at row-major position 1 of int64[2]",
        () ->
            Losses.marginRanking(
                random(1, 2), random(2, 2), Variable.of(1L, 0L), 0, Reduction.MEAN));
    assertRefused(
        "marginRanking: labels must be numbers 1 or -1 of shape [2], got int64[1]",
        () -> Losses.marginRanking(random(1, 2), random(2, 2), Variable.of(1L), 0, Reduction.MEAN));
  }

  private static double norm(double[] x, double[] y, double order) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += Math.pow(Math.abs(x[k] - y[k] + 1e-6), order);
    }
    return Math.pow(sum, 1 / order);
  }

  @Test
  void triplets() {
    Variable anchor = random(1, 5, 3);
    Variable near = random(2, 5, 3);
    Variable far = random(3, 5, 3);
    for (boolean swap : new boolean[] {false, true}) {
      double[] expected = new double[5];
      for (int n = 0; n < 5; n++) {
        double apart = norm(rows(anchor)[n], rows(far)[n], 3);
        if (swap) {
          apart = Math.min(apart, norm(rows(near)[n], rows(far)[n], 3));
        }
        expected[n] = Math.max(0, .8 + norm(rows(anchor)[n], rows(near)[n], 3) - apart);
      }
      assertArrayEquals(
          expected,
          Losses.triplet(anchor, near, far, .8, 3, swap, Reduction.NONE).toDoubleArray(),
          1e-12);
      GradCheck.check(
          v -> Losses.triplet(v[0], v[1], v[2], .8, 3, swap, Reduction.MEAN),
          anchor.detach().requiresGrad(true),
          near.detach().requiresGrad(true),
          far.detach().requiresGrad(true));
    }
    assertRefused(
        "triplet: anchor float64[5, 3] and negative float64[3] must have equal shapes, a loss does"
            + " not broadcast",
        () -> Losses.triplet(anchor, near, random(1, 3)));
  }

  @Test
  void angles() {
    Variable a = random(1, 5, 3);
    Variable b = random(2, 5, 3);
    Variable y = Variable.of(1L, -1L, -1L, 1L, -1L);
    double[] expected = new double[5];
    for (int n = 0; n < 5; n++) {
      double[] u = rows(a)[n];
      double[] v = rows(b)[n];
      double dot = 0;
      double squares = 0;
      double others = 0;
      for (int k = 0; k < 3; k++) {
        dot += u[k] * v[k];
        squares += u[k] * u[k];
        others += v[k] * v[k];
      }
      double cosine = dot / Math.sqrt(squares * others);
      expected[n] = y.toDoubleArray()[n] == 1 ? 1 - cosine : Math.max(0, cosine + .2);
    }
    assertArrayEquals(
        expected, Losses.cosineEmbedding(a, b, y, -.2, Reduction.NONE).toDoubleArray(), 1e-11);
    GradCheck.check(
        v -> Losses.cosineEmbedding(v[0], v[1], y, -.2, Reduction.MEAN),
        a.detach().requiresGrad(true),
        b.detach().requiresGrad(true));
    Variable zero = Variable.zeros(DType.FLOAT64, 1, 3).requiresGrad(true);
    Losses.cosineEmbedding(zero, random(1, 1, 3), Variable.of(1L), 0, Reduction.MEAN).backward();
    assertEquals(false, Double.isNaN(Objects.requireNonNull(zero.grad()).sum().item()));
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void predictionsThatAreNoProbabilitiesAreRefused() {
    assertRefused(
        "binaryCrossEntropy: prediction float64[2] must be probabilities from 0 to 1; for logits"
            + " there is binaryCrossEntropyWithLogits",
        () -> Losses.binaryCrossEntropy(Variable.of(.5, 1.5), Variable.of(0.0, 1.0)));
    assertRefused(
        "huber: delta must be above 0, got 0.0",
        () -> Losses.huber(random(1, 2), random(2, 2), 0, Reduction.MEAN));
    assertRefused(
        "smoothL1: beta must be at least 0, got -1.0",
        () -> Losses.smoothL1(random(1, 2), random(2, 2), -1, Reduction.MEAN));
  }

  @Test
  void lossesAreDifferentiableTwice() {
    Variable x = random(1, 3).requiresGrad(true);
    Variable loss = Losses.softMargin(x, Variable.of(1L, -1L, 1L), Reduction.SUM);
    Variable slope = Autograd.grad(loss, List.of(x), BackwardOptions.createGraph()).getFirst();
    Variable s = x.detach().sigmoid();
    assertArrayEquals(
        s.mul(s.rsub(1)).toDoubleArray(),
        Autograd.grad(slope.sum(), x).getFirst().toDoubleArray(),
        1e-12);
  }
}
