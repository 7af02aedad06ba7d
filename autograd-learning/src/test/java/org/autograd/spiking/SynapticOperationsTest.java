package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Conv2d;
import org.autograd.nn.Convolution;
import org.autograd.nn.Flatten;
import org.autograd.nn.Linear;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class SynapticOperationsTest {
  @Test
  void spikesAreAddedAndNumbersMultiplied() {
    SpikingNetwork network =
        new SpikingNetwork(new Linear(5, 7), new Leaky(0.9), new Linear(7, 3), new Leaky(0.9));
    Variable numbers = Variable.rand(new Generator(1), DType.FLOAT32, 4, 2, 5);
    Variable spikes = numbers.gt(0.5).to(DType.FLOAT32);
    try (SynapticOperations counter = SynapticOperations.of(network)) {
      var hidden = network.record(spikes, null).getFirst().spikes();
      SynapticOperations.Count first = counter.counts().get("0");
      assertEquals(7 * (long) spikes.sum().item(), first.accumulates());
      assertEquals(0, first.multiplyAccumulates());
      assertEquals(4 * 2 * 5 * 7, first.dense());
      assertEquals(3 * (long) hidden.sum().item(), counter.counts().get("2").accumulates());
      assertEquals(4 * 2 * (5 * 7 + 7 * 3), counter.total().dense());
      counter.reset();
      network.run(numbers);
      assertEquals(4 * 2 * 5 * 7, counter.counts().get("0").multiplyAccumulates());
      assertEquals(0, counter.counts().get("0").accumulates());
    }
    assertEquals(Set.of("0", "2"), SynapticOperations.of(network).counts().keySet());
  }

  @Test
  void aConvolutionHasItsKernelsSynapses() {
    SpikingNetwork network = new SpikingNetwork(new Conv2d(2, 6, 3), new Flatten(), new Leaky(0.5));
    Variable input = Variable.zeros(1, 1, 2, 5, 5);
    input.select(4, 2).select(3, 2).add_(Variable.ones(1, 1, 2));
    try (SynapticOperations counter = SynapticOperations.of(network)) {
      network.run(input);
      assertEquals(2 * 6 * 9, counter.total().accumulates());
      assertEquals(6 * 9 * 2 * 9, counter.total().dense());
    }
  }

  /** Trap: a filter that goes on by two meets each input a quarter as often. */
  @Test
  void stridePaddingAndGroupsAreCountedExactly() {
    Convolution.Options options = Convolution.options().stride(2).padding(1).groups(2);
    SpikingNetwork network =
        new SpikingNetwork(new Conv2d(4, 6, 3, options), new Flatten(), new Leaky(0.5));
    Variable spikes =
        Variable.rand(new Generator(3), DType.FLOAT32, 2, 3, 4, 5, 7).gt(0.7).to(DType.FLOAT32);
    double[] values = spikes.toDoubleArray();
    long expected = 0;
    for (int k = 0; k < values.length; k++) {
      int y = k / 7 % 5;
      int x = k % 7;
      // Along each axis filters of 3 lie around 0, 2, 4, ...: two meet an odd place, one an even.
      expected += values[k] == 0 ? 0 : 3L * (y % 2 + 1) * (x % 2 + 1);
    }
    try (SynapticOperations counter = SynapticOperations.of(network)) {
      network.run(spikes);
      assertEquals(expected, counter.total().accumulates());
      assertEquals(6 * 6 * (3 * 4) * 2 * 9, counter.total().dense());
    }
  }

  @Test
  void theFirstLayerOfARepeatedInputIsAppliedOnce() {
    SpikingNetwork network = new SpikingNetwork(new Linear(5, 7), new Leaky(0.9));
    Variable input = Variable.rand(new Generator(1), DType.FLOAT32, 2, 5);
    try (SynapticOperations counter = SynapticOperations.of(network)) {
      network.repeat(input, 8);
      assertEquals(2 * 5 * 7, counter.total().multiplyAccumulates());
      counter.reset();
      network.run(SpikeEncoders.constant(input, 8));
      assertEquals(8 * 2 * 5 * 7, counter.total().multiplyAccumulates());
    }
  }

  @Test
  void picojoulesAreAConversion() {
    assertEquals(
        0.9 * 10 + 4.6 * 3, new SynapticOperations.Count(10, 3, 99).picojoules(0.9, 4.6), 1e-12);
  }
}
