package org.autograd.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Losses;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers with many digits are scikit-learn 1.9.1's, for the same scores and labels. */
class MetricsTest {
  private static final Variable LABELS = Variable.of(new long[] {0, 1, 2, 2, 1, 0, 3, 3, 2, 1});
  private static final Variable SCORES =
      Variable.of(
          new double[][] {
            {.9, .1, .3, .0}, {.2, .8, .1, .0}, {.1, .7, .6, .2}, {.0, .1, .9, .3},
            {.5, .4, .1, .2}, {.6, .3, .7, .1}, {.1, .2, .3, .4}, {.8, .1, .2, .7},
            {.2, .3, .5, .1}, {.3, .9, .2, .4}
          });

  /** Returns the metric of all rows, which come in parts of a size. */
  private static double value(Metric metric, Variable predictions, Variable targets, int part) {
    for (int start = 0; start < targets.size(0); start += part) {
      long length = Math.min(part, targets.size(0) - start);
      metric.update(predictions.narrow(0, start, length), targets.narrow(0, start, length));
    }
    return metric.value();
  }

  private static void check(double expected, Supplier<Metric> metric, Variable x, Variable y) {
    for (int part : List.of(1, 3, 100)) {
      assertEquals(expected, value(metric.get(), x, y, part), 1e-13);
    }
  }

  @Test
  void accuracy() {
    check(.6, Metrics::accuracy, SCORES, LABELS);
    check(1, () -> Metrics.topAccuracy(2), SCORES, LABELS);
    check(1, () -> Metrics.topAccuracy(4), SCORES, LABELS);
  }

  @Test
  void ofEqualScoresTheFirstCounts() {
    Variable equal = Variable.zeros(3, 3);
    Variable labels = Variable.of(0L, 1L, 2L);
    check(1. / 3, Metrics::accuracy, equal, labels);
    check(2. / 3, () -> Metrics.topAccuracy(2), equal, labels);
    ConfusionMatrix matrix = new ConfusionMatrix(3);
    matrix.update(equal, labels);
    assertEquals(1. / 3, matrix.value(), 1e-15);
  }

  @Test
  void aScoreThatIsNotANumberIsNoHit() {
    Variable scores = Variable.of(new double[][] {{1, Double.NaN}, {Double.NaN, 1}});
    check(0, Metrics::accuracy, scores, Variable.of(0L, 1L));
  }

  @Test
  void classesAreOnAxisOneOrTheLast() {
    Variable text = SCORES.reshape(2, 5, 4);
    Variable labels = LABELS.reshape(2, 5);
    check(.6, Metrics::accuracy, text, labels);
    check(.6, Metrics::accuracy, text.permute(0, 2, 1), labels);
  }

  @Test
  void ignoredLabelsDoNotCount() {
    Variable labels = Variable.of(new long[] {0, -100, -100, 2, -100, 0, 3, -100, -100, -100});
    check(.75, Metrics::accuracy, SCORES, labels);
    check(.75, () -> Metrics.recall(4, Averaging.MICRO), SCORES, labels);
  }

  @Test
  void binaryAccuracy() {
    Variable logits = Variable.of(new float[] {-1, 2, 3, -4});
    check(.75, () -> Metrics.binaryAccuracy(0), logits, Variable.of(new float[] {0, 1, 0, 0}));
    Variable wrong = Variable.zeros(4, 1);
    assertThrows(
        IllegalArgumentException.class, () -> Metrics.binaryAccuracy(0).update(logits, wrong));
  }

