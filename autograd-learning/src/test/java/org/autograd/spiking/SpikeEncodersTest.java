package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class SpikeEncodersTest {
  private static final JsonObject GOLDEN = Golden.file("snn").getAsJsonObject("spikegen");
  private static final Variable VALUES = Variable.of(0.02, 0.5, 1.0);
  private static final SpikeEncoders.LatencyOptions LOG = SpikeEncoders.latencyOptions();

  private static void check(String key, Variable actual) {
    // Recorded in float32.
    assertArrayEquals(Golden.numbers(GOLDEN.get(key)), actual.toDoubleArray(), 2e-6, key);
  }

  @Test
  void codesAreThoseOfSnnTorch() {
    check("latency_code(log,norm,T=5)", SpikeEncoders.latencyTimes(VALUES, 5, LOG.normalize(true)));
    check(
        "latency_code(log,tau=5,thr=.01,no norm)",
        SpikeEncoders.latencyTimes(VALUES, 5, LOG.timeConstant(5)));
    SpikeEncoders.LatencyOptions linear = LOG.linear(true).normalize(true);
    check("latency_code(linear,norm,T=5)", SpikeEncoders.latencyTimes(VALUES, 5, linear));
    check("latency(linear,norm,T=5)", SpikeEncoders.latency(VALUES, 5, linear));
    check(
        "delta([1,2,2.9,3,3.9],thr=1)",
        SpikeEncoders.delta(Variable.of(1.0, 2, 2.9, 3, 3.9), 1, false, false));
    Variable falling = Variable.of(1.0, 2, 0, 2, 2.9);
    check("delta([1,2,0,2,2.9],thr=1,off)", SpikeEncoders.delta(falling, 1, true, false));
    check("delta([1,2,0,2,2.9],thr=1,pad,off)", SpikeEncoders.delta(falling, 1, true, true));
    check("target_rate_code(T=5,rate=.5)", SpikeTargets.rateCode(5, 0, 0.5));
    check("target_rate_code(T=7,first=1,rate=.4)", SpikeTargets.rateCode(7, 1, 0.4));
    Golden.assertPartition(
        GOLDEN.keySet(),
        List.of(
            Set.of(
                "latency_code(log,norm,T=5)",
                "latency_code(log,tau=5,thr=.01,no norm)",
                "latency_code(linear,norm,T=5)",
                "latency(linear,norm,T=5)",
                "delta([1,2,2.9,3,3.9],thr=1)",
                "delta([1,2,0,2,2.9],thr=1,off)",
                "delta([1,2,0,2,2.9],thr=1,pad,off)",
                "target_rate_code(T=5,rate=.5)",
                "target_rate_code(T=7,first=1,rate=.4)")));
  }

  @Test
  void ratesAreProbabilities() {
    Variable x = Variable.of(-1f, 0f, 0.3f, 1f, 7f);
    Variable spikes = SpikeEncoders.rate(x, 4000, new Generator(3));
    assertEquals(List.of(4000L, 5L), Arrays.stream(spikes.shape().toArray()).boxed().toList());
    double[] mean = spikes.mean(0).toDoubleArray();
    assertEquals(0, mean[0]);
    assertEquals(0, mean[1]);
    assertEquals(0.3, mean[2], 0.03);
    assertEquals(1, mean[3]);
    assertEquals(1, mean[4]);
    assertArrayEquals(
        spikes.toDoubleArray(), SpikeEncoders.rate(x, 4000, new Generator(3)).toDoubleArray());
    assertTrue(spikes.eq(0.0).logicalOr(spikes.eq(1.0)).all().item() == 1);
  }

  @Test
  void aValueSpikesOnceOrIsClipped() {
    Variable x = Variable.of(new double[][] {{0.005, 0.4}, {0.9, 1}});
    SpikeEncoders.LatencyOptions linear = LOG.linear(true).normalize(true);
    assertArrayEquals(
        new double[] {1, 1, 1, 1},
        SpikeEncoders.latency(x, 10, linear).sum(0).flatten().toDoubleArray());
    assertArrayEquals(
        new double[] {0, 1, 1, 1},
        SpikeEncoders.latency(x, 10, linear.clip(true)).sum(0).flatten().toDoubleArray());
    // SpyTorch's firing times: 20 ln(x / (x - 0.2)), never below 0.2.
    SpikeEncoders.LatencyOptions membrane = LOG.threshold(0.2).timeConstant(20).clip(true);
    Variable times = SpikeEncoders.latency(x, 100, membrane).argmax(0);
    assertArrayEquals(
        new double[] {0, Math.rint(20 * Math.log(2)), 5, Math.rint(20 * Math.log(1.25))},
        times.flatten().toDoubleArray());
  }

  @Test
  void constantsAndPopulations() {
    assertArrayEquals(
        new double[] {1, 2, 1, 2}, SpikeEncoders.constant(Variable.of(1, 2), 2).toDoubleArray());
    Variable answer = SpikeEncoders.population(Variable.of(new double[][] {{0}, {0.5}}), 3, 0, 1);
    double one = Math.exp(-2);
    double two = Math.exp(-8);
    assertArrayEquals(new double[] {1, one, two, one, 1, one}, answer.toDoubleArray(), 1e-12);
    assertEquals(2, answer.rank());
  }

  @Test
  void targetsHaveBothValues() {
    Variable labels = Variable.of(2L, 0L);
    assertArrayEquals(
        new double[] {-1, -1, 3, 3, -1, -1}, SpikeTargets.oneHot(labels, 3, 3, -1).toDoubleArray());
    // Trap: on below off, as early and late spike times are, must not become off.
    assertArrayEquals(
        new double[] {9, 9, 0, 0, 9, 9}, SpikeTargets.oneHot(labels, 3, 0, 9).toDoubleArray());
    Variable rates = SpikeTargets.rates(labels, 3, 4, 1, 0.25);
    assertArrayEquals(new double[] {1, 1, 4, 4, 1, 1}, rates.sum(0).flatten().toDoubleArray());
    assertEquals(DType.FLOAT32, rates.dtype());
    assertEquals(0, SpikeTargets.rateCode(3, 0, 0).sum().item());
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> SpikeEncoders.constant(VALUES, 0));
    assertThrows(
        IllegalArgumentException.class, () -> SpikeEncoders.rate(VALUES, 0, new Generator(1)));
    assertThrows(IllegalArgumentException.class, () -> LOG.threshold(1));
    assertThrows(IllegalArgumentException.class, () -> SpikeEncoders.delta(VALUES, 0, true, true));
    assertThrows(IllegalArgumentException.class, () -> SpikeEncoders.population(VALUES, 1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> SpikeTargets.rateCode(3, 3, 0.5));
  }
}
