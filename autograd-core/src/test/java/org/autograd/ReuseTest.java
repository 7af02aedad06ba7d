package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.autograd.expression.Expression;
import org.autograd.internal.storage.Spares;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays get a second use where nobody can notice, and nowhere else. */
class ReuseTest {
  private static final long[] SHAPE = {40, 50};

  @BeforeEach
  void forgetAll() {
    Spares.age();
    Spares.age();
  }

  private static Variable random(long seed) {
    return Variable.randn(new Generator(seed), DType.FLOAT32, SHAPE);
  }

  /** Returns whether one of the next arrays is the given one; all that were spare are taken. */
  private static boolean isNext(float[] array) {
    boolean found = false;
    for (int k = 0; k < 8; k++) {
      found |= next() == array;
    }
    return found;
  }

  private static float[] next() {
    return Variable.empty(SHAPE).data().storage().floats();
  }

  /** What a user got hold of, and a copy of how it was then. */
  private static final class Held {
    private final List<Variable> values = new ArrayList<>();
    private final List<float[]> before = new ArrayList<>();

    Variable add(@Nullable Variable value) {
      assertNotNull(value);
      values.add(value);
      before.add(value.toFloatArray());
      return value;
    }

    void assertUnchanged() {
      for (int k = 0; k < values.size(); k++) {
        assertArrayEquals(before.get(k), values.get(k).toFloatArray(), "value " + k);
      }
    }
  }

  /** A step whose results, gradients and saved values a user holds, all or only some of them. */
  private static void step(Held held, long seed, boolean retainGraph) {
    Variable x = held.add(random(seed)).requiresGrad(true);
    Variable weight = random(seed + 1).matmul(random(seed + 2).transpose()).requiresGrad(true);
    Variable h = held.add(weight.matmul(x).tanh());
    Variable sum = held.add(h.add(x).mul(h)).retainGrad();
    h.onGradient(held::add);
    Variable y = held.add(sum.reshape(50, 40).softmax(1).add(x.reshape(50, 40)));
    Variable both = Variable.cat(0, y, y.relu());
    both.onInputGradients(gradients -> {
      gradients.forEach(held::add);
      return null;
    });
    Variable loss = both.square().mean();
    if (retainGraph) {
      loss.backward(BackwardOptions.retainGraph());
    }
    Autograd.grad(loss, List.of(x, h), BackwardOptions.retainGraph()).forEach(held::add);
    loss.backward();
    held.add(x.grad());
    held.add(weight.grad());
    held.add(sum.grad());
  }

  @Test
  void whatAUserHoldsStaysAsItIs() {
    Held held = new Held();
    for (int k = 0; k < 6; k++) {
      step(held, 10 * k, k % 2 == 1);
    }
    held.assertUnchanged();
  }

  @Test
  void deadGradientsAreUsedAgain() {
    Variable weight = random(1).narrow(0, 0, 10).copy().requiresGrad(true);
    Variable left = random(2).narrow(1, 0, 10).copy();
    Variable product = left.matmul(weight);
    product.square().sum().backward();
    // The gradient of the product.
    float[] used = next();
    for (int k = 0; k < used.length; k++) {
      assertEquals(2 * arrayOf(product)[k], used[k], "element " + k);
    }
    assertTrue(isZero(next()), "there was one");
  }

