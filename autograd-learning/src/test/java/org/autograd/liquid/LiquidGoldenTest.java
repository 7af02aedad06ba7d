package org.autograd.liquid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cells and wirings against numbers recorded from ncps. */
class LiquidGoldenTest {
  private static final double[] X = {0.5, -0.3};
  private static final double[] STATE = {0.1, 0, -0.2};
  private static final Variable UPSTREAM = row(1, 2, 3);

  private static Variable row(double... values) {
    return Variable.fromArray(values, 1, values.length);
  }

  /** Overwrites a parameter by a function of the element's number. */
  private static void fill(Variable parameter, IntToDoubleFunction function) {
    double[] values =
        IntStream.range(0, (int) parameter.elementCount()).mapToDouble(function).toArray();
    try (var _ = Autograd.noGrad()) {
      parameter.copy_(Variable.fromArray(values, parameter.shape().toArray()));
    }
  }

  private static void assertClose(JsonObject golden, String name, Variable value) {
    assertArrayEquals(Golden.numbers(golden.get(name)), value.toDoubleArray(), 1.5e-10, name);
  }

  private static Variable gradient(Variable leaf) {
    return Objects.requireNonNull(leaf.grad());
  }

  @ParameterizedTest
  @EnumSource(CfcMode.class)
  void cfcCell(CfcMode mode) {
    JsonObject golden =
        Golden.read("cfc_cell").getAsJsonObject(mode.name().toLowerCase(Locale.ROOT));
    CfcCell cell =
        new CfcCell(2, 3, CfcCell.options().mode(mode).backbone(1, 4).dtype(DType.FLOAT64));
    Map<String, Variable> parameters = cell.namedParameters();
    List<String> names =
        golden.getAsJsonArray("params in order").asList().stream()
            .map(name -> name.getAsString())
            .toList();
    assertEquals(List.copyOf(new TreeSet<>(names)), sorted(parameters));
    int number = 0;
    for (String name : names) {
      Variable parameter = Objects.requireNonNull(parameters.get(name));
      switch (name) {
        case "w_tau" -> fill(parameter, k -> 0.1 * (k + 1));
        case "A" -> fill(parameter, k -> 1 - 0.1 * k);
        default -> {
          int k = number++;
          fill(parameter, i -> 0.5 * Math.sin(0.7 * i + 0.3 + k));
        }
      }
    }
    Variable x = row(X).requiresGrad(true);
    Variable state = row(STATE).requiresGrad(true);
    Variable elapsed = Variable.of(0.7).requiresGrad(true);

    Variable next = cell.apply(x, state, elapsed);
    next.backward(UPSTREAM);

    assertClose(golden, "h_new", next);
    assertClose(golden, "dx", gradient(x));
    assertClose(golden, "dh", gradient(state));
    assertClose(golden, "dts", gradient(elapsed));
  }

  private static List<String> sorted(Map<String, Variable> parameters) {
    return parameters.keySet().stream().sorted().toList();
  }

