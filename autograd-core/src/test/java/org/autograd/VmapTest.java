package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/** Batching: levels, derivatives inside and outside, errors. Each rule is in OperationTest. */
class VmapTest {
  private static final Variable SAMPLES =
      Variable.of(new double[][] {{1, 2, 3}, {-1, 0.5, 2}, {0, 1, -2}, {4, -3, 0.25}});

  private static Variable weight() {
    return Variable.of(new double[][] {{0.5, -1, 2}, {1, 3, -0.5}});
  }

  private static void assertSame(Variable expected, Variable actual) {
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.flatten().toDoubleArray(), actual.flatten().toDoubleArray(), 1e-12);
  }

  @Test
  void aSampleLooksLikeOne() {
    List<Shape> seen = new ArrayList<>();
    Variable result =
        Functional.vmap(
            x -> {
              seen.add(x.shape());
              assertTrue(x.toString().startsWith("a sample of ["), x.toString());
              return x.square().sum();
            },
            SAMPLES);
    assertEquals(List.of(Shape.of(3)), seen);
    assertSame(SAMPLES.square().sum(1), result);
  }

  @Test
  void whatIsCapturedIsTheSameForAllSamples() {
    Variable w = weight();
    assertSame(SAMPLES.matmul(w.transpose()), Functional.vmap(w::matmul, SAMPLES));
    assertSame(
        Variable.ones(DType.FLOAT64, 4, 2), Functional.vmap(_ -> w.mul(0).sum(1).add(1), SAMPLES));
  }

  @Test
  void levelsNest() {
    // All pairwise distances.
    Variable distances =
        Functional.vmap(a -> Functional.vmap(b -> a.sub(b).square().sum(), SAMPLES), SAMPLES);
    Variable expected = SAMPLES.unsqueeze(1).sub(SAMPLES.unsqueeze(0)).square().sum(2);
    assertSame(expected, distances);
    // Over the samples of samples.
    Variable twice = Functional.vmap(row -> Functional.vmap(Variable::exp, row), SAMPLES);
    assertSame(SAMPLES.exp(), twice);
  }

  @Test
  void gradientsPerSample() {
    Variable w = weight();
    Variable targets = Variable.of(new double[][] {{1, 0}, {0, 1}, {2, 2}, {-1, 3}});
    List<Variable> gradients =
        Functional.vmapAll(
            in ->
                Functional.gradAll(
                    p -> in[0].linear(p[0], p[1]).sub(in[1]).square().sum(),
                    w,
                    targets.select(0, 0)),
            SAMPLES,
            targets);
    for (int sample = 0; sample < 4; sample++) {
      Variable x = SAMPLES.select(0, sample);
      Variable y = targets.select(0, sample);
      List<Variable> expected =
          Functional.gradAll(
              p -> x.linear(p[0], p[1]).sub(y).square().sum(), w, targets.select(0, 0));
      assertSame(expected.get(0), gradients.get(0).select(0, sample));
      assertSame(expected.get(1), gradients.get(1).select(0, sample));
    }
  }

  @Test
  void gradientsPerSampleOfConvolutions() {
    Generator generator = new Generator(3);
    Variable x = Variable.randn(generator, DType.FLOAT64, 3, 2, 5, 5);
    Variable w = Variable.randn(generator, DType.FLOAT64, 4, 2, 3, 3);
    Variable gradients =
        Functional.vmap(
            image ->
                Functional.grad(
                    f -> image.conv2d(f, null).maxPool2d(PoolingOptions.kernel(2)).square().sum(),
                    w),
            x);
    for (int sample = 0; sample < 3; sample++) {
      Variable image = x.select(0, sample);
      Variable expected =
          Functional.grad(
              f -> image.conv2d(f, null).maxPool2d(PoolingOptions.kernel(2)).square().sum(), w);
      assertEquals(expected.shape(), gradients.select(0, sample).shape());
      assertArrayEquals(
          expected.flatten().toDoubleArray(),
          gradients.select(0, sample).flatten().toDoubleArray(),
          1e-10);
    }
  }

  @Test
  void aBatchOfSeedsGivesTheJacobian() {
    Variable w = weight();
    Variable x = SAMPLES.select(0, 0);
    Variable jacobian =
        Functional.vmap(
            seed -> Functional.vjp(in -> w.matmul(in[0]).tanh(), seed, x).gradient(),
            Variable.eye(DType.FLOAT64, 2));
    assertSame(Functional.jacobian(u -> w.matmul(u).tanh(), x), jacobian);
    Variable columns =
        Functional.vmap(
            direction -> Functional.jvp(u -> w.matmul(u).tanh(), x, direction),
            Variable.eye(DType.FLOAT64, 3));
    assertSame(jacobian.transpose(), columns);
  }

  @Test
  void aBatchOfHessians() {
    Variable hessians = Functional.vmap(x -> Functional.hessian(u -> u.pow(3).sum(), x), SAMPLES);
    for (int sample = 0; sample < 4; sample++) {
      assertSame(SAMPLES.select(0, sample).mul(6).diag(0), hessians.select(0, sample));
    }
  }

  @Test
  void canBeDifferentiatedFromOutside() {
    Variable w = weight().requiresGrad(true);
    Functional.vmap(x -> w.matmul(x).square().sum(), SAMPLES).sum().backward();
    Variable expected = weight().requiresGrad(true);
    SAMPLES.matmul(expected.transpose()).square().sum().backward();
    assertSame(expected.grad(), w.grad());
    Variable tangent =
        Functional.jvp(
            u -> Functional.vmap(x -> x.sin().sum(), u), SAMPLES, Variable.onesLike(SAMPLES));
    assertSame(SAMPLES.cos().sum(1), tangent);
  }

  @Test
  void positionsMayDifferBetweenSamples() {
    Variable positions = Variable.of(2L, 0, 1, 1).reshape(4, 1);
    Variable table = Variable.of(10.0, 20, 30);
    assertSame(
        Variable.of(30.0, 10, 20, 20).reshape(4, 1),
        Functional.vmap(i -> table.indexSelect(0, i), positions));
    assertSame(
        Variable.of(new double[][] {{0, 0, 7}, {7, 0, 0}, {0, 7, 0}, {0, 7, 0}}),
        Functional.vmap(i -> Variable.zeros(DType.FLOAT64, 3).indexFill(0, i, 7), positions));
    assertSame(
        Variable.of(new double[][] {{10, 20, 35}, {15, 20, 30}, {10, 25, 30}, {10, 25, 30}}),
        Functional.vmap(i -> table.indexAdd(0, i, Variable.of(5.0)), positions));
    assertSame(
        Variable.of(new double[][] {{10, 20, 5}, {5, 20, 30}, {10, 5, 30}, {10, 5, 30}}),
        Functional.vmap(i -> table.indexCopy(0, i, Variable.of(5.0)), positions));
    assertEquals(
        "indexSelect: position 3 (element 3 of int64[1]) is not in [0, 3), the positions along axis 0"
            + " of float64[3]",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    Functional.vmap(
                        i -> table.indexSelect(0, i), Variable.of(0L, 1, 2, 3).reshape(4, 1)))
            .getMessage());
  }

  @Test
  void changesInPlace() {
    Variable result =
        Functional.vmap(
            x -> {
              Variable sum = x.mul(1);
              sum.add_(x).mul_(2).copy_(sum.add(1));
              return sum;
            },
            SAMPLES);
    assertSame(SAMPLES.mul(4).add(1), result);
    Variable fixed = Variable.zeros(DType.FLOAT64, 3);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Functional.vmap(fixed::add_, SAMPLES));
    assertTrue(e.getMessage().contains("the same for all samples"), e.getMessage());
    assertSame(Variable.zeros(DType.FLOAT64, 3), fixed);
  }

  @Test
  void noSamples() {
    Variable result = Functional.vmap(x -> x.square().sum(), Variable.zeros(DType.FLOAT64, 0, 3));
    assertEquals(Shape.of(0), result.shape());
  }

  @Test
  void errorsNameWhatCannotBeDone() {
    UnsupportedOperationException item =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Functional.vmap(x -> x.mul(x.sum().item()), SAMPLES));
    assertEquals(
        "item: has no batching rule, so it cannot be applied to float64[], one sample of a vmap; call"
            + " it before or after vmap, or loop over the samples",
        item.getMessage());
    class Doubled extends Function {
      @Override
      protected Variable[] forward(Context context, Variable[] in) {
        return new Variable[] {in[0].mul(2)};
      }

      @Override
      protected Variable[] backward(Context context, Variable[] g) {
        return new Variable[] {g[0].mul(2)};
      }
    }
    UnsupportedOperationException function =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Functional.vmap(x -> new Doubled().apply(x), SAMPLES));
    assertTrue(function.getMessage().startsWith("Doubled: a Function has no batching rule"));
    IllegalStateException backward =
        assertThrows(
            IllegalStateException.class,
            () ->
                Functional.vmap(
                    x -> {
                      Variable y = weight().requiresGrad(true).matmul(x).sum();
                      y.backward();
                      return y;
                    },
                    SAMPLES));
    assertTrue(backward.getMessage().contains("Functional.grad"), backward.getMessage());
    assertThrows(
        IllegalStateException.class, () -> Functional.vmap(x -> x.requiresGrad(true), SAMPLES));
    Variable w = weight().requiresGrad(true);
    IllegalArgumentException grad =
        assertThrows(
            IllegalArgumentException.class,
            () -> Functional.vmap(x -> Autograd.grad(w.matmul(x).sum(), w).getFirst(), SAMPLES));
    assertTrue(grad.getMessage().contains("has one gradient for each"), grad.getMessage());
    IllegalArgumentException sizes =
        assertThrows(
            IllegalArgumentException.class,
            () -> Functional.vmapAll(in -> List.of(in), SAMPLES, Variable.of(1.0, 2)));
    assertEquals(
        "vmap: argument 1 has no first axis as long as that of argument 0; got float64[4, 3],"
            + " float64[2]",
        sizes.getMessage());
    assertFalse(Vmap.isOpen());
  }

  @Test
  void aSampleIsOfNoUseAfterwards() {
    List<Variable> kept = new ArrayList<>();
    Functional.vmap(
        x -> {
          kept.add(x);
          return x;
        },
        SAMPLES);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> kept.getFirst().exp());
    assertTrue(e.getMessage().contains("used after vmap had ended"), e.getMessage());
  }
}
