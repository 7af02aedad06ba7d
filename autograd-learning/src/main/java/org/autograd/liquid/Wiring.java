package org.autograd.liquid;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Which neurons of a liquid network are connected, and whether a synapse excites (1) or inhibits
 * (-1). Neurons are numbered from 0; the first {@link #outputs()} of them are the motor neurons,
 * whose states are the network's output. They lie in layers, through which what is sensed passes in
 * order; within a layer and backwards there may be synapses too.
 *
 * <pre>{@code
 * Wiring wiring = Wiring.autoNcp(20, 28, 4, 0.5, new Generator(0));
 * Files.writeString(Path.of("wiring.svg"), wiring.toSvg());
 * LiquidLayer layer = new LiquidLayer(new LtcCell(wiring));
 * }</pre>
 *
 * <p>These are the wirings of Lechner et al., "Neural circuit policies enabling auditable autonomy"
 * (2020), and of their library ncps. Its edges come from another source of random numbers, so they
 * are others; the numbers of neurons and synapses follow the same rules.
 */
public final class Wiring {
  private final int[][] sensory;
  private final int[][] synapses;
  private final int outputs;
  private final List<Layer> layers;

  /**
   * Neurons that what is sensed reaches together.
   *
   * @param name for pictures
   * @param neurons their numbers
   */
  public record Layer(String name, List<Integer> neurons) {
    /** Copies the list. */
    public Layer {
      neurons = List.copyOf(neurons);
    }
  }

  private Wiring(int[][] sensory, int[][] synapses, int outputs, List<Layer> layers) {
    this.sensory = copy(sensory);
    this.synapses = copy(synapses);
    this.outputs = outputs;
    this.layers = List.copyOf(layers);
  }

  private static int[][] copy(int[][] matrix) {
    return Arrays.stream(matrix).map(int[]::clone).toArray(int[][]::new);
  }

  /**
   * Returns a wiring that is given synapse by synapse.
   *
   * @param sensory a row for each input with an element for each neuron: 1, -1, or 0 for no synapse
   * @param synapses a row for each neuron that a synapse comes from, likewise
   * @param outputs the number of motor neurons
   * @param layers the neurons in the order in which signals pass them, each in one layer
   * @throws IllegalArgumentException if the sizes do not fit, an element is another number, or the
   *     layers do not have each neuron once
   */
  public static Wiring of(int[][] sensory, int[][] synapses, int outputs, List<Layer> layers) {
    int units = synapses.length;
    checkSizes(sensory.length, units, outputs);
    for (int[][] matrix : new int[][][] {sensory, synapses}) {
      for (int[] row : matrix) {
        if (row.length != units || !Arrays.stream(row).allMatch(v -> v >= -1 && v <= 1)) {
          throw new IllegalArgumentException(
              "Wiring: each row must have %d elements that are -1, 0 or 1, got %s"
                  .formatted(units, Arrays.toString(row)));
        }
      }
    }
    List<Integer> all =
        layers.stream().flatMap(layer -> layer.neurons().stream()).sorted().toList();
    if (!all.equals(range(0, units))) {
      throw new IllegalArgumentException(
          "Wiring: the layers must have each of the %d neurons once, got %s"
              .formatted(units, layers));
    }
    return new Wiring(sensory, synapses, outputs, layers);
  }

  /**
   * Returns a wiring in which every input and every neuron has a synapse to every neuron; two of
   * three excite.
   *
   * @param selfConnections whether neurons have synapses to themselves
   */
  public static Wiring fullyConnected(
      int inputs, int units, int outputs, boolean selfConnections, Generator rng) {
    checkSizes(inputs, units, outputs);
    int[][] synapses = new int[units][units];
    for (int from = 0; from < units; from++) {
      for (int to = 0; to < units; to++) {
        synapses[from][to] = from == to && !selfConnections ? 0 : mostlyExcitatory(rng);
      }
    }
    int[][] sensory = new int[inputs][units];
    for (int[] row : sensory) {
      Arrays.setAll(row, _ -> mostlyExcitatory(rng));
    }
    return new Wiring(sensory, synapses, outputs, oneLayer(units));
  }

  /**
   * Returns a wiring with a share of all possible synapses, drawn at random; two of three excite.
   *
   * @param sparsity the share of synapses that are missing, in [0, 1)
   */
  public static Wiring random(int inputs, int units, int outputs, double sparsity, Generator rng) {
    checkSizes(inputs, units, outputs);
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new IllegalArgumentException(
          "Wiring.random: sparsity must be in [0, 1), got " + sparsity);
    }
    return new Wiring(
        randomMatrix(inputs, units, sparsity, rng),
        randomMatrix(units, units, sparsity, rng),
        outputs,
        oneLayer(units));
  }

  private static int[][] randomMatrix(int rows, int columns, double sparsity, Generator rng) {
    int[][] result = new int[rows][columns];
    int count = (int) Math.rint((double) rows * columns * (1 - sparsity));
    for (int place : Draws.distinct(range(0, rows * columns), count, rng)) {
      result[place / columns][place % columns] = mostlyExcitatory(rng);
    }
    return result;
  }

  private static int mostlyExcitatory(Generator rng) {
    return rng.nextInt(3) == 0 ? -1 : 1;
  }

  private static List<Layer> oneLayer(int units) {
    return List.of(new Layer("neurons", range(0, units)));
  }

  /**
   * Returns a neural circuit policy: inputs reach inter neurons, these command neurons, which have
   * synapses among themselves, and these motor neurons. Synapses are drawn at random; a neuron that
   * none was drawn for gets as many as its neighbours have on average.
   *
   * @throws IllegalArgumentException if there are fewer neurons than synapses to them
   */
  public static Wiring ncp(int inputs, NcpOptions options, Generator rng) {
    return NcpWiring.create(inputs, options, rng);
  }

  /**
   * Returns a neural circuit policy whose layers and numbers of synapses follow from three numbers:
   * four tenths of what is not a motor neuron are command neurons, and a share {@code 1 - sparsity}
   * of the synapses between layers exists.
   *
   * @param units the number of all neurons, at least 3 more than {@code outputs}
   * @param outputs the number of motor neurons
   * @param sparsity in [0.1, 0.9]
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static Wiring autoNcp(int inputs, int units, int outputs, double sparsity, Generator rng) {
    return ncp(inputs, NcpOptions.auto(units, outputs, sparsity), rng);
  }

  static Wiring ofLayers(int[][] sensory, int[][] synapses, int outputs, List<Layer> layers) {
    return new Wiring(sensory, synapses, outputs, layers);
  }

  static void checkSizes(int inputs, int units, int outputs) {
    if (inputs < 1 || outputs < 1 || outputs > units) {
      throw new IllegalArgumentException(
          ("Wiring: needs at least one input and from 1 to as many outputs as neurons, got %d"
                  + " inputs, %d neurons and %d outputs")
              .formatted(inputs, units, outputs));
    }
  }

  /** Returns the whole numbers from one to before another. */
  static List<Integer> range(int start, int end) {
    List<Integer> result = new ArrayList<>();
    for (int k = start; k < end; k++) {
      result.add(k);
    }
    return result;
  }

  /** Returns the number of inputs. */
  public int inputs() {
    return sensory.length;
  }

  /** Returns the number of neurons. */
  public int units() {
    return synapses.length;
  }

  /** Returns the number of motor neurons, which come first. */
  public int outputs() {
    return outputs;
  }

  /** Returns the layers in the order in which signals pass them. */
  public List<Layer> layers() {
    return layers;
  }

  /** Returns 1 or -1 for a synapse between two neurons, 0 if there is none. */
  public int synapse(int from, int to) {
    return synapses[from][to];
  }

  /** Returns 1 or -1 for a synapse from an input to a neuron, 0 if there is none. */
  public int sensorySynapse(int input, int to) {
    return sensory[input][to];
  }

  /** Returns the number of synapses between neurons. */
  public int synapseCount() {
    return count(synapses);
  }

  /** Returns the number of synapses from inputs. */
  public int sensorySynapseCount() {
    return count(sensory);
  }

  private static int count(int[][] matrix) {
    return (int) Arrays.stream(matrix).flatMapToInt(Arrays::stream).filter(v -> v != 0).count();
  }

  /** Returns the synapses between neurons as an array {@code [units, units]} of 1, -1 and 0. */
  public Variable adjacency(DType dtype) {
    return array(dtype, synapses);
  }

  /** Returns the synapses from inputs as an array {@code [inputs, units]} of 1, -1 and 0. */
  public Variable sensoryAdjacency(DType dtype) {
    return array(dtype, sensory);
  }

  private static Variable array(DType dtype, int[][] matrix) {
    int[] elements = Arrays.stream(matrix).flatMapToInt(Arrays::stream).toArray();
    return Variable.fromArray(elements, matrix.length, matrix[0].length).to(dtype);
  }

  /**
   * Returns a picture: inputs and layers from left to right, excitatory synapses in blue,
   * inhibitory ones in red. It is an SVG document of its own, and may also stand in a page.
   */
  public String toSvg() {
    return new WiringPicture(this).svg();
  }

  /** Returns the numbers of neurons and synapses. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(inputs()).append(" inputs");
    layers.forEach(
        layer -> text.append(", ").append(layer.neurons().size()).append(' ').append(layer.name()));
    return text.append(", ")
        .append(outputs)
        .append(" outputs; ")
        .append(sensorySynapseCount())
        .append(" sensory synapses, ")
        .append(synapseCount())
        .append(" synapses")
        .toString();
  }
}
