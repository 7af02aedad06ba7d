package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class GradModeTest {

  @Test
  void noGradRecordsNothing() {
    Variable x = Variable.of(1.0).requiresGrad(true);
    try (var _ = Autograd.noGrad()) {
      assertFalse(Autograd.isGradEnabled());
      Variable y = x.mul(2).reshape(1, 1).sum().exp();
      assertFalse(y.requiresGrad());
      assertTrue(y.isLeaf());
      assertNull(y.operation());
      assertTrue(x.requiresGrad());
    }
    assertTrue(x.mul(2).requiresGrad());
  }

  @Test
  void scopesNestAndRestoreWhatTheyFound() {
    assertTrue(Autograd.isGradEnabled());
    try (var _ = Autograd.noGrad()) {
      try (var _ = Autograd.enableGrad()) {
        assertTrue(Autograd.isGradEnabled());
        try (var _ = Autograd.enableGrad()) {
          assertTrue(Autograd.isGradEnabled());
        }
        assertTrue(Autograd.isGradEnabled());
        try (var _ = Autograd.noGrad()) {
          assertFalse(Autograd.isGradEnabled());
        }
        assertTrue(Autograd.isGradEnabled());
      }
      assertFalse(Autograd.isGradEnabled());
      try (var _ = Autograd.noGrad()) {
        assertFalse(Autograd.isGradEnabled());
      }
      assertFalse(Autograd.isGradEnabled());
    }
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void exceptionsEndAScopeToo() {
    assertThrows(
        IllegalArgumentException.class,
        () -> {
          try (var _ = Autograd.noGrad()) {
            Variable.of(1.0, 2.0).add(Variable.of(1.0, 2.0, 3.0));
          }
        });
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void eachThreadHasItsOwn() throws InterruptedException, ExecutionException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch checked = new CountDownLatch(1);
    FutureTask<Boolean> other =
        new FutureTask<>(() -> {
          boolean before = Autograd.isGradEnabled();
          try (var _ = Autograd.noGrad()) {
            inside.countDown();
            checked.await();
          }
          return before;
        });
    try (var _ = Autograd.noGrad()) {
      Thread.ofPlatform().start(other);
      inside.await();
    }
    assertTrue(Autograd.isGradEnabled());
    checked.countDown();
    assertTrue(other.get());
  }

  @Test
  void backwardWorksInsideNoGradAndRestoresIt() {
    Variable x = Variable.of(3.0).requiresGrad(true);
    Variable y = x.pow(3).sum();
    try (var _ = Autograd.noGrad()) {
      Variable first = Autograd.grad(y, List.of(x), BackwardOptions.createGraph()).getFirst();
      assertTrue(first.requiresGrad());
      assertFalse(Autograd.isGradEnabled());
      first.backward(Variable.of(1.0));
      assertFalse(Autograd.isGradEnabled());
    }
    Variable grad = x.grad();
    assertNotNull(grad);
    assertEquals(18, grad.item());
  }

  @Test
  void onlyFloatsRequireGradients() {
    for (DType dtype : List.of(DType.INT32, DType.INT64, DType.BOOL)) {
      Variable x = Variable.zeros(dtype, 2);
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> x.requiresGrad(true));
      assertTrue(e.getMessage().contains(dtype + "[2]"), e.getMessage());
      assertTrue(e.getMessage().contains("to()"), e.getMessage());
      assertFalse(x.requiresGrad(false).requiresGrad());
    }
  }

  @Test
  void aResultDoesNotStopRequiringItsGradient() {
    Variable y = Variable.of(1.0).requiresGrad(true).mul(2);
    assertTrue(y.requiresGrad(true).requiresGrad());
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> y.requiresGrad(false));
    assertTrue(e.getMessage().contains("detach()"), e.getMessage());
  }

  @Test
  void conversionsToIntegersEndTheGraph() {
    Variable x = Variable.of(1.5).requiresGrad(true);
    assertFalse(x.to(DType.INT64).requiresGrad());
    assertFalse(x.gt(1).requiresGrad());
    assertFalse(x.argmax().requiresGrad());
    assertTrue(x.to(DType.FLOAT32).requiresGrad());
  }

  @Test
  void setGradEnabledIsEitherScope() {
    Variable x = Variable.of(1.0).requiresGrad(true);
    try (var _ = Autograd.setGradEnabled(false)) {
      assertFalse(x.mul(2).requiresGrad());
      try (var _ = Autograd.setGradEnabled(true)) {
        assertTrue(x.mul(2).requiresGrad());
      }
      assertFalse(Autograd.isGradEnabled());
    }
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void inferenceModeCannotBeLeftFromInside() {
    Variable x = Variable.of(1.0).requiresGrad(true);
    Variable y;
    try (var _ = Autograd.inferenceMode()) {
      assertTrue(Autograd.isInferenceMode());
      try (var _ = Autograd.enableGrad()) {
        assertFalse(Autograd.isGradEnabled());
        y = x.mul(2);
      }
      try (var _ = Autograd.inferenceMode()) {
        assertTrue(Autograd.isInferenceMode());
      }
      assertTrue(Autograd.isInferenceMode());
    }
    assertFalse(Autograd.isInferenceMode());
    assertTrue(Autograd.isGradEnabled());
    assertFalse(y.requiresGrad());
    assertTrue(y.mul(x).requiresGrad());
  }
}
