package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

class SavedValueHooksTest {
  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static GradScope asArrays(List<double[]> packed) {
    return Autograd.savedValueHooks(
        value -> {
          packed.add(value.toDoubleArray());
          return new Packed(value.toDoubleArray(), value.shape());
        },
        kept -> Variable.fromArray(kept.values(), kept.shape().toArray()));
  }

  private record Packed(Object values, Shape shape) {}

  /** Pointwise operations, rules with one, two and their own values, and a Function. */
  private static Variable mixed(Variable x) {
    Function square =
        new Function() {
          @Override
          protected Variable[] forward(Context context, Variable[] in) {
            context.saveForBackward(in[0]);
            return new Variable[] {in[0].square()};
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            return new Variable[] {context.saved(0).mul(2).mul(g[0])};
          }
        };
    Variable m = x.tanh().mul(x).matmul(x.transpose());
    return square.apply(m).softmax(1).mul(m.exp()).add(m.amax(1).unsqueeze(1)).sum();
  }

  @Test
  void everySavedValueGoesThroughThem() {
    Variable x = Variable.of(new double[][] {{0.3, -0.4}, {0.5, 0.7}}).requiresGrad(true);
    double[] expected = Autograd.grad(mixed(x), x).getFirst().toDoubleArray();
    List<double[]> packed = new ArrayList<>();
    Variable loss;
    try (var _ = asArrays(packed)) {
      loss = mixed(x);
    }
    assertTrue(packed.size() >= 8, () -> packed.size() + " values");
    int before = packed.size();
    assertArrayEquals(expected, Autograd.grad(loss, x).getFirst().toDoubleArray());
    assertEquals(before, packed.size(), "the backward pass saves nothing");
  }

  @Test
  void derivativesOfSecondOrderFlowThroughWhatWasUnpacked() {
    GradCheck.checkSecondOrder(
        in -> {
          try (var _ = asArrays(new ArrayList<>())) {
            return mixed(in[0]);
          }
        },
        Variable.of(new double[][] {{0.3, -0.4}, {0.5, 0.7}}));
  }

  @Test
  void mayChangeTheValue() {
    Variable x = leaf(1.0 + 1e-12);
    Variable y;
    try (var _ =
        Autograd.savedValueHooks(v -> v.to(DType.FLOAT32), kept -> kept.to(DType.FLOAT64))) {
      y = x.square().sum();
    }
    y.backward();
    Variable grad = x.grad();
    assertNotNull(grad);
    assertEquals(2, grad.item(), 0);
  }

  @Test
  void theInnermostAppliesAndNothingAfterTheScope() {
    List<double[]> outer = new ArrayList<>();
    List<double[]> inner = new ArrayList<>();
    Variable x = leaf(3);
    try (var _ = asArrays(outer)) {
      assertTrue(x.square().requiresGrad());
      try (var _ = asArrays(inner)) {
        assertTrue(x.square().requiresGrad());
      }
      assertTrue(x.square().requiresGrad());
    }
    assertTrue(x.square().requiresGrad());
    assertEquals(2, outer.size());
    assertEquals(1, inner.size());
  }

  @Test
  void areOfOneThread() throws InterruptedException {
    List<double[]> packed = new ArrayList<>();
    Variable x = leaf(3);
    try (var _ = asArrays(packed)) {
      Thread thread = new Thread(() -> x.square());
      thread.start();
      thread.join();
    }
    assertTrue(packed.isEmpty());
  }

  @Test
  void seeElementsOnlyAndRecordNothing() {
    Variable x = leaf(3);
    List<Variable> seen = new ArrayList<>();
    try (var _ =
        Autograd.savedValueHooks(
            value -> {
              assertFalse(Autograd.isGradEnabled());
              seen.add(value);
              return value;
            },
            kept -> {
              assertFalse(Autograd.isGradEnabled());
              return kept;
            })) {
      x.square().backward(Variable.of(1.0), BackwardOptions.createGraph());
    }
    assertFalse(seen.getFirst().requiresGrad());
  }

  @Test
  void areAskedAgainByEveryPass() {
    List<String> calls = new ArrayList<>();
    Variable x = leaf(3);
    Variable y;
    try (var _ =
        Autograd.savedValueHooks(
            value -> {
              calls.add("pack");
              return value;
            },
            kept -> {
              calls.add("unpack");
              return kept;
            })) {
      y = x.square().sum();
    }
    y.backward(BackwardOptions.retainGraph());
    y.backward();
    assertEquals(List.of("pack", "unpack", "unpack"), calls);
    IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
    assertTrue(e.getMessage().contains("freed"), e.getMessage());
  }

  @Test
  void anUnpackedValueHasTheShapeAndDtypeOfThePackedOne() {
    Variable x = leaf(1, 2);
    for (Variable wrong : List.of(Variable.of(1f, 2f), Variable.of(1.0))) {
      Variable y;
      try (var _ = Autograd.savedValueHooks(value -> value, _ -> wrong)) {
        y = x.square().sum();
      }
      IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
      assertTrue(e.getMessage().contains("backward of square"), e.getMessage());
      assertTrue(e.getMessage().contains("float64[2]"), e.getMessage());
    }
  }

  @Test
  void aValueThatIsGivenBackTwiceIsNotAddedToInPlace() {
    // The rule of matmul with a vector of ones may give on what it was given.
    Variable kept = Variable.of(3.0, 4.0);
    Variable x = leaf(1, 2);
    Function constant =
        new Function() {
          @Override
          protected Variable[] forward(Context context, Variable[] in) {
            context.saveForBackward(in[0]);
            return new Variable[] {in[0].sum()};
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            return new Variable[] {context.saved(0)};
          }
        };
    Variable y;
    try (var _ = Autograd.savedValueHooks(_ -> kept, same -> same)) {
      y = constant.apply(x);
    }
    y.backward(BackwardOptions.retainGraph());
    y.backward();
    assertArrayEquals(new double[] {3, 4}, kept.toDoubleArray());
    Variable grad = x.grad();
    assertNotNull(grad);
    assertArrayEquals(new double[] {6, 8}, grad.toDoubleArray());
  }

  @Test
  void aHookThatThrowsLeavesTheModesAsTheyWere() {
    Variable x = leaf(3);
    try (var _ =
        Autograd.savedValueHooks(
            _ -> {
              throw new UnsupportedOperationException("mine");
            },
            (Object _) -> x)) {
      assertThrows(UnsupportedOperationException.class, x::square);
      assertTrue(Autograd.isGradEnabled());
    }
    assertSame(null, GradMode.hooks());
  }
}
