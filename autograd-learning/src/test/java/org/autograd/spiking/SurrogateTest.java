package org.autograd.spiking;

import static org.autograd.expression.Expression.constant;
import static org.autograd.expression.Expression.where;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SurrogateTest {
  private static List<Surrogate> all() {
    return List.of(
        Surrogate.arctangent(),
        Surrogate.fastSigmoid(25),
        Surrogate.superSpike(1),
        Surrogate.softSign(2),
        Surrogate.sigmoid(25),
        Surrogate.triangular(0.3),
        Surrogate.piecewiseQuadratic(2),
        Surrogate.rectangular(0.5),
        Surrogate.errorFunction(2),
        Surrogate.exponential(1.5),
        Surrogate.straightThrough());
  }

  /** snnTorch's, with those that only it has made of their slopes. */
  private static final Map<String, Surrogate> SNN_TORCH =
      Map.of(
          "atan(alpha=2)",
          Surrogate.arctangent(),
          "fast_sigmoid(slope=25)",
          Surrogate.fastSigmoid(25),
          "sigmoid(slope=25)",
          Surrogate.sigmoid(25),
          "straight_through",
          Surrogate.straightThrough(),
          // No triangle: its code has the threshold below and minus the threshold from 0 on.
          "triangular(thr=1)",
          Surrogate.of("signs", x -> where(x.lt(0), constant(1), constant(-1))),
          // Centred at 1 above the threshold.
          "spike_rate_escape(beta=1,slope=25)",
          Surrogate.of("escape", x -> x.sub(1).abs().neg().exp().mul(25)),
          // One-sided.
          "heaviside",
          Surrogate.of("heaviside", x -> where(x.gt(0), constant(1), constant(0))),
          "SFS(slope=25,B=1)",
          Surrogate.of(
              "sparse",
              x -> where(x.gt(1), constant(1).div(x.abs().mul(25).add(1).square()), constant(0))));

  private static final Map<String, Surrogate> SPIKING_JELLY =
      Map.ofEntries(
          Map.entry("PiecewiseQuadratic(1.0,)", Surrogate.piecewiseQuadratic(1)),
          Map.entry("PiecewiseExp(1.0,)", Surrogate.exponential(1)),
          Map.entry("Sigmoid(4.0,)", Surrogate.sigmoid(4)),
          Map.entry("SoftSign(2.0,)", Surrogate.softSign(2)),
          Map.entry("SuperSpike(1.0,)", Surrogate.superSpike(1)),
          Map.entry("ATan(2.0,)", Surrogate.arctangent(2)),
          Map.entry(
              "NonzeroSignLogAbs(1.0,)", Surrogate.of("log", x -> constant(1).div(x.abs().add(1)))),
          Map.entry("Erf(2.0,)", Surrogate.errorFunction(2)),
          Map.entry(
              "PiecewiseLeakyReLU(1.0, 0.01)",
              Surrogate.of("leaky", x -> where(x.abs().lt(1), constant(0.5), constant(0.01)))),
          Map.entry(
              "LeakyKReLU(0.0, 1.0)",
              Surrogate.of("relu", x -> where(x.lt(0), constant(0), constant(1)))),
          Map.entry(
              "LogTailedReLU(0.0,)",
              Surrogate.of(
                  "tail",
                  x ->
                      where(
                          x.gt(1), constant(1).div(x), where(x.gt(0), constant(1), constant(0))))),
          Map.entry("Rect(1.0,)", Surrogate.rectangular(1)));

  @Test
  void slopesAndStepsAreThoseOfSnnTorch() {
    JsonObject table = Golden.file("snn").getAsJsonObject("snntorch_surrogate");
    Golden.assertPartition(table.keySet(), List.of(SNN_TORCH.keySet(), Set.of("x")));
    SNN_TORCH.forEach((name, surrogate) -> {
      Variable x = Variable.of(Golden.numbers(table.get("x"))).requiresGrad(true);
      Variable spikes = surrogate.apply(x);
      JsonObject expected = table.getAsJsonObject(name);
      assertArrayEquals(Golden.numbers(expected.get("fwd")), spikes.toDoubleArray(), name);
      spikes.sum().backward();
      assertArrayEquals(
          Golden.numbers(expected.get("grad")), x.grad().toDoubleArray(), 1e-10, name);
    });
  }

  @Test
  void slopesAndStepsAreThoseOfSpikingJelly() {
    JsonObject table = Golden.file("spikingjelly");
    Set<String> neurons =
        table.keySet().stream()
            .filter(name -> name.startsWith("LIFNode"))
            .collect(Collectors.toSet());
    Golden.assertPartition(
        table.keySet(),
        List.of(SPIKING_JELLY.keySet(), neurons, Set.of("x", "input", "fwd heaviside (x>=0)")));
    SPIKING_JELLY.forEach((name, surrogate) -> {
      Variable x = Variable.of(Golden.numbers(table.get("x"))).requiresGrad(true);
      Variable spikes = surrogate.inclusive().apply(x);
      assertArrayEquals(
          Golden.numbers(table.get("fwd heaviside (x>=0)")), spikes.toDoubleArray(), name);
      spikes.sum().backward();
      assertArrayEquals(Golden.numbers(table.get(name)), x.grad().toDoubleArray(), 1e-10, name);
    });
  }

  /** Trap: a sigmoid's slope from exponentials overflows at x = -5 already, with k = 25. */
  @ParameterizedTest
  @MethodSource("all")
  void slopesAreFiniteFarFromTheThreshold(Surrogate surrogate) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      Variable x =
          Variable.of(-1e6, -100.0, -5.0, 0.0, 5.0, 100.0, 1e6).to(dtype).requiresGrad(true);
      Variable spikes = surrogate.apply(x);
      assertArrayEquals(new double[] {0, 0, 0, 0, 1, 1, 1}, spikes.toDoubleArray());
      spikes.sum().backward();
      for (double slope : x.grad().toDoubleArray()) {
        assertTrue(slope >= 0 && slope <= 25, surrogate + " in " + dtype + ": " + slope);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void theSlopeIsTheDerivativeOfTheSmoothFunction(Surrogate surrogate) {
    // None of these is where a piecewise function has a corner.
    Variable x = Variable.of(-3.0, -0.9, -0.3, -0.02, 0.03, 0.4, 0.8, 2.5);
    Surrogate smooth = surrogate.smooth();
    GradCheck.check(in -> smooth.apply(in[0]), x);
    Variable threshold = Variable.scalar(0.11);
    GradCheck.check(in -> smooth.apply(in[0], in[1]), x, threshold);
  }

  @Test
  void aThresholdIsANumberOrAVariable() {
    Variable u = Variable.of(0.5, 1.0, 1.5);
    Variable threshold = Variable.scalar(1.0).requiresGrad(true);
    Variable spikes = Surrogate.arctangent().apply(u, threshold);
    assertArrayEquals(new double[] {0, 0, 1}, spikes.toDoubleArray());
    assertArrayEquals(new double[] {0, 0, 1}, Surrogate.arctangent().apply(u, 1).toDoubleArray());
    spikes.sum().backward();
    assertEquals(-(1 + 2 / (1 + Math.PI * Math.PI / 4)), threshold.grad().item(), 1e-12);
  }

  @Test
  void theTrueGradientIsZero() {
    Variable x = Variable.of(-1.0, 1.0).requiresGrad(true);
    Surrogate.trueGradient().apply(x).sum().backward();
    assertArrayEquals(new double[2], x.grad().toDoubleArray());
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Surrogate.sigmoid(0));
    assertThrows(IllegalArgumentException.class, () -> Surrogate.fastSigmoid(Double.NaN));
    assertThrows(IllegalStateException.class, () -> Surrogate.of("own", x -> x).smooth());
  }
}
