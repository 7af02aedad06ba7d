package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Objects;
import org.autograd.Autograd;
import org.autograd.Checkpoint;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static Variable ones(long... shape) {
    return Variable.ones(DType.FLOAT64, shape);
  }

  @Test
  void dropsAndScales() {
    Variable input = ones(100, 100).requiresGrad(true);
    Variable result = new Dropout(.25, new Generator(1)).apply(input);
    double[] values = result.toDoubleArray();
    double dropped = (double) Arrays.stream(values).filter(v -> v == 0).count();
    // Five standard deviations of a binomial distribution.
    assertEquals(2500.0, dropped, 5 * Math.sqrt(10_000 * .25 * .75));
    assertTrue(Arrays.stream(values).allMatch(v -> v == 0 || v == 1 / .75));
    result.sum().backward();
    assertArrayEquals(values, Objects.requireNonNull(input.grad()).toDoubleArray());
  }

  @Test
  void channelsAreDroppedAsAWhole() {
    assertChannels(new Dropout1d(.5, new Generator(1)), ones(50, 4, 7), 200);
    assertChannels(new Dropout1d(.5, new Generator(1)), ones(200, 7), 200);
    assertChannels(new Dropout2d(.5, new Generator(1)), ones(50, 4, 3, 2), 200);
    assertChannels(new Dropout2d(.5, new Generator(1)), ones(50, 4, 7), 200);
    assertChannels(new Dropout3d(.5, new Generator(1)), ones(50, 4, 3, 2, 2), 200);
    assertChannels(new Dropout3d(.5, new Generator(1)), ones(200, 3, 2, 2), 200);
  }

  private static void assertChannels(UnaryModule module, Variable input, int channels) {
    Variable rows = module.apply(input).reshape(channels, -1);
    assertArrayEquals(rows.amin(1).toDoubleArray(), rows.amax(1).toDoubleArray());
    double kept = rows.select(1, 0).sum().item() / 2;
    assertEquals(100, kept, 5 * Math.sqrt(50));
  }

  @Test
  void alphaDropoutKeepsMeanAndVariance() {
    Variable input = Variable.randn(new Generator(2), DType.FLOAT64, 100_000).requiresGrad(true);
    Variable result = new AlphaDropout(.3, new Generator(1)).apply(input);
    assertEquals(0, result.detach().mean().item(), .02);
    assertEquals(1, result.detach().var().item(), .03);
    // The value of what is dropped, from SELU's constants.
    double limit = 1.6732632423543772 * 1.0507009873554805;
    double scale = Math.pow((1 - .3) * (1 + .3 * limit * limit), -.5);
    double dropped = scale * (-limit * (1 - .3));
    double[] values = result.toDoubleArray();
    result.sum().backward();
    double[] slopes = Objects.requireNonNull(input.grad()).toDoubleArray();
    double[] x = input.toDoubleArray();
    for (int k = 0; k < values.length; k++) {
      boolean kept = slopes[k] != 0;
      assertEquals(kept ? scale * x[k] + .3 * scale * limit : dropped, values[k], 1e-12);
      assertEquals(kept ? scale : 0, slopes[k], 1e-12);
    }
    assertEquals(30_000.0, (double) Arrays.stream(slopes).filter(s -> s == 0).count(), 800.0);
  }

  @Test
  void doesNothingInEvaluationModeAndWithoutProbability() {
    Variable input = ones(3, 4);
    for (UnaryModule module : new UnaryModule[] {new Dropout(), new AlphaDropout()}) {
      module.eval();
      assertSame(input, module.apply(input));
    }
    assertSame(input, new Dropout(0).apply(input));
    Generator.State before = Autograd.generator().state();
    Dropout evaluated = new Dropout();
    evaluated.eval();
    evaluated.apply(input);
    assertEquals(before, Autograd.generator().state());
    assertEquals(0, new Dropout(1).apply(input).sum().item());
  }

  @Test
  void theSeedDetermines() {
    Variable input = ones(20);
    Dropout module = new Dropout();
    Autograd.manualSeed(7);
    double[] first = module.apply(input).toDoubleArray();
    double[] second = module.apply(input).toDoubleArray();
    Autograd.manualSeed(7);
    assertArrayEquals(first, module.apply(input).toDoubleArray());
    assertFalse(Arrays.equals(first, second));
  }

  @Test
  void aCheckpointDropsTheSameAgain() {
    Dropout module = new Dropout();
    Variable input = ones(20).requiresGrad(true);
    Variable result = Checkpoint.checkpoint(x -> module.apply(x.mul(3)).square(), input);
    result.sum().backward();
    double[] gradient = Objects.requireNonNull(input.grad()).toDoubleArray();
    double[] values = result.toDoubleArray();
    for (int k = 0; k < values.length; k++) {
      assertEquals(2 * values[k], gradient[k], 1e-12);
    }
    Dropout own = new Dropout(.5, new Generator(1));
    Variable refused = Checkpoint.checkpoint(x -> own.apply(x.mul(3)).square(), input).sum();
    assertThrows(IllegalStateException.class, refused::backward);
  }

  @Test
  void refuses() {
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1.5));
    assertThrows(IllegalArgumentException.class, () -> new Dropout(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new Dropout().apply(Variable.of(1, 2)));
    assertThrows(IllegalArgumentException.class, () -> new Dropout2d().apply(ones(2, 3)));
    assertEquals("Dropout2d(probability=0.5)", new Dropout2d().toString());
  }
}
