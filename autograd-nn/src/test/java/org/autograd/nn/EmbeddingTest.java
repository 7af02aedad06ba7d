package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddingTest {
  private static final Embedding.Options OPTIONS =
      Embedding.options().dtype(DType.FLOAT64).generator(new Generator(1));

  private static void set(Variable weight, double[][] rows) {
    try (var _ = Autograd.noGrad()) {
      weight.copy_(Variable.of(rows));
    }
  }

  private static double[] gradient(Variable leaf) {
    return Objects.requireNonNull(leaf.grad()).toDoubleArray();
  }

  @Test
  void looksRowsUpAndAddsTheirGradients() {
    Embedding table = new Embedding(3, 2, OPTIONS);
    set(table.weight(), new double[][] {{1, 2}, {3, 4}, {5, 6}});
    Variable result = table.apply(Variable.fromArray(new long[] {2, 0, 2, 2}, 2, 2));
    assertEquals(Shape.of(2, 2, 2), result.shape());
    assertArrayEquals(new double[] {5, 6, 1, 2, 5, 6, 5, 6}, result.toDoubleArray());
    result.mul(Variable.of(1.0, 10.0)).sum().backward();
    assertArrayEquals(new double[] {1, 10, 0, 0, 3, 30}, gradient(table.weight()));
    ModuleGradients.check(table, table, Variable.of(2L, 1L, 2L));
  }

  @Test
  void thePaddingRowStartsWithZerosAndIsNotTrained() {
    for (long padding : new long[] {1, -2}) {
      Embedding table = new Embedding(3, 2, OPTIONS.padding(padding));
      double[] start = table.weight().toDoubleArray();
      assertArrayEquals(new double[] {0, 0}, Arrays.copyOfRange(start, 2, 4));
      assertTrue(start[0] != 0 && start[5] != 0);
      // What is put there is looked up all the same.
      set(table.weight(), new double[][] {{1, 2}, {3, 4}, {5, 6}});
      Variable result = table.apply(Variable.of(1, 0, 1));
      assertArrayEquals(new double[] {3, 4, 1, 2, 3, 4}, result.toDoubleArray());
      result.sum().backward();
      assertArrayEquals(new double[] {1, 1, 0, 0, 0, 0}, gradient(table.weight()));
    }
  }

  @Test
  void startsAsInPyTorch() {
    Variable weight = new Embedding(200, 50, OPTIONS).weight().detach();
    assertEquals(0, weight.mean().item(), .05);
    assertEquals(1, weight.std().item(), .05);
    assertEquals(
        "Embedding(200, 50, padding=0)", new Embedding(200, 50, OPTIONS.padding(0L)).toString());
    assertEquals(List.of("weight"), List.copyOf(new Embedding(2, 2).stateDict().keySet()));
  }

  @Test
  void bagsAreSummedAveragedAndCompared() {
    double[][] rows = {{1, 8}, {3, 4}, {5, 6}, {9, 9}};
    Variable numbers = Variable.of(0L, 1L, 3L, 2L, 1L, 3L);
    // Of 0, 1 and padding; none; of 2 and 1; of padding alone.
    Variable offsets = Variable.of(0L, 3L, 3L, 5L);
    double[][] expected = {
      {4, 12, 0, 0, 8, 10, 0, 0}, {2, 6, 0, 0, 4, 5, 0, 0}, {3, 8, 0, 0, 5, 6, 0, 0}
    };
    double[][] gradients = {
      {1, 1, 2, 2, 1, 1, 0, 0}, {.5, .5, 1, 1, .5, .5, 0, 0}, {0, 1, 1, 0, 1, 1, 0, 0}
    };
    for (EmbeddingBag.Mode mode : EmbeddingBag.Mode.values()) {
      EmbeddingBag bag = new EmbeddingBag(4, 2, mode, OPTIONS.padding(3L));
      set(bag.weight(), rows);
      Variable result = bag.apply(numbers, offsets, null);
      assertArrayEquals(expected[mode.ordinal()], result.toDoubleArray(), mode.name());
      result.sum().backward();
      assertArrayEquals(gradients[mode.ordinal()], gradient(bag.weight()), mode.name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMatrixHasBagsOfEqualSize(EmbeddingBag.Mode mode) {
    EmbeddingBag bag = new EmbeddingBag(5, 3, mode, OPTIONS);
    Variable matrix = Variable.fromArray(new long[] {0, 4, 2, 1, 3, 3}, 2, 3);
    Variable expected = bag.apply(matrix.flatten(), Variable.of(0L, 3L), null);
    assertArrayEquals(expected.toDoubleArray(), bag.apply(matrix).toDoubleArray());
    ModuleGradients.check(bag, bag, matrix);
  }

  @Test
  void weightsMultiplyRowsOfASum() {
    EmbeddingBag bag = new EmbeddingBag(3, 2, EmbeddingBag.Mode.SUM, OPTIONS);
    set(bag.weight(), new double[][] {{1, 2}, {3, 4}, {5, 6}});
    Variable weights = Variable.of(new double[][] {{2, 10}}).requiresGrad(true);
    Variable result = bag.applyWeighted(Variable.fromArray(new long[] {0, 2}, 1, 2), weights);
    assertArrayEquals(new double[] {52, 64}, result.toDoubleArray());
    result.sum().backward();
    assertArrayEquals(new double[] {3, 11}, gradient(weights));
    assertArrayEquals(new double[] {2, 2, 0, 0, 10, 10}, gradient(bag.weight()));
  }

  @Test
  void refuses() {
    Embedding table = new Embedding(3, 2);
    assertRefused("not in [0, 3)", () -> table.apply(Variable.of(3L)));
    assertRefused("not in [0, 3)", () -> table.apply(Variable.of(-1L)));
    assertRefused("int64 or int32", () -> table.apply(Variable.of(1f)));
    assertRefused("padding", () -> new Embedding(3, 2, OPTIONS.padding(3L)));
    assertRefused("positive", () -> new Embedding(0, 2));
    EmbeddingBag bag = new EmbeddingBag(3, 2);
    assertRefused("[bags, n]", () -> bag.apply(Variable.of(1L)));
    assertRefused("offsets", () -> bag.apply(Variable.of(1L), Variable.of(1L), null));
    assertRefused("offset 1", () -> bag.apply(Variable.of(1L), Variable.of(0L, 2L), null));
    assertRefused("row 3", () -> bag.apply(Variable.of(3L), Variable.of(0L), null));
    assertRefused("SUM", () -> bag.apply(Variable.of(1L), Variable.of(0L), Variable.of(1f)));
  }

  private static void assertRefused(String part, Runnable call) {
    String message =
        Objects.requireNonNull(
            assertThrows(IllegalArgumentException.class, call::run).getMessage());
    assertTrue(message.contains(part), message);
  }
}
