package org.autograd.liquid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.autograd.Generator;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class WiringTest {
  private static Wiring autoNcp(long seed) {
    return Wiring.autoNcp(5, 28, 4, 0.5, new Generator(seed));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void aPolicyHasSynapsesFromLayerToLayerOnly(long seed) {
    Wiring wiring = autoNcp(seed);
    List<Integer> inter = wiring.layers().get(0).neurons();
    List<Integer> command = wiring.layers().get(1).neurons();
    List<Integer> motor = wiring.layers().get(2).neurons();
    assertEquals(List.of(0, 1, 2, 3), motor);
    for (int to = 0; to < wiring.units(); to++) {
      for (int input = 0; input < wiring.inputs(); input++) {
        assertTrue(wiring.sensorySynapse(input, to) == 0 || inter.contains(to));
      }
      for (int from = 0; from < wiring.units(); from++) {
        boolean allowed =
            (inter.contains(from) && command.contains(to))
                || (command.contains(from) && command.contains(to))
                || (command.contains(from) && motor.contains(to));
        assertTrue(wiring.synapse(from, to) == 0 || allowed, from + " to " + to);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void everyNeuronOfAPolicyIsReached(long seed) {
    // So few synapses that chance alone leaves many neurons without one.
    Wiring wiring = Wiring.ncp(2, new NcpOptions(12, 12, 3, 2, 1, 0, 2), new Generator(seed));
    List<Integer> inter = wiring.layers().get(0).neurons();
    List<Integer> command = wiring.layers().get(1).neurons();
    for (int to : inter) {
      assertTrue(IntStream.range(0, 2).anyMatch(k -> wiring.sensorySynapse(k, to) != 0));
    }
    for (int neuron : command) {
      assertTrue(inter.stream().anyMatch(from -> wiring.synapse(from, neuron) != 0));
      assertTrue(IntStream.range(0, 3).anyMatch(to -> wiring.synapse(neuron, to) != 0));
    }
    for (int to = 0; to < 3; to++) {
      int motor = to;
      assertTrue(command.stream().filter(from -> wiring.synapse(from, motor) != 0).count() >= 2);
    }
  }

  @Test
  void fullyConnectedAndRandomHaveTheirShareOfSynapses() {
    Wiring full = Wiring.fullyConnected(3, 10, 2, true, new Generator(0));
    assertEquals(100, full.synapseCount());
    assertEquals(30, full.sensorySynapseCount());
    Wiring noLoops = Wiring.fullyConnected(3, 10, 2, false, new Generator(0));
    assertEquals(90, noLoops.synapseCount());
    IntStream.range(0, 10).forEach(k -> assertEquals(0, noLoops.synapse(k, k)));
    Wiring random = Wiring.random(4, 10, 2, 0.75, new Generator(0));
    assertEquals(25, random.synapseCount());
    assertEquals(10, random.sensorySynapseCount());
  }

  @Test
  void twoOfThreeSynapsesExcite() {
    double[] all =
        Wiring.fullyConnected(1, 100, 1, true, new Generator(1))
            .adjacency(DType.FLOAT64)
            .toDoubleArray();
    double excitatory = IntStream.range(0, all.length).filter(k -> all[k] == 1).count();
    assertEquals(2 / 3.0, excitatory / all.length, 0.02);
  }

  @Test
  void theSeedDeterminesTheWiring() {
    double[] first = autoNcp(1).adjacency(DType.FLOAT64).toDoubleArray();
    assertArrayEquals(first, autoNcp(1).adjacency(DType.FLOAT64).toDoubleArray());
    assertNotEquals(
        autoNcp(1).adjacency(DType.INT32).toString(), autoNcp(2).adjacency(DType.INT32).toString());
  }

  @Test
  void thePictureShowsEveryNeuronAndSynapse() throws Exception {
    Wiring wiring =
        Wiring.of(
            new int[][] {{1, 0, 0}, {-1, 1, 0}},
            new int[][] {{1, -1, 0}, {0, 0, 1}, {1, 0, 0}},
            1,
            List.of(new Wiring.Layer("a<b", List.of(1, 2)), new Wiring.Layer("motor", List.of(0))));
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(wiring.toSvg())));
    assertEquals(5, svg.getElementsByTagName("circle").getLength());
    assertEquals(7, svg.getElementsByTagName("path").getLength());
    assertEquals(2, wiring.toSvg().split("class=\"inhibits\"", -1).length - 1);
    assertTrue(wiring.toSvg().contains("a&lt;b"));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    List<Supplier<Object>> wrong =
        List.of(
            () -> Wiring.fullyConnected(0, 3, 1, true, new Generator(0)),
            () -> Wiring.fullyConnected(2, 3, 4, true, new Generator(0)),
            () -> Wiring.random(2, 3, 1, 1, new Generator(0)),
            () -> Wiring.autoNcp(2, 3, 1, 0.5, new Generator(0)),
            () -> Wiring.autoNcp(2, 16, 1, 0.05, new Generator(0)),
            () -> Wiring.autoNcp(2, 16, 1, Double.NaN, new Generator(0)),
            () -> new NcpOptions(4, 4, 1, 5, 1, 0, 1),
            () -> Wiring.of(new int[][] {{2}}, new int[][] {{0}}, 1, layer(0)),
            () -> Wiring.of(new int[][] {{1}}, new int[][] {{0}}, 1, layer(0, 0)),
            () -> Wiring.of(new int[][] {{1, 1}}, new int[][] {{0}}, 1, layer(0)));
    for (Supplier<Object> creation : wrong) {
      assertThrows(IllegalArgumentException.class, creation::get);
    }
  }

  private static List<Wiring.Layer> layer(Integer... neurons) {
    return List.of(new Wiring.Layer("layer", List.of(neurons)));
  }
}
