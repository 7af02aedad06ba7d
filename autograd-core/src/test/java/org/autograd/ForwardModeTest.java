package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/**
 * Tangents: levels, the graph beside them, and user's functions. Each operation is in
 * OperationTest.
 */
class ForwardModeTest {
  private static final Variable ONE = Variable.scalar(1.0);

  private static Variable value(double x) {
    return Variable.scalar(x);
  }

  @Test
  void severalArgumentsMoveAtOnce() {
    Functional.ValueAndTangent result =
        Functional.jvp(
            in -> in[0].mul(in[1]).add(in[0].sin()),
            new Variable[] {value(2), value(5)},
            new Variable[] {value(0.5), value(-1)});
    assertEquals(10 + Math.sin(2), result.value().item());
    assertEquals(0.5 * (5 + Math.cos(2)) - 2, result.tangent().item(), 1e-14);
    assertFalse(result.value().requiresGrad());
    assertFalse(result.tangent().requiresGrad());
  }

  @Test
  void capturedLeavesMoveAtOnce() {
    Variable w = Variable.of(1.0, 2.0).requiresGrad(true);
    Variable b = value(5);
    Variable x = Variable.of(3.0, 4.0);
    Functional.ValueAndTangent result =
        Functional.jvp(
            () -> w.square().dot(x).mul(b), List.of(w, b), List.of(Variable.of(1.0, -1.0), ONE));
    assertEquals(95, result.value().item());
    assertEquals(5 * (2 * 3 - 4 * 4) + 19, result.tangent().item());
    assertFalse(result.value().requiresGrad());
    assertFalse(result.tangent().requiresGrad());
    // Afterwards they are what they were.
    assertFalse(b.requiresGrad());
    w.square().sum().backward();
    assertArrayEquals(new double[] {2, 4}, w.grad().toDoubleArray());
  }

  @Test
  void viewsOfMovedLeavesMoveAlong() {
    Variable w = Variable.of(1.0, 2.0).requiresGrad(true);
    Variable last = w.select(0, 1);
    List<Variable> moved = List.of(w);
    Variable direction = Variable.of(10.0, 20.0);
    assertEquals(80, Functional.jvp(last::square, moved, List.of(direction)).tangent().item());
    last.square().backward();
    assertArrayEquals(new double[] {0, 4}, w.grad().toDoubleArray());
  }

  @Test
  void movingLeavesKeepsNoGraphAndIsUndoneAfterAnError() {
    Variable w = value(3).requiresGrad(true);
    assertThrows(
        IllegalStateException.class,
        () ->
            Functional.jvp(
                () -> {
                  assertFalse(w.sin().mul(w).isConnected());
                  throw new IllegalStateException();
                },
                List.of(w),
                List.of(ONE)));
    w.square().backward();
    assertEquals(6, w.grad().item());
  }

