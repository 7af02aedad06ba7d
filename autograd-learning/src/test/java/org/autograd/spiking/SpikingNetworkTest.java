package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class SpikingNetworkTest {
  private static final int STEPS = 12;

  private final Linear.Options linear =
      Linear.options().dtype(DType.FLOAT64).generator(new Generator(1));
  private final NeuronOptions options =
      NeuronOptions.defaults().dtype(DType.FLOAT64).learnDecay(true).learnThreshold(true);
  private final Linear first = new Linear(5, 7, linear);
  private final Leaky hidden = new Leaky(0.9, options);
  private final Linear second = new Linear(7, 3, linear);
  private final Synaptic output = new Synaptic(0.5, 0.8, options.threshold(0.05));
  private final SpikingNetwork network = new SpikingNetwork(first, hidden, second, output);

  private static Variable inputs() {
    return Variable.rand(new Generator(2), DType.FLOAT64, STEPS, 4, 5).mul(6);
  }

  /** One step after the other through all layers: what the network does layer by layer. */
  private SpikingNetwork.Result stepByStep(Variable inputs) {
    List<Variable> spikes = new ArrayList<>();
    List<Variable> membranes = new ArrayList<>();
    Leaky.State inner = hidden.initial(first.apply(inputs.select(0, 0)));
    Synaptic.State outer = output.initial(second.apply(inner.spikes()));
    for (int t = 0; t < inputs.size(0); t++) {
      inner = hidden.step(first.apply(inputs.select(0, t)), inner);
      outer = output.step(second.apply(inner.spikes()), outer);
      spikes.add(outer.spikes());
      membranes.add(outer.membrane());
    }
    return new SpikingNetwork.Result(
        Variable.stack(0, spikes),
        Variable.stack(0, membranes),
        new SpikingNetwork.State(List.of(inner, outer)));
  }

  private static Variable loss(SpikingNetwork.Result result) {
    return result.membranes().square().mean().add(result.spikes().mean());
  }

  private List<double[]> gradients(SpikingNetwork.Result result) {
    network.zeroGrad();
    loss(result).backward();
    return network.parameters().stream()
        .map(p -> Objects.requireNonNull(p.grad()).toDoubleArray())
        .toList();
  }

  private static void assertSame(List<double[]> expected, List<double[]> actual, double tolerance) {
    assertEquals(expected.size(), actual.size());
    for (int k = 0; k < expected.size(); k++) {
      assertArrayEquals(expected.get(k), actual.get(k), tolerance, "parameter " + k);
    }
  }

  @Test
  void layerByLayerIsStepByStep() {
    Variable inputs = inputs();
    SpikingNetwork.Result expected = stepByStep(inputs);
    SpikingNetwork.Result actual = network.run(inputs);
    assertTrue(expected.spikes().sum().item() > 10, "spikes: " + expected.spikes().sum().item());
    assertArrayEquals(expected.spikes().toDoubleArray(), actual.spikes().toDoubleArray());
    assertArrayEquals(
        expected.membranes().toDoubleArray(), actual.membranes().toDoubleArray(), 1e-12);
    assertSame(gradients(expected), gradients(actual), 1e-12);
  }

  @Test
  void aRepeatedInputIsAConstantSequence() {
    Variable input = inputs().select(0, 0);
    SpikingNetwork.Result expected = network.run(SpikeEncoders.constant(input, STEPS));
    SpikingNetwork.Result actual = network.repeat(input, STEPS);
    assertArrayEquals(
        expected.membranes().toDoubleArray(), actual.membranes().toDoubleArray(), 1e-12);
    assertSame(gradients(expected), gradients(actual), 1e-12);
    assertEquals(2, actual.state().layers().size());
  }

  /** With checkpoints nothing changes, not even a bit. */
  @Test
  void checkpointsOverTimeAreBackpropagationThroughTime() {
    Variable inputs = inputs().requiresGrad(true);
    for (int segment : new int[] {1, 4, 5, STEPS}) {
      SpikingNetwork.Result plain = network.segments(inputs, segment, false);
      List<double[]> expected = new ArrayList<>(gradients(plain));
      expected.add(Objects.requireNonNull(inputs.grad()).toDoubleArray());
      inputs.zeroGrad();
      SpikingNetwork.Result checkpointed = network.runCheckpointed(inputs, segment);
      assertArrayEquals(
          plain.membranes().toDoubleArray(), checkpointed.membranes().toDoubleArray());
      List<double[]> actual = new ArrayList<>(gradients(checkpointed));
      actual.add(Objects.requireNonNull(inputs.grad()).toDoubleArray());
      inputs.zeroGrad();
      for (int k = 0; k < expected.size(); k++) {
        assertTrue(
            Arrays.equals(expected.get(k), actual.get(k)), "segment " + segment + ", place " + k);
      }
      // And both are the whole sequence at once, up to the order of sums.
      assertSame(gradients(network.run(inputs)), actual.subList(0, actual.size() - 1), 1e-12);
      inputs.zeroGrad();
    }
  }

  @Test
  void aCheckpointKeepsLess() {
    SpikingNetwork wide = new SpikingNetwork(new Linear(5, 100, linear), new Leaky(0.9, options));
    Variable inputs = Variable.rand(new Generator(2), DType.FLOAT64, 16, 20, 5);
    long whole = kept(() -> wide.run(inputs));
    long segments = kept(() -> wide.runCheckpointed(inputs, 4));
    // One segment of four, the state after each, and parameters, which are counted at each use.
    assertTrue(whole > 2 * segments, whole + " and " + segments);
  }

  /** Returns how many elements are kept for the backward pass. */
  private static long kept(Runnable run) {
    long[] elements = {0};
    try (var _ =
        Autograd.savedValueHooks(
            value -> {
              elements[0] += value.elementCount();
              return value;
            },
            value -> value)) {
      run.run();
    }
    return elements[0];
  }

  @Test
  void gradientsAreThoseOfDifferencesWhereSpikesAreSmooth() {
    NeuronOptions smooth = options.surrogate(Surrogate.sigmoid(4).smooth());
    SpikingNetwork soft =
        new SpikingNetwork(
            first, new Leaky(0.9, smooth), second, new Leaky(0.8, smooth.resetDelay(false)));
    List<Variable> all = new ArrayList<>(List.of(inputs().narrow(0, 0, 4)));
    all.addAll(soft.parameters());
    GradCheck.check(
        in -> {
          SpikingNetwork.Result result = soft.run(in[0]);
          return result.membranes().add(result.spikes());
        },
        all.toArray(Variable[]::new));
  }

  @Test
  void aStateGoesOnWithItsHistoryOrWithout() {
    Variable inputs = inputs();
    SpikingNetwork.Result start = network.run(inputs.narrow(0, 0, 6));
    Variable rest = inputs.narrow(0, 6, 6);
    SpikingNetwork.Result joined = network.run(rest, start.state());
    assertArrayEquals(
        network.run(inputs).membranes().narrow(0, 6, 6).toDoubleArray(),
        joined.membranes().toDoubleArray(),
        1e-12);
    SpikingNetwork.State cut = start.state().detach();
    assertTrue(start.state().layers().stream().anyMatch(layer -> layer.membrane().requiresGrad()));
    assertFalse(cut.layers().stream().anyMatch(layer -> layer.membrane().requiresGrad()));
    // The same values, but gradients of the second half alone.
    List<double[]> whole = gradients(joined);
    List<double[]> truncated = gradients(network.run(rest, cut));
    assertFalse(Arrays.equals(whole.getFirst(), truncated.getFirst()));
  }

  @Test
  void layersSeeBatchAndTimeAsOneAxis() {
    List<String> shapes = new ArrayList<>();
    UnaryModule watcher =
        new UnaryModule() {
          @Override
          protected Variable forward(Variable input) {
            shapes.add(input.shape().toString());
            return input;
          }
        };
    new SpikingNetwork(watcher, new Leaky(0.9)).run(Variable.zeros(3, 2, 1, 4, 4));
    assertEquals(List.of("[6, 1, 4, 4]"), shapes);
  }

  @Test
  void namesAndErrors() {
    assertEquals(
        List.of("0.weight", "0.bias", "1.threshold", "1.beta", "2.weight", "2.bias"),
        List.copyOf(network.namedParameters().keySet()).subList(0, 6));
    var noNeuron =
        assertThrows(IllegalArgumentException.class, () -> new SpikingNetwork(new Leaky(1), first));
    assertTrue(noNeuron.getMessage().contains("LeakyIntegrator"), noNeuron.getMessage());
    SpikingNetwork.State other =
        new SpikingNetwork(new Leaky(0.5)).run(Variable.zeros(1, 1)).state();
    assertThrows(IllegalArgumentException.class, () -> network.run(inputs(), other));
    SpikingNetwork.State swapped =
        new SpikingNetwork.State(network.run(inputs()).state().layers().reversed());
    assertThrows(IllegalArgumentException.class, () -> network.run(inputs(), swapped));
    Variable smaller = inputs().narrow(1, 0, 3);
    SpikingNetwork.State state = network.run(inputs()).state();
    var e = assertThrows(IllegalArgumentException.class, () -> network.run(smaller, state));
    assertTrue(e.getMessage().contains("module 1 (Leaky)"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> network.runCheckpointed(inputs(), 0));
    assertThrows(IllegalArgumentException.class, () -> network.repeat(inputs(), 0));
  }
}
