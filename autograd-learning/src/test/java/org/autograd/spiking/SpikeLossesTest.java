package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class SpikeLossesTest {
  private static final JsonObject GOLDEN = Golden.file("snn").getAsJsonObject("losses");
  private final Variable spikes = Variable.fromArray(Golden.numbers(GOLDEN.get("spk")), 4, 2, 3);
  private final Variable membranes =
      spikes.mul(0.3).add(Variable.arange(DType.FLOAT64, 0, 24, 1).reshape(4, 2, 3).mul(0.05));
  private final Variable labels = Variable.of(0L, 2L);

  @Test
  void valuesAndGradientsAreThoseOfSnnTorch() {
    Map<String, UnaryOperator<Variable>> ofSpikes =
        Map.of(
            "ce_rate_loss",
            s -> SpikeLosses.rateCrossEntropy(s, labels),
            "ce_count_loss",
            s -> SpikeLosses.countCrossEntropy(s, labels),
            "mse_count_loss(1,0)",
            s -> SpikeLosses.countMeanSquare(s, labels, 1, 0),
            "mse_count_loss(.75,.25)",
            s -> SpikeLosses.countMeanSquare(s, labels, 0.75, 0.25),
            // Its own conversion of labels makes 0 of on = 0 and off = -1.
            "mse_temporal_loss",
            s -> SpikeLosses.temporalMeanSquare(s, labels, 0, 0, 3),
            "ce_temporal_loss(negate)",
            s -> SpikeLosses.temporalCrossEntropy(s, labels, 3));
    Map<String, UnaryOperator<Variable>> ofMembranes =
        Map.of(
            "ce_max_membrane_loss",
            m -> SpikeLosses.maxMembraneCrossEntropy(m, labels),
            "mse_membrane_loss(1,0)",
            m -> SpikeLosses.membraneMeanSquare(m, labels, 1, 0));
    Golden.assertPartition(
        GOLDEN.keySet(),
        List.of(ofSpikes.keySet(), ofMembranes.keySet(), Set.of("spk", "y", "mem")));
    ofSpikes.forEach((name, loss) -> check(name, loss, spikes));
    ofMembranes.forEach((name, loss) -> check(name, loss, membranes));
  }

  private static void check(String name, UnaryOperator<Variable> loss, Variable sequence) {
    Variable x = sequence.detach().requiresGrad(true);
    Variable value = loss.apply(x);
    JsonObject expected = GOLDEN.getAsJsonObject(name);
    assertEquals(expected.get("loss").getAsDouble(), value.item(), 2e-7, name);
    value.backward();
    assertArrayEquals(
        Golden.numbers(expected.get("grad[0]")), x.grad().select(0, 0).toDoubleArray(), 1e-7, name);
  }

  @Test
  void everyStepsMembranesCount() {
    Variable mean = SpikeLosses.membraneCrossEntropy(membranes, labels);
    double sum = 0;
    for (int t = 0; t < 4; t++) {
      sum += SpikeLosses.countCrossEntropy(membranes.narrow(0, t, 1), labels).item();
    }
    assertEquals(sum / 4, mean.item(), 1e-12);
  }

  @Test
  void timesOfSpikes() {
    // First and second spikes of the record; silent ones at 4.
    assertArrayEquals(
        new double[] {0, 1, 3, 4, 0, 1}, SpikeLosses.spikeTimes(spikes, 1, 4).toDoubleArray());
    // Trap: to look for the second spike must not erase a whole step of the batch.
    assertArrayEquals(
        new double[] {2, 4, 4, 4, 1, 2}, SpikeLosses.spikeTimes(spikes, 2, 4).toDoubleArray());
  }

  @Test
  void gradientsOfTimesAreAtTheSpike() {
    Variable x = spikes.detach().requiresGrad(true);
    Variable weights = Variable.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    SpikeLosses.spikeTimes(x, 1, 4).mul(weights).sum().backward();
    double[] expected = new double[24];
    int[] place = {0, 1, 3, 3, 0, 1}; // the silent one: its last step
    for (int k = 0; k < 6; k++) {
      expected[place[k] * 6 + k] = -(k + 1);
    }
    assertArrayEquals(expected, x.grad().toDoubleArray());
  }

  @Test
  void lateTargetsAreLate() {
    // (0, 1-3, 3-3), (4-3, 0-3, 1-0) over 4 steps, where snnTorch's targets are all 0.
    assertEquals(
        (4 + 1 + 9 + 1) / 16.0 / 6,
        SpikeLosses.temporalMeanSquare(spikes, labels, 0, 3, 4).item(),
        1e-12);
  }

  @Test
  void predictions() {
    assertArrayEquals(new double[] {0, 1}, SpikePredictions.byCount(spikes).toDoubleArray());
    assertArrayEquals(new double[] {0, 1}, SpikePredictions.byTime(spikes).toDoubleArray());
    assertArrayEquals(
        new double[] {2, 2}, SpikePredictions.byMaxMembrane(membranes).toDoubleArray());
    assertArrayEquals(
        new double[] {0, 2}, SpikePredictions.byMeanMembrane(membranes).toDoubleArray());
    assertEquals(0.5, SpikePredictions.accuracy(SpikePredictions.byCount(spikes), labels));
    assertThrows(
        IllegalArgumentException.class,
        () -> SpikePredictions.accuracy(labels, Variable.of(1L, 2L, 3L)));
  }

  @Test
  void populationsAddUp() {
    Variable sums = SpikeLosses.population(Variable.arange(8).reshape(1, 1, 8), 4);
    assertArrayEquals(new double[] {1, 5, 9, 13}, sums.toDoubleArray());
    // Three neurons of each of two classes; all of class 1 fire always.
    Variable many = Variable.fromArray(new double[] {0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1}, 2, 1, 6);
    Variable counts = SpikeLosses.population(many, 2);
    assertArrayEquals(new double[] {2, 6}, counts.sum(0).toDoubleArray());
    assertEquals(
        (4 + 0) / 2.0 / 2,
        SpikeLosses.countMeanSquare(counts, Variable.of(1L), 1, 0, 3).item(),
        1e-12);
    assertThrows(IllegalArgumentException.class, () -> SpikeLosses.population(many, 4));
  }

  @Test
  void errorsNameWhatDoesNotFit() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SpikeLosses.rateCrossEntropy(spikes, Variable.of(0L)));
    assertTrue(e.getMessage().contains("rateCrossEntropy"), e.getMessage());
    assertTrue(e.getMessage().contains("[4, 2, 3]"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> SpikeLosses.countCrossEntropy(spikes.select(0, 0), labels));
    assertThrows(IllegalArgumentException.class, () -> SpikeLosses.spikeTimes(spikes, 0, 4));
  }
}