  @Test
  void ltcCell() {
    JsonObject golden = Golden.read("ltc_cell");
    Wiring wiring =
        Wiring.of(
            new int[][] {{1, 1, -1}, {-1, 1, 1}},
            new int[][] {{1, -1, 1}, {1, 1, -1}, {-1, 1, 1}},
            3,
            List.of(new Wiring.Layer("neurons", List.of(0, 1, 2))));
    LtcCell cell =
        new LtcCell(
            wiring,
            LtcCell.options()
                .positivity(LtcCell.Positivity.CLAMP)
                .outputMapping(LtcCell.Mapping.NONE)
                .dtype(DType.FLOAT64));
    Map<String, Variable> p = cell.namedParameters();
    fill(get(p, "gleak"), k -> 0.5 + 0.1 * Math.sin(0.7 * k + 0.3));
    fill(get(p, "vleak"), k -> 0.1 * Math.sin(0.7 * k + 1));
    fill(get(p, "cm"), k -> 0.5 + 0.05 * Math.sin(0.7 * k + 2));
    fill(get(p, "w"), k -> 0.5 + 0.3 * Math.sin(0.7 * k + 0.3));
    fill(get(p, "sigma"), k -> 5 + Math.sin(0.7 * k + 0.9));
    fill(get(p, "mu"), k -> 0.5 + 0.2 * Math.sin(0.7 * k + 1.5));
    fill(get(p, "sensory_w"), k -> 0.5 + 0.3 * Math.sin(0.7 * k + 0.6));
    fill(get(p, "sensory_sigma"), k -> 5 + Math.sin(0.7 * k + 1.1));
    fill(get(p, "sensory_mu"), k -> 0.5 + 0.2 * Math.sin(0.7 * k + 1.7));
    Variable x = row(X).requiresGrad(true);
    Variable start = row(STATE).requiresGrad(true);

    Variable first = cell.apply(x, start, null);
    Variable second = cell.apply(x, first, null);
    second.backward(UPSTREAM);

    assertClose(golden, "v1", first);
    assertClose(golden, "v2 (same x again)", second);
    assertClose(golden, "dx", gradient(x));
    assertClose(golden, "dv0", gradient(start));
    for (String name : List.of("gleak", "cm", "w", "mu")) {
      assertClose(golden, "d_" + name, gradient(get(p, name)));
    }
  }

  private static Variable get(Map<String, Variable> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /**
   * The sizes that follow from the arguments, and the synapses that follow from those, but for what
   * chance adds: a neuron that was not reached.
   */
  @Test
  void autoNcpHasTheSizesOfNcps() {
    JsonObject golden = Golden.read("wirings");
    Object[][] cases = {{28, 4, 0.5}, {16, 1, 0.5}, {64, 8, 0.75}};
    for (Object[] c : cases) {
      String name = "AutoNCP(%s,%s,sparsity=%s),in=20".formatted(c);
      JsonObject expected = golden.getAsJsonObject(name);
      NcpOptions sizes = NcpOptions.auto((int) c[0], (int) c[1], (double) c[2]);
      assertEquals(expected.get("inter").getAsInt(), sizes.interNeurons(), name);
      assertEquals(expected.get("command").getAsInt(), sizes.commandNeurons(), name);
      assertEquals(expected.get("motor").getAsInt(), sizes.motorNeurons(), name);
      assertEquals(expected.get("sensory_fanout").getAsInt(), sizes.sensoryFanOut(), name);
      assertEquals(expected.get("inter_fanout").getAsInt(), sizes.interFanOut(), name);
      assertEquals(
          expected.get("recurrent_command_synapses").getAsInt(),
          sizes.recurrentCommandSynapses(),
          name);
      assertEquals(expected.get("motor_fanin").getAsInt(), sizes.motorFanIn(), name);
      assertSynapses(expected, name, sizes, 20);
    }
    String name = "NCP(12,6,1; fanout 4,4; rec 4; fanin 6), in=32 [19 neurons, lane keeping]";
    JsonObject laneKeeping = golden.getAsJsonObject(name);
    assertSynapses(laneKeeping, name, new NcpOptions(12, 6, 1, 4, 4, 4, 6), 32);
  }

  private static void assertSynapses(
      JsonObject expected, String name, NcpOptions sizes, int inputs) {
    Wiring wiring = Wiring.ncp(inputs, sizes, new Generator(22222));
    assertEquals(expected.get("sensory_synapses").getAsInt(), wiring.sensorySynapseCount(), name);
    // In ncps a synapse among command neurons may be drawn twice, and command neurons that reach
    // no motor neuron are so by chance.
    int drawn = sizes.recurrentCommandSynapses();
    int byChance = Math.max(0, sizes.commandNeurons() - sizes.motorFanIn());
    int certain =
        sizes.interNeurons() * sizes.interFanOut() + sizes.motorNeurons() * sizes.motorFanIn();
    int recorded = expected.get("synapses").getAsInt();
    assertEquals(certain + drawn, recorded, Math.max(drawn, byChance), name);
    assertEquals(certain + drawn + byChance / 2.0, wiring.synapseCount(), byChance / 2.0, name);
  }
}