  @Test
  void confusionMatrix() {
    ConfusionMatrix matrix = new ConfusionMatrix(4);
    value(matrix, SCORES, LABELS, 4);
    assertEquals(
        List.of(1L, 0L, 1L, 0L, 1L, 2L, 0L, 0L, 0L, 1L, 2L, 0L, 1L, 0L, 0L, 1L),
        java.util.Arrays.stream(matrix.counts().toLongArray()).boxed().toList());
    assertEquals(10, matrix.total());
    assertEquals(1, matrix.count(3, 0));
    assertEquals(1. / 3, matrix.precision(0), 1e-15);
    assertEquals(.5, matrix.recall(0), 1e-15);
    assertEquals(.4, matrix.f1(0), 1e-15);
    assertEquals(2. / 3, matrix.f1(3), 1e-15);
    assertEquals(
        """
        actual \\ predicted
              0  1  2  3
          0   1  0  1  0
          1   1  2  0  0
          2   0  1  2  0
          3   1  0  0  1\
        """,
        matrix.toString());
  }

  @Test
  void precisionRecallAndF1() {
    check(.6, () -> Metrics.precision(4, Averaging.MICRO), SCORES, LABELS);
    check(.6, () -> Metrics.recall(4, Averaging.MICRO), SCORES, LABELS);
    check(.6, () -> Metrics.f1(4, Averaging.MICRO), SCORES, LABELS);
    check(.6666666666666666, () -> Metrics.precision(4, Averaging.MACRO), SCORES, LABELS);
    check(.5833333333333333, () -> Metrics.recall(4, Averaging.MACRO), SCORES, LABELS);
    check(.6, () -> Metrics.f1(4, Averaging.MACRO), SCORES, LABELS);
    check(.6666666666666666, () -> Metrics.precision(4, Averaging.WEIGHTED), SCORES, LABELS);
    check(.6, () -> Metrics.recall(4, Averaging.WEIGHTED), SCORES, LABELS);
    check(.6133333333333333, () -> Metrics.f1(4, Averaging.WEIGHTED), SCORES, LABELS);
  }

  @Test
  void classesThatDoNotOccur() {
    // Class 1 is never predicted, class 3 is not there at all.
    Variable labels = Variable.of(0L, 0L, 1L, 2L);
    Variable scores =
        Variable.of(new double[][] {{1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}});
    check(.4444444444444444, () -> Metrics.precision(4, Averaging.MACRO), scores, labels);
    check(.38888888888888884, () -> Metrics.f1(4, Averaging.MACRO), scores, labels);
    check(.5, () -> Metrics.recall(4, Averaging.WEIGHTED), scores, labels);
  }

  @Test
  void rocAucCopiesScoresSeldom() {
    Variable scores = Variable.of(.1f, .2f, .3f, .4f);
    Variable labels = Variable.of(0f, 1f, 0f, 1f);
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Metric metric = Metrics.rocAuc();
    long before = thread.getCurrentThreadAllocatedBytes();
    for (int k = 0; k < 4000; k++) {
      metric.update(scores, labels);
    }
    long bytes = thread.getCurrentThreadAllocatedBytes() - before;
    // To copy all scores each time would take 4000 times 64 KB on average.
    assertTrue(bytes < 100_000_000, bytes + " bytes");
    assertEquals(.75, metric.value(), 1e-12);
  }

  @Test
  void rocAuc() {
    Variable labels = Variable.of(0L, 1L, 1L, 0L, 1L, 0L, 0L, 1L, 1L, 0L);
    Variable scores = Variable.of(.1, .4, .4, .4, .8, .2, .8, .9, .35, .35);
    check(.76, Metrics::rocAuc, scores, labels);
    Variable logits = Variable.stack(1, List.of(scores.neg(), scores));
    check(.76, Metrics::rocAuc, logits, labels);
    check(.5, Metrics::rocAuc, scores.mul(0).neg(), labels);
    Variable onlyOnes = Variable.ones(10);
    assertEquals(Double.NaN, value(Metrics.rocAuc(), scores, onlyOnes, 3));
    assertThrows(
        IllegalArgumentException.class, () -> Metrics.rocAuc().update(scores, onlyOnes.mul(2)));
  }

