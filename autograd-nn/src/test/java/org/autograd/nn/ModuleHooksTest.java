package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Variable;
import org.autograd.optim.Sgd;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/** Hooks, freezing and sharing. */
class ModuleHooksTest {
  private static final Variable INPUT = Variable.of(1f, 2f);

  /** Two inputs and two results. */
  private static final class Pair extends Module {
    List<Variable> apply(Variable left, Variable right) {
      return call(in -> List.of(in.get(0).mul(in.get(1)), in.get(0).add(in.get(1))), left, right);
    }
  }

  private static Activation times(double factor) {
    return Activation.of("Times", x -> x.mul(factor));
  }

  private static Variable leaf() {
    return INPUT.copy().requiresGrad(true);
  }

  private static float[] gradient(Variable x) {
    return Objects.requireNonNull(x.grad()).toFloatArray();
  }

  @Test
  void forwardHooksSeeAndReplaceInTheOrderOfRegistration() {
    Activation module = times(2);
    List<String> seen = new ArrayList<>();
    module.beforeForward(in -> {
      seen.add("before " + Arrays.toString(in.getFirst().toFloatArray()));
      return List.of(in.getFirst().add(1));
    });
    module.afterForward((in, out) -> {
      seen.add("first " + Arrays.toString(in.getFirst().toFloatArray()));
      return List.of(out.getFirst().mul(10));
    });
    ModuleHook second =
        module.afterForward((_, out) -> {
          seen.add("second " + Arrays.toString(out.getFirst().toFloatArray()));
          return null;
        });
    assertArrayEquals(new float[] {40, 60}, module.apply(INPUT).toFloatArray());
    assertEquals(List.of("before [1.0, 2.0]", "first [2.0, 3.0]", "second [40.0, 60.0]"), seen);
    second.close();
    second.close();
    seen.clear();
    assertArrayEquals(new float[] {40, 60}, module.apply(INPUT).toFloatArray());
    assertEquals(2, seen.size(), "one of them is removed");
  }

  @Test
  void theSameHookTwiceIsRemovedOnceByEachHandle() {
    Activation module = times(2);
    int[] calls = new int[1];
    java.util.function.Function<List<Variable>, List<Variable>> hook =
        in -> {
          calls[0]++;
          return in;
        };
    ModuleHook first = module.beforeForward(hook);
    ModuleHook second = module.beforeForward(hook);
    module.apply(INPUT);
    assertEquals(2, calls[0]);
    first.close();
    first.close();
    module.apply(INPUT);
    assertEquals(3, calls[0]);
    second.close();
    module.apply(INPUT);
    assertEquals(3, calls[0]);
    assertFalse(module.hasHooks());
  }

  @Test
  void backwardHooksSeeAndReplaceGradients() {
    Activation module = times(3);
    List<String> seen = new ArrayList<>();
    module.beforeBackward(out -> {
      seen.add("before " + Arrays.toString(out.getFirst().toFloatArray()));
      return List.of(out.getFirst().mul(2));
    });
    try (var _ =
        module.afterBackward((in, out) -> {
          seen.add(
              Arrays.toString(Objects.requireNonNull(in.getFirst()).toFloatArray())
                  + " from "
                  + Arrays.toString(out.getFirst().toFloatArray()));
          return Arrays.asList(Objects.requireNonNull(in.getFirst()).add(1));
        })) {
      Variable x = leaf();
      module.apply(x).mul(5).sum().backward();
      assertEquals(List.of("before [5.0, 5.0]", "[30.0, 30.0] from [10.0, 10.0]"), seen);
      assertArrayEquals(new float[] {31, 31}, gradient(x));
    }
    Variable x = leaf();
    module.apply(x).sum().backward();
    assertArrayEquals(new float[] {6, 6}, gradient(x), "removed");
  }

  @Test
  void backwardHooksOfSeveralInputsAndResults() {
    Pair pair = new Pair();
    List<List<Variable>> gradients = new ArrayList<>();
    pair.afterBackward((in, out) -> {
      gradients.add(in);
      gradients.add(List.copyOf(out));
      return null;
    });
    Variable left = leaf();
    Variable right = Variable.of(3f, 4f);
    pair.apply(left, right).getFirst().sum().backward();
    assertArrayEquals(new float[] {3, 4}, gradient(left));
    assertArrayEquals(new float[] {3, 4}, gradients.get(0).get(0).toFloatArray());
    assertNull(gradients.get(0).get(1), "needs none");
    assertArrayEquals(new float[] {1, 1}, gradients.get(1).get(0).toFloatArray());
    assertArrayEquals(new float[] {0, 0}, gradients.get(1).get(1).toFloatArray(), "not used");
  }

