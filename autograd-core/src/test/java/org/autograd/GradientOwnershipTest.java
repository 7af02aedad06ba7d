package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.autograd.expression.Expression;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A gradient in a user's hands is an array of its own: changing it changes no other, and no later
 * pass changes it. Identity rules (add, reshape, expand) are the hard cases, for what they return
 * is the very array that they were given.
 */
class GradientOwnershipTest {

  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static Variable gradOf(Variable leaf) {
    Variable grad = leaf.grad();
    assertNotNull(grad);
    return grad;
  }

  private static void assertValues(Variable actual, double... expected) {
    assertArrayEquals(expected, actual.toDoubleArray(), 1e-12);
  }

  private static void scale(Variable gradient) {
    try (var _ = Autograd.noGrad()) {
      gradient.mul_(100);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void leavesOfOneSumDoNotShare(boolean createGraph) {
    Variable a = leaf(1, 2);
    Variable b = leaf(3, 4);
    Variable seed = Variable.of(1.0, 10.0);
    a.add(b)
        .backward(seed, createGraph ? BackwardOptions.createGraph() : BackwardOptions.defaults());
    scale(gradOf(a));
    assertValues(gradOf(a), 100, 1000);
    assertValues(gradOf(b), 1, 10);
    assertValues(seed, 1, 10);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resultsOfGradDoNotShare(boolean createGraph) {
    Variable a = leaf(1, 2);
    Variable b = leaf(3, 4);
    Variable sum = a.add(b);
    Variable seed = Variable.of(1.0, 10.0);
    List<Variable> grads =
        Autograd.grad(
            List.of(sum),
            List.of(seed),
            List.of(a, b, sum, a),
            createGraph ? BackwardOptions.createGraph() : BackwardOptions.defaults());
    for (int k = 0; k < grads.size(); k++) {
      for (int other = k; other < grads.size(); other++) {
        assertValues(grads.get(other), 1, 10);
      }
      scale(grads.get(k));
      assertValues(grads.get(k), 100, 1000);
    }
    assertValues(seed, 1, 10);
  }

  @Test
  void gradientsOfExpandedValuesCanBeChangedElementByElement() {
    Variable x = leaf(1, 2, 3);
    Variable viaGrad = Autograd.grad(x.sum(), x).getFirst();
    viaGrad.add_(Variable.of(1.0, 2.0, 3.0));
    assertValues(viaGrad, 2, 3, 4);
    x.sum().backward();
    gradOf(x).add_(Variable.of(1.0, 2.0, 3.0));
    assertValues(gradOf(x), 2, 3, 4);
  }

  @Test
  void accumulationDoesNotReachTheOtherLeaf() {
    Variable a = leaf(1);
    Variable b = leaf(2);
    a.add(b).sum().backward();
    a.mul(5).sum().backward();
    assertValues(gradOf(a), 6);
    assertValues(gradOf(b), 1);
  }

  @Test
  void retainedGradientsAreNotThoseOfLeaves() {
    Variable x = leaf(1, 2);
    Variable y = x.reshape(2, 1).retainGrad();
    Variable z = y.copy().retainGrad();
    z.backward(Variable.of(new double[][] {{1}, {10}}));
    scale(gradOf(y));
    scale(gradOf(z));
    assertValues(gradOf(x), 1, 10);
    assertValues(gradOf(y), 100, 1000);
  }

  @Test
  void whatAHookKeepsStaysAsItWas() {
    Variable x = leaf(1, 2);
    List<Variable> seen = new ArrayList<>();
    try (var _ =
        x.onGradient(g -> {
          seen.add(g);
          return null;
        })) {
      x.mul(2).sum().backward();
      x.mul(2).sum().backward();
    }
    assertValues(gradOf(x), 4, 4);
    assertValues(seen.get(0), 2, 2);
    assertValues(seen.get(1), 2, 2);
  }

  @Test
  void whatAHookReturnsStaysTheUsers() {
    Variable x = leaf(1, 2);
    Variable mine = Variable.of(7.0, 8.0);
    try (var _ = x.onGradient(_ -> mine)) {
      x.mul(2).sum().backward();
      x.mul(2).sum().backward();
    }
    assertValues(gradOf(x), 14, 16);
    assertValues(mine, 7, 8);
  }

  @Test
  void aHookThatChangesItsArgumentChangesOneWayOnly() {
    Variable a = leaf(1, 2);
    Variable b = leaf(3, 4);
    Variable seed = Variable.of(1.0, 10.0);
    try (var _ =
        a.onGradient(g -> {
          g.mul_(100);
          return null;
        })) {
      a.add(b).backward(seed);
    }
    assertValues(gradOf(a), 100, 1000);
    assertValues(gradOf(b), 1, 10);
    assertValues(seed, 1, 10);
  }

  @Test
  void aGradientThatWasSetIsNotAddedToInPlace() {
    Variable a = leaf(1, 2);
    Variable b = leaf(3, 4);
    Variable mine = Variable.of(5.0, 6.0);
    a.setGrad(mine);
    b.setGrad(mine);
    a.add(b).sum().backward();
    assertValues(gradOf(a), 6, 7);
    assertValues(gradOf(b), 6, 7);
    assertValues(mine, 5, 6);
  }

  @Test
  void aGradientThatWasSetMayBeExpanded() {
    Variable x = leaf(1, 2);
    x.setGrad(Variable.scalar(3.0).expand(2));
    x.mul(Variable.of(1.0, 10.0)).sum().backward();
    assertValues(gradOf(x), 4, 13);
  }

  @Test
  void accumulatingIntoARecordedGradientKeepsItsGraph() {
    Variable x = leaf(2);
    x.pow(3).sum().backward(BackwardOptions.createGraph());
    Variable first = gradOf(x);
    x.pow(3).sum().backward(BackwardOptions.createGraph());
    Variable both = gradOf(x);
    assertValues(first, 12);
    assertValues(both, 24);
    assertTrue(both.requiresGrad());
    assertValues(Autograd.grad(both.sum(), x).getFirst(), 24);
  }

  @Test
  void gradientsAreNotTheSavedValuesOfAnother() {
    // The slope of a product is the other factor: the leaf must get a copy of it.
    Variable a = leaf(1, 2);
    Variable b = leaf(3, 4);
    a.mul(b).sum().backward();
    scale(gradOf(a));
    assertValues(b, 3, 4);
    assertValues(gradOf(b), 1, 2);
  }

  @Test
  void aRuleMayReturnWhatItSaved() {
    Variable x = leaf(1, 2);
    Variable slope = Variable.of(3.0, 4.0);
    Variable y = Node.record("linear", slope.copy().data(), Edge.to(x, slope, (_, saved) -> saved));
    y.sum().backward(BackwardOptions.retainGraph());
    scale(gradOf(x));
    assertValues(slope, 3, 4);
    x.zeroGrad();
    y.mul(1).add(x).add(x).sum().backward();
    assertValues(gradOf(x), 5, 6);
    assertValues(slope, 3, 4);
  }

  @Test
  void onlyRulesOnTheWayAreAsked() {
    Variable x = leaf(1, 2);
    Variable aside = leaf(3, 4);
    int[] calls = new int[1];
    Variable y =
        Node.record(
            "both",
            x.copy().data(),
            Edge.to(x, g -> g),
            Edge.to(
                aside,
                g -> {
                  calls[0]++;
                  return g;
                }));
    assertValues(Autograd.grad(y.sum(), x).getFirst(), 1, 1);
    assertEquals(0, calls[0]);
  }

  private static final PointwiseUpdate STEP =
      PointwiseUpdate.ofGradient(
          "step", 1, 0, Expression.input(0).sub(Expression.input(1).mul(Expression.constant(0.5))));

  private static void train(Variable weight, Variable input) {
    weight.zeroGrad();
    input.linear(weight).sum().backward();
    try (var _ = Autograd.noGrad()) {
      STEP.apply(new Variable[] {weight});
    }
  }

  private static Object hiddenArray(Variable leaf) {
    Variable grad = leaf.hiddenGrad();
    assertNotNull(grad);
    return grad.data().storage().array();
  }

  @Test
  void theArrayOfAForgottenGradientThatNobodySawIsUsedAgain() {
    Variable weight = Variable.randn(64, 64).requiresGrad(true);
    Variable input = Variable.ones(8, 64);
    train(weight, input);
    Object first = hiddenArray(weight);
    train(weight, input.mul(2));
    assertTrue(first == hiddenArray(weight), "the same array");
    assertEquals(16, gradOf(weight).mean().item());
  }

  @Test
  void theArrayOfAGradientThatWasSeenIsNot() {
    Variable weight = Variable.randn(64, 64).requiresGrad(true);
    Variable input = Variable.ones(8, 64);
    train(weight, input);
    Variable seen = gradOf(weight);
    weight.zeroGrad();
    input.linear(weight).sum().backward();
    input.linear(weight).sum().backward();
    weight.setGrad(null);
    train(weight, input.mul(3));
    train(weight, input.mul(4));
    assertEquals(8, seen.mean().item());
    assertEquals(32, gradOf(weight).mean().item());
  }

  @Test
  void aRecordedGradientIsNotUsedAgain() {
    Variable weight = Variable.randn(64, 64).requiresGrad(true);
    Variable input = Variable.ones(8, 64);
    input.linear(weight).square().sum().backward(BackwardOptions.createGraph());
    Object first = hiddenArray(weight);
    weight.zeroGrad();
    input.linear(weight).sum().backward();
    assertTrue(first != hiddenArray(weight), "another array");
  }

  @Test
  void aGradientThatWasSeenBeforeItsLeafWasFrozenIsNotUsedAgain() {
    Variable weight = Variable.randn(64, 64).requiresGrad(true);
    Variable input = Variable.ones(8, 64);
    train(weight, input);
    Variable seen = gradOf(weight);
    weight.requiresGrad(false);
    weight.requiresGrad(true);
    train(weight, input.mul(3));
    assertEquals(8, seen.mean().item());
    assertEquals(24, gradOf(weight).mean().item());
  }

  @Test
  void aRecordedGraphKeepsTheGradientsThatItSaved() {
    Variable weight = Variable.randn(2, 3).requiresGrad(true);
    Variable bias = leaf(1, 2).to(DType.FLOAT32).detach().requiresGrad(true);
    Variable input = Variable.ones(3).requiresGrad(true);
    Variable factor = Variable.of(3f, 4f);
    input.linear(weight, bias).mul(factor).sum().backward(BackwardOptions.createGraph());
    Variable slope = gradOf(weight);
    // Another pass adds to the bias's gradient, which is not the array that the first one saved.
    input.linear(weight, bias).sum().backward();
    assertValues(gradOf(bias), 4, 5);
    assertValues(Autograd.grad(slope.sum(), input).getFirst(), 7, 7, 7);
  }

  @Test
  void changingARetainedGradientDuringThePassChangesNoOther() {
    Variable a = leaf(1, 2);
    Variable b = leaf(3, 4);
    Variable sum = a.mul(1).add(b).retainGrad();
    try (var _ =
        b.onGradient(g -> {
          scale(gradOf(sum));
          return null;
        })) {
      sum.mul(2).backward(Variable.of(1.0, 10.0));
    }
    assertValues(gradOf(sum), 200, 2000);
    assertValues(gradOf(a), 2, 20);
    assertValues(gradOf(b), 2, 20);
  }
}
