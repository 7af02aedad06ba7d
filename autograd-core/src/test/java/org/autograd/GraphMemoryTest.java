package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a graph keeps alive, how deep it may be, and when it lets go. */
class GraphMemoryTest {
  private static final int DEPTH = 1_000_000;

  private static WeakReference<Storage> storageOf(Variable variable) {
    return new WeakReference<>(variable.data().storage());
  }

  /** Collects garbage until the reference is cleared; false if it stays. */
  private static boolean isCollected(WeakReference<?> reference) {
    for (int attempt = 0; attempt < 50 && reference.get() != null; attempt++) {
      System.gc();
      try {
        Thread.sleep(attempt);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return reference.get() == null;
  }

  static volatile @Nullable Object used;

  /** Keeps an object reachable up to here. */
  private static void stillUsed(Object object) {
    used = object;
    used = null;
  }

  private static void onSmallStack(Runnable body) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread = new Thread(null, body, "small stack", 512 << 10);
    thread.setUncaughtExceptionHandler((_, e) -> failure.set(e));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (failure.get() != null) {
      throw new AssertionError("on a small stack", failure.get());
    }
  }

  private static Variable chain(Variable x, int length) {
    Variable y = x;
    for (int i = 0; i < length; i++) {
      y = y.add(1);
    }
    return y;
  }

  @Test
  void aMillionOperationsInARow() {
    Variable x = Variable.scalar(1.0).requiresGrad(true);
    WeakReference<?>[] end = new WeakReference<?>[2];
    onSmallStack(() -> {
      Variable y = chain(x, DEPTH);
      assertEquals(1.0 + DEPTH, y.item());
      assertTrue(y.toString().contains("from add"), y.toString());
      assertTrue(y.requireNode().toString().length() < 200);
      y.backward(BackwardOptions.retainGraph());
      assertEquals(1, Autograd.grad(y, x).getFirst().item());
      end[0] = new WeakReference<>(y.requireNode());
      end[1] = new WeakReference<>(y.requireNode().input(0));
    });
    Variable grad = x.grad();
    assertNotNull(grad);
    assertEquals(1, grad.item());
    assertTrue(isCollected(end[0]));
    assertTrue(isCollected(end[1]));
  }

  @Test
  void aDeepRecordedBackwardPass() {
    Variable x = Variable.scalar(1.0).requiresGrad(true);
    onSmallStack(() -> {
      Variable y = x;
      for (int i = 0; i < 20_000; i++) {
        y = y.mul(x.mul(0).add(1));
      }
      Variable first = Autograd.grad(y, List.of(x), BackwardOptions.createGraph()).getFirst();
      assertEquals(1, first.item());
      assertEquals(0, Autograd.grad(first, x).getFirst().item());
    });
  }

  /** A loss, and what was computed on the way to it. */
  private record Passed(Variable loss, List<WeakReference<Storage>> way) {}

  private static Passed forward(Variable x) {
    Variable hidden = x.mul(2);
    Variable squared = hidden.square();
    Variable power = squared.exp();
    Variable loss = power.sum();
    return new Passed(loss, List.of(storageOf(hidden), storageOf(squared), storageOf(power)));
  }

  private static void assertCollected(List<WeakReference<Storage>> way) {
    for (WeakReference<Storage> reference : way) {
      assertTrue(isCollected(reference), "value " + way.indexOf(reference));
    }
  }

  @Test
  void aDroppedGraphIsCollected() {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    List<WeakReference<Storage>> way = forward(x).way();
    assertCollected(way);
    stillUsed(x);
  }

  @Test
  void savedValuesLiveAsLongAsTheGraphNeedsThem() {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    Passed passed = forward(x);
    // The input of the square and the result of the exponential are saved; what is between is not.
    assertTrue(isCollected(passed.way().get(1)));
    System.gc();
    assertNotNull(passed.way().get(0).get());
    assertNotNull(passed.way().get(2).get());
    passed.loss().backward();
    assertCollected(passed.way());
    stillUsed(passed.loss());
  }

  @Test
  void labelsAndIndicesAreFreedAsWell() {
    Variable x = Variable.of(new double[][] {{1, 2}, {3, 4}}).requiresGrad(true);
    Variable labels = Variable.of(0L, 1L);
    WeakReference<Storage> reference = storageOf(labels);
    Variable loss = x.softmaxCrossEntropy(labels).sum();
    labels = Variable.scalar(0f);
    loss.backward();
    assertTrue(isCollected(reference));
    stillUsed(loss);
    stillUsed(labels);
  }

  @Test
  void theValuesOfTheInputsThatNeedNoGradientAreNotSaved() {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    // The slope towards x needs the constant; that towards the constant, which needs x, is no edge.
    Variable scaled = x.mul(3);
    WeakReference<Storage> reference = storageOf(scaled);
    Variable y = scaled.mul(Variable.of(4.0, 5.0));
    scaled = y;
    assertTrue(isCollected(reference));
    stillUsed(scaled);
  }

  @Test
  void anUnusedBranchIsCollected() {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    Variable trunk = x.exp();
    WeakReference<Storage> branch = storageOf(trunk.mul(trunk));
    WeakReference<Node> node = new WeakReference<>(trunk.tanh().requireNode());
    assertTrue(isCollected(branch));
    assertTrue(isCollected(node));
    stillUsed(trunk);
  }

  private static WeakReference<Node> secondOrder(Variable x) {
    Variable y = x.pow(3).sum();
    y.backward(BackwardOptions.createGraph());
    return new WeakReference<>(y.requireNode());
  }

  @Test
  void aRecordedGradientKeepsTheGraphUntilItIsZeroed() {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    WeakReference<Node> graph = secondOrder(x);
    Variable grad = x.grad();
    assertNotNull(grad);
    assertTrue(grad.requiresGrad());
    grad = null;
    x.zeroGrad();
    assertTrue(isCollected(graph));
    stillUsed(x);
    assertEquals(null, grad);
  }

  @Test
  void hooksAndRetainedGradientsDoNotPinTheGraph() {
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    List<Object> kept = new ArrayList<>();
    x.onGradient(g -> {
      kept.add(g);
      return null;
    });
    Variable hidden = x.mul(2).retainGrad();
    WeakReference<Storage> reference = storageOf(hidden);
    hidden.square().sum().backward();
    hidden = x;
    assertTrue(isCollected(reference));
    assertEquals(1, kept.size());
    stillUsed(hidden);
  }

  @Test
  void aStepThatAccumulatesLossesAsNumbersHoldsNothing() {
    Variable w = Variable.of(0.5, -0.5).requiresGrad(true);
    List<WeakReference<Storage>> ways = new ArrayList<>();
    double total = 0;
    for (int step = 0; step < 20; step++) {
      Passed passed = forward(w);
      passed.loss().backward();
      total += passed.loss().item();
      ways.addAll(passed.way());
      Variable grad = w.grad();
      assertNotNull(grad);
      try (var _ = Autograd.noGrad()) {
        w.sub_(grad.mul(0.001));
      }
      w.zeroGrad();
    }
    assertTrue(total > 0);
    assertCollected(ways);
    stillUsed(w);
  }

  @Test
  void aDetachedViewKeepsNoGraph() throws InterruptedException {
    Variable x = Variable.ones(DType.FLOAT64, 3, 3).requiresGrad(true);
    Variable y = x.mul(2);
    WeakReference<Variable> reference = new WeakReference<>(y);
    List<Variable> kept =
        List.of(
            y.select(0, 0).detach(),
            y.reshape(9).detach(),
            y.transpose().detach(),
            y.narrow(0, 0, 1).detach().requiresGrad(true));
    y = null;
    for (int i = 0; i < 50 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(reference.get());
    assertEquals(4, kept.size());
  }
}
