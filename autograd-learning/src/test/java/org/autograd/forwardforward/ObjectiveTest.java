package org.autograd.forwardforward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.nn.Linear;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class ObjectiveTest {
  private static final double TOLERANCE = 1e-9; // the recorded digits

  private static Variable sine(double frequency, double phase, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      values[k] = Math.sin(frequency * k + phase);
    }
    return Variable.fromArray(values, shape);
  }

  private static final Variable POSITIVE = sine(0.9, 0.5, 2, 3).abs();
  private static final Variable NEGATIVE = sine(1.7, 0.1, 2, 3).abs();

  private static ForwardForwardLayer layer(Objective objective) {
    Linear linear = new Linear(3, 4, Linear.options().dtype(DType.FLOAT64));
    try (var _ = Autograd.noGrad()) {
      linear.weight().copy_(sine(1.1, 0.2, 4, 3));
      Variable bias = linear.bias();
      assertNotNull(bias);
      bias.copy_(Variable.of(0.1, 0, -0.1, 0.2));
    }
    return new ForwardForwardLayer(linear, objective);
  }

  private static void assertGolden(Objective objective, String key) {
    JsonObject golden = Golden.read("forward_forward").getAsJsonObject(key);
    ForwardForwardLayer layer = layer(objective);
    assertArrayEquals(
        Golden.numbers(golden.get("goodness_pos")),
        objective.goodness(layer.apply(POSITIVE)).toDoubleArray(),
        TOLERANCE);
    assertArrayEquals(
        Golden.numbers(golden.get("goodness_neg")),
        objective.goodness(layer.apply(NEGATIVE)).toDoubleArray(),
        TOLERANCE);
    Variable loss = layer.loss(POSITIVE, NEGATIVE);
    loss.backward();
    assertEquals(golden.get("loss").getAsDouble(), loss.item(), TOLERANCE);
    Linear linear = (Linear) layer.transform();
    assertArrayEquals(Golden.numbers(golden.get("dW")), gradient(linear.weight()), TOLERANCE);
    Variable bias = linear.bias();
    assertNotNull(bias);
    assertArrayEquals(Golden.numbers(golden.get("db")), gradient(bias), TOLERANCE);
  }

  private static double[] gradient(Variable parameter) {
    Variable gradient = parameter.grad();
    assertNotNull(gradient);
    return gradient.toDoubleArray();
  }

  @Test
  void squaredNorm() {
    assertGolden(
        Objective.squaredNorm(),
        "mpezeshki: L2-norm input, mean-square goodness, theta=2, mean softplus");
  }

  @Test
  void hinton() {
    assertGolden(
        Objective.hinton(),
        "hinton/loewe: RMS-norm input, sum-square goodness, theta=#units=4, mean BCE");
  }

  @Test
  void symbaComparesEachPositiveExampleWithItsNegative() {
    Variable positive = Variable.of(1.0, 3.0);
    Variable negative = Variable.of(2.0, 1.0);
    double expected = (Math.log1p(Math.exp(4)) + Math.log1p(Math.exp(-8))) / 2;
    assertEquals(expected, Objective.symba().loss(positive, negative, 7).item(), 1e-12);
  }

  @Test
  void peerNormalisationPullsEachUnitToTheMeanOfAll() {
    // Hinton's ascent signal for the input of unit j, without the factor 2 of d(s^2):
    // (1 - p) s_j + strength (mean of m - m_j) for positive, -p s_j for negative examples, over the
    // number of positive ones.
    double strength = 0.3;
    Objective objective = Objective.hinton().peerStrength(strength);
    ForwardForwardLayer layer = layer(objective);
    Variable z = layer.input(Variable.cat(0, POSITIVE, NEGATIVE)).detach().requiresGrad(true);
    Variable s = z.relu();
    layer.backward(z, s);

    Variable activity = s.detach();
    Variable mean = activity.narrow(0, 0, 2).mean(0).mul(0.1).add(0.45);
    Variable peer = mean.mean().sub(mean).mul(strength);
    Variable p = objective.goodness(activity).sub(4).sigmoid().unsqueeze(1);
    Variable up = p.neg().add(1).mul(activity).narrow(0, 0, 2).add(peer);
    Variable down = p.neg().mul(activity).narrow(0, 2, 2);
    assertArrayEquals(Variable.cat(0, up, down).div(-2).toDoubleArray(), gradient(z), 1e-12);
    // A unit that is never active is pulled up as well: the signal does not pass through relu.
    assertEquals(0, activity.narrow(0, 0, 2).select(1, 1).sum().item());
    assertTrue(gradient(z)[1] < 0);
  }

  @Test
  void peersAreLeftAloneWithoutStrength() {
    ForwardForwardLayer layer = layer(Objective.hinton().peerStrength(0));
    Variable z = layer.input(Variable.cat(0, POSITIVE, NEGATIVE));
    layer.backward(z, z.relu());
    assertArrayEquals(
        new double[] {0.5, 0.5, 0.5, 0.5}, layer.stateDict().get("mean_activity").toDoubleArray());
    assertThrows(IllegalArgumentException.class, () -> Objective.hinton().peerStrength(-1));
  }

  @Test
  void unitNormMakesTheThresholdUnreachableWhereMeanSquareOneDoesNot() {
    // A trap: with inputs of norm 1 the goodness of a fresh wide layer is some hundredths of its
    // threshold, and a small learning rate never gets it there.
    Variable x = Variable.rand(new Generator(1), DType.FLOAT64, 8, 784);
    Linear.Options options = Linear.options().dtype(DType.FLOAT64).generator(new Generator(2));
    ForwardForwardLayer norm =
        new ForwardForwardLayer(new Linear(784, 500, options), Objective.squaredNorm());
    ForwardForwardLayer meanSquare =
        new ForwardForwardLayer(new Linear(784, 500, options), Objective.hinton());
    assertTrue(norm.objective().goodness(norm.apply(x)).max().item() < 0.01 * 2);
    assertTrue(meanSquare.objective().goodness(meanSquare.apply(x)).min().item() > 0.1 * 500);
  }

  @Test
  void normalisingHidesTheLengthAndKeepsZeros() {
    for (Objective objective :
        new Objective[] {Objective.hinton(), Objective.squaredNorm(), Objective.symba()}) {
      Variable once = objective.normalize(POSITIVE);
      Variable longer = objective.normalize(POSITIVE.mul(1000));
      assertArrayEquals(once.toDoubleArray(), longer.toDoubleArray(), 1e-3);
      assertEquals(0, objective.normalize(Variable.zeros(2, 3)).abs().max().item());
    }
    assertEquals(1, Objective.hinton().normalize(POSITIVE).square().mean().item(), 1e-6);
  }

  @Test
  void theInputGetsNoGradient() {
    Variable x = POSITIVE.detach().requiresGrad(true);
    layer(Objective.hinton()).loss(x, NEGATIVE).backward();
    assertNull(x.grad());
  }

  @Test
  void examplesThatDoNotPairAreRefused() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Objective.hinton().loss(Variable.of(1.0), Variable.of(1.0, 2.0), 4));
    assertTrue(e.getMessage().contains("[1] and [2]"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Objective.hinton().goodness(Variable.of(1.0)));
  }
}
