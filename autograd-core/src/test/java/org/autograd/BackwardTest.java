package org.autograd;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/** Gradients through whole graphs, and the rules of {@code backward()} and {@code grad(...)}. */
class BackwardTest {

  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static Variable scalar(double value) {
    return Variable.scalar(value).requiresGrad(true);
  }

  private static double[] gradOf(Variable leaf) {
    Variable grad = leaf.grad();
    assertNotNull(grad, "no gradient arrived");
    assertEquals(leaf.shape(), grad.shape());
    assertEquals(leaf.dtype(), grad.dtype());
    return grad.toDoubleArray();
  }

  private static void assertGrad(Variable leaf, double... expected) {
    assertArrayEquals(expected, gradOf(leaf), 1e-12);
  }

  private static void assertValues(Variable actual, double... expected) {
    assertArrayEquals(expected, actual.toDoubleArray(), 1e-12);
  }

  // Known numbers.

  @Test
  void theLogisticNeuronOfTheFirstExample() {
    Variable x = leaf(1, 2);
    Variable w = leaf(0.5, -0.3);
    Variable b = scalar(0.1);
    Variable y = w.dot(x).add(b).sigmoid();
    Variable loss = y.sub(1).square();
    loss.backward();
    assertEquals(0.5, y.item(), 1e-16);
    assertEquals(0.25, loss.item(), 1e-16);
    assertArrayEquals(new double[] {-0.25, -0.5}, gradOf(w), 1e-16);
    assertArrayEquals(new double[] {-0.25}, gradOf(b), 1e-16);
    assertArrayEquals(new double[] {-0.125, 0.075}, gradOf(x), 1e-16);
  }

  @Test
  void theNetworkWithTwoHiddenUnits() {
    Variable x = Variable.of(0.05, 0.1);
    Variable w = Variable.of(new double[][] {{0.15, 0.25}, {0.2, 0.3}}).requiresGrad(true);
    Variable bh = leaf(0.35, 0.35);
    Variable v = leaf(0.4, 0.5);
    Variable bo = scalar(0.6);
    Variable prediction = x.matmul(w).add(bh).sigmoid().dot(v).add(bo);
    Variable loss = prediction.sub(0.01).square().mul(0.5);
    loss.backward();
    assertEquals(1.135750186, prediction.item(), 1e-9);
    assertEquals(0.6336567406, loss.item(), 1e-9);
    assertArrayEquals(
        new double[] {0.0054328864, 0.006771765, 0.0108657727, 0.01354353}, gradOf(w), 1e-9);
    assertArrayEquals(new double[] {0.108657727, 0.1354352996}, gradOf(bh), 1e-9);
    assertArrayEquals(new double[] {0.6678738039, 0.6719426998}, gradOf(v), 1e-9);
    assertArrayEquals(new double[] {1.125750186}, gradOf(bo), 1e-9);
  }

  // The shapes of graphs.

  @Test
  void everyUseOfAVariableContributes() {
    Variable x = leaf(2, 3);
    x.mul(x).add(x).sum().backward();
    assertGrad(x, 5, 7);
  }

  @Test
  void theSameVariableOnBothSides() {
    Variable x = leaf(2, 4);
    x.add(x).sub(x.mul(3)).sum().backward();
    assertGrad(x, -1, -1);
    x.zeroGrad();
    x.div(x).sum().backward();
    assertGrad(x, 0, 0);
  }

  @Test
  void diamondsAreCountedOnce() {
    // Each level doubles the number of paths: 2^60 of them, to be walked node by node.
    Variable x = scalar(1);
    Variable y = x;
    for (int i = 0; i < 60; i++) {
      y = y.mul(0.5).add(y.mul(0.5));
    }
    y.backward();
    assertGrad(x, 1);
  }

  @Test
  void aShortAndALongPathMeet() {
    Variable x = scalar(3);
    Variable longWay = x;
    for (int i = 0; i < 10; i++) {
      longWay = longWay.mul(2);
    }
    longWay.add(x).backward();
    assertGrad(x, 1025);
  }

  @Test
  void broadcastBothWays() {
    Variable column = Variable.of(new double[][] {{1}, {2}}).requiresGrad(true);
    Variable row = leaf(10, 20, 30);
    column.mul(row).sum().backward();
    assertGrad(column, 60, 60);
    assertGrad(row, 3, 3, 3);
  }

  @Test
  void broadcastOfAScalarAndOverNewAxes() {
    Variable s = scalar(2);
    Variable x = Variable.ones(DType.FLOAT64, 2, 1, 3).requiresGrad(true);
    Variable y = Variable.ones(DType.FLOAT64, 4, 1).requiresGrad(true);
    s.mul(x).mul(y).sum().backward();
    assertGrad(s, 24);
    assertGrad(x, 8, 8, 8, 8, 8, 8);
    assertGrad(y, 12, 12, 12, 12);
  }

