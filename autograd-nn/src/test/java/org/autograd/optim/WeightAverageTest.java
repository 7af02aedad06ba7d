package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.nn.Module;
import org.junit.jupiter.api.Test;

class WeightAverageTest {
  private static final class Model extends Module {
    final Variable weight = parameter("weight", Variable.of(1.0, 2.0));
    final Variable count = buffer("count", Variable.of(0L));

    void set(double value, long counted) {
      try (var _ = Autograd.noGrad()) {
        weight.fill_(value);
        count.fill_((double) counted);
      }
    }
  }

  private final Model model = new Model();

  private static double[] weight(WeightAverage average) {
    return average.weights().get("weight").toDoubleArray();
  }

  @Test
  void anExponentialAverageForgets() {
    WeightAverage average = WeightAverage.exponential(model, .75);
    assertArrayEquals(new double[] {1, 2}, weight(average));
    model.set(4, 1);
    average.update();
    assertArrayEquals(new double[] {4, 4}, weight(average));
    model.set(8, 2);
    average.update();
    assertArrayEquals(new double[] {5, 5}, weight(average));
    assertEquals(2, average.weights().get("count").item());
    assertEquals(2, average.updates());
  }

  @Test
  void aUniformAverageCountsAllAlike() {
    WeightAverage average = WeightAverage.uniform(model);
    for (double value : new double[] {1, 5, 6, 8}) {
      model.set(value, 0);
      average.update();
    }
    assertArrayEquals(new double[] {5, 5}, weight(average), 1e-12);
  }

  @Test
  void averagesAreSwappedInAndOut() {
    WeightAverage average = WeightAverage.uniform(model);
    model.set(2, 1);
    average.update();
    model.set(6, 7);
    average.update();
    try (var _ = average.swapIn()) {
      assertArrayEquals(new double[] {4, 4}, model.weight.toDoubleArray());
      assertTrue(model.weight.requiresGrad() && model.weight.isLeaf());
    }
    assertArrayEquals(new double[] {6, 6}, model.weight.toDoubleArray());
    assertEquals(7, model.count.item());
    Model other = new Model();
    other.loadStateDict(average.weights());
    assertArrayEquals(new double[] {4, 4}, other.weight.toDoubleArray());
  }

  @Test
  void aSavedAverageContinues() {
    WeightAverage original = WeightAverage.uniform(model);
    model.set(2, 1);
    original.update();
    assertEquals(
        List.of("n_averaged", "module.weight", "module.count"),
        List.copyOf(original.stateDict().keySet()));
    WeightAverage restored = WeightAverage.uniform(model);
    restored.loadStateDict(original.stateDict());
    model.set(6, 1);
    restored.update();
    assertArrayEquals(new double[] {4, 4}, weight(restored));
    assertArrayEquals(new double[] {2, 2}, weight(original));
  }

  @Test
  void wrongStatesAndDecaysAreRefusedAndNothingIsChanged() {
    WeightAverage average = WeightAverage.uniform(model);
    Map<String, Variable> state = new LinkedHashMap<>(average.stateDict());
    state.put("n_averaged", Variable.of(5L));
    state.put("module.weight", Variable.of(1f, 2f));
    state.remove("module.count");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> average.loadStateDict(state));
    assertEquals(
        "loadStateDict of WeightAverage: mismatched module.weight is float32[2] for a parameter"
            + " float64[2]; missing module.count",
        e.getMessage());
    assertEquals(0, average.updates());
    assertThrows(
        IllegalArgumentException.class, () -> WeightAverage.exponential(model, Double.NaN));
  }
}