  @Test
  void regression() {
    Variable targets = Variable.of(3, -.5, 2, 7);
    Variable values = Variable.of(2.5, 0, 2, 8);
    check(.9486081370449679, Metrics::r2, values, targets);
    check(.375, Metrics::meanSquaredError, values, targets);
    check(.5, Metrics::meanAbsoluteError, values, targets);
    check(
        .9368005266622779,
        Metrics::r2,
        Variable.of(new double[][] {{0, 2}, {-1, 2}, {8, -5}}),
        Variable.of(new double[][] {{.5, 1}, {-1, 1}, {7, -6}}));
    // Far from zero, where a difference of sums of squares would have no digits left.
    check(.9486081370449679, Metrics::r2, values.add(1e6), targets.add(1e6));
    check(0, Metrics::r2, values, Variable.ones(DType.FLOAT64, 4));
    check(1, Metrics::r2, targets.mul(0), targets.mul(0));
    assertEquals(
        Double.NaN, value(Metrics.r2(), values.narrow(0, 0, 1), targets.narrow(0, 0, 1), 1));
    assertThrows(
        IllegalArgumentException.class, () -> Metrics.r2().update(values, targets.unsqueeze(1)));
  }

  @Test
  void perplexity() {
    check(3.0034199106525006, Metrics::perplexity, SCORES, LABELS);
    check(4, Metrics::perplexity, Variable.full(1000, 10, 4), LABELS);
  }

  @Test
  void aMeanWeighsBatchesByTheirSize() {
    double all = Losses.crossEntropy(SCORES, LABELS).item();
    check(all, () -> Metrics.mean(Losses::crossEntropy), SCORES, LABELS);
    assertEquals(Double.NaN, Metrics.accuracy().value());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void stateGoesOnAndResetForgets(int kind) {
    List<Supplier<Metric>> kinds =
        List.of(
            Metrics::accuracy,
            () -> new ConfusionMatrix(4),
            () -> Metrics.f1(4, Averaging.MACRO),
            Metrics::rocAuc,
            Metrics::r2);
    Generator rng = new Generator(1);
    boolean ofClasses = kind < 3;
    Variable targets = ofClasses ? LABELS : Variable.randint(rng, 0, 2, 10).to(DType.FLOAT64);
    Variable predictions = ofClasses ? SCORES : Variable.rand(rng, DType.FLOAT64, 10);
    Metric whole = kinds.get(kind).get();
    double expected = value(whole, predictions, targets, 10);

    Metric first = kinds.get(kind).get();
    first.update(predictions.narrow(0, 0, 6), targets.narrow(0, 0, 6));
    Metric second = kinds.get(kind).get();
    second.update(predictions.narrow(0, 0, 2), targets.narrow(0, 0, 2));
    second.loadStateDict(first.stateDict());
    second.update(predictions.narrow(0, 6, 4), targets.narrow(0, 6, 4));
    assertEquals(expected, second.value(), 1e-13);

    second.reset();
    assertTrue(Double.isNaN(second.value()));
    assertEquals(expected, value(second, predictions, targets, 10), 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> second.loadStateDict(java.util.Map.of("other", LABELS)));
    assertEquals(expected, second.value(), 0);
  }

  @Test
  void whatDoesNotFitIsSaid() {
    Metric metric = Metrics.accuracy();
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> metric.update(LABELS, LABELS));
    assertTrue(error.getMessage().contains("axis of classes"), error.getMessage());
    error =
        assertThrows(
            IllegalArgumentException.class, () -> metric.update(SCORES, LABELS.to(DType.FLOAT32)));
    assertTrue(error.getMessage().contains("int64"), error.getMessage());
    error =
        assertThrows(IllegalArgumentException.class, () -> metric.update(SCORES, LABELS.add(1)));
    assertTrue(error.getMessage().contains("class number 4"), error.getMessage());
    error =
        assertThrows(
            IllegalArgumentException.class, () -> new ConfusionMatrix(5).update(SCORES, LABELS));
    assertTrue(error.getMessage().contains("of 5 classes"), error.getMessage());
  }
}