  @Test
  void broadcastAgainstAnEmptyAxisGivesZeros() {
    Variable x = leaf(5);
    x.mul(Variable.zeros(DType.FLOAT64, 0)).sum().backward();
    assertGrad(x, 0);
  }

  @Test
  void transposedAndSlicedInputs() {
    Variable x =
        Variable.of(new double[][] {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}})
            .requiresGrad(true);
    Variable part = x.get(Index.range(0, 3).step(2), Index.range(1, 4).step(2)).transpose();
    assertValues(part, 2, 10, 4, 12);
    part.mul(Variable.of(new double[][] {{1, 2}, {3, 4}})).sum().backward();
    assertGrad(x, 0, 1, 0, 3, 0, 0, 0, 0, 0, 2, 0, 4);
  }

  @Test
  void overlappingSlicesAddUp() {
    Variable x = leaf(1, 2, 3, 4);
    Variable left = x.narrow(0, 0, 3);
    Variable right = x.narrow(0, 1, 3);
    left.mul(right).sum().backward();
    assertGrad(x, 2, 4, 6, 3);
  }

  @Test
  void expandedInputsSumTheirGradient() {
    Variable x = Variable.of(new double[][] {{1}, {2}}).requiresGrad(true);
    x.expand(2, 3).mul(Variable.of(1.0, 2.0, 3.0)).sum().backward();
    assertGrad(x, 6, 6);
  }

  @Test
  void gradientsHaveTheInputsDtype() {
    Variable single = Variable.of(1f, 2f).requiresGrad(true);
    Variable twice = leaf(3, 4);
    single.mul(twice).sum().backward();
    assertGrad(single, 3, 4);
    assertGrad(twice, 1, 2);
  }

  @Test
  void constantsGetNoGradientAndDoNotStopOthers() {
    Variable x = leaf(1);
    Variable constant = Variable.of(2.0);
    Variable y = x.mul(constant);
    y.sum().backward();
    assertGrad(x, 2);
    assertNull(constant.grad());
    assertFalse(constant.mul(constant).requiresGrad());
  }

  @Test
  void detachCutsThePath() {
    Variable x = leaf(3);
    Variable y = x.mul(x.detach());
    y.sum().backward();
    assertGrad(x, 3);
    assertFalse(x.square().detach().requiresGrad());
  }

  @Test
  void aLeafCanBeTheRoot() {
    Variable x = scalar(7);
    x.backward();
    x.backward();
    assertGrad(x, 2);
  }

  @Test
  void freezingAfterTheForwardPassKeepsTheLeafAsItIs() {
    Variable frozen = leaf(2);
    Variable x = leaf(3);
    Variable y = frozen.mul(x).sum();
    frozen.requiresGrad(false);
    y.backward();
    assertNull(frozen.grad());
    assertGrad(x, 2);
  }

  // Several passes.

  @Test
  void gradientsAccumulateOverPassesUntilTheyAreZeroed() {
    Variable x = leaf(1, 2);
    for (int pass = 1; pass <= 3; pass++) {
      x.mul(10).sum().backward();
      assertGrad(x, 10 * pass, 10 * pass);
    }
    x.zeroGrad();
    assertNull(x.grad());
    x.square().sum().backward();
    assertGrad(x, 2, 4);
  }

  @Test
  void secondPassNeedsRetainGraph() {
    Variable x = leaf(2);
    Variable y = x.square().sum();
    y.backward();
    IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
    assertAll(
        () -> assertTrue(e.getMessage().contains("square"), e.getMessage()),
        () -> assertTrue(e.getMessage().contains("[1]"), e.getMessage()),
        () -> assertTrue(e.getMessage().contains("retainGraph"), e.getMessage()),
        () -> assertTrue(e.getMessage().contains("detach"), e.getMessage()));
    assertGrad(x, 4);
  }

  @Test
  void retainGraphAllowsMorePasses() {
    Variable x = leaf(2);
    Variable y = x.square().exp().sum();
    y.backward(BackwardOptions.retainGraph());
    double once = gradOf(x)[0];
    assertEquals(4 * Math.exp(4), once, 1e-10);
    y.backward(BackwardOptions.retainGraph());
    assertEquals(2 * once, gradOf(x)[0], 1e-10);
    y.backward();
    assertEquals(3 * once, gradOf(x)[0], 1e-10);
    assertThrows(IllegalStateException.class, y::backward);
  }

  @Test
  void aPartThatIsSharedByTwoLossesNeedsRetainGraph() {
    Variable x = leaf(2);
    Variable shared = x.exp();
    Variable first = shared.sum();
    Variable second = shared.mul(2).sum();
    first.backward();
    assertThrows(IllegalStateException.class, second::backward);
  }

  // What backward() refuses.

  @Test
  void onlyOneElementHasAGradientByItself() {
    Variable y = leaf(1, 2).mul(2);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, y::backward);
    assertTrue(e.getMessage().contains("float64[2]"), e.getMessage());
    assertTrue(e.getMessage().contains("sum()"), e.getMessage());
  }

  @Test
  void oneElementOfAnyRankWillDo() {
    Variable x = Variable.ones(DType.FLOAT64, 1, 1).requiresGrad(true);
    x.mul(3).backward();
    assertGrad(x, 3);
  }

  @Test
  void aResultWithoutGradientCannotGoBackward() {
    Variable y = Variable.of(1.0).sum();
    IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
    assertTrue(e.getMessage().contains("requiresGrad(true)"), e.getMessage());
    assertTrue(e.getMessage().contains("noGrad"), e.getMessage());
  }

  @Test
  void theSeedHasTheResultsShapeAndDtype() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(2);
    for (Variable seed :
        List.of(Variable.of(1.0, 2.0, 3.0), Variable.scalar(1.0), Variable.of(1f, 2f))) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> y.backward(seed));
      assertTrue(e.getMessage().contains("float64[2]"), e.getMessage());
    }
    assertNull(x.grad());
    y.backward(Variable.of(1.0, 10.0));
    assertGrad(x, 2, 20);
  }

  // grad() of results.

  @Test
  void gradOfAResultSaysWhatToDo() {
    Variable x = leaf(1, 2);
    Variable y = x.exp();
    y.sum().backward();
    IllegalStateException e = assertThrows(IllegalStateException.class, y::grad);
    assertTrue(e.getMessage().contains("exp"), e.getMessage());
    assertTrue(e.getMessage().contains("retainGrad"), e.getMessage());
  }

  @Test
  void retainGradKeepsTheGradientOfAResult() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(3).retainGrad();
    assertNull(y.grad());
    y.square().sum().backward();
    assertGrad(y, 6, 12);
    assertGrad(x, 18, 36);
  }

  @Test
  void retainGradOfALeafIsNothingNew() {
    Variable x = leaf(1).retainGrad();
    x.mul(2).sum().backward();
    assertGrad(x, 2);
    assertThrows(IllegalStateException.class, () -> Variable.of(1.0).retainGrad());
  }

  // Autograd.grad.

  @Test
  void gradTouchesNoGrad() {
    Variable x = leaf(2);
    Variable w = leaf(5);
    Variable hidden = x.mul(w).retainGrad();
    List<Variable> grads = Autograd.grad(hidden.square().sum(), x);
    assertValues(grads.getFirst(), 2 * 10 * 5);
    assertNull(x.grad());
    assertNull(w.grad());
    assertNull(hidden.grad());
  }

  @Test
  void gradOfIntermediatesRepeatsAndTheOutputItself() {
    Variable x = leaf(2);
    Variable y = x.square();
    Variable z = y.mul(3).sum();
    List<Variable> grads = Autograd.grad(z, z, y, x, y);
    assertValues(grads.get(0), 1);
    assertValues(grads.get(1), 3);
    assertValues(grads.get(2), 12);
    assertValues(grads.get(3), 3);
  }

  @Test
  void gradOfSeveralOutputsSums() {
    Variable x = leaf(2, 3);
    Variable a = x.mul(2);
    Variable b = a.square().sum();
    List<Variable> grads =
        Autograd.grad(
            List.of(a, b, a),
            List.of(Variable.of(1.0, 10.0), Variable.scalar(1.0), Variable.of(1.0, 1.0)),
            List.of(x, a),
            BackwardOptions.defaults());
    // Both outputs reach a: 1 + 1 + 2a and 10 + 1 + 2a, with a = [4, 6].
    assertValues(grads.get(1), 10, 23);
    assertValues(grads.get(0), 20, 46);
  }

  @Test
  void gradVisitsOnlyTheWayToItsInputs() {
    Variable x = leaf(2);
    Variable other = leaf(5);
    int[] calls = new int[1];
    Variable aside = other.mul(2);
    try (var _ =
        aside.onGradient(g -> {
          calls[0]++;
          return g;
        })) {
      Autograd.grad(x.mul(3).add(aside).sum(), x);
    }
    assertEquals(0, calls[0]);
  }

  @Test
  void gradOfAnInputThatIsNotReachedChangesNothing() {
    Variable x = leaf(2);
    Variable other = leaf(5);
    Variable y = x.square().sum();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Autograd.grad(y, x, other));
    assertTrue(e.getMessage().contains("input 1"), e.getMessage());
    assertTrue(e.getMessage().contains("detached"), e.getMessage());
    // The graph has not been used up by the failed call.
    y.backward();
    assertGrad(x, 4);
  }

  @Test
  void gradChecksItsArguments() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(2);
    assertThrows(IllegalArgumentException.class, () -> Autograd.grad(y, x));
    BackwardOptions options = BackwardOptions.defaults();
    assertThrows(
        IllegalArgumentException.class,
        () -> Autograd.grad(List.of(y), List.of(), List.of(x), options));
    assertThrows(
        IllegalArgumentException.class,
        () -> Autograd.grad(List.of(y), List.of(Variable.of(1f, 1f)), List.of(x), options));
    assertThrows(IllegalStateException.class, () -> Autograd.grad(y.sum(), Variable.of(1.0)));
    assertThrows(IllegalStateException.class, () -> Autograd.grad(Variable.scalar(1.0), x));
  }

  // Gradients of gradients.

  @Test
  void threeDerivativesOfAPower() {
    Variable x = leaf(2, -1.5);
    Variable y = x.pow(4).sum();
    Variable first = Autograd.grad(y, List.of(x), BackwardOptions.createGraph()).getFirst();
    assertValues(first, 32, 4 * -3.375);
    Variable second =
        Autograd.grad(first.sum(), List.of(x), BackwardOptions.createGraph()).getFirst();
    assertValues(second, 48, 27);
    Variable third =
        Autograd.grad(second.sum(), List.of(x), BackwardOptions.createGraph()).getFirst();
    assertValues(third, 48, -36);
    Variable fourth = Autograd.grad(third.sum(), x).getFirst();
    assertValues(fourth, 24, 24);
  }

  @Test
  void mixedSecondDerivatives() {
    Variable x = scalar(0.7);
    Variable y = scalar(-1.2);
    Variable f = x.mul(y).sin();
    Variable dx = Autograd.grad(f, List.of(x), BackwardOptions.createGraph()).getFirst();
    double p = 0.7 * -1.2;
    assertEquals(Math.cos(p) - p * Math.sin(p), Autograd.grad(dx, y).getFirst().item(), 1e-12);
  }

  @Test
  void backwardThroughGradientsThatWereKept() {
    Variable x = leaf(3);
    x.pow(3).sum().backward(BackwardOptions.createGraph());
    Variable first = x.grad();
    assertNotNull(first);
    assertTrue(first.requiresGrad());
    x.zeroGrad();
    first.sum().backward();
    assertGrad(x, 18);
  }

  @Test
  void aGradientPenaltyTrains() {
    Variable w = leaf(2);
    Variable x = leaf(3);
    Variable y = w.mul(x.square()).sum();
    Variable slope = Autograd.grad(y, List.of(x), BackwardOptions.createGraph()).getFirst();
    y.add(slope.square().sum()).backward();
    // d/dw (w x^2 + (2 w x)^2) = x^2 + 8 w x^2
    assertGrad(w, 9 + 8 * 2 * 9);
  }

  @Test
  void theSeedCanBeDifferentiatedToo() {
    Variable x = leaf(2, 3);
    Variable seed = leaf(1, 1);
    Variable y = x.square();
    Variable pulled =
        Autograd.grad(List.of(y), List.of(seed), List.of(x), BackwardOptions.createGraph())
            .getFirst();
    assertValues(Autograd.grad(pulled.sum(), seed).getFirst(), 4, 6);
  }

  @Test
  void withoutCreateGraphGradientsAreConstants() {
    Variable x = leaf(2);
    Variable y = x.square().sum();
    assertFalse(
        Autograd.grad(y, List.of(x), BackwardOptions.retainGraph()).getFirst().requiresGrad());
    y.backward();
    Variable grad = x.grad();
    assertNotNull(grad);
    assertFalse(grad.requiresGrad());
  }

  @Test
  void gradFreesNothingBehindWhatWasAskedFor() {
    Variable x = Variable.of(0.5, 1).requiresGrad(true);
    Variable y = x.exp();
    double[] first = Autograd.grad(y.square().sum(), y).getFirst().toDoubleArray();
    assertArrayEquals(new double[] {2 * Math.exp(0.5), 2 * Math.exp(1)}, first, 1e-12);
    y.square().sum().backward();
    assertArrayEquals(
        new double[] {2 * Math.exp(1), 2 * Math.exp(2)}, x.grad().toDoubleArray(), 1e-12);
  }
}
