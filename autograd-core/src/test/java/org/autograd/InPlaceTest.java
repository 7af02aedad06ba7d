package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.autograd.expression.Expression;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/** Changes in place: either the gradients are right, or there is an error. */
class InPlaceTest {

  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static void assertGrad(Variable leaf, double... expected) {
    Variable grad = leaf.grad();
    assertNotNull(grad);
    assertArrayEquals(expected, grad.toDoubleArray(), 1e-12);
  }

  private static void assertValues(Variable actual, double... expected) {
    assertArrayEquals(expected, actual.toDoubleArray(), 1e-12);
  }

  /** The graph of y = x^2 with x saved; {@code change} is to make its backward pass fail. */
  private static void assertDetected(Variable x, Consumer<Variable> change) {
    Variable y = x.square().sum();
    int before = x.data().storage().version();
    change.accept(x);
    int after = x.data().storage().version();
    IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
    String message = e.getMessage();
    assertTrue(message.contains("square"), message);
    assertTrue(message.contains(x.describe().toString()), message);
    assertTrue(message.contains("version " + before), message);
    assertTrue(message.contains("now " + after), message);
    assertTrue(message.contains("in place"), message);
  }

  private static Variable hidden() {
    return leaf(1, 2, 3).mul(2);
  }

  @Test
  void changingASavedValueIsDetected() {
    assertDetected(hidden(), x -> x.add_(1));
    assertDetected(
        leaf(1, 2, 3),
        x -> {
          try (var _ = Autograd.noGrad()) {
            x.mul_(2);
          }
        });
  }

  @Test
  void alsoThroughViewsAndDetach() {
    assertDetected(hidden(), x -> x.detach().zero_());
    assertDetected(hidden(), x -> x.detach().narrow(0, 1, 1).fill_(9));
    assertDetected(
        hidden(),
        x -> {
          try (var _ = Autograd.noGrad()) {
            x.reshape(3, 1).transpose().sub_(Variable.scalar(1.0));
          }
        });
  }

  @Test
  void alsoWhereAViewWasSavedAndTheOriginalIsChanged() {
    Variable x = hidden();
    Variable y = x.narrow(0, 0, 2).square().sum();
    x.detach().add_(1);
    IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
    assertTrue(e.getMessage().contains("float64[2]"), e.getMessage());
  }

  @Test
  void alsoForSavedResultsLabelsAndIndices() {
    Variable y = leaf(1, 2).exp();
    Variable loss = y.sum();
    y.detach().mul_(2);
    assertTrue(
        assertThrows(IllegalStateException.class, loss::backward).getMessage().contains("exp"));

    Variable labels = Variable.of(0L, 1L);
    Variable crossEntropy =
        Variable.of(new double[][] {{1, 2}, {3, 4}})
            .requiresGrad(true)
            .softmaxCrossEntropy(labels)
            .sum();
    labels.fill_(0);
    assertTrue(
        assertThrows(IllegalStateException.class, crossEntropy::backward)
            .getMessage()
            .contains("softmaxCrossEntropy"));

    Variable index = Variable.of(1L, 0L);
    Variable picked = leaf(5, 6).indexSelect(0, index).sum();
    index.zero_();
    assertThrows(IllegalStateException.class, picked::backward);
  }

  @Test
  void argumentsAreTakenAsTheyAreAtTheCall() {
    Pointwise scale = Pointwise.of("scale", 1, 1, Expression.input(0).mul(Expression.parameter(0)));
    Variable x = leaf(1, 2);
    double[] arguments = {3};
    Variable y = scale.apply(x, arguments);
    arguments[0] = 100;
    y.sum().backward();
    assertGrad(x, 3, 3);
  }