  private static boolean isZero(float[] array) {
    for (float element : array) {
      if (element != 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aForgottenGradientIsUsedAgainIfNobodyHasSeenIt() {
    Variable x = random(1).requiresGrad(true);
    x.square().sum().backward();
    Variable hiddenGrad = x.hiddenGrad();
    assertNotNull(hiddenGrad);
    float[] hidden = arrayOf(hiddenGrad);
    x.zeroGrad();
    assertTrue(isNext(hidden));

    x.square().sum().backward();
    float[] seen = arrayOf(assertGrad(x));
    x.zeroGrad();
    assertFalse(isNext(seen));
  }

  private static Variable assertGrad(Variable x) {
    Variable grad = x.grad();
    assertNotNull(grad);
    return grad;
  }

  /** Its temporary is saved for backward and then used again, like one of backward itself. */
  private static final class Recycling extends Function {
    private final Consumer<Variable> inForward;
    private final Consumer<Variable> inBackward;

    Recycling(Consumer<Variable> inForward, Consumer<Variable> inBackward) {
      this.inForward = inForward;
      this.inBackward = inBackward;
    }

    @Override
    protected Variable[] forward(Context context, Variable[] x) {
      Variable temporary = x[0].exp();
      inForward.accept(temporary);
      context.saveForBackward(temporary);
      context.recycle(temporary);
      return new Variable[] {temporary.mul(2)};
    }

    @Override
    protected Variable[] backward(Context context, Variable[] g) {
      Variable product = context.saved(0).mul(g[0]);
      inBackward.accept(product);
      context.recycle(product);
      return new Variable[] {product.mul(2)};
    }
  }

  private static float[] arrayOf(Variable value) {
    return value.data().storage().floats();
  }

  @Test
  void aTemporaryIsUsedAgainOnceTheGraphIsFreed() {
    List<Variable> temporaries = new ArrayList<>();
    List<float[]> arrays = new ArrayList<>();
    Consumer<Variable> keep =
        temporary -> {
          temporaries.add(temporary);
          arrays.add(arrayOf(temporary));
        };
    Variable x = random(1).requiresGrad(true);
    Variable y = new Recycling(keep, keep).apply(x);
    float[] expected = y.toFloatArray();
    assertFalse(isNext(arrays.get(0)));
    y.backward(Variable.onesLike(y), BackwardOptions.retainGraph());
    assertFalse(isNext(arrays.get(0)), "the graph still needs it");
    y.backward(Variable.onesLike(y));
    assertTrue(isNext(arrays.get(0)));
    for (Variable temporary : temporaries) {
      assertThrows(IllegalStateException.class, temporary::toFloatArray);
      assertThrows(IllegalStateException.class, () -> temporary.add(1));
    }
    assertArrayEquals(expected, y.toFloatArray());
    float[] gradient = assertGrad(x).toFloatArray();
    for (int i = 0; i < gradient.length; i++) {
      assertEquals(2 * expected[i], gradient[i], "both passes added 2 e^x");
    }
  }

  /** {@code 2 a b}, with a temporary that both gradients need and a saved one. */
  private static final class TwiceProduct extends Function {
    @Override
    protected Variable[] forward(Context context, Variable[] x) {
      Variable sum = x[0].add(x[1]);
      context.saveForBackward(x[0], x[1], sum);
      context.recycle(sum);
      return new Variable[] {x[0].mul(x[1]).mul(2)};
    }

    @Override
    protected Variable[] backward(Context context, Variable[] g) {
      Variable twice = g[0].mul(2);
      context.recycle(twice);
      // a + b - a, so that the saved temporary is part of what is recorded.
      Variable second = context.saved(2).sub(context.saved(0));
      return new Variable[] {twice.mul(second), twice.mul(context.saved(0))};
    }
  }

  @Test
  void aRecordedPassRecyclesNothing() {
    Variable a = random(1).requiresGrad(true);
    Variable b = random(2).requiresGrad(true);
    Variable loss = new TwiceProduct().apply(a, b).square().sum();
    Variable gradient = Autograd.grad(loss, List.of(a), BackwardOptions.createGraph()).getFirst();
    Variable byA = Autograd.grad(gradient.sum(), a).getFirst();
    // The gradient was 8 a b (s - a), where s = a + b is no input and counts as constant.
    float[] expected = b.detach().sub(a.detach()).mul(b.detach()).mul(8).toFloatArray();
    assertArrayEquals(expected, byA.toFloatArray(), 1e-3f);
  }

  private static Function recycling(boolean inForward, UnaryOperator<Variable> which) {
    return new Function() {
      @Override
      protected Variable[] forward(Context context, Variable[] x) {
        Variable result = x[0].exp();
        if (inForward) {
          context.recycle(which.apply(x[0]));
        }
        context.saveForBackward(x[0]);
        return new Variable[] {result};
      }

      @Override
      protected Variable[] backward(Context context, Variable[] g) {
        context.recycle(which.apply(context.saved(0)));
        return new Variable[] {g[0].mul(2)};
      }
    };
  }

  @Test
  void whatOthersHaveCannotBeRecycled() {
    Variable x = random(1).requiresGrad(true);
    float[] before = x.toFloatArray();
    Function forward = recycling(true, v -> v.detach().reshape(SHAPE));
    assertThrows(IllegalStateException.class, () -> forward.apply(x));
    Variable y = recycling(false, v -> v.detach().reshape(SHAPE)).apply(x);
    Variable seed = Variable.onesLike(y);
    assertThrows(IllegalStateException.class, () -> y.backward(seed));
    assertArrayEquals(before, x.toFloatArray());
  }

  @Test
  void withoutAGraphATemporaryIsUsedAgainAtOnce() {
    List<float[]> arrays = new ArrayList<>();
    new Recycling(temporary -> arrays.add(arrayOf(temporary)), _ -> {}).apply(random(1));
    assertTrue(isNext(arrays.getFirst()));
  }

  @Test
  void whatHooksHaveSeenIsNotUsedAgain() {
    Held held = new Held();
    Variable x = random(1).requiresGrad(true);
    Variable y;
    try (var _ = Autograd.savedValueHooks(held::add, value -> (Variable) value)) {
      y = new Recycling(_ -> {}, _ -> {}).apply(x);
    }
    y.backward(Variable.onesLike(y));
    for (int k = 0; k < 4; k++) {
      try (var _ = Autograd.noGrad()) {
        Variable.empty(SHAPE).fill_(k);
      }
    }
    held.assertUnchanged();
  }

  private static final Pointwise RELU =
      Pointwise.of("relu", x -> Expression.where(x.le(0), Expression.constant(0), x));

  private static final Pointwise SILU = Pointwise.of("silu", x -> x.mul(x.sigmoid()));

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFunctionIsWrittenOverAnOperandThatIsGivenUp(boolean recorded) {
    Variable x = random(1).requiresGrad(recorded);
    Variable weight = random(2).narrow(0, 0, 30).copy().requiresGrad(recorded);
    Variable expected = RELU.apply(x.linear(weight)).square().sum();
    Variable product = x.linear(weight);
    float[] array = arrayOf(product);
    Variable y = RELU.applyOver(product);
    assertTrue(arrayOf(y) == array);
    assertThrows(IllegalStateException.class, product::toFloatArray);
    assertEquals(expected.item(), y.square().sum().item());
    if (recorded) {
      List<Variable> inputs = List.of(x, weight);
      List<Variable> left = Autograd.grad(expected, inputs, BackwardOptions.createGraph());
      List<Variable> right = Autograd.grad(y.square().sum(), inputs, BackwardOptions.createGraph());
      for (int k = 0; k < 2; k++) {
        assertArrayEquals(left.get(k).toFloatArray(), right.get(k).toFloatArray());
      }
      assertArrayEquals(second(left, x), second(right, x));
    }
  }

  /** Returns the gradient of the squares of gradients. */
  private static float[] second(List<Variable> gradients, Variable x) {
    Variable sum = gradients.get(0).square().sum().add(gradients.get(1).square().sum());
    return Autograd.grad(sum, x).getFirst().toFloatArray();
  }

  @Test
  void anOperandThatSomethingElseNeedsIsNotWrittenOver() {
    Variable x = random(1).requiresGrad(true);
    List<Supplier<Variable>> operands =
        List.of(
            () -> x, // a leaf
            x::exp, // saved by the operation that computed it
            () -> x.mul(2).narrow(0, 0, 20), // a part of something
            () -> x.mul(2).transpose(), // a view
            () -> {
              Variable viewed = x.mul(2);
              viewed.reshape(2000);
              return viewed;
            });
    for (int k = 0; k < operands.size(); k++) {
      Variable operand = operands.get(k).get();
      float[] before = operand.toFloatArray();
      Variable y = RELU.applyOver(operand);
      assertArrayEquals(before, operand.toFloatArray(), "operand " + k);
      assertTrue(arrayOf(y) != arrayOf(operand), "operand " + k);
    }
    // Its derivative needs the operand.
    Variable operand = x.mul(2);
    assertTrue(arrayOf(SILU.applyOver(operand)) != arrayOf(operand));
    Variable saved;
    try (var _ = Autograd.savedValueHooks(v -> v, v -> v)) {
      Variable seen = x.mul(2);
      assertTrue(arrayOf(RELU.applyOver(seen)) != arrayOf(seen));
      saved = x.exp();
    }
    assertTrue(arrayOf(RELU.applyOver(saved)) != arrayOf(saved));
    Variable part = new SavedParts().applyAll(x).getFirst();
    assertTrue(arrayOf(RELU.applyOver(part)) != arrayOf(part));
  }

  /** e^x and e^-x, of which it saves the first. */
  private static final class SavedParts extends Function {
    @Override
    protected Variable[] forward(Context context, Variable[] x) {
      Variable[] results = {x[0].exp(), x[0].neg().exp()};
      context.saveForBackward(results[0]);
      return results;
    }

    @Override
    protected Variable[] backward(Context context, Variable[] g) {
      Variable first = context.saved(0);
      return new Variable[] {g[0].mul(first).sub(g[1].div(first))};
    }
  }

  @Test
  void functionTransformationsDoNotWriteOver() {
    UnaryOperator<Variable> f = v -> RELU.applyOver(v.mul(2)).sum();
    Variable x = random(1);
    Variable each = Functional.vmap(f, x);
    assertArrayEquals(RELU.apply(x.mul(2)).sum(1).toFloatArray(), each.toFloatArray(), 1e-4f);
    Variable tangent = Functional.jvp(f, x, Variable.onesLike(x));
    assertEquals(2 * x.gt(0).to(DType.FLOAT32).sum().item(), tangent.item(), 1e-3);
  }

  @Test
  void aViewCannotBeRecycled() {
    Function function =
        new Function() {
          @Override
          protected Variable[] forward(Context context, Variable[] x) {
            context.recycle(x[0].exp().narrow(0, 0, 2));
            return new Variable[] {x[0].exp()};
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            return g;
          }
        };
    Supplier<Variable> apply = () -> function.apply(random(1));
    String message = assertThrows(IllegalArgumentException.class, apply::get).getMessage();
    assertTrue(message.contains("recycle: float32[2, 50]"), message);
  }
}
