package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnomalyTest {
  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  /** The forward call whose name is looked for in stack traces. */
  private static Variable rootOfDifference(Variable x, Variable y) {
    return x.sub(y).sqrt();
  }

  private static void assertParts(Throwable error, String... parts) {
    for (String part : parts) {
      String message = String.valueOf(error.getMessage());
      assertTrue(message.contains(part), () -> "no '" + part + "' in\n" + message);
    }
  }

  @Test
  void namesTheOperationItsInputsItsModuleAndTheForwardCall() {
    Variable x = leaf(1, 5, 3);
    Variable y = leaf(1, 2, 3);
    try (var _ = Autograd.detectAnomaly()) {
      Variable loss;
      try (var _ = Autograd.scope("head");
          var _ = Autograd.scope("0")) {
        loss = rootOfDifference(x, y).mul(2).sum();
      }
      ArithmeticException e = assertThrows(ArithmeticException.class, loss::backward);
      assertParts(
          e,
          "backward of sqrt float64[3] in head.0",
          "the gradient of its input sub float64[3]",
          "0 NaN and 2 infinite of 3, the others in [0.57",
          "gradient of the result: in [2, 2]",
          "result: in [0, 1.732]",
          "input 0, sub float64[3]: in [0, 3]",
          "saved float64[3]: in [0, 1.732]");
      Throwable cause = e.getCause();
      assertNotNull(cause);
      assertParts(cause, "forward call of sqrt");
      StackTraceElement[] stack = cause.getStackTrace();
      assertEquals("sqrt", stack[0].getMethodName(), () -> Arrays.toString(stack));
      assertEquals("rootOfDifference", stack[1].getMethodName(), () -> Arrays.toString(stack));
    }
    assertNull(x.grad(), "the pass ended before it came to a leaf");
  }

  @Test
  void namesTheFirstOfSeveral() {
    Variable x = leaf(0);
    try (var _ = Autograd.detectAnomaly()) {
      // 0 * inf of the inner square is NaN too, but later.
      Variable loss = x.square().log().sum();
      ArithmeticException e = assertThrows(ArithmeticException.class, loss::backward);
      assertParts(e, "backward of log", "1 infinite of 1", "input 0, square float64[1]: in [0, 0]");
    }
  }

  @Test
  void operationsWithEdgesAndFunctions() {
    Variable x = leaf(1, 1);
    Variable w = leaf(Double.POSITIVE_INFINITY, 1);
    Function function =
        new Function() {
          @Override
          public String name() {
            return "mine";
          }

          @Override
          protected Variable[] forward(Context context, Variable[] in) {
            return new Variable[] {in[0].mul(1)};
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            return new Variable[] {g[0].mul(Double.NaN)};
          }
        };
    try (var _ = Autograd.detectAnomaly()) {
      Variable dot = x.dot(w);
      assertParts(
          assertThrows(ArithmeticException.class, dot::backward),
          "backward of dot float64[]",
          "input leaf float64[2]",
          "0 NaN and 1 infinite of 2, the others in [1, 1]");
      Variable mine = function.apply(x).sum();
      assertParts(
          assertThrows(ArithmeticException.class, mine::backward),
          "backward of mine float64[2]",
          "2 NaN and 0 infinite of 2");
    }
  }

  @Test
  void aGradientThatNoRuleGaveIsSaidToBeSuch() {
    Variable x = leaf(1, 2);
    try (var _ = Autograd.detectAnomaly()) {
      Variable y = x.mul(2);
      assertParts(
          assertThrows(ArithmeticException.class, () -> y.backward(Variable.of(Double.NaN, 1))),
          "backward of mul",
          "the gradient of its result",
          "passed to backward()");
      Variable z = x.mul(3);
      HookHandle hook = z.onGradient(g -> g.div(0));
      assertParts(
          assertThrows(ArithmeticException.class, () -> z.sum().backward()),
          "backward of mul",
          "came from a hook");
      hook.close();
      double huge = Double.MAX_VALUE;
      Variable sum = x.mul(huge).add(x.mul(huge)).sum();
      assertParts(
          assertThrows(ArithmeticException.class, sum::backward),
          "backward of leaf",
          "a sum that overflowed");
    }
  }

  @Test
  void aForwardCallOutsideTheScopeIsNotKnown() {
    Variable loss = leaf(0).sqrt().sum();
    try (var _ = Autograd.detectAnomaly()) {
      ArithmeticException e = assertThrows(ArithmeticException.class, loss::backward);
      assertParts(e, "backward of sqrt", "not in a detectAnomaly() scope", "[0, 0]");
      assertNull(e.getCause());
    }
  }

  @Test
  void goodGradientsAreTheSameBits() {
    Variable x = leaf(0.3, -0.4);
    double[] expected = Autograd.grad(mixed(x), x).getFirst().toDoubleArray();
    try (var _ = Autograd.detectAnomaly()) {
      assertArrayEquals(expected, Autograd.grad(mixed(x), x).getFirst().toDoubleArray());
      GradCheck.checkSecondOrder(in -> mixed(in[0]), x);
    }
  }

  private static Variable mixed(Variable x) {
    return x.tanh().mul(x).exp().add(x.softmax(0)).sum();
  }

  @Test
  void samplesOfAVmap() {
    Variable x = Variable.of(new double[][] {{1, 4}, {0, 9}});
    try (var _ = Autograd.detectAnomaly()) {
      ArithmeticException e =
          assertThrows(
              ArithmeticException.class,
              () -> Functional.vmap(row -> Functional.grad(v -> v.sqrt().sum(), row), x));
      assertParts(e, "backward of sqrt", "0 NaN and 1 infinite of 4");
    }
  }

  @Test
  void nothingIsLookedAtOutside() {
    Variable x = leaf(0);
    try (var _ = Autograd.detectAnomaly()) {
      assertTrue(Origin.isDetecting());
      try (var _ = Autograd.detectAnomaly()) {
        assertTrue(Origin.isDetecting());
      }
      assertTrue(Origin.isDetecting());
    }
    assertFalse(Origin.isFollowed());
    Variable y = x.sqrt();
    assertNull(y.requireNode().origin());
    y.sum().backward();
    Variable grad = x.grad();
    assertNotNull(grad);
    assertEquals(Double.POSITIVE_INFINITY, grad.item());
  }

  @Test
  void isOfOneThread() throws InterruptedException {
    try (var _ = Autograd.detectAnomaly()) {
      Thread other = new Thread(() -> assertFalse(Origin.isDetecting()));
      boolean[] failed = new boolean[1];
      other.setUncaughtExceptionHandler((_, _) -> failed[0] = true);
      other.start();
      other.join();
      assertFalse(failed[0]);
    }
  }

  @Test
  void parametersThatAreNotReached() {
    Variable used = leaf(1);
    Variable twice = leaf(2);
    Variable detached = leaf(3);
    Variable unused = leaf(4);
    Variable frozen = Variable.of(5.0);
    Variable loss = used.mul(twice).add(twice).add(detached.detach()).add(frozen).sum();
    assertEquals(
        List.of(detached, unused, frozen),
        Autograd.unreached(loss, List.of(used, twice, detached, unused, frozen)));
    assertEquals(
        List.of("unused"), Autograd.unreached(loss, Map.of("used", used, "unused", unused)));
    assertEquals(List.of(used), Autograd.unreached(loss.detach(), List.of(used)));
  }
}
