package org.autograd.gradientfree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.training.TrainingState;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MezoTest {
  private static Mezo along(List<Variable> parameters, Mezo.Options options, Variable... z) {
    return new Mezo(parameters, options, _ -> parameter -> z[parameters.indexOf(parameter)]);
  }

  @Test
  void aStepAsRecorded() {
    JsonObject golden = Golden.file("gradfree").getAsJsonObject("mezo_step");
    Variable p = Variable.of(Golden.numbers(golden.get("th"))).requiresGrad(true);
    Variable z = Variable.of(Golden.numbers(golden.get("z")));
    Variable scales = Variable.of(1.0, 2.0, 3.0);
    List<Double> losses = new ArrayList<>();
    Mezo mezo =
        along(
            List.of(p),
            Mezo.options().learningRate(0.01).epsilon(golden.get("eps").getAsDouble()),
            z);
    mezo.step(() -> {
      Variable loss = scales.mul(p.square()).sum().mul(0.5);
      losses.add(loss.item());
      return loss;
    });
    double slope = (losses.get(0) - losses.get(1)) / (2 * golden.get("eps").getAsDouble());
    assertEquals(golden.get("projected_grad").getAsDouble(), slope, 1e-10);
    assertArrayEquals(Golden.numbers(golden.get("th after lr .01")), p.toDoubleArray(), 1e-12);
  }

  /** With a learning rate of 0, all that remains is to go there and back. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void thereAndBackIsExact(DType dtype) {
    Variable p = Variable.randn(new Generator(1), dtype, 40, 50).requiresGrad(true);
    Variable small = Variable.randn(new Generator(2), dtype, 30).mul(1e-3).detach();
    Mezo mezo =
        new Mezo(List.of(p, small), Mezo.options().learningRate(0).generator(new Generator(3)));
    double[] original = p.toDoubleArray();
    mezo.step(() -> p.square().sum());
    double[] once = p.toDoubleArray();
    double[] smallOnce = small.toDoubleArray();
    // The first step puts the elements on their grid.
    double grid = p.abs().max().item() * Math.scalb(1.0, dtype == DType.FLOAT32 ? -24 : -53);
    assertArrayEquals(original, once, 2 * grid);
    for (int k = 0; k < 200; k++) {
      mezo.step(() -> p.square().sum().add(small.sum()));
    }
    assertArrayEquals(once, p.toDoubleArray(), 0);
    assertArrayEquals(smallOnce, small.toDoubleArray(), 0);
  }

  @Test
  void anErrorInTheLossLeavesTheParameters() {
    Variable p = Variable.of(0.5, 0.25).requiresGrad(true);
    Mezo mezo = new Mezo(List.of(p), Mezo.options());
    for (int failing = 0; failing < 2; failing++) {
      int last = failing;
      int[] calls = {0};
      assertThrows(
          IllegalStateException.class,
          () ->
              mezo.step(() -> {
                if (calls[0]++ == last) {
                  throw new IllegalStateException();
                }
                return p.sum();
              }));
      assertArrayEquals(new double[] {0.5, 0.25}, p.toDoubleArray(), 0);
    }
    assertTrue(Double.isNaN(mezo.step(() -> p.sum().mul(Double.NaN))));
    assertArrayEquals(new double[] {0.5, 0.25}, p.toDoubleArray(), 0);
  }

  @Test
  void weightsDecayAndBiasesDoNot() {
    Variable weight = Variable.ones(DType.FLOAT64, 2, 2).requiresGrad(true);
    Variable bias = Variable.ones(DType.FLOAT64, 2).requiresGrad(true);
    Mezo mezo = new Mezo(List.of(weight, bias), Mezo.options().learningRate(0.5).weightDecay(0.1));
    mezo.step(() -> Variable.scalar(1.0));
    assertArrayEquals(new double[] {0.95, 0.95, 0.95, 0.95}, weight.toDoubleArray(), 1e-15);
    assertArrayEquals(new double[] {1, 1}, bias.toDoubleArray());
  }

  @Test
  void theSeedDeterminesEveryStep() {
    double[][] results = new double[2][];
    for (int run = 0; run < 2; run++) {
      Variable p = Variable.of(1.0f, -2.0f, 0.5f).requiresGrad(true);
      Mezo mezo =
          new Mezo(List.of(p), Mezo.options().learningRate(0.05).generator(new Generator(4)));
      double first = mezo.step(() -> p.square().sum());
      assertEquals(5.25, first, 1e-3);
      for (int k = 0; k < 100; k++) {
        mezo.step(() -> p.square().sum());
      }
      assertTrue(p.square().sum().item() < 0.1);
      results[run] = p.toDoubleArray();
    }
    assertArrayEquals(results[0], results[1]);
  }

  @Test
  void aCheckpointHasTheLearningRate() {
    Variable p = Variable.of(1.0, 2.0).requiresGrad(true);
    Mezo mezo = new Mezo(List.of(p), Mezo.options().learningRate(0.1));
    mezo.setLearningRate(0.025);
    TrainingState state = new TrainingState();
    mezo.addTo(state);
    Mezo other = new Mezo(List.of(p), Mezo.options().learningRate(0.1));
    TrainingState otherState = new TrainingState();
    other.addTo(otherState);
    otherState.load(state.save());
    assertEquals(0.025, other.learningRate());
  }
}
