package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FunctionTest {
  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static double[] grad(Variable leaf) {
    Variable grad = leaf.grad();
    assertNotNull(grad);
    return grad.toDoubleArray();
  }

  /** x^3 from its input. */
  private static final class Cube extends Function {
    @Override
    protected Variable[] forward(Context context, Variable[] x) {
      context.saveForBackward(x[0]);
      return new Variable[] {x[0].pow(3)};
    }

    @Override
    protected Variable[] backward(Context context, Variable[] g) {
      return new Variable[] {context.saved(0).square().mul(3).mul(g[0])};
    }
  }

  /** exp(x) from its output. */
  private static final class Exponential extends Function {
    @Override
    protected Variable[] forward(Context context, Variable[] x) {
      Variable y = x[0].exp();
      context.saveForBackward(y);
      return new Variable[] {y};
    }

    @Override
    protected Variable[] backward(Context context, Variable[] g) {
      return new Variable[] {context.saved(0).mul(g[0])};
    }
  }

  /** Sum and product of two operands that broadcast. */
  private static final class SumAndProduct extends Function {
    final List<boolean[]> needed = new ArrayList<>();

    @Override
    protected Variable[] forward(Context context, Variable[] x) {
      context.saveForBackward(x[0], x[1]);
      note(context);
      return new Variable[] {x[0].add(x[1]), x[0].mul(x[1])};
    }

    private void note(Context context) {
      needed.add(new boolean[] {context.needsGradient(0), context.needsGradient(1)});
    }

    @Override
    protected @Nullable Variable[] backward(Context context, Variable[] g) {
      note(context);
      return new Variable[] {
        context.needsGradient(0) ? g[0].add(g[1].mul(context.saved(1))) : null,
        context.needsGradient(1) ? g[0].add(g[1].mul(context.saved(0))) : null
      };
    }
  }

  /** A function of given forward and backward, for what is said once. */
  private static Function of(
      BiFunction<Function.Context, Variable[], Variable[]> forward,
      BiFunction<Function.Context, Variable[], @Nullable Variable[]> backward) {
    return new Function() {
      @Override
      protected Variable[] forward(Context context, Variable[] inputs) {
        return forward.apply(context, inputs);
      }

      @Override
      protected @Nullable Variable[] backward(Context context, Variable[] gradients) {
        return backward.apply(context, gradients);
      }

      @Override
      public String name() {
        return "mine";
      }
    };
  }

  private static Variable[] all(Variable... outputs) {
    return outputs;
  }

  @Test
  void isCheckedInOneLine() {
    GradCheck.checkSecondOrder(in -> new Cube().apply(in), leaf(0.5, -1.5));
    GradCheck.checkSecondOrder(in -> new Exponential().apply(in), leaf(0.5, -1.5));
    GradCheck.checkAllSecondOrder(
        GradCheck.options(),
        in -> new SumAndProduct().applyAll(in),
        leaf(0.5, -1.5),
        Variable.of(new double[][] {{1, 2}, {3, 4}, {5, 6}}));
  }

  @Test
  void hasDerivativesOfEveryOrder() {
    Variable x = leaf(2);
    Variable y = new Cube().apply(x);
    assertEquals("Cube", y.operation());
    for (double expected : new double[] {12, 12, 6}) {
      y = Autograd.grad(y, List.of(x), BackwardOptions.createGraph()).getFirst();
      assertEquals(expected, y.item());
    }
  }

  @Test
  void worksAmongOtherOperations() {
    Variable x = leaf(1, 2);
    new Cube().apply(x.mul(2)).sum().backward();
    assertArrayEquals(new double[] {24, 96}, grad(x));
  }

  @Test
  void anOutputThatIsNotUsedHasZeroGradient() {
    Variable a = leaf(2, 3);
    Variable b = leaf(5, 7);
    new SumAndProduct().applyAll(a, b).get(1).sum().backward();
    assertArrayEquals(new double[] {5, 7}, grad(a));
    assertArrayEquals(new double[] {2, 3}, grad(b));
    new SumAndProduct().applyAll(a, b).get(0).sum().backward();
    assertArrayEquals(new double[] {6, 8}, grad(a));
  }

  @Test
  void severalOutputsAreOneStep() {
    Variable a = leaf(2);
    Variable b = leaf(5);
    SumAndProduct function = new SumAndProduct();
    List<Variable> outputs = function.applyAll(a, b);
    Variable loss = outputs.get(0).mul(10).add(outputs.get(1)).add(outputs.get(0)).sum();
    loss.backward();
    assertEquals(2, function.needed.size(), "one forward, one backward");
    assertArrayEquals(new double[] {16}, grad(a));
    assertArrayEquals(new double[] {13}, grad(b));
  }

  @Test
  void theGradientOfAnOutputCanBeAskedForAndReplaced() {
    Variable a = leaf(2);
    Variable b = leaf(5);
    List<Variable> outputs = new SumAndProduct().applyAll(a, b);
    outputs.get(1).onGradient(g -> g.mul(100));
    Variable loss = outputs.get(0).add(outputs.get(1).mul(3)).sum();
    List<Variable> gradients =
        Autograd.grad(loss, List.of(outputs.get(1), a, b), BackwardOptions.defaults());
    assertEquals(300, gradients.get(0).item());
    assertEquals(1501, gradients.get(1).item());
    assertEquals(601, gradients.get(2).item());
  }

  @Test
  void knowsWhichGradientsAreWanted() {
    SumAndProduct function = new SumAndProduct();
    Variable a = leaf(2);
    Variable b = leaf(5);
    function.applyAll(a, Variable.of(1.0)).getFirst().sum().backward();
    Autograd.grad(function.applyAll(a, b).get(1).sum(), b);
    List<String> needed = function.needed.stream().map(Arrays::toString).toList();
    assertEquals(
        List.of("[true, false]", "[true, false]", "[true, true]", "[false, true]"), needed);
  }

  @Test
  void recordsNothingWithoutNeed() {
    assertFalse(new Cube().apply(Variable.of(2.0)).requiresGrad());
    Variable x = leaf(2);
    try (var _ = Autograd.noGrad()) {
      assertFalse(new Cube().apply(x).requiresGrad());
      assertFalse(of((_, in) -> in, (_, g) -> g).apply(x).requiresGrad());
    }
  }

  @Test
  void aNonDifferentiableOutputHasNoGraph() {
    Function function =
        of(
            (context, in) -> {
              Variable sign = in[0].div(in[0].abs());
              context.markNonDifferentiable(sign);
              return all(in[0].mul(2), sign, in[0].gt(0));
            },
            (_, g) -> all(g[0].mul(2)));
    Variable x = leaf(3, -4);
    List<Variable> outputs = function.applyAll(x);
    assertTrue(outputs.get(0).requiresGrad());
    assertFalse(outputs.get(1).requiresGrad());
    assertFalse(outputs.get(2).requiresGrad());
    outputs.get(0).mul(outputs.get(1)).sum().backward();
    assertArrayEquals(new double[] {2, -2}, grad(x));
  }

  @Test
  void onceDifferentiable() {
    Function square =
        new Function() {
          @Override
          protected Variable[] forward(Context context, Variable[] x) {
            context.saveForBackward(x[0]);
            return all(x[0].square());
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            double[] values = context.saved(0).toDoubleArray();
            return all(Variable.of(Arrays.stream(values).map(v -> 2 * v).toArray()).mul(g[0]));
          }

          @Override
          protected boolean isOnceDifferentiable() {
            return true;
          }

          @Override
          public String name() {
            return "squareByHand";
          }
        };
    Variable x = leaf(3);
    GradCheck.check(square::apply, x);
    Variable y = square.apply(x).sum();
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> Autograd.grad(y, List.of(x), BackwardOptions.createGraph()));
    assertTrue(e.getMessage().contains("squareByHand"), e.getMessage());
    assertTrue(e.getMessage().contains("createGraph"), e.getMessage());
  }

  @Test
  void whatItSavedIsCheckedAndFreed() {
    Variable x = leaf(2);
    Variable hidden = x.mul(1);
    Variable changed = new Cube().apply(hidden).sum();
    hidden.add_(1);
    IllegalStateException e = assertThrows(IllegalStateException.class, changed::backward);
    assertTrue(e.getMessage().contains("Cube"), e.getMessage());
    assertTrue(e.getMessage().contains("in place"), e.getMessage());

    Variable y = new Cube().apply(x);
    y.sum().backward(BackwardOptions.retainGraph());
    y.backward(Variable.of(1.0));
    e = assertThrows(IllegalStateException.class, () -> y.backward(Variable.of(1.0)));
    assertTrue(e.getMessage().contains("freed"), e.getMessage());
    assertArrayEquals(new double[] {24}, grad(x));
  }

  @Test
  void aGradientGivenOnUnchangedIsNotShared() {
    Function identity = of((_, in) -> all(in[0].copy(), in[0].copy()), (_, g) -> all(g[0]));
    Variable x = leaf(1, 2);
    Variable seed = Variable.of(3.0, 4.0);
    Variable y = identity.applyAll(x).getFirst();
    y.backward(seed, BackwardOptions.retainGraph());
    y.backward(seed);
    assertArrayEquals(new double[] {6, 8}, grad(x));
    assertArrayEquals(new double[] {3, 4}, seed.toDoubleArray());
  }

  @Test
  void anInputMayBeAnOutputButNotChangeInPlace() {
    Function identity = of((_, in) -> in, (_, g) -> all(g[0].mul(7)));
    Variable x = leaf(1);
    Variable hidden = x.mul(1);
    Variable y = identity.apply(hidden);
    assertThrows(IllegalStateException.class, () -> y.mul_(2));
    assertThrows(IllegalStateException.class, () -> hidden.mul_(2));
    y.sum().backward();
    assertArrayEquals(new double[] {7}, grad(x));

    Function inPlace = of((_, in) -> all(in[0].add_(1)), (_, g) -> g);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> inPlace.apply(x.mul(1)));
    assertTrue(e.getMessage().contains("mine: forward changed input 0"), e.getMessage());
  }

  @Test
  void nullCountsAsZeros() {
    Function constant = of((_, in) -> all(in[0].mul(2)), (_, _) -> new Variable[1]);
    Variable x = leaf(1, 2);
    assertArrayEquals(
        new double[] {0, 0}, Autograd.grad(constant.apply(x).sum(), x).getFirst().toDoubleArray());
  }

  @Test
  void errorsNameTheFunction() {
    Variable x = leaf(1, 2);
    Function tooMany = of((_, in) -> all(in[0].mul(2)), (_, g) -> all(g[0], g[0]));
    Function misshapen =
        of((_, in) -> all(in[0].mul(2)), (_, _) -> all(Variable.of(1.0, 2.0, 3.0)));
    Function beyond = of((_, in) -> all(in[0].mul(2)), (c, _) -> all(c.saved(0)));
    for (Function wrong : List.of(tooMany, misshapen)) {
      Variable y = wrong.apply(x).sum();
      IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
      assertTrue(e.getMessage().startsWith("backward of mine"), e.getMessage());
    }
    Variable y = beyond.apply(x).sum();
    assertTrue(
        assertThrows(IllegalArgumentException.class, y::backward).getMessage().startsWith("mine"));
    Function several = of((_, in) -> all(in[0], in[0]), (_, g) -> all(g[0]));
    assertTrue(
        assertThrows(IllegalStateException.class, () -> several.apply(x))
            .getMessage()
            .contains("applyAll"));
    Function none = of((_, _) -> all(), (_, g) -> all(g[0]));
    assertThrows(IllegalStateException.class, () -> none.apply(x));
    Function stranger =
        of(
            (c, in) -> {
              c.markNonDifferentiable(in[0].neg());
              return in;
            },
            (_, g) -> g);
    assertThrows(IllegalArgumentException.class, () -> stranger.apply(x));
    Function early = of((c, in) -> all(c.saved(0), in[0]), (_, g) -> g);
    assertThrows(IllegalStateException.class, () -> early.apply(x));
  }

  @Test
  void backwardMayDifferentiateByItself() {
    Function function =
        of(
            (c, in) -> {
              c.saveForBackward(in[0]);
              return all(in[0].tanh());
            },
            (c, g) -> {
              try (var _ = Autograd.enableGrad()) {
                Variable x = c.saved(0).detach().requiresGrad(true);
                return all(Autograd.grad(x.tanh().mul(g[0].detach()).sum(), x).getFirst());
              }
            });
    GradCheck.check(function::apply, leaf(0.3, -0.7));
  }
}
