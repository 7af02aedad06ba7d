package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HookTest {

  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static void assertGrad(Variable leaf, double... expected) {
    Variable grad = leaf.grad();
    assertNotNull(grad);
    assertArrayEquals(expected, grad.toDoubleArray(), 1e-12);
  }

  @Test
  void replacesTheGradientForAllThatFollows() {
    Variable x = leaf(1, 2);
    Variable y = x.mul(2);
    try (var _ = y.onGradient(g -> g.mul(10))) {
      y.sum().backward();
    }
    assertGrad(x, 20, 20);
  }

  @Test
  void runsOnceWithTheSumOfAllPaths() {
    Variable x = leaf(1);
    List<Double> seen = new ArrayList<>();
    x.onGradient(g -> {
      seen.add(g.item());
      return null;
    });
    x.mul(2).add(x.mul(3)).sum().backward();
    assertEquals(List.of(5.0), seen);
  }

  @Test
  void severalRunInTheOrderOfRegistration() {
    Variable x = leaf(1);
    x.onGradient(g -> g.add(1));
    x.onGradient(g -> g.mul(10));
    x.sum().backward();
    assertGrad(x, 20);
  }

  @Test
  void aClosedHandleRemovesItsHookOnly() {
    Variable x = leaf(1);
    UnaryOperator<@Nullable Variable> twice = g -> g == null ? null : g.mul(2);
    HookHandle first = x.onGradient(twice);
    HookHandle second = x.onGradient(twice);
    first.close();
    first.close();
    x.sum().backward();
    assertGrad(x, 2);
    second.close();
    x.zeroGrad();
    x.sum().backward();
    assertGrad(x, 1);
  }

  @Test
  void alsoRunsForGrad() {
    Variable x = leaf(1);
    x.onGradient(g -> g.mul(3));
    assertEquals(6, Autograd.grad(x.mul(2).sum(), x).getFirst().item());
  }

  @Test
  void aHookMayRegisterAndRemoveHooks() {
    Variable x = leaf(1);
    List<HookHandle> own = new ArrayList<>();
    own.add(
        x.onGradient(g -> {
          own.getFirst().close();
          x.onGradient(h -> h.mul(100));
          return g.mul(2);
        }));
    x.sum().backward();
    assertGrad(x, 2);
    x.zeroGrad();
    x.sum().backward();
    assertGrad(x, 100);
  }

  @Test
  void theReplacementFitsInShapeAndDtype() {
    for (Variable wrong :
        List.of(Variable.scalar(1.0), Variable.of(1.0, 2.0, 3.0), Variable.of(1f, 2f))) {
      Variable x = leaf(1, 2);
      x.onGradient(_ -> wrong);
      Variable y = x.mul(2).sum();
      IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
      assertTrue(e.getMessage().contains("hook"), e.getMessage());
      assertTrue(e.getMessage().contains("float64[2]"), e.getMessage());
      assertTrue(e.getMessage().contains(wrong.describe().toString()), e.getMessage());
    }
  }

  @Test
  void aHookThatThrowsLeavesRecordingOn() {
    Variable x = leaf(1);
    x.onGradient(_ -> {
      throw new UnsupportedOperationException("mine");
    });
    Variable y = x.mul(2).sum();
    assertThrows(UnsupportedOperationException.class, y::backward);
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void needsAVariableThatRequiresAGradient() {
    Variable x = Variable.of(1.0);
    assertThrows(IllegalStateException.class, () -> x.onGradient(g -> g));
  }

  @Test
  void isRecordedWhenTheGraphIs() {
    Variable x = leaf(3);
    x.onGradient(g -> g.mul(x));
    Variable first =
        Autograd.grad(x.square().sum(), List.of(x), BackwardOptions.createGraph()).getFirst();
    assertEquals(18, first.item());
    // (2 x^2)' = 4 x, times the hook's x.
    assertEquals(36, Autograd.grad(first.sum(), x).getFirst().item());
  }

  @Test
  void afterAccumulation() {
    Variable x = leaf(1, 2);
    List<double[]> seen = new ArrayList<>();
    HookHandle handle =
        x.onGradientAccumulated(leaf -> {
          Variable grad = leaf.grad();
          assertNotNull(grad);
          seen.add(grad.toDoubleArray());
        });
    x.mul(2).sum().backward();
    x.mul(3).sum().backward();
    assertEquals(2, Autograd.grad(x.mul(2).sum(), x).getFirst().toDoubleArray()[0]);
    handle.close();
    x.sum().backward();
    assertEquals(2, seen.size());
    assertArrayEquals(new double[] {2, 2}, seen.get(0));
    assertArrayEquals(new double[] {5, 5}, seen.get(1));
  }

  @Test
  void aStepTakenAfterAccumulationNeedsNoGradientAfterwards() {
    Variable x = leaf(1);
    x.onGradientAccumulated(leaf -> {
      Variable grad = leaf.grad();
      assertNotNull(grad);
      try (var _ = Autograd.noGrad()) {
        leaf.sub_(grad.mul(0.25));
      }
      leaf.zeroGrad();
    });
    x.mul(2).add(x).sum().backward();
    assertEquals(0.25, x.item());
    assertEquals(false, x.hasGrad());
  }

  @Test
  void onlyLeavesAccumulate() {
    Variable hidden = leaf(1).mul(2);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> hidden.onGradientAccumulated(_ -> {}));
    assertTrue(e.getMessage().contains("mul"), e.getMessage());
  }

  @Test
  void seesAndReplacesWhatAnOperationGivesToItsInputs() {
    Variable a = Variable.of(2.0, 3).requiresGrad(true);
    Variable b = Variable.of(5.0, 7).requiresGrad(true);
    Variable constant = Variable.of(1.0, 1);
    Variable product = a.mul(b);
    List<List<Variable>> seen = new ArrayList<>();
    HookHandle handle =
        product.onInputGradients(gradients -> {
          seen.add(List.copyOf(gradients));
          return List.of(gradients.get(0).mul(10), gradients.get(1));
        });
    product.sum().backward(BackwardOptions.retainGraph());
    assertArrayEquals(new double[] {5, 7}, seen.getFirst().get(0).toDoubleArray());
    assertArrayEquals(new double[] {2, 3}, seen.getFirst().get(1).toDoubleArray());
    assertGrad(a, 50, 70);
    assertGrad(b, 2, 3);
    handle.close();
    a.zeroGrad();
    product.sum().backward();
    assertGrad(a, 5, 7);

    // The same operand twice, and one that needs no gradient.
    Variable square = a.mul(a);
    square.onInputGradients(gradients -> {
      assertEquals(2, gradients.size());
      return null;
    });
    a.zeroGrad();
    square.sum().backward();
    assertGrad(a, 4, 6);
    Variable sum = a.mul(constant);
    sum.onInputGradients(gradients -> {
      assertNull(gradients.get(1));
      return null;
    });
    sum.sum().backward();
    assertEquals(1, seen.size());
  }

  @Test
  void whatReplacesInputGradientsFits() {
    Variable a = Variable.of(2.0, 3).requiresGrad(true);
    Variable y = a.exp();
    y.onInputGradients(_ -> List.of());
    assertTrue(
        assertThrows(IllegalStateException.class, () -> y.sum().backward())
            .getMessage()
            .startsWith("hook on the input gradients of exp float64[2]"));
    assertThrows(IllegalStateException.class, () -> a.onInputGradients(g -> g));
  }

  @Test
  void seesWhatAFunctionOfSeveralOutputsGivesToItsInputs() {
    class Twice extends Function {
      @Override
      protected Variable[] forward(Context context, Variable[] in) {
        return new Variable[] {in[0].mul(2), in[0].mul(3)};
      }

      @Override
      protected Variable[] backward(Context context, Variable[] g) {
        return new Variable[] {g[0].mul(2).add(g[1].mul(3))};
      }
    }
    Variable x = Variable.of(1.0, 2).requiresGrad(true);
    List<Variable> results = new Twice().applyAll(x);
    results.get(1).onInputGradients(gradients -> List.of(gradients.getFirst().mul(10)));
    results.get(0).add(results.get(1)).sum().backward();
    assertGrad(x, 50, 50);
  }
}
