package org.autograd.usage;

import static org.autograd.Index.all;
import static org.autograd.Index.ellipsis;
import static org.autograd.Index.newAxis;
import static org.autograd.Index.range;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Extremum;
import org.autograd.Generator;
import org.autograd.GradScope;
import org.autograd.HookHandle;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/**
 * The library as its users see it: from another package, with public types only. Operations stand
 * in interfaces that are not public, which must not be felt.
 */
class PublicApiTest {

  @Test
  void methodReferencesOfEveryFamily() {
    Variable x = Variable.of(new double[][] {{-1, 2}, {3, -4}});
    UnaryOperator<Variable> relu = Variable::relu;
    UnaryOperator<Variable> tanh = Variable::tanh;
    Function<Variable, Variable> transpose = Variable::transpose;
    Function<Variable, Variable> sum = Variable::sum;
    BinaryOperator<Variable> matmul = Variable::matmul;
    BinaryOperator<Variable> add = Variable::add;
    BiFunction<Variable, Variable, Variable> greater = Variable::gt;
    BiFunction<Variable, Integer, Variable> softmax = Variable::softmax;
    BiFunction<Variable, Integer, Extremum> max = Variable::max;
    ToDoubleFunction<Variable> item = Variable::item;
    DoubleFunction<Variable> boundAdd = x::add;
    IntFunction<Variable> boundArgmax = x::argmax;
    assertArrayEquals(new double[] {0, 2, 3, 0}, relu.apply(x).toDoubleArray());
    assertEquals(Math.tanh(2), tanh.apply(x).toDoubleArray()[1], 1e-12);
    assertArrayEquals(new double[] {-1, 3, 2, -4}, transpose.apply(x).toDoubleArray());
    assertEquals(0, item.applyAsDouble(sum.apply(x)));
    assertArrayEquals(new double[] {7, -10, -15, 22}, matmul.apply(x, x).toDoubleArray());
    assertArrayEquals(new double[] {-2, 4, 6, -8}, add.apply(x, x).toDoubleArray());
    assertArrayEquals(new boolean[4], greater.apply(x, x).toBooleanArray());
    assertEquals(2, softmax.apply(x, 1).sum().item(), 1e-12);
    assertArrayEquals(new double[] {2, 3}, max.apply(x, 1).values().toDoubleArray());
    assertArrayEquals(new double[] {0, 3, 4, -3}, boundAdd.apply(1).toDoubleArray());
    assertArrayEquals(new long[] {1, 0}, boundArgmax.apply(1).toLongArray());
  }

  @Test
  void layersAsFunctions() {
    Generator rng = new Generator(1);
    Variable w1 = Variable.randn(rng, DType.FLOAT64, 2, 8).requiresGrad(true);
    Variable w2 = Variable.randn(rng, DType.FLOAT64, 8, 1).requiresGrad(true);
    Function<Variable, Variable> first = x -> x.matmul(w1);
    Function<Variable, Variable> model =
        first.andThen(Variable::relu).andThen(h -> h.matmul(w2)).andThen(Variable::sigmoid);
    Variable x = Variable.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    Variable y = Variable.of(new double[][] {{0.5}, {1}, {1}, {1}});
    double before = model.apply(x).sub(y).square().mean().item();
    for (int step = 0; step < 200; step++) {
      model.apply(x).sub(y).square().mean().backward();
      try (var _ = Autograd.noGrad()) {
        for (Variable w : List.of(w1, w2)) {
          Variable grad = w.grad();
          assertNotNull(grad);
          w.sub_(grad.mul(0.5));
          w.zeroGrad();
        }
      }
    }
    assertTrue(model.apply(x).sub(y).square().mean().item() < before / 2);
  }

  @Test
  void streamsOfVariables() {
    Variable total =
        Stream.of(1.0, 2.0, 3.0)
            .map(Variable::scalar)
            .map(v -> v.requiresGrad(true))
            .map(Variable::square)
            .reduce(Variable.scalar(0.0), Variable::add);
    assertEquals(14, total.item());
    assertEquals(
        Shape.of(3, 2),
        Variable.stack(0, Stream.generate(() -> Variable.zeros(2)).limit(3).toList()).shape());
  }

  @Test
  void indexingReadsLikePython() {
    Variable x = Variable.arange(24).reshape(2, 3, 4);
    assertEquals(
        Shape.of(1, 3, 1, 2), x.get(range(1, 3), ellipsis(), newAxis(), all().step(2)).shape());
  }

  @Test
  void hooksScopesAndOptions() {
    Variable x = Variable.of(3f).requiresGrad(true);
    HookHandle hook = x.onGradient(g -> g.mul(2));
    Variable y = x.pow(3).sum();
    List<Variable> first = Autograd.grad(y, List.of(x), BackwardOptions.createGraph());
    assertEquals(54, first.getFirst().item());
    hook.close();
    try (GradScope _ = Autograd.noGrad()) {
      assertEquals(27, x.pow(3).item(), 1e-4);
    }
    y.backward();
    Variable grad = x.grad();
    assertNotNull(grad);
    assertEquals(27, grad.item(), 1e-4);
  }

  private static final Pointwise MISH = Pointwise.of("mish", x -> x.mul(x.exp().log1p().tanh()));

  @Test
  void operationsOfOnesOwn() {
    Variable x = Variable.of(0.5, -2.0).requiresGrad(true);
    Variable y = MISH.apply(x);
    assertEquals("mish", y.operation());
    assertEquals(0.5 * Math.tanh(Math.log1p(Math.exp(0.5))), y.toDoubleArray()[0], 1e-12);
    y.sum().backward();
    assertNotNull(x.grad());
  }

  /** Scripting languages and tools look methods up by name on the public class. */
  @Test
  void methodHandlesOnThePublicClass() throws Throwable {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    Variable x = Variable.of(-1.0, 2.0);
    Variable y =
        (Variable)
            lookup
                .findVirtual(Variable.class, "relu", MethodType.methodType(Variable.class))
                .invokeExact(x);
    assertArrayEquals(new double[] {0, 2}, y.toDoubleArray());
  }

  @Test
  void noPublicMethodShowsAnInternalType() {
    for (Class<?> type :
        List.of(Variable.class, Autograd.class, Pointwise.class, Generator.class, Shape.class)) {
      for (var method : type.getMethods()) {
        if (Modifier.isStatic(method.getModifiers()) && method.getDeclaringClass() != type) {
          continue;
        }
        Stream.concat(Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()))
            .forEach(used -> {
              String name = used.getName();
              assertTrue(
                  !name.contains(".internal.") && !name.contains("com.google"), method.toString());
            });
      }
    }
  }
}
