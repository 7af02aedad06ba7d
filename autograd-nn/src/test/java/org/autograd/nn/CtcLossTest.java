package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CtcLossTest {
  private static final int TIMES = 5;
  private static final int BATCH = 4;
  private static final int CLASSES = 3;
  private static final long[][] LABELS = {{1, 2}, {1, 1}, {}, {2, 1, 2}};
  private static final Variable INPUT_LENGTHS = Variable.of(5L, 4L, 3L, 5L);
  private static final Variable TARGET_LENGTHS = Variable.of(2L, 2L, 0L, 3L);

  private static Variable logits() {
    return Variable.randn(new Generator(1), DType.FLOAT64, TIMES, BATCH, CLASSES);
  }

  /** The labels with anything behind their ends. */
  private static Variable padded() {
    long[] values = new long[BATCH * 3];
    Arrays.fill(values, 77);
    for (int n = 0; n < BATCH; n++) {
      System.arraycopy(LABELS[n], 0, values, 3 * n, LABELS[n].length);
    }
    return Variable.fromArray(values, BATCH, 3);
  }

  private static Variable joined() {
    return Variable.of(Arrays.stream(LABELS).flatMapToLong(Arrays::stream).toArray());
  }

  /** What a path says: repetitions merged, then blanks removed. */
  private static List<Long> collapsed(int[] path, int blank) {
    List<Long> result = new ArrayList<>();
    for (int t = 0; t < path.length; t++) {
      if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) {
        result.add((long) path[t]);
      }
    }
    return result;
  }

  /** The sum over all paths that say the labels. */
  private static double likelihood(
      double[] logProbabilities, int n, int times, List<Long> labels, int blank) {
    int paths = (int) Math.pow(CLASSES, times);
    double sum = 0;
    for (int code = 0; code < paths; code++) {
      int[] path = new int[times];
      double logarithm = 0;
      for (int t = 0, rest = code; t < times; t++, rest /= CLASSES) {
        path[t] = rest % CLASSES;
        logarithm += logProbabilities[(t * BATCH + n) * CLASSES + path[t]];
      }
      if (collapsed(path, blank).equals(labels)) {
        sum += Math.exp(logarithm);
      }
    }
    return sum;
  }

  @Test
  void sumsOverAllAlignments() {
    Variable input = logits().logSoftmax(-1);
    double[] expected = new double[BATCH];
    for (int n = 0; n < BATCH; n++) {
      List<Long> labels = Arrays.stream(LABELS[n]).boxed().toList();
      int times = (int) INPUT_LENGTHS.toLongArray()[n];
      expected[n] = -Math.log(likelihood(input.toDoubleArray(), n, times, labels, 0));
    }
    for (Variable targets : List.of(padded(), joined())) {
      Variable each =
          Losses.ctc(input, targets, INPUT_LENGTHS, TARGET_LENGTHS, 0, false, Reduction.NONE);
      assertEquals(Shape.of(BATCH), each.shape());
      assertArrayEquals(expected, each.toDoubleArray(), 1e-12);
    }
    double sum = Arrays.stream(expected).sum();
    assertEquals(
        sum,
        Losses.ctc(input, joined(), INPUT_LENGTHS, TARGET_LENGTHS, 0, false, Reduction.SUM).item(),
        1e-12);
    assertEquals(
        (expected[0] / 2 + expected[1] / 2 + expected[2] + expected[3] / 3) / 4,
        Losses.ctc(input, joined(), INPUT_LENGTHS, TARGET_LENGTHS).item(),
        1e-12);
  }

  @Test
  void anyClassMayBeTheBlank() {
    Variable input = logits().logSoftmax(-1);
    Variable targets = Variable.of(0L, 1L).unsqueeze(0);
    Variable one = input.narrow(1, 2, 1);
    double expected = -Math.log(likelihood(input.toDoubleArray(), 2, 4, List.of(0L, 1L), 2));
    Variable loss =
        Losses.ctc(one, targets, Variable.of(4L), Variable.of(2L), 2, false, Reduction.SUM);
    assertEquals(expected, loss.item(), 1e-12);
    Variable single =
        Losses.ctc(
            one.squeeze(1),
            targets.squeeze(0),
            Variable.of(4L).reshape(),
            Variable.of(2).reshape(),
            2,
            false,
            Reduction.NONE);
    assertEquals(Shape.of(), single.shape());
    assertEquals(expected, single.item(), 1e-12);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreRight(boolean ofLogits) {
    GradCheck.check(
        v ->
            Losses.ctc(
                ofLogits ? v[0].logSoftmax(-1) : v[0], joined(), INPUT_LENGTHS, TARGET_LENGTHS),
        logits().requiresGrad(true));
  }

  @Test
  void sequencesWithoutAnAlignmentAreInfiniteOrCountNothing() {
    Variable logits = logits().requiresGrad(true);
    // Two equal labels need a blank between them, so two times are not enough.
    Variable lengths = Variable.of(5L, 2L, 3L, 5L);
    Variable each =
        Losses.ctc(
            logits.logSoftmax(-1), joined(), lengths, TARGET_LENGTHS, 0, false, Reduction.NONE);
    assertEquals(Double.POSITIVE_INFINITY, each.toDoubleArray()[1]);
    Variable zeroed =
        Losses.ctc(
            logits.logSoftmax(-1), joined(), lengths, TARGET_LENGTHS, 0, true, Reduction.NONE);
    assertEquals(0, zeroed.toDoubleArray()[1]);
    assertEquals(each.toDoubleArray()[3], zeroed.toDoubleArray()[3]);
    zeroed.sum().backward();
    Variable gradient = Objects.requireNonNull(logits.grad());
    assertArrayEquals(
        new double[TIMES * CLASSES], gradient.select(1, 1).contiguous().toDoubleArray());
    assertEquals(false, Double.isNaN(gradient.sum().item()));
  }

  @Test
  void nothingIsSaidInNoTime() {
    Variable input = logits().logSoftmax(-1);
    Variable lengths = Variable.of(0L, 0L, 0L, 0L);
    Variable none = Variable.zeros(DType.INT64, BATCH, 0);
    assertEquals(0, Losses.ctc(input, none, lengths, lengths, 0, false, Reduction.SUM).item());
  }

  @Test
  void thereAreNoSecondDerivatives() {
    Variable logits = logits().requiresGrad(true);
    Variable loss = Losses.ctc(logits.logSoftmax(-1), joined(), INPUT_LENGTHS, TARGET_LENGTHS);
    assertThrows(
        IllegalStateException.class,
        () -> Autograd.grad(loss, List.of(logits), BackwardOptions.createGraph()));
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void wrongOperandsAreRefused() {
    Variable input = logits();
    Variable labels = joined();
    assertRefused(
        "ctc: log-probabilities must be float32 or float64 [times, n, classes] or [times,"
            + " classes], got float64[3]",
        () -> Losses.ctc(input.select(0, 0).select(0, 0), labels, INPUT_LENGTHS, TARGET_LENGTHS));
    assertRefused(
        "ctc: input lengths must be 0 to 5, got [5, 6, 3, 5]",
        () -> Losses.ctc(input, labels, Variable.of(5L, 6L, 3L, 5L), TARGET_LENGTHS));
    assertRefused(
        "ctc: target lengths must be int64[4], got int64[1]",
        () -> Losses.ctc(input, labels, INPUT_LENGTHS, Variable.of(7L)));
    assertRefused(
        "ctc: targets must be int64[4, longest] or all labels one after the other, int64[7], got"
            + " int64[6]",
        () -> Losses.ctc(input, labels.narrow(0, 0, 6), INPUT_LENGTHS, TARGET_LENGTHS));
    assertRefused(
        "ctc: label 0 at row-major position 6 of targets int64[7] must be a class from 0 to 2 other"
            + " than the blank, 0",
        () ->
            Losses.ctc(
                input, Variable.of(1L, 2L, 1L, 1L, 2L, 1L, 0L), INPUT_LENGTHS, TARGET_LENGTHS));
    assertRefused(
        "ctc: blank must be a class of float64[5, 4, 3], got 3",
        () -> Losses.ctc(input, labels, INPUT_LENGTHS, TARGET_LENGTHS, 3, false, Reduction.MEAN));
  }
}
