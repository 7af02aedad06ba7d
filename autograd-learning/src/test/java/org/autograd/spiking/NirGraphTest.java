package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.nn.Activation;
import org.autograd.nn.Linear;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NirGraphTest {
  private static final double DT = 1e-4;

  @TempDir private Path directory;

  private JsonObject write(SpikingNetwork network, int inputs) throws IOException {
    Path file = directory.resolve("graph.json");
    NirGraph.of(network, DT, inputs).write(file);
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  @Test
  void aChainOfNodes() throws IOException {
    Linear first = new Linear(3, 2);
    JsonObject graph =
        write(
            new SpikingNetwork(
                first,
                new Leaky(0.9, NeuronOptions.defaults().reset(Reset.ZERO).threshold(1.5)),
                new Linear(2, 2, Linear.options().bias(false)),
                new Leaky(0.8)),
            3);
    assertEquals("NIRGraph", graph.get("type").getAsString());
    assertEquals(
        "[[\"input\",\"0\"],[\"0\",\"1\"],[\"1\",\"2\"],[\"2\",\"3\"],[\"3\",\"output\"]]",
        graph.get("edges").toString());
    JsonObject nodes = graph.getAsJsonObject("nodes");
    assertEquals("{\"type\":\"Input\",\"shape\":[3]}", nodes.get("input").toString());
    assertEquals("{\"type\":\"Output\",\"shape\":[2]}", nodes.get("output").toString());
    JsonObject affine = nodes.getAsJsonObject("0");
    assertEquals("Affine", affine.get("type").getAsString());
    assertEquals(2, affine.getAsJsonArray("weight").size());
    assertArrayEquals(first.weight().toDoubleArray(), Golden.numbers(affine.get("weight")), 1e-7);
    assertArrayEquals(
        Objects.requireNonNull(first.bias()).toDoubleArray(),
        Golden.numbers(affine.get("bias")),
        1e-7);
    JsonObject lif = nodes.getAsJsonObject("1");
    assertEquals("LIF", lif.get("type").getAsString());
    assertFalse(lif.has("reset"));
    assertArrayEquals(new double[] {1e-3, 1e-3}, Golden.numbers(lif.get("tau")), 1e-9);
    assertArrayEquals(new double[] {10, 10}, Golden.numbers(lif.get("r")), 1e-4);
    assertArrayEquals(new double[] {1.5, 1.5}, Golden.numbers(lif.get("v_threshold")));
    assertEquals("Linear", nodes.getAsJsonObject("2").get("type").getAsString());
    assertEquals("subtract", nodes.getAsJsonObject("3").get("reset").getAsString());
  }

  /** Euler's method with the written numbers gives back the neurons. */
  @Test
  void theWrittenEquationIsTheNeurons() throws IOException {
    Variable x = Variable.of(0.03f, 0.05f, 0.01f, 0.04f).reshape(4, 1);
    Synaptic synaptic = new Synaptic(0.7, 0.9, NeuronOptions.defaults().reset(Reset.ZERO));
    check(synaptic, x);
    check(new CurrentLif(CurrentLif.options().times(DT, 1e-3, 5e-4)), x);
    check(new LeakyIntegrator(CurrentLif.options().times(DT, 1e-3, 5e-4)), x);
  }

  private void check(Neuron<?> neuron, Variable x) throws IOException {
    JsonObject node =
        write(new SpikingNetwork(neuron), 1).getAsJsonObject("nodes").getAsJsonObject("0");
    assertTrue(node.get("type").getAsString().startsWith("CubaLI"));
    double v = 0;
    double i = 0;
    double[] membranes = neuron.run(x).membranes().toDoubleArray();
    for (int t = 0; t < 4; t++) {
      double in = x.select(0, t).item();
      double synapse = number(node, "tau_syn");
      // The neurons here decay the current after the membrane saw it, or before.
      if (neuron instanceof Synaptic) {
        i += DT / synapse * (-i + number(node, "w_in") * in);
        v += DT / number(node, "tau_mem") * (-v + number(node, "r") * i);
      } else {
        double jump = i + DT / synapse * number(node, "w_in") * in;
        v += DT / number(node, "tau_mem") * (-v + number(node, "r") * jump);
        i = jump - DT / synapse * jump;
      }
      assertEquals(membranes[t], v, 1e-5, neuron + " at " + t);
    }
  }

  private static double number(JsonObject node, String key) {
    return node.getAsJsonArray(key).get(0).getAsDouble();
  }

  @Test
  void spikingJellysNeurons() throws IOException {
    IntegrateAndFire.Options options = IntegrateAndFire.options();
    JsonObject plain = node(options);
    assertEquals("IF", plain.get("type").getAsString());
    assertEquals(1 / DT, number(plain, "r"), 1e-2);
    JsonObject leaky = node(options.timeConstant(2).decayInput(false).softReset());
    assertEquals("LIF", leaky.get("type").getAsString());
    assertEquals(2 * DT, number(leaky, "tau"), 1e-9);
    assertEquals(2, number(leaky, "r"));
    assertEquals("subtract", leaky.get("reset").getAsString());
  }

  private JsonObject node(IntegrateAndFire.Options options) throws IOException {
    return write(new SpikingNetwork(new IntegrateAndFire(options)), 1)
        .getAsJsonObject("nodes")
        .getAsJsonObject("0");
  }

  @Test
  void whatNirCannotSayIsRefused() {
    SpikingNetwork[] networks = {
      new SpikingNetwork(new Leaky(1)),
      new SpikingNetwork(Activation.relu(), new Leaky(0.9)),
      new SpikingNetwork(new Alpha(0.9, 0.8)),
      new SpikingNetwork(new Lapicque(5, 1.44, 1, NeuronOptions.defaults())),
      new SpikingNetwork(new CurrentLif(CurrentLif.options().adaptation(1, 1))),
      new SpikingNetwork(new Linear(2, 1), new Leaky(0.9))
    };
    for (SpikingNetwork network : networks) {
      assertThrows(
          IllegalArgumentException.class, () -> NirGraph.of(network, DT, 1), network.toString());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> NirGraph.of(new SpikingNetwork(new Leaky(0.9)), 0, 1));
  }

  @Test
  void aGraphThatIsReadAndWrittenAgainIsTheSameFile() throws IOException {
    Path file = directory.resolve("graph.json");
    NirGraph graph =
        NirGraph.of(new SpikingNetwork(new Linear(3, 2), new Leaky(0.9), new Leaky(0.8)), DT, 3);
    graph.write(file);
    NirGraph read = NirGraph.read(file);
    assertEquals(graph.edges(), read.edges());
    assertEquals(graph.nodes().keySet(), read.nodes().keySet());
    assertEquals("subtract", read.nodes().get("1").notes().get("reset"));
    Variable weight = read.nodes().get("0").arrays().get("weight");
    Variable written = graph.nodes().get("0").arrays().get("weight");
    assertEquals(written.shape(), weight.shape());
    assertArrayEquals(written.toDoubleArray(), weight.toDoubleArray());
    Path again = directory.resolve("again.json");
    read.write(again);
    assertEquals(Files.readString(file), Files.readString(again));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "",
        "{\"nodes\": {\"a\": {\"type\": \"LIF\", \"r\": [[1, 2], [3]]}}}",
        "{\"nodes\": {\"a\": {\"type\": \"LIF\", \"r\": [[1, 2], 3]}}}",
        "{\"nodes\": {\"a\": {\"type\": \"LIF\", \"r\": [1, [2]]}}}",
        "{\"nodes\": {\"a\": {\"type\": \"LIF\", \"r\": [null]}}}",
        "{\"nodes\": {\"a\": {\"r\": [1]}}}",
        "{\"nodes\": {}, \"edges\": [[\"a\", \"b\"]]}",
        "{\"nodes\": {\"a\": {\"type\": \"LIF\"}}, \"edges\": [[\"a\"]]}",
        "{\"nodes\": {\"a\": {\"type\": \"LIF\"",
        "{\"nodes\": {\"a\": {\"type\": \"LIF\", \"r\": [1",
      })
  void whatIsNoGraphIsRefused(String text) throws IOException {
    Path file = directory.resolve("wrong.json");
    Files.writeString(file, text);
    assertThrows(IOException.class, () -> NirGraph.read(file));
  }
}