  @Test
  void aModuleWhoseInputNeedsNoGradientHasItsHooksCalled() {
    Linear layer = new Linear(2, 1);
    List<List<Variable>> gradients = new ArrayList<>();
    layer.afterBackward((in, _) -> {
      gradients.add(in);
      return null;
    });
    layer.apply(INPUT).sum().backward();
    assertEquals(1, gradients.size());
    assertNull(gradients.getFirst().getFirst());
    assertArrayEquals(new float[] {1, 2}, gradient(layer.weight()));
    try (var _ = Autograd.noGrad()) {
      layer.apply(INPUT);
    }
    assertEquals(1, gradients.size());
  }

  @Test
  void hooksDoNotChangeGradientsOfHigherOrder() {
    Activation cube = Activation.of("Cube", x -> x.pow(3));
    cube.afterBackward((_, _) -> null);
    Variable x = leaf();
    Variable first =
        Autograd.grad(
                List.of(cube.apply(x)),
                List.of(Variable.ones(2)),
                List.of(x),
                BackwardOptions.createGraph())
            .getFirst();
    assertArrayEquals(new float[] {3, 12}, first.toFloatArray(), 1e-5f);
    Variable second = Autograd.grad(first.sum(), x).getFirst();
    assertArrayEquals(new float[] {6, 12}, second.toFloatArray(), 1e-5f);
  }