  @Test
  void whatIsNotSavedMayChange() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(3);
    Variable z = y.add(1).sum();
    y.detach().zero_();
    z.backward();
    assertGrad(x, 3, 3);
  }

  @Test
  void indicesOfExtremesMayChange() {
    Variable x = Variable.of(new double[][] {{1, 5}, {7, 2}}).requiresGrad(true);
    Extremum largest = x.max(1);
    largest.indices().zero_();
    largest.values().sum().backward();
    assertGrad(x, 0, 1, 1, 0);
  }

  @Test
  void leavesChangeOnlyWhileNothingIsRecorded() {
    Variable x = leaf(1, 2);
    List<Consumer<Variable>> changes =
        List.of(
            v -> v.add_(1),
            v -> v.add_(Variable.of(1.0, 1.0)),
            v -> v.sub_(v),
            v -> v.mul_(2),
            v -> v.mul_(v),
            v -> v.div_(v),
            v -> v.zero_(),
            v -> v.fill_(3),
            v -> v.copy_(Variable.scalar(1.0)));
    for (Consumer<Variable> change : changes) {
      IllegalStateException e = assertThrows(IllegalStateException.class, () -> change.accept(x));
      assertTrue(e.getMessage().contains("leaf"), e.getMessage());
      assertTrue(e.getMessage().contains("noGrad"), e.getMessage());
      assertEquals(0, x.data().storage().version());
      assertValues(x, 1, 2);
    }
    for (Consumer<Variable> change : changes) {
      int version = x.data().storage().version();
      try (var _ = Autograd.noGrad()) {
        change.accept(x);
      }
      assertEquals(version + 1, x.data().storage().version());
      assertTrue(x.isLeaf() && x.requiresGrad());
    }
  }

  @Test
  void aResultMayChangeAndItsGradientFollows() {
    Variable x = leaf(1, 2);
    Variable z = leaf(5, 6);
    Variable y = x.mul(2);
    assertSame(y, y.add_(z));
    y.mul_(3);
    y.sub_(Variable.of(1.0, 1.0));
    assertValues(y, 20, 29);
    y.sum().backward();
    assertGrad(x, 6, 6);
    assertGrad(z, 3, 3);
  }

  @Test
  void aConstantBecomesAResultWhenSomethingRecordedEntersIt() {
    Variable w = leaf(2, 3);
    Variable sum = Variable.zeros(DType.FLOAT64, 2);
    for (int i = 1; i <= 3; i++) {
      sum.add_(w.mul(i));
    }
    assertFalse(sum.isLeaf());
    sum.square().sum().backward();
    assertGrad(w, 2 * 12 * 6, 2 * 18 * 6);
  }

  @Test
  void copyTakesTheValuesAndTheGradientOfTheSource() {
    Variable w = leaf(2, 3);
    Variable y = leaf(7, 7).mul(1);
    y.copy_(w);
    assertFalse(y.isLeaf());
    assertEquals("copy_", y.operation());
    y.mul_(5);
    y.sum().backward();
    assertGrad(w, 5, 5);
    assertValues(w, 2, 3);
  }

  @Test
  void copyConvertsAndBroadcasts() {
    Variable w = leaf(2, 3);
    Variable y = Variable.zeros(4, 2);
    y.copy_(w);
    assertEquals(DType.FLOAT32, y.dtype());
    assertValues(y, 2, 3, 2, 3, 2, 3, 2, 3);
    y.sum().backward();
    assertGrad(w, 4, 4);
  }

  @Test
  void overwritingCutsTheOldPath() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(2);
    y.zero_();
    Variable w = leaf(3, 4);
    y.add_(w);
    y.sum().backward();
    assertNull(x.grad());
    assertGrad(w, 1, 1);
  }

  @Test
  void retainGradMeansTheValueAfterTheChange() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(2).retainGrad();
    y.mul_(5);
    y.sum().backward();
    assertGrad(y, 1, 1);
    assertGrad(x, 10, 10);
  }

  @Test
  void aChangeOutsideTheRecordIsNotDifferentiated() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(2);
    try (var _ = Autograd.noGrad()) {
      y.mul_(10);
    }
    assertValues(y, 20, 40);
    y.sum().backward();
    assertGrad(x, 2, 2);
  }

  /** A change of something that is a view or has one, and the same without any. */
  private record Change(
      String what, UnaryOperator<Variable[]> change, UnaryOperator<Variable[]> plain) {}

  private static Variable[] all(Variable... results) {
    return results;
  }

  private static List<Change> changesThroughViews() {
    return List.of(
        new Change(
            "a part, then the whole",
            in -> {
              Variable x = in[0].mul(1);
              x.narrow(0, 1, 2).mul_(in[1]);
              return all(x.square());
            },
            in ->
                all(
                    Variable.cat(
                            0,
                            in[0].narrow(0, 0, 1),
                            in[0].narrow(0, 1, 2).mul(in[1]),
                            in[0].narrow(0, 3, 1))
                        .square())),
        new Change(
            "a part of a constant",
            in -> {
              Variable x = Variable.zeros(DType.FLOAT64, 4);
              x.get(Index.from(2)).copy_(in[1]);
              return all(x.add(1).square().mul(in[0]));
            },
            in ->
                all(
                    Variable.cat(0, Variable.zeros(DType.FLOAT64, 2), in[1])
                        .add(1)
                        .square()
                        .mul(in[0]))),
        new Change(
            "the view itself afterwards, and an older one beside it",
            in -> {
              Variable x = in[0].mul(1);
              Variable matrix = x.reshape(2, 2);
              Variable part = x.narrow(0, 1, 2);
              part.mul_(in[1]).add_(1);
              return all(part.square(), matrix.transpose().exp());
            },
            in -> {
              Variable part = in[0].narrow(0, 1, 2).mul(in[1]).add(1);
              Variable x = Variable.cat(0, in[0].narrow(0, 0, 1), part, in[0].narrow(0, 3, 1));
              return all(part.square(), x.reshape(2, 2).transpose().exp());
            }),
        new Change(
            "the whole, seen through a view of a view",
            in -> {
              Variable x = in[0].mul(1);
              Variable corner = x.reshape(2, 2).transpose().select(0, 1);
              x.mul_(in[1].sum());
              return all(corner.mul(in[1]));
            },
            in -> {
              Variable x = in[0].mul(in[1].sum());
              return all(x.reshape(2, 2).transpose().select(0, 1).mul(in[1]));
            }),
        new Change(
            "a view of a view, twice",
            in -> {
              Variable x = in[0].mul(1);
              Variable column = x.reshape(2, 2).select(1, 0);
              column.mul_(in[1]);
              column.mul_(column);
              return all(x.exp());
            },
            in -> {
              Variable column = in[0].reshape(2, 2).select(1, 0).mul(in[1]).square();
              return all(
                  Variable.stack(1, column, in[0].reshape(2, 2).select(1, 1)).flatten().exp());
            }),
        new Change(
            "an expanded view of what is changed",
            in -> {
              Variable x = in[1].mul(1);
              Variable rows = x.expand(3, 2);
              x.narrow(0, 0, 1).mul_(in[0].narrow(0, 0, 1));
              return all(rows.mul(rows));
            },
            in -> {
              Variable first = in[1].narrow(0, 0, 1).mul(in[0].narrow(0, 0, 1));
              Variable rows = Variable.cat(0, first, in[1].narrow(0, 1, 1)).expand(3, 2);
              return all(rows.square());
            }),
        new Change(
            "a part that becomes constant, and a whole that does",
            in -> {
              Variable x = in[0].mul(1);
              x.narrow(0, 0, 2).zero_();
              Variable y = in[1].mul(2);
              Variable view = y.unsqueeze(0);
              y.fill_(3);
              return all(x.add(1).square(), view.mul(in[1]));
            },
            in ->
                all(
                    Variable.cat(0, Variable.zeros(DType.FLOAT64, 2), in[0].narrow(0, 2, 2))
                        .add(1)
                        .square(),
                    Variable.full(DType.FLOAT64, 3, 1, 2).mul(in[1]))),
        new Change(
            "a base that lies transposed",
            in -> {
              Variable x = in[0].reshape(2, 2).transpose().mul(2);
              x.select(0, 1).mul_(in[1]);
              return all(x.square());
            },
            in -> {
              Variable x = in[0].reshape(2, 2).transpose().mul(2);
              return all(Variable.stack(0, x.select(0, 0), x.select(0, 1).mul(in[1])).square());
            }));
  }

  @Test
  void gradientsFollowChangesThroughViews() {
    Variable a = leaf(1, -2, 0.5, 3);
    Variable b = leaf(0.7, -1.3);
    for (Change change : changesThroughViews()) {
      Variable[] changed = change.change.apply(all(a, b));
      Variable[] plain = change.plain.apply(all(a, b));
      for (int k = 0; k < plain.length; k++) {
        assertArrayEquals(
            plain[k].flatten().toDoubleArray(),
            changed[k].flatten().toDoubleArray(),
            1e-12,
            change.what);
      }
      GradCheck.checkAllSecondOrder(
          GradCheck.options(), in -> List.of(change.change.apply(in)), a, b);
      for (UnaryOperator<Variable[]> function : List.of(change.change, change.plain)) {
        a.zeroGrad();
        b.zeroGrad();
        Variable sum = Variable.zeros(DType.FLOAT64);
        for (Variable result : function.apply(all(a, b))) {
          sum = sum.add(result.sum());
        }
        sum.backward();
        if (function == change.change) {
          changed =
              all(a.grad() == null ? Variable.zerosLike(a) : a.grad().copy(), b.grad().copy());
        }
      }
      assertArrayEquals(
          (a.grad() == null ? Variable.zerosLike(a) : a.grad()).toDoubleArray(),
          changed[0].toDoubleArray(),
          1e-12,
          change.what);
      assertArrayEquals(b.grad().toDoubleArray(), changed[1].toDoubleArray(), 1e-12, change.what);
      // Tangents and samples of a batch take the same ways.
      Variable direction = Variable.of(0.3, 1, -1, 2);
      assertArrayEquals(
          Functional.jvp(x -> change.plain.apply(all(x, b.detach()))[0], a.detach(), direction)
              .flatten()
              .toDoubleArray(),
          Functional.jvp(x -> change.change.apply(all(x, b.detach()))[0], a.detach(), direction)
              .flatten()
              .toDoubleArray(),
          1e-12,
          change.what);
    }
  }

  @Test
  void viewsOfLeavesAndOfFunctionsDoNotChangeInTheRecord() {
    Variable x = leaf(1, 2, 3, 4);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> x.narrow(0, 0, 2).mul_(2));
    assertTrue(e.getMessage().contains("is a view of a leaf"), e.getMessage());
    assertValues(x, 1, 2, 3, 4);
    assertEquals(0, x.data().storage().version());
    // A view that was taken before its base became a leaf that requires a gradient is a constant.
    Variable base = Variable.of(1.0, 2.0);
    Variable early = base.narrow(0, 0, 1);
    base.requiresGrad(true);
    assertFalse(early.requiresGrad());
    // One that was detached takes no gradient in.
    Variable y = leaf(1, 2).mul(1);
    Variable detached = y.narrow(0, 0, 1).detach();
    y.mul_(3);
    assertFalse(detached.requiresGrad());
    assertValues(detached, 3);
    assertThrows(IllegalStateException.class, () -> detached.mul_(leaf(2)));
  }

  @Test
  void aViewOfAConstantDoesNotTakeInWhatIsRecordedEvenIfItWasMadeOutsideTheRecord() {
    Variable w = leaf(5, 6);
    Variable buffer = Variable.zeros(DType.FLOAT64, 2, 2);
    Variable row;
    try (var _ = Autograd.noGrad()) {
      row = buffer.select(0, 1);
    }
    assertThrows(IllegalStateException.class, () -> row.copy_(w));
    assertValues(buffer, 0, 0, 0, 0);
  }

  @Test
  void resultsOfOperationsAreNotViewsOfSomethingHidden() {
    Variable w = leaf(1, 1);
    Variable m = Variable.of(new double[][] {{1, 2}, {3, 4}}).requiresGrad(true);
    Variable v = leaf(1, 2);
    Variable labels = Variable.of(0L, 1L);
    for (Variable result :
        List.of(
            m.sum(0),
            m.mean(1),
            m.max(0).values(),
            m.var(0),
            m.logSumExp(0).mul(1),
            m.matmul(v),
            v.matmul(m),
            m.unsqueeze(0).matmul(m).sum(0, 1),
            m.softmaxCrossEntropy(labels),
            m.softmax(0).copy().sum(0),
            m.get(labels).sum(0),
            Variable.stack(0, v, v).sum(0))) {
      result.add_(w);
      result.sum().backward();
    }
    assertGrad(w, 12, 12);
  }

  @Test
  void printingAndReadingDoNotForbidChanges() {
    Variable x = leaf(1, 2).mul(1);
    assertNotNull(x.toString());
    assertEquals(1, x.argmax().item());
    assertEquals(1, x.argmax(0).item());
    assertEquals(2, x.toDoubleArray().length);
    Variable stacked = Variable.stack(0, x, x);
    x.add_(leaf(1, 1));
    assertValues(stacked, 1, 2, 1, 2);
    assertValues(x, 2, 3);
  }

  @Test
  void aBackwardPassDoesNotForbidChanges() {
    Variable m = Variable.of(new double[][] {{1, 2}, {3, 4}}).requiresGrad(true);
    Variable x = m.mul(2);
    x.matmul(m).sum().backward();
    x.add_(leaf(1, 1));
    assertValues(x, 3, 5, 7, 9);
  }

  @Test
  void expandedArraysDoNotChange() {
    Variable x = Variable.of(1.0).expand(3);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> x.add_(Variable.of(1.0, 2.0, 3.0)));
    assertTrue(e.getMessage().contains("add_"), e.getMessage());
    assertTrue(e.getMessage().contains("expand"), e.getMessage());
    assertTrue(e.getMessage().contains("copy()"), e.getMessage());
    assertValues(x, 1, 1, 1);
    // Nothing lies at the same place here.
    Variable same = Variable.of(1.0, 2.0).unsqueeze(0).expand(1, 2);
    assertValues(same.add_(1), 2, 3);
  }

  @Test
  void operandsThatOverlapTheTarget() {
    Variable x = Variable.of(new double[][] {{1, 2}, {3, 4}});
    x.copy_(x.transpose());
    assertValues(x, 1, 3, 2, 4);
    x.add_(x);
    assertValues(x, 2, 6, 4, 8);
    x.add_(x.transpose());
    assertValues(x, 4, 10, 10, 16);
    x.add_(x.select(0, 0));
    assertValues(x, 8, 20, 14, 26);

    Variable v = Variable.of(1.0, 2.0, 3.0, 4.0);
    v.get(Index.range(1, 4)).copy_(v.get(Index.range(0, 3)));
    assertValues(v, 1, 1, 2, 3);
    Variable w = Variable.of(1.0, 2.0, 3.0, 4.0);
    w.get(Index.range(0, 3)).copy_(w.get(Index.range(1, 4)));
    assertValues(w, 2, 3, 4, 4);
    w.get(Index.all().step(2)).mul_(w.narrow(0, 0, 2));
    assertValues(w, 4, 3, 12, 4);
  }

  @Test
  void viewsWriteThrough() {
    Variable x = Variable.zeros(DType.INT32, 3, 4);
    x.get(Index.range(0, 3).step(2), Index.from(1).step(2)).fill_(7);
    assertArrayEquals(new int[] {0, 7, 0, 7, 0, 0, 0, 0, 0, 7, 0, 7}, x.toIntArray());
    x.transpose().select(0, 1).add_(Variable.of(1, 2, 3));
    assertArrayEquals(new int[] {0, 8, 0, 7, 0, 2, 0, 0, 0, 10, 0, 7}, x.toIntArray());
  }

  @Test
  void theTargetsShapeAndDtypeStay() {
    Variable x = Variable.of(1f, 2f);
    List<Runnable> changes =
        List.of(
            () -> x.add_(Variable.ones(3, 2)),
            () -> x.add_(Variable.of(1f, 2f, 3f)),
            () -> x.mul_(Variable.of(1.0, 2.0)),
            () -> x.copy_(Variable.ones(2, 2)),
            () -> Variable.of(1, 2).add_(0.5),
            () -> Variable.of(1, 2).div_(Variable.of(1, 2)),
            () -> Variable.of(1, 2).add_(Variable.of(1L, 2L)));
    for (Runnable change : changes) {
      assertThrows(IllegalArgumentException.class, change::run);
    }
    assertEquals(0, x.data().storage().version());
    assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> x.add_(Variable.ones(3, 2)));
    assertTrue(e.getMessage().contains("add_"), e.getMessage());
    assertTrue(e.getMessage().contains("float32[3, 2]"), e.getMessage());
    assertTrue(e.getMessage().contains("float32[2]"), e.getMessage());
  }

  @Test
  void anEmptyArrayChangesToo() {
    Variable x = Variable.zeros(0, 3);
    assertEquals(0, x.add_(1).elementCount());
  }
}
