package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/** Traces and gradients that snnTorch, SpikingJelly and Norse have given. */
class NeuronGoldenTest {
  private static final double EXACT = 1e-9;
  private static final JsonObject SNN = Golden.file("snn");
  private static final JsonObject JELLY = Golden.file("spikingjelly");
  private static final NeuronOptions DOUBLE = NeuronOptions.defaults().dtype(DType.FLOAT64);
  private static final NeuronOptions ZERO = DOUBLE.reset(Reset.ZERO);
  private static final NeuronOptions NONE = DOUBLE.reset(Reset.NONE);
  private static final NeuronOptions AT_ONCE = DOUBLE.resetDelay(false);

  private static final Map<String, Neuron<?>> NEURONS =
      Map.ofEntries(
          Map.entry("Leaky(beta=.8,subtract)", new Leaky(0.8, DOUBLE)),
          Map.entry("Leaky(beta=.8,zero)", new Leaky(0.8, ZERO)),
          Map.entry("Leaky(beta=.8,none)", new Leaky(0.8, NONE)),
          Map.entry("Leaky(beta=.8,subtract,reset_delay=False)", new Leaky(0.8, AT_ONCE)),
          Map.entry(
              "Leaky(beta=.8,zero,reset_delay=False)", new Leaky(0.8, AT_ONCE.reset(Reset.ZERO))),
          Map.entry("Synaptic(alpha=.9,beta=.8,subtract)", new Synaptic(0.9, 0.8, DOUBLE)),
          Map.entry("Synaptic(alpha=.9,beta=.8,zero)", new Synaptic(0.9, 0.8, ZERO)),
          Map.entry("Alpha(alpha=.9,beta=.8,zero)", new Alpha(0.9, 0.8, ZERO)),
          Map.entry("Lapicque(R=5,C=1.44,dt=1,subtract)", new Lapicque(5, 1.44, 1, DOUBLE)),
          Map.entry("Lapicque(beta=.8)", Lapicque.ofDecay(0.8, DOUBLE)),
          Map.entry(
              "RLeaky(beta=.8,V=.5,one-to-one)",
              new RecurrentNeuron<>(new Leaky(0.8, DOUBLE), new OneToOne(Variable.scalar(0.5)))));

  /** Returns the input as 8 steps of one neuron. */
  private static Variable current(JsonObject file) {
    return Variable.fromArray(Golden.numbers(file.get("input")), 8, 1);
  }

  @Test
  void tracesAreThoseOfSnnTorch() {
    JsonObject traces = SNN.getAsJsonObject("snntorch_neuron");
    Golden.assertPartition(traces.keySet(), List.of(NEURONS.keySet()));
    NEURONS.forEach((name, neuron) -> {
      JsonObject expected = traces.getAsJsonObject(name);
      check(name, neuron, expected);
    });
  }

  private static <S extends NeuronState<S>> void check(
      String name, Neuron<S> neuron, JsonObject expected) {
    Recording<S> recording = neuron.run(current(SNN));
    assertArrayEquals(
        Golden.numbers(expected.get("spk")), recording.spikes().toDoubleArray(), name);
    assertArrayEquals(
        Golden.numbers(expected.get("mem")), recording.membranes().toDoubleArray(), EXACT, name);
    JsonArray states = expected.getAsJsonArray("states");
    for (int t = 0; t < 8; t++) {
      // snnTorch has the currents in front of the membrane, and no spikes.
      List<Variable> variables = new ArrayList<>(recording.states().get(t).variables());
      variables.removeFirst();
      variables.add(variables.removeFirst());
      assertArrayEquals(
          Golden.numbers(states.get(t)),
          variables.stream().mapToDouble(Variable::item).toArray(),
          EXACT,
          name + " at " + t);
    }
  }

  @Test
  void gradientsThroughTimeAreThoseOfSnnTorch() {
    JsonObject expected = SNN.getAsJsonObject("leaky_bptt");
    NeuronOptions learned = DOUBLE.learnDecay(true).learnThreshold(true);
    Map<String, NeuronOptions> options =
        Map.of(
            "subtract,atan(2)", learned,
            "zero,atan(2)", learned.reset(Reset.ZERO),
            "subtract,fast_sigmoid(25)", learned.surrogate(Surrogate.fastSigmoid(25)));
    Golden.assertPartition(expected.keySet(), List.of(options.keySet(), Set.of("loss")));
    options.forEach((name, chosen) -> {
      Leaky leaky = new Leaky(0.8, chosen);
      Variable x = current(SNN).requiresGrad(true);
      Recording<Leaky.State> recording = leaky.run(x);
      Variable clock = Variable.arange(DType.FLOAT64, 1, 9, 1).reshape(8, 1);
      Variable loss =
          recording.spikes().mul(clock).sum().add(recording.membranes().square().sum().mul(0.1));
      loss.backward();
      JsonObject numbers = expected.getAsJsonObject(name);
      assertEquals(numbers.get("L").getAsDouble(), loss.item(), EXACT, name);
      assertArrayEquals(Golden.numbers(numbers.get("dx")), x.grad().toDoubleArray(), EXACT, name);
      assertEquals(numbers.get("dbeta").getAsDouble(), leaky.beta().grad().item(), EXACT, name);
      // Its threshold is a float32, whose gradient is rounded at every step.
      assertEquals(numbers.get("dthr").getAsDouble(), leaky.threshold().grad().item(), 1e-7, name);
    });
  }

  @Test
  void tracesAreThoseOfSpikingJelly() {
    IntegrateAndFire.Options leaky = IntegrateAndFire.options().timeConstant(2);
    Map<String, IntegrateAndFire.Options> options =
        Map.of(
            "LIFNode(tau=2,decay_input=True,hard)", leaky,
            "LIFNode(tau=2,decay_input=False,hard)", leaky.decayInput(false),
            "LIFNode(tau=2,decay_input=False,soft)", leaky.decayInput(false).softReset());
    Set<String> nodes =
        JELLY.keySet().stream()
            .filter(name -> name.startsWith("LIFNode"))
            .collect(Collectors.toSet());
    Golden.assertPartition(nodes, List.of(options.keySet()));
    options.forEach((name, chosen) -> {
      for (boolean detached : new boolean[] {true, false}) {
        Recording<Leaky.State> recording =
            new IntegrateAndFire(chosen.detachReset(detached)).run(current(JELLY));
        JsonObject expected = JELLY.getAsJsonObject(name);
        assertArrayEquals(
            Golden.numbers(expected.get("spk")), recording.spikes().toDoubleArray(), name);
        assertArrayEquals(
            Golden.numbers(expected.get("v after reset")),
            recording.membranes().toDoubleArray(),
            EXACT,
            name);
      }
    });
  }

  @Test
  void tracesAreThoseOfNorse() {
    JsonArray expected =
        SNN.getAsJsonArray("norse_lif_ff(input=1,dt=1e-3,tau_mem=.01,tau_syn=.005)");
    Recording<CurrentLif.State> recording =
        new CurrentLif(CurrentLif.options()).run(Variable.ones(DType.FLOAT64, expected.size(), 1));
    for (int t = 0; t < expected.size(); t++) {
      CurrentLif.State state = recording.states().get(t);
      assertArrayEquals(
          Golden.numbers(expected.get(t)),
          new double[] {state.spikes().item(), state.membrane().item(), state.current().item()},
          1e-6,
          "step " + t);
    }
  }
}