  @Test
  void aHookThatReturnsAnotherNumberIsRefusedWithThePlace() {
    Sequential model = new Sequential(times(2));
    model.layers().getFirst().afterForward((_, out) -> List.of(out.getFirst(), out.getFirst()));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> model.apply(INPUT));
    assertEquals(
        "in module 0 (Times): afterForward: the hook returned 2 results instead of 1; return null"
            + " to keep them",
        e.getMessage());
  }

  @Test
  void frozenParametersGetNoGradientAndDoNotMove() {
    Sequential model = new Sequential(new Linear(2, 2), new Linear(2, 1));
    model.apply(INPUT).sum().backward();
    Module backbone = model.layers().getFirst();
    backbone.requiresGrad(false);
    assertTrue(backbone.parameters().stream().allMatch(p -> p.grad() == null));
    float[] before = backbone.parameters().getFirst().toFloatArray();
    Sgd optimizer = new Sgd(model.parameters(), Sgd.options().learningRate(0.1).weightDecay(0.5));
    model.zeroGrad();
    model.apply(INPUT).sum().backward();
    optimizer.step();
    assertArrayEquals(before, backbone.parameters().getFirst().toFloatArray());
    assertTrue(backbone.parameters().stream().allMatch(p -> p.grad() == null));
    assertNotNull(model.layers().get(1).parameters().getFirst().grad());
    backbone.requiresGrad(true);
    model.apply(INPUT).sum().backward();
    assertNotNull(backbone.parameters().getFirst().grad());
  }

  @Test
  void sharedParametersAreSavedOnceAndLoadedEitherWay() {
    Linear layer = new Linear(2, 2);
    Sequential twice = new Sequential(layer, layer);
    Map<String, Variable> state = twice.stateDictWithoutRepeats();
    assertEquals(List.of("0.weight", "0.bias"), List.copyOf(state.keySet()));
    Linear other = new Linear(2, 2);
    Sequential target = new Sequential(other, other);
    target.loadStateDict(state);
    assertArrayEquals(layer.weight().toFloatArray(), other.weight().toFloatArray());
    target.loadStateDict(twice.stateDict());
    assertTrue(target.loadMatching(state).isEmpty());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Sequential(new Linear(2, 2), new Linear(2, 2)).loadStateDict(state));
    assertEquals(
        "loadStateDict of Sequential: missing 1.weight, 1.bias", e.getMessage(), "not shared");
  }

  @Test
  void summaryIsATable() {
    Linear head = new Linear(3, 3);
    Sequential model =
        new Sequential(new Linear(2, 3), new Sequential(Activation.relu(), head), head);
    model.layers().getFirst().requiresGrad(false);
    ModuleSummary summary = model.summary(5, 2);
    assertEquals(
        """
        layer             output    parameters
        Sequential        [5, 3]
          0 (Linear)      [5, 3]             9
          1 (Sequential)  [5, 3]
            0 (Relu)      [5, 3]
            1 (Linear)    [5, 3]            12
        21 parameters (84 bytes), 12 trained, 9 frozen\
        """,
        summary.toString());
    assertEquals(List.of(Shape.of(5, 3)), summary.rows().get(1).outputs());
    assertTrue(model.isTraining(), "the mode is as before");
    assertFalse(model.hasHooks());
    head.eval();
    assertThrows(IllegalArgumentException.class, () -> model.summary(5, 7));
    assertTrue(model.isTraining());
    assertFalse(head.isTraining());
    assertFalse(head.hasHooks());
  }

  @Test
  void summaryOfAModuleWithSeveralResults() {
    Pair pair = new Pair();
    ModuleSummary summary = ModuleSummary.of(pair, () -> pair.apply(INPUT, INPUT));
    assertEquals(List.of(Shape.of(2), Shape.of(2)), summary.rows().getFirst().outputs());
    assertEquals(0, summary.parameters());
  }

  @Test
  void recurrentLayersAndCellsHaveHooks() {
    Lstm lstm = new Lstm(2, 3);
    Variable input = Variable.ones(4, 1, 2);
    Variable states = Variable.ones(1, 1, 3);
    List<List<Shape>> seen = new ArrayList<>();
    lstm.beforeForward(in -> {
      seen.add(in.stream().map(Variable::shape).toList());
      return null;
    });
    lstm.afterForward((_, out) -> {
      seen.add(out.stream().map(Variable::shape).toList());
      return List.of(out.get(0).abs().mul(0), out.get(1), out.get(2));
    });
    Lstm.Result result = lstm.apply(input, states, states, Variable.of(4L));
    Shape state = Shape.of(1, 1, 3);
    assertEquals(
        List.of(
            List.of(Shape.of(4, 1, 2), state, state, Shape.of(1)),
            List.of(Shape.of(4, 1, 3), state, state)),
        seen);
    assertArrayEquals(new float[12], result.output().toFloatArray());

    for (RecurrentCell cell : List.of(new RnnCell(2, 3), new GruCell(2, 3), new LstmCell(2, 3))) {
      List<Integer> inputs = new ArrayList<>();
      cell.beforeForward(in -> {
        inputs.add(in.size());
        return null;
      });
      Variable x = Variable.ones(1, 2);
      Variable h = Variable.ones(1, 3);
      switch (cell) {
        case RnnCell rnn -> rnn.apply(x, rnn.apply(x, null));
        case GruCell gru -> gru.apply(x, gru.apply(x, null));
        case LstmCell one -> one.apply(x, new LstmCell.State(h, one.apply(x, null).cell()));
      }
      assertEquals(cell instanceof LstmCell ? List.of(1, 3) : List.of(1, 2), inputs);
    }
  }

  @Test
  void backwardHooksOfARecurrentLayerSeeItsGradients() {
    Gru gru = new Gru(2, 3);
    Variable input = Variable.ones(4, 1, 2).requiresGrad(true);
    List<Shape> seen = new ArrayList<>();
    gru.afterBackward((ofInputs, ofOutputs) -> {
      ofInputs.forEach(g -> seen.add(Objects.requireNonNull(g).shape()));
      ofOutputs.forEach(g -> seen.add(g.shape()));
      return null;
    });
    gru.apply(input).output().sum().backward();
    assertEquals(List.of(Shape.of(4, 1, 2), Shape.of(4, 1, 3), Shape.of(1, 1, 3)), seen);
    assertNotNull(input.grad());
  }

  @Test
  void aSummaryShowsWhatARecurrentLayerGives() {
    Rnn rnn = new Rnn(2, 3);
    ModuleSummary summary = ModuleSummary.of(rnn, () -> rnn.apply(Variable.ones(4, 1, 2)));
    assertEquals(
        List.of(Shape.of(4, 1, 3), Shape.of(1, 1, 3)), summary.rows().getFirst().outputs());
  }
}