  @Test
  void anotherThreadCannotRecordWhatIsMoved() {
    Variable w = value(3).requiresGrad(true);
    List<Throwable> errors = new ArrayList<>();
    Functional.jvp(
        () -> {
          Thread other = new Thread(() -> w.square().backward());
          other.setUncaughtExceptionHandler((_, e) -> errors.add(e));
          other.start();
          try {
            other.join();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return w.square();
        },
        List.of(w),
        List.of(ONE));
    assertTrue(errors.getFirst().getMessage().contains("Functional.jvp moves it"));
    assertNull(w.grad());
  }

  @Test
  void leavesThatCannotMoveAreRefused() {
    Variable w = value(3).requiresGrad(true);
    List<Variable> one = List.of(ONE);
    assertThrows(
        IllegalArgumentException.class, () -> Functional.jvp(() -> w, List.of(w.mul(2)), one));
    assertThrows(
        IllegalArgumentException.class,
        () -> Functional.jvp(() -> w, List.of(w, w), List.of(ONE, ONE)));
    assertThrows(
        IllegalArgumentException.class, () -> Functional.jvp(() -> w, List.of(w), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> Functional.jvp(() -> w, List.of(w), List.of(Variable.of(1.0))));
    assertThrows(
        IllegalArgumentException.class,
        () -> Functional.jvp(() -> w, List.of(Variable.of(1L).reshape()), one));
  }

  @Test
  void derivativesOfEveryOrderByNesting() {
    // sin''' = -cos, and each level is told from the others.
    Variable third =
        Functional.jvp(
            x -> Functional.jvp(y -> Functional.jvp(Variable::sin, y, ONE), x, ONE),
            value(0.7),
            ONE);
    assertEquals(-Math.cos(0.7), third.item(), 1e-14);
  }

  @Test
  void levelsAreNotConfused() {
    // d/dx (x * d/dy (x + y)) = 1; confused, it would be 2.
    Variable result =
        Functional.jvp(x -> x.mul(Functional.jvp(y -> x.add(y), value(3), ONE)), value(2), ONE);
    assertEquals(1, result.item());
  }

  @Test
  void overBackwardAndUnderIt() {
    Variable x = value(0.3);
    double second = -9 * Math.sin(0.9);
    // Forward over reverse.
    assertEquals(
        second, Functional.jvp(u -> Functional.grad(v -> v.mul(3).sin(), u), x, ONE).item(), 1e-13);
    // Reverse over forward.
    assertEquals(
        second, Functional.grad(u -> Functional.jvp(v -> v.mul(3).sin(), u, ONE), x).item(), 1e-13);
    // Through backward(), whose gradients are kept by a Variable.
    assertEquals(
        second,
        Functional.jvp(
                u -> {
                  Variable own = u.mul(1);
                  own.retainGrad();
                  own.mul(3).sin().backward();
                  return own.grad();
                },
                value(0.3).requiresGrad(true),
                ONE)
            .item(),
        1e-13);
  }

  @Test
  void tangentsReachWhatIsCaptured() {
    Variable w = value(4).requiresGrad(true);
    Variable tangent = Functional.jvp(x -> x.square().mul(w), value(3), ONE);
    tangent.backward();
    assertEquals(24, tangent.item());
    assertEquals(6, w.grad().item());
  }

  @Test
  void anArgumentThatRequiresAGradientStaysConnected() {
    Variable x = value(3).requiresGrad(true);
    Functional.ValueAndTangent result =
        Functional.jvp(in -> in[0].pow(3), new Variable[] {x}, new Variable[] {ONE});
    result.value().backward(BackwardOptions.retainGraph());
    assertEquals(27, x.grad().item());
    x.zeroGrad();
    result.tangent().backward();
    assertEquals(18, x.grad().item());
  }

  @Test
  void changesInPlaceTakeTheTangentAlong() {
    Variable tangent =
        Functional.jvp(
            x -> {
              Variable y = x.mul(2);
              y.mul_(x).add_(1);
              return y;
            },
            value(5),
            ONE);
    assertEquals(20, tangent.item());
  }

  @Test
  void noGraphIsKept() {
    AtomicInteger nodes = new AtomicInteger();
    Functional.jvp(
        x -> {
          Variable y = x.sin().matmul(x).softmax(0).sum();
          assertFalse(y.isConnected());
          for (Node node = y.requireNode(); node != null; node = node.input(0)) {
            nodes.incrementAndGet();
          }
          return y;
        },
        Variable.of(0.1, 0.2).reshape(1, 2).transpose().matmul(Variable.of(1.0, 2).reshape(1, 2)),
        Variable.ones(DType.FLOAT64, 2, 2));
    assertEquals(1, nodes.get());
  }

  @Test
  void aProductWithAHessianKeepsNoGraphUnlessSomethingNeedsIt() {
    Variable x = Variable.of(1.0, 2);
    Variable v = Variable.of(0.5, -1);
    assertFalse(Functional.hvp(u -> u.pow(3).sum(), x, v).requiresGrad());
    Variable w = value(2).requiresGrad(true);
    Variable product = Functional.hvp(u -> u.pow(3).mul(w).sum(), x, v);
    product.sum().backward();
    assertEquals(6 * 1 * 0.5 - 6 * 2, w.grad().item(), 1e-12);
    // An enclosing derivative still sees it.
    Variable third = Functional.grad(u -> Functional.hvp(t -> t.pow(4).sum(), u, v).sum(), x);
    assertArrayEquals(new double[] {12, -48}, third.toDoubleArray(), 1e-12);
  }

  @Test
  void worksWithoutRecordingAroundItAndRespectsNoGradInside() {
    try (var _ = Autograd.inferenceMode()) {
      Variable tangent = Functional.jvp(Variable::square, value(3), ONE);
      assertEquals(6, tangent.item());
      assertFalse(tangent.requiresGrad());
    }
    Variable tangent =
        Functional.jvp(
            x -> {
              Variable constant;
              try (var _ = Autograd.noGrad()) {
                constant = x.square();
              }
              return x.mul(2).sub(constant);
            },
            value(3),
            ONE);
    assertEquals(2, tangent.item());
    assertFalse(ForwardMode.isOpen());
  }

  @Test
  void checkpointsAreComputedAtOnce() {
    Variable tangent =
        Functional.jvp(x -> Checkpoint.checkpoint(u -> u.sin().exp(), x), value(0.4), ONE);
    assertEquals(Math.cos(0.4) * Math.exp(Math.sin(0.4)), tangent.item(), 1e-14);
  }

  /** Sum and product, the product from a saved output. */
  private static final class SumAndExp extends Function {
    @Override
    protected Variable[] forward(Context context, Variable[] in) {
      Variable exp = in[0].exp().mul(in[1]);
      context.saveForBackward(in[0], exp);
      return new Variable[] {in[0].add(in[1]), exp};
    }

    @Override
    protected Variable[] backward(Context context, Variable[] g) {
      return new Variable[] {
        g[0].add(g[1].mul(context.saved(1))), g[0].add(g[1].mul(context.saved(0).exp()))
      };
    }
  }

  @Test
  void usersFunctionsOfSeveralOutputs() {
    Variable[] x = {value(0.5), value(2)};
    Variable[] v = {value(1.5), value(-0.25)};
    Functional.ValueAndTangent sum =
        Functional.jvp(in -> new SumAndExp().applyAll(in).get(0), x, v);
    assertEquals(1.25, sum.tangent().item(), 1e-14);
    Functional.ValueAndTangent product =
        Functional.jvp(in -> new SumAndExp().applyAll(in).get(1), x, v);
    double e = Math.exp(0.5);
    assertEquals(1.5 * 2 * e - 0.25 * e, product.tangent().item(), 1e-14);
    // Second order, through the saved output: d2/dx2 (y exp x) = y exp x.
    Variable second =
        Functional.jvp(
            u -> Functional.jvp(t -> new SumAndExp().applyAll(t, x[1]).get(1), u, ONE), x[0], ONE);
    assertEquals(2 * e, second.item(), 1e-13);
  }

  private static final class Once extends Function {
    @Override
    protected Variable[] forward(Context context, Variable[] in) {
      return new Variable[] {in[0].mul(2)};
    }

    @Override
    protected Variable[] backward(Context context, Variable[] g) {
      return new Variable[] {value(2 * g[0].item())};
    }

    @Override
    protected boolean isOnceDifferentiable() {
      return true;
    }
  }

  @Test
  void aFunctionThatCannotBeTransposedSaysSo() {
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> Functional.jvp(x -> new Once().apply(x), value(1), ONE));
    assertTrue(e.getMessage().startsWith("Once: it is differentiable once only"), e.getMessage());
    assertFalse(ForwardMode.isOpen());
  }

  @Test
  void jacobiansOfBothModesAgree() {
    Variable a = Variable.of(new double[][] {{1, -2}, {0.5, 3}, {2, 0}});
    Variable x = Variable.of(0.3, -0.7);
    Variable forward = Functional.jacobianForward(u -> a.matmul(u).tanh(), x);
    Variable reverse = Functional.jacobian(u -> a.matmul(u).tanh(), x);
    assertEquals(reverse.shape(), forward.shape());
    assertArrayEquals(reverse.flatten().toDoubleArray(), forward.flatten().toDoubleArray(), 1e-14);
  }

  @Test
  void errors() {
    assertEquals(
        "jvp: 1 arguments and 2 directions; each argument needs one",
        assertThrows(
                IllegalArgumentException.class,
                () -> Functional.jvp(in -> in[0], new Variable[] {ONE}, new Variable[] {ONE, ONE}))
            .getMessage());
    assertEquals(
        "jvp: argument 0 must be float32 or float64, got int32[1]; capture what does not move",
        assertThrows(
                IllegalArgumentException.class,
                () -> Functional.jvp(x -> x, Variable.of(1), Variable.of(1)))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Functional.jacobianForward(x -> x, Variable.zeros(DType.FLOAT64, 0)));
    List<Variable> none = List.of();
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Functional.jvp(
                in -> in[0], none.toArray(Variable[]::new), none.toArray(Variable[]::new)));
  }

  @Test
  void aFunctionThatLeavesTheOperationsIsNotTakenForAConstant() {
    class Square extends Function {
      @Override
      protected Variable[] forward(Context context, Variable[] in) {
        context.saveForBackward(in[0]);
        return new Variable[] {in[0].square()};
      }

      @Override
      protected Variable[] backward(Context context, Variable[] g) {
        double[] slopes = context.saved(0).mul(2).mul(g[0]).toDoubleArray();
        return new Variable[] {Variable.of(slopes)};
      }
    }
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                Functional.jvp(
                    x -> new Square().apply(x), Variable.of(1.0, 2), Variable.of(1.0, 1)));
    assertTrue(e.getMessage().contains("isOnceDifferentiable"), e.getMessage());
  }
}
