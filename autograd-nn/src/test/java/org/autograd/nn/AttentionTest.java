package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionTest {
  private static final double MINUS_INFINITY = Double.NEGATIVE_INFINITY;

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  /** Attention of one head in plain loops; the mask is added, and -infinity hides. */
  private static double[][] plain(
      double[][] query, double[][] key, double[][] value, double[][] mask, double scale) {
    double[][] result = new double[query.length][value[0].length];
    for (int i = 0; i < query.length; i++) {
      double[] weights = new double[key.length];
      double sum = 0;
      for (int j = 0; j < key.length; j++) {
        double product = 0;
        for (int k = 0; k < key[j].length; k++) {
          product += query[i][k] * key[j][k];
        }
        weights[j] = Math.exp(scale * product + mask[i][j]);
        sum += weights[j];
      }
      for (int j = 0; sum > 0 && j < key.length; j++) {
        for (int k = 0; k < value[j].length; k++) {
          result[i][k] += weights[j] / sum * value[j][k];
        }
      }
    }
    return result;
  }

  private static double[][] rows(Variable matrix) {
    int columns = Math.toIntExact(matrix.size(1));
    double[] all = matrix.toDoubleArray();
    double[][] rows = new double[Math.toIntExact(matrix.size(0))][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(all, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  private static void assertPlain(
      Variable query, Variable key, Variable value, double[][] mask, Attention.Options options) {
    double scale =
        options.scale() == null ? 1 / Math.sqrt((double) query.size(-1)) : options.scale();
    Variable actual = Attention.scaledDotProduct(query, key, value, options);
    for (int b = 0; b < query.size(0); b++) {
      for (int h = 0; h < query.size(1); h++) {
        double[][] expected =
            plain(
                rows(query.select(0, b).select(0, h)),
                rows(key.select(0, b).select(0, h)),
                rows(value.select(0, b).select(0, h)),
                mask,
                scale);
        double[][] own = rows(actual.select(0, b).select(0, h));
        for (int i = 0; i < own.length; i++) {
          assertArrayEquals(expected[i], own[i], 1e-12);
        }
      }
    }
  }

  @Test
  void equalsPlainLoopsWithEveryKindOfMask() {
    Variable query = random(1, 2, 3, 4, 5);
    Variable key = random(2, 2, 3, 6, 5);
    Variable value = random(3, 2, 3, 6, 7);
    double[][] none = new double[4][6];
    assertPlain(query, key, value, none, Attention.options());
    assertPlain(query, key, value, none, Attention.options().scale(.3));
    double[][] causal = new double[4][6];
    for (int i = 0; i < 4; i++) {
      Arrays.fill(causal[i], i + 1, 6, MINUS_INFINITY);
    }
    assertPlain(query, key, value, causal, Attention.options().causal(true));

    // Query 1 sees nothing, query 3 only key 2.
    double[][] hidden = new double[4][6];
    Arrays.fill(hidden[1], MINUS_INFINITY);
    Arrays.fill(hidden[3], MINUS_INFINITY);
    hidden[3][2] = 0;
    Variable added = Variable.of(hidden);
    Variable seen = added.eq(0);
    assertPlain(query, key, value, hidden, Attention.options().mask(seen));
    assertPlain(query, key, value, hidden, Attention.options().mask(added));
    Variable bias = random(4, 4, 6);
    assertPlain(
        query, key, value, rows(bias.add(added)), Attention.options().mask(bias.add(added)));
    double[][] both = new double[4][6];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 6; j++) {
        both[i][j] = hidden[i][j] + causal[i][j];
      }
    }
    assertPlain(query, key, value, both, Attention.options().mask(seen).causal(true));
    // One row for all queries, and one number for all.
    double[][] padding = new double[4][6];
    for (double[] row : padding) {
      row[5] = MINUS_INFINITY;
    }
    Variable last = Variable.of(0L, 0L, 0L, 0L, 0L, 1L).ne(1);
    assertPlain(query, key, value, padding, Attention.options().mask(last));
    assertPlain(query, key, value, none, Attention.options().mask(Variable.scalar(3.0)));
  }

  @Test
  void gradients() {
    Variable query = random(1, 2, 3, 4).requiresGrad(true);
    Variable key = random(2, 2, 5, 4).requiresGrad(true);
    Variable value = random(3, 2, 5, 2).requiresGrad(true);
    Variable bias = random(4, 3, 5).requiresGrad(true);
    GradCheck.checkSecondOrder(
        x ->
            Attention.scaledDotProduct(
                x[0], x[1], x[2], Attention.options().mask(x[3]).causal(true)),
        query,
        key,
        value,
        bias);
    // A query that sees nothing has no gradient, and no NaN reaches the others.
    Variable mask = Variable.ones(3, 5).tril(-1).ne(0);
    GradCheck.check(
        x -> Attention.scaledDotProduct(x[0], x[1], x[2], Attention.options().mask(mask)),
        query,
        key,
        value);
  }

  @Test
  void dropoutKeepsTheMeanAndIsDrawnFromTheDefaultGenerator() {
    Variable query = Variable.zeros(DType.FLOAT64, 4, 100, 3);
    Variable value = Variable.ones(DType.FLOAT64, 4, 100, 3);
    Attention.Options options = Attention.options().dropout(.25);
    Autograd.manualSeed(5);
    Variable first = Attention.scaledDotProduct(query, query, value, options);
    Variable second = Attention.scaledDotProduct(query, query, value, options);
    Autograd.manualSeed(5);
    Variable again = Attention.scaledDotProduct(query, query, value, options);
    assertArrayEquals(first.toDoubleArray(), again.toDoubleArray(), 0);
    assertTrue(!Arrays.equals(first.toDoubleArray(), second.toDoubleArray()));
    assertEquals(1, first.mean().item(), .02);
    Variable weights = Attention.weights(query, query, options);
    double[] distinct = weights.toDoubleArray();
    assertTrue(Arrays.stream(distinct).allMatch(w -> w == 0 || Math.abs(w - .01 / .75) < 1e-15));
    assertArrayEquals(
        new double[1200],
        Attention.scaledDotProduct(query, query, value, options.dropout(1)).toDoubleArray());
  }

  private static List<double[]> valueAndGradients(
      Variable[] leaves, java.util.function.Function<Variable[], Variable> attention) {
    Variable[] own =
        Arrays.stream(leaves).map(x -> x.copy().requiresGrad(true)).toArray(Variable[]::new);
    Variable result = attention.apply(own);
    List<double[]> all = new ArrayList<>();
    all.add(result.toDoubleArray());
    result.backward(random(7, result.shape().toArray()));
    for (Variable leaf : own) {
      all.add(Objects.requireNonNull(leaf.grad()).toDoubleArray());
    }
    return all;
  }

  /** The same without blocks. */
  private static Variable direct(Variable[] x, Attention.Options options) {
    return Attention.weights(x[0], x[1], options).matmul(x[2]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void longSequencesGiveTheSame(boolean causal) {
    // 2 x 1500 x 1600 weights: 14 blocks, of which the last is shorter.
    Variable[] x = {random(1, 2, 1500, 3), random(2, 2, 1600, 3), random(3, 2, 1600, 2)};
    Variable mask = random(4, 1500, 1600).gt(-1);
    Attention.Options options = Attention.options().causal(causal).mask(mask);
    List<double[]> expected = valueAndGradients(x, in -> direct(in, options));
    List<double[]> actual =
        valueAndGradients(x, in -> Attention.scaledDotProduct(in[0], in[1], in[2], options));
    for (int k = 0; k < expected.size(); k++) {
      assertArrayEquals(expected.get(k), actual.get(k), 1e-9, "value or gradient " + k);
    }
  }

  /** Returns how many elements an operation outside of checkpoints keeps. */
  private static long kept(Variable[] x, boolean direct) {
    long[] elements = new long[1];
    try (var _ =
        Autograd.savedValueHooks(
            value -> {
              elements[0] += value.elementCount();
              return value;
            },
            value -> value)) {
      Attention.Options options = Attention.options();
      Variable result =
          direct ? direct(x, options) : Attention.scaledDotProduct(x[0], x[1], x[2], options);
      assertTrue(result.requiresGrad());
    }
    return elements[0];
  }

  @Test
  void longSequencesKeepNoWeights() {
    Variable[] x = new Variable[3];
    Arrays.setAll(x, k -> random(k, 2, 1500, 4).requiresGrad(true));
    long weights = 2L * 1500 * 1500;
    assertTrue(kept(x, true) >= weights);
    // The inputs, once for each of the blocks, but as views that take nothing.
    assertTrue(kept(x, false) < weights / 10, () -> kept(x, false) + " elements");
    Variable[] shorter =
        Arrays.stream(x)
            .map(v -> v.detach().narrow(1, 0, 100).requiresGrad(true))
            .toArray(Variable[]::new);
    assertEquals(kept(shorter, true), kept(shorter, false), "computed directly");
  }

  @Test
  void longSequencesWithDropoutDropTheSameInTheBackwardPass() {
    Variable ones = Variable.ones(DType.FLOAT64, 2100, 1);
    Variable value = ones.copy().requiresGrad(true);
    Variable query = ones.copy().mul(0).requiresGrad(true);
    Variable result =
        Attention.scaledDotProduct(query, query, value, Attention.options().dropout(.5));
    Variable seed = random(8, 2100, 1);
    result.backward(seed);
    // Attention is linear in the values, so the gradient times the values is the result.
    double product = Objects.requireNonNull(value.grad()).mul(value.detach()).sum().item();
    assertEquals(result.detach().mul(seed).sum().item(), product, 1e-9);
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void mistakesAreRefused() {
    Variable x = random(1, 4, 3);
    assertRefused(
        "scaledDotProduct: needs query [..., queries, features], key [..., keys, features] and"
            + " value [..., keys, valueFeatures] of one float dtype, got float64[4, 3],"
            + " float64[3, 4] and float64[4, 3]",
        () -> Attention.scaledDotProduct(x, x.transpose(), x));
    assertRefused(
        "scaledDotProduct: the mask float32[4, 4] must be bool (true where a query sees a key) or,"
            + " to be added, float64",
        () -> Attention.scaledDotProduct(x, x, x, Attention.options().mask(Variable.ones(4, 4))));
    assertRefused(
        "scaledDotProduct: the mask float64[4, 3] must broadcast to [..., 4, 4], queries and keys",
        () -> Attention.scaledDotProduct(x, x, x, Attention.options().mask(x)));
    assertRefused(
        "Attention: dropout must be a probability, got 1.5",
        () -> Attention.options().dropout(1.5));
  }
}
