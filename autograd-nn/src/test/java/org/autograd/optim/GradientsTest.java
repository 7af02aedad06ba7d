package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Objects;
import org.autograd.BackwardOptions;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class GradientsTest {
  private static final JsonObject RECORDED = Golden.read("clip");
  private final Variable first = Variable.zeros(DType.FLOAT64, 2).requiresGrad(true);
  private final Variable second = Variable.zeros(DType.FLOAT64, 1, 2).requiresGrad(true);
  private final Variable without = Variable.zeros(DType.FLOAT64, 3).requiresGrad(true);
  private final List<Variable> parameters = List.of(first, without, second);

  private void setGradients() {
    first.setGrad(Variable.of(Golden.numbers(RECORDED.get("g1"))));
    second.setGrad(Variable.fromArray(Golden.numbers(RECORDED.get("g2")), 1, 2));
  }

  private static double[] gradient(Variable parameter) {
    return Objects.requireNonNull(parameter.grad()).toDoubleArray();
  }

  private void assertGradients(JsonElement recorded) {
    JsonObject expected = recorded.getAsJsonObject();
    assertArrayEquals(Golden.numbers(expected.get("g1")), gradient(first), 1e-9);
    assertArrayEquals(Golden.numbers(expected.get("g2")), gradient(second), 1e-9);
  }

  @Test
  void clipsAsPyTorchDoes() {
    setGradients();
    assertEquals(13, Gradients.norm(parameters), 1e-12);
    assertEquals(13, Gradients.clipNorm(parameters, 1), 1e-12);
    assertGradients(RECORDED.get("clip_grad_norm_(1.0)"));
    setGradients();
    double infinity = Double.POSITIVE_INFINITY;
    assertEquals(12, Gradients.norm(parameters, infinity));
    assertEquals(12, Gradients.clipNorm(parameters, 1, infinity));
    JsonObject largest = RECORDED.getAsJsonObject("clip_grad_norm_(1.0,inf)");
    assertArrayEquals(new double[] {3 / 12.000001, 4 / 12.000001}, gradient(first), 1e-12);
    assertArrayEquals(Golden.numbers(largest.get("g2")), gradient(second), 1e-9);
    setGradients();
    Gradients.clipValue(parameters, 3.5);
    assertGradients(RECORDED.get("clip_grad_value_(3.5)"));
  }

  @Test
  void otherNorms() {
    setGradients();
    assertEquals(19, Gradients.norm(parameters, 1), 1e-12);
    assertEquals(19, Gradients.clipNorm(parameters, 9.5, 1), 1e-12);
    assertEquals(9.5, Gradients.norm(parameters, 1), 1e-6);
  }

  @Test
  void smallGradientsStay() {
    setGradients();
    assertEquals(13, Gradients.clipNorm(parameters, 14), 1e-12);
    assertArrayEquals(new double[] {3, 4}, gradient(first));
    Gradients.clipValue(parameters, 12);
    assertArrayEquals(new double[] {0, 12}, gradient(second));
  }

  @Test
  void noGradientHasNormZero() {
    assertEquals(0, Gradients.clipNorm(parameters, 1));
    assertEquals(0, Gradients.norm(List.of(), Double.POSITIVE_INFINITY));
    Gradients.clipValue(parameters, 1);
  }

  @Test
  void undefinedNormsAreReturnedAndNotHidden() {
    setGradients();
    first.setGrad(Variable.of(Double.NaN, 1));
    assertEquals(Double.NaN, Gradients.clipNorm(parameters, 1));
    assertArrayEquals(new double[] {Double.NaN, Double.NaN}, gradient(second));
    setGradients();
    first.setGrad(Variable.of(Double.POSITIVE_INFINITY, 1));
    assertEquals(Double.POSITIVE_INFINITY, Gradients.clipNorm(parameters, 1));
    assertArrayEquals(new double[] {Double.NaN, 0}, gradient(first));
    assertArrayEquals(new double[] {0, 0}, gradient(second));
  }

  @Test
  void gradientsFromABackwardPassAreChangedInPlace() {
    first.square().mul(2).add(first.mul(6)).sum().backward(BackwardOptions.createGraph());
    assertEquals(Math.sqrt(72), Gradients.clipNorm(parameters, 1), 1e-12);
    assertEquals(1, Gradients.norm(parameters), 1e-6);
  }

  @Test
  void wrongLimitsAreRefusedAndNothingIsChanged() {
    setGradients();
    for (double limit : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> Gradients.clipNorm(parameters, limit));
      assertThrows(IllegalArgumentException.class, () -> Gradients.clipValue(parameters, limit));
    }
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Gradients.clipNorm(parameters, 1, 0));
    assertEquals("order must be above 0, got 0.0", e.getMessage());
    assertArrayEquals(new double[] {3, 4}, gradient(first));
  }
}
