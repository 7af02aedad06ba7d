package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.autograd.ConvolutionOptions;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class InitializersTest {
  /** Fan in is 50 * 6, fan out is 200 * 6. */
  private static final long[] SHAPE = {200, 50, 2, 3};

  private static Variable filled(Initializer initializer) {
    Variable weight = Variable.zeros(DType.FLOAT64, SHAPE).requiresGrad(true);
    initializer.fill(weight, new Generator(1));
    assertTrue(weight.isLeaf() && weight.requiresGrad());
    return weight.detach();
  }

  private static void assertNormal(double deviation, Initializer initializer) {
    Variable weight = filled(initializer);
    assertEquals(deviation, weight.std().item(), deviation / 100);
    assertEquals(0, weight.mean().item(), deviation / 50);
    // A uniform distribution ends at 1.73 deviations.
    assertTrue(weight.abs().max().item() > 3 * deviation);
  }

  private static void assertUniform(double bound, Initializer initializer) {
    Variable weight = filled(initializer);
    assertTrue(weight.abs().max().item() <= bound);
    assertTrue(weight.max().item() > .99 * bound && weight.min().item() < -.99 * bound);
    assertEquals(bound / Math.sqrt(3), weight.std().item(), bound / 100);
  }

  @Test
  void kaimingScalesWithOneFan() {
    assertNormal(Math.sqrt(2.0 / 300), Initializers.kaimingNormal(Gain.RELU));
    assertNormal(Math.sqrt(2.0 / 1200), Initializers.kaimingNormal(Gain.RELU, Fan.OUT));
    assertUniform(Math.sqrt(3.0 / 300), Initializers.kaimingUniform(Gain.LINEAR));
    assertUniform(5.0 / 3 * Math.sqrt(3.0 / 1200), Initializers.kaimingUniform(Gain.TANH, Fan.OUT));
  }

  @Test
  void kaimingWithSlopeRootFiveIsTheDefaultOfLinear() {
    assertUniform(1 / Math.sqrt(300), Initializers.kaimingUniform(Gain.leakyRelu(Math.sqrt(5))));
  }

  @Test
  void xavierScalesWithBothFans() {
    assertNormal(Math.sqrt(2.0 / 1500), Initializers.xavierNormal(Gain.LINEAR));
    assertUniform(5.0 / 3 * Math.sqrt(6.0 / 1500), Initializers.xavierUniform(Gain.TANH));
  }

  @Test
  void truncatedNormalStaysBetweenItsBounds() {
    Variable weight = filled(Initializers.truncatedNormal(1, 2, -1, 3));
    assertTrue(weight.min().item() >= -1 && weight.max().item() <= 3);
    assertTrue(weight.min().item() < -.99 && weight.max().item() > 2.99);
    // The variance of a standard normal variable between -1 and 1 is 1 - 2 phi(1) / (2 Phi(1) - 1).
    double phi = Math.exp(-.5) / Math.sqrt(2 * Math.PI);
    assertEquals(2 * Math.sqrt(1 - 2 * phi / .6826894921370859), weight.std().item(), .01);
    assertEquals(1, weight.mean().item(), .02);
    assertThrows(IllegalArgumentException.class, () -> Initializers.truncatedNormal(0, 1, 2, -2));
  }

  @Test
  void orthogonalRowsOrColumns() {
    for (long[] shape : new long[][] {{3, 5}, {5, 3}, {4, 2, 3, 3}}) {
      Variable weight = Variable.zeros(DType.FLOAT64, shape);
      Initializers.orthogonal(2).fill(weight, new Generator(1));
      Variable matrix = weight.flatten(1, -1);
      Variable small = matrix.size(0) < matrix.size(1) ? matrix.transpose() : matrix;
      Variable product = small.transpose().matmul(small);
      assertTrue(
          product.allClose(Variable.eye(DType.FLOAT64, small.size(1)).mul(4), 0, 1e-12),
          product::toString);
    }
  }

  @Test
  void identityHandsItsInputOn() {
    Variable matrix = Variable.ones(2, 3);
    Initializers.identity().fill(matrix, new Generator(1));
    assertArrayEquals(new double[] {1, 0, 0, 0, 1, 0}, matrix.toDoubleArray());
    Variable filter = Variable.ones(2, 2, 3);
    Initializers.identity().fill(filter, new Generator(1));
    Variable x = Variable.of(1, 2, 3, 4, 5, 6.0).reshape(1, 2, 3).to(DType.FLOAT32);
    assertArrayEquals(
        x.toDoubleArray(),
        x.conv1d(filter, null, ConvolutionOptions.defaults().padding(1)).toDoubleArray());
  }

  @Test
  void plainDistributions() {
    Variable uniform = filled(Initializers.uniform(2, 3));
    assertTrue(uniform.min().item() >= 2 && uniform.max().item() < 3);
    assertEquals(2.5, uniform.mean().item(), .01);
    Variable normal = filled(Initializers.normal(1, .5));
    assertEquals(1, normal.mean().item(), .01);
    assertEquals(.5, normal.std().item(), .01);
    Variable constant = filled(Initializers.constant(4));
    assertEquals(4, constant.min().item());
    assertEquals(4, constant.max().item());
  }

  @Test
  void gainsAreThoseOfPyTorch() {
    assertArrayEquals(
        new double[] {1, 1.6666666666666667, 1.4142135623730951, 0.75, 1.4141428569978354},
        new double[] {Gain.LINEAR, Gain.TANH, Gain.RELU, Gain.SELU, Gain.leakyRelu(.01)},
        1e-15);
  }

  @Test
  void aVectorHasNoFans() {
    for (Initializer initializer :
        new Initializer[] {Initializers.kaimingNormal(1), Initializers.xavierUniform(1)}) {
      Variable bias = Variable.ones(3);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> initializer.fill(bias, new Generator(1)));
      assertTrue(
          e.getMessage()
              .endsWith(
                  "needs a weight of shape [out, in, ...], got float32[3]; use uniform, normal or"
                      + " constant for it"),
          e.getMessage());
      assertArrayEquals(new float[] {1, 1, 1}, bias.toFloatArray());
    }
  }
}
