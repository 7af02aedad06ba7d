package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class LbfgsTest {
  private final Variable x = Variable.of(-1.5, 2.0).requiresGrad(true);
  private final Variable unused = Variable.ones(DType.FLOAT64, 2, 2).requiresGrad(true);

  private Lbfgs lbfgs(Lbfgs.Options options) {
    return new Lbfgs(List.of(x, unused), options);
  }

  /** Rosenbrock's function, least at (1, 1). */
  private static Supplier<Variable> rosenbrock(Variable x, Optimizer<?> optimizer) {
    return () -> {
      optimizer.zeroGrad();
      Variable first = x.select(0, 0);
      Variable second = x.select(0, 1);
      Variable loss = second.sub(first.square()).square().mul(100).add(first.rsub(1).square());
      loss.backward();
      return loss;
    };
  }

  @Test
  void findsTheMinimumOfRosenbrocksFunction() {
    Lbfgs lbfgs = lbfgs(Lbfgs.options().strongWolfe(true).iterations(100).tolerances(1e-9, 1e-15));
    double before = lbfgs.step(rosenbrock(x, lbfgs));
    assertEquals(100 * .25 * .25 + 2.5 * 2.5, before, 1e-12);
    assertArrayEquals(new double[] {1, 1}, x.toDoubleArray(), 1e-6);
    assertArrayEquals(new double[] {1, 1, 1, 1}, unused.toDoubleArray());
  }

  @Test
  void solvesAQuadraticInAsManyStepsAsItHasDimensions() {
    Variable scale = Variable.of(1.0, 10.0);
    Lbfgs lbfgs = lbfgs(Lbfgs.options().strongWolfe(true).iterations(10));
    lbfgs.step(() -> {
      lbfgs.zeroGrad();
      Variable loss = x.square().mul(scale).sum();
      loss.backward();
      return loss;
    });
    assertArrayEquals(new double[] {0, 0}, x.toDoubleArray(), 1e-6);
  }

  @Test
  void everyStepOfTheLineSearchLowersTheLoss() {
    Lbfgs lbfgs = lbfgs(Lbfgs.options().strongWolfe(true).iterations(1));
    double last = Double.POSITIVE_INFINITY;
    for (int k = 0; k < 25; k++) {
      double loss = lbfgs.step(rosenbrock(x, lbfgs));
      assertTrue(loss < last, "step " + k + ": " + last + " to " + loss);
      last = loss;
    }
  }

  @Test
  void aLossThatIsNanIsSteppedBackFrom() {
    Variable p = Variable.of(1.0).requiresGrad(true);
    // Least at 1/e, undefined below 0; the first steps lead there.
    Lbfgs lbfgs = new Lbfgs(List.of(p), Lbfgs.options().strongWolfe(true).learningRate(50));
    Supplier<Variable> closure =
        () -> {
          lbfgs.zeroGrad();
          Variable loss = p.mul(p.log()).sum();
          loss.backward();
          return loss;
        };
    lbfgs.step(closure);
    assertEquals(Math.exp(-1), p.item(), 1e-6);
  }

  @Test
  void iterationsAndEvaluationsAreLimited() {
    AtomicInteger calls = new AtomicInteger();
    Lbfgs lbfgs = lbfgs(Lbfgs.options().learningRate(1e-3).iterations(7));
    Supplier<Variable> closure = rosenbrock(x, lbfgs);
    Supplier<Variable> counted =
        () -> {
          calls.incrementAndGet();
          return closure.get();
        };
    lbfgs.step(counted);
    // After the last direction the loss is not needed.
    assertEquals(7, calls.getAndSet(0));
    lbfgs.groups().getFirst().setOptions(Lbfgs.options().learningRate(1e-3).evaluations(3));
    lbfgs.step(counted);
    assertEquals(3, calls.get());
  }

  @Test
  void aMinimumIsLeftAlone() {
    Variable p = Variable.of(0.0).requiresGrad(true);
    Lbfgs lbfgs = new Lbfgs(List.of(p), Lbfgs.options());
    assertEquals(
        0,
        lbfgs.step(() -> {
          lbfgs.zeroGrad();
          Variable loss = p.square().sum();
          loss.backward();
          return loss;
        }));
    assertEquals(0, p.item());
    assertEquals(1, lbfgs.stateDict().size());
  }

  @Test
  void aSavedStateContinuesBitForBit() {
    Lbfgs.Options options = Lbfgs.options().strongWolfe(true).iterations(3).history(4);
    Lbfgs original = lbfgs(options);
    for (int k = 0; k < 3; k++) {
      original.step(rosenbrock(x, original));
    }
    Variable y = x.detach().copy().requiresGrad(true);
    Variable other = unused.detach().copy().requiresGrad(true);
    Lbfgs restored = new Lbfgs(List.of(y, other), options.learningRate(9));
    restored.loadStateDict(original.stateDict());
    assertEquals(original.stateDict().keySet(), restored.stateDict().keySet());
    assertEquals(1, restored.groups().getFirst().options().learningRate());
    for (int k = 0; k < 2; k++) {
      original.step(rosenbrock(x, original));
      restored.step(rosenbrock(y, restored));
      assertArrayEquals(x.toDoubleArray(), y.toDoubleArray());
    }
    restored.loadStateDict(lbfgs(options).stateDict());
    assertEquals(1, restored.stateDict().size());
  }

  @Test
  void loadingListsEverythingThatIsWrongAndChangesNothing() {
    Lbfgs lbfgs = lbfgs(Lbfgs.options().strongWolfe(true).iterations(5));
    lbfgs.step(rosenbrock(x, lbfgs));
    Map<String, Variable> state = new LinkedHashMap<>(lbfgs.stateDict());
    double[] direction = state.get("state.0.d").toDoubleArray();
    state.put("state.0.d", Variable.of(1.0));
    state.remove("state.0.t");
    state.remove("state.0.old_dirs.0");
    state.put("state.0.other", Variable.of(1.0));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> lbfgs.loadStateDict(state));
    assertEquals(
        "loadStateDict of Lbfgs: missing state.0.t; mismatched state.0.d is float64[1] for a"
            + " parameter float64[6]; missing state.0.old_dirs.0; unexpected state.0.other",
        e.getMessage());
    assertArrayEquals(direction, lbfgs.stateDict().get("state.0.d").toDoubleArray());
  }

  @Test
  void aClosureThatFailsLeavesTheParametersWhereTheyWere() {
    Lbfgs lbfgs = lbfgs(Lbfgs.options().strongWolfe(true));
    AtomicInteger calls = new AtomicInteger();
    Supplier<Variable> closure = rosenbrock(x, lbfgs);
    assertThrows(
        IllegalStateException.class,
        () ->
            lbfgs.step(() -> {
              if (calls.getAndIncrement() == 1) {
                throw new IllegalStateException("out of data");
              }
              return closure.get();
            }));
    assertArrayEquals(new double[] {-1.5, 2}, x.toDoubleArray());
  }

  @Test
  void whatItCannotDoIsRefused() {
    Lbfgs lbfgs = lbfgs(Lbfgs.options());
    assertEquals(
        "Lbfgs: evaluates the loss several times per step; call step(closure)",
        assertThrows(IllegalStateException.class, lbfgs::step).getMessage());
    assertThrows(
        IllegalStateException.class,
        () -> lbfgs.addGroup(List.of(Variable.of(1.0)), Lbfgs.options()));
    assertEquals(
        "Lbfgs: all parameters must be of one dtype, got float64[2] and float32[2]; convert with"
            + " to()",
        assertThrows(
                IllegalArgumentException.class,
                () -> new Lbfgs(List.of(x, Variable.zeros(2)), Lbfgs.options()))
            .getMessage());
  }

  @Test
  void otherOptimizersTakeAClosureToo() {
    Variable p = Variable.of(3.0).requiresGrad(true);
    Sgd sgd = new Sgd(List.of(p), Sgd.options().learningRate(.25));
    double before =
        sgd.step(() -> {
          sgd.zeroGrad();
          Variable loss = p.square().sum();
          loss.backward();
          return loss;
        });
    assertEquals(9, before);
    assertEquals(1.5, p.item());
  }
}
