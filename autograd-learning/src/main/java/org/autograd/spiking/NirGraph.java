package org.autograd.spiking;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.io.AtomicFile;
import org.autograd.nn.Linear;
import org.autograd.nn.Module;
import org.autograd.type.DType;

/**
 * Writes a network down in terms of the Neuromorphic Intermediate Representation (J. Pedersen et
 * al., 2024): nodes that are differential equations in continuous time, with their parameters, and
 * edges. Simulators and neuromorphic hardware read such graphs.
 *
 * <pre>{@code
 * NirGraph.of(network, 1e-4, 784).write(Path.of("network.json"));
 * }</pre>
 *
 * <p>The file is JSON with NIR's names and structure, {@code {"nodes": {name: {"type": ...}},
 * "edges": [[from, to], ...]}}. NIR's own files have the same in HDF5. That is not written:
 * io.jhdf, the Java library for it, says of itself that it writes "limited use cases", and brings
 * SLF4J and Commons Lang along. A simulator that reads only HDF5 needs the file converted first.
 *
 * <p>A discrete decay b over a step dt becomes the time constant {@code tau = dt / (1 - b)}, and
 * the input, which is added undiminished, the resistance {@code r = tau / dt}; both as snnTorch
 * does. NIR's neurons are reset to a potential: one that subtracts its threshold is written with
 * {@code "reset": "subtract"} beside it.
 */
public final class NirGraph {
  private static final int MOST_AXES = 8;

  private final SequencedMap<String, Node> nodes = new LinkedHashMap<>();
  private final List<List<String>> edges = new ArrayList<>();

  /**
   * A node.
   *
   * @param type NIR's
   * @param arrays parameters, by NIR's names
   * @param notes what NIR has no name for
   */
  public record Node(
      String type, SequencedMap<String, Variable> arrays, SequencedMap<String, String> notes) {}

  private NirGraph() {}

  /**
   * Returns the graph of a network of {@link Linear}, {@link Leaky}, {@link Synaptic}, {@link
   * IntegrateAndFire}, {@link CurrentLif} and {@link LeakyIntegrator}.
   *
   * @param timeStep what a step is, in seconds, for neurons that do not say so themselves
   * @param inputs the number of inputs
   * @throws IllegalArgumentException if there is another kind of layer, or a neuron whose decay is
   *     1 where NIR needs a time constant
   */
  public static NirGraph of(SpikingNetwork network, double timeStep, int inputs) {
    if (!(timeStep > 0) || inputs < 1) {
      throw new IllegalArgumentException(
          "NirGraph: the time step and the number of inputs must be positive, got "
              + timeStep
              + " and "
              + inputs);
    }
    NirGraph graph = new NirGraph();
    long size = inputs;
    graph.add("input", shape("Input", size));
    for (int k = 0; k < network.layers().size(); k++) {
      Module layer = network.layers().get(k);
      if (layer instanceof Linear linear) {
        checkArgument(
            linear.weight().size(1) == size,
            "NirGraph: layer %s takes %s inputs, but gets %s",
            k,
            linear.weight().size(1),
            size);
        size = linear.weight().size(0);
      }
      graph.add(Integer.toString(k), node(k, layer, timeStep, size));
    }
    graph.add("output", shape("Output", size));
    return graph;
  }

  private void add(String name, Node node) {
    if (!nodes.isEmpty()) {
      edges.add(List.of(nodes.lastEntry().getKey(), name));
    }
    nodes.put(name, node);
  }

  private static Node shape(String type, long size) {
    return new Node(type, arrays("shape", Variable.of(size)), new LinkedHashMap<>());
  }

  private static SequencedMap<String, Variable> arrays(Object... namesAndValues) {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    for (int k = 0; k < namesAndValues.length; k += 2) {
      result.put((String) namesAndValues[k], (Variable) namesAndValues[k + 1]);
    }
    return result;
  }

  private static Node node(int k, Module layer, double timeStep, long size) {
    return switch (layer) {
      case Linear linear -> linear(linear);
      // A subclass of Leaky whose input has a factor.
      case Lapicque _ -> throw unsupported(k, layer);
      case Leaky leaky -> leaky(k, leaky, timeStep, size);
      case Synaptic synaptic -> synaptic(k, synaptic, timeStep, size);
      case IntegrateAndFire neuron -> jelly(neuron.chosen(), timeStep, size);
      case CurrentLif neuron when neuron.chosen().adaptation() == null ->
          new Node("CubaLIF", current(neuron.chosen(), size, true), new LinkedHashMap<>());
      case LeakyIntegrator neuron ->
          new Node("CubaLI", current(neuron.chosen(), size, false), new LinkedHashMap<>());
      default -> throw unsupported(k, layer);
    };
  }

  private static IllegalArgumentException unsupported(int k, Module layer) {
    return new IllegalArgumentException(
        "NirGraph: layer " + k + " has no counterpart in NIR: " + layer);
  }

  private static Node linear(Linear linear) {
    Variable bias = linear.bias();
    return bias == null
        ? new Node("Linear", arrays("weight", linear.weight().detach()), new LinkedHashMap<>())
        : new Node(
            "Affine",
            arrays("weight", linear.weight().detach(), "bias", bias.detach()),
            new LinkedHashMap<>());
  }

  private static Variable all(double value, long size) {
    return Variable.full(value, size);
  }

  /** Returns the time constant of each neuron, in seconds. */
  private static Variable time(int k, String name, Variable decay, double timeStep, long size) {
    Variable clamped = decay.detach().clamp(0, 1);
    checkArgument(
        clamped.max().item() < 1,
        "NirGraph: %s of layer %s is 1, which is no time constant; IntegrateAndFire has no leak",
        name,
        k);
    return clamped.neg().add(1).reciprocal().mul(timeStep).expand(size).copy();
  }

  private static SequencedMap<String, String> reset(NeuronOptions options) {
    SequencedMap<String, String> notes = new LinkedHashMap<>();
    if (options.reset() != Reset.ZERO) {
      notes.put("reset", options.reset() == Reset.SUBTRACT ? "subtract" : "none");
    }
    return notes;
  }

  private static Node leaky(int k, Leaky leaky, double timeStep, long size) {
    Variable tau = time(k, "beta", leaky.beta(), timeStep, size);
    return new Node(
        "LIF",
        arrays(
            "tau",
            tau,
            "r",
            tau.div(timeStep),
            "v_leak",
            all(0, size),
            "v_threshold",
            leaky.threshold().detach().expand(size).copy(),
            "v_reset",
            all(0, size)),
        reset(leaky.chosen()));
  }

  private static Node synaptic(int k, Synaptic synaptic, double timeStep, long size) {
    Variable tau = time(k, "beta", synaptic.beta(), timeStep, size);
    Variable synapse = time(k, "alpha", synaptic.alpha(), timeStep, size);
    return new Node(
        "CubaLIF",
        arrays(
            "tau_mem",
            tau,
            "tau_syn",
            synapse,
            "r",
            tau.div(timeStep),
            "v_leak",
            all(0, size),
            "v_threshold",
            synaptic.threshold().detach().expand(size).copy(),
            "v_reset",
            all(0, size),
            "w_in",
            synapse.div(timeStep)),
        reset(synaptic.chosen()));
  }

  private static Node jelly(IntegrateAndFire.Options options, double timeStep, long size) {
    SequencedMap<String, String> notes = new LinkedHashMap<>();
    if (!options.hardReset()) {
      notes.put("reset", "subtract");
    }
    Variable threshold = all(options.threshold(), size);
    Variable reset = all(options.resetPotential(), size);
    double tau = options.timeConstant();
    if (tau == Double.POSITIVE_INFINITY) {
      return new Node(
          "IF",
          arrays("r", all(1 / timeStep, size), "v_threshold", threshold, "v_reset", reset),
          notes);
    }
    return new Node(
        "LIF",
        arrays(
            "tau",
            all(tau * timeStep, size),
            "r",
            all(options.decayInput() ? 1 : tau, size),
            "v_leak",
            reset,
            "v_threshold",
            threshold,
            "v_reset",
            reset),
        notes);
  }

  private static SequencedMap<String, Variable> current(
      CurrentLif.Options options, long size, boolean spikes) {
    SequencedMap<String, Variable> result =
        arrays(
            "tau_mem",
            all(options.membraneTime(), size),
            "tau_syn",
            all(options.synapseTime(), size),
            "r",
            all(1, size),
            "v_leak",
            all(options.leak(), size));
    if (spikes) {
      result.put("v_threshold", all(options.threshold(), size));
      result.put("v_reset", all(options.reset(), size));
    }
    result.put("w_in", all(options.synapseTime() / options.timeStep(), size));
    return result;
  }

  /** Returns the nodes by name, in the order in which a signal passes them. */
  public Map<String, Node> nodes() {
    return Collections.unmodifiableMap(nodes);
  }

  /** Returns the edges, each from one name to another. */
  public List<List<String>> edges() {
    return List.copyOf(edges);
  }

  /**
   * Reads what {@link #write} has written; numbers become float64 or int64, and a graph that is
   * written again is the same file. Other fields than those of such a file are passed over.
   *
   * @throws IOException if the file cannot be read or is no such graph
   */
  public static NirGraph read(Path file) throws IOException {
    NirGraph graph = new NirGraph();
    try (InputStream in = Files.newInputStream(file);
        JsonParser json = new JsonFactory().createParser(in)) {
      json.nextToken();
      fields(
          json,
          name -> {
            switch (name) {
              case "nodes" -> fields(json, node -> graph.nodes.put(node, readNode(json)));
              case "edges" -> elements(json, () -> graph.edges.add(readEdge(json)));
              default -> json.skipChildren();
            }
          });
    }
    for (List<String> edge : graph.edges) {
      if (!graph.nodes.keySet().containsAll(edge)) {
        throw new IOException("NirGraph: an edge leads from or to no node: " + edge);
      }
    }
    return graph;
  }

  /** Reads what a field holds, at whose first token the parser is. */
  @FunctionalInterface
  private interface FieldReader {
    void read(String name) throws IOException;
  }

  /** Reads an element, at whose first token the parser is. */
  @FunctionalInterface
  private interface ElementReader {
    void read() throws IOException;
  }

  private static void expect(JsonParser json, boolean fits, String what) throws IOException {
    if (!fits) {
      throw new IOException(
          "NirGraph: expected %s, got %s at %s"
              .formatted(what, json.currentToken(), json.currentLocation()));
    }
  }

  private static void fields(JsonParser json, FieldReader reader) throws IOException {
    expect(json, json.currentToken() == JsonToken.START_OBJECT, "an object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      reader.read(name);
    }
    expect(json, json.currentToken() == JsonToken.END_OBJECT, "the end of an object");
  }

  private static void elements(JsonParser json, ElementReader reader) throws IOException {
    expect(json, json.currentToken() == JsonToken.START_ARRAY, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      reader.read();
    }
  }

  private static String readText(JsonParser json) throws IOException {
    expect(json, json.currentToken() == JsonToken.VALUE_STRING, "a string");
    return json.getText();
  }

  private static List<String> readEdge(JsonParser json) throws IOException {
    List<String> edge = new ArrayList<>();
    elements(json, () -> edge.add(readText(json)));
    expect(json, edge.size() == 2, "an edge of two names");
    return List.copyOf(edge);
  }

  private static Node readNode(JsonParser json) throws IOException {
    SequencedMap<String, Variable> arrays = new LinkedHashMap<>();
    SequencedMap<String, String> notes = new LinkedHashMap<>();
    fields(
        json,
        name -> {
          if (json.currentToken() == JsonToken.VALUE_STRING) {
            notes.put(name, json.getText());
          } else {
            arrays.put(name, readArray(json));
          }
        });
    String type = notes.remove("type");
    expect(json, type != null, "a node with a type");
    return new Node(Objects.requireNonNull(type), arrays, notes);
  }

  private static Variable readArray(JsonParser json) throws IOException {
    List<Long> sizes = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    boolean whole = readNumbers(json, 0, sizes, values);
    double[] numbers = values.stream().mapToDouble(Double::doubleValue).toArray();
    long[] shape = sizes.stream().mapToLong(Long::longValue).toArray();
    Variable result = Variable.fromArray(numbers, shape);
    return whole ? result.to(DType.INT64) : result;
  }

  /** Reads what is along an axis and those after it, and returns whether all are whole numbers. */
  private static boolean readNumbers(
      JsonParser json, int axis, List<Long> sizes, List<Double> values) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      JsonToken token = Objects.requireNonNull(json.currentToken());
      expect(json, token.isNumeric() && axis == sizes.size(), "numbers, in rows of equal length");
      values.add(json.getDoubleValue());
      return token == JsonToken.VALUE_NUMBER_INT;
    }
    boolean first = axis == sizes.size();
    expect(json, axis < MOST_AXES && (!first || values.isEmpty()), "rows of equal length");
    if (first) {
      sizes.add(-1L);
    }
    boolean[] whole = {true};
    long[] count = {0};
    elements(
        json,
        () -> {
          whole[0] &= readNumbers(json, axis + 1, sizes, values);
          count[0]++;
        });
    expect(json, sizes.get(axis) < 0 || sizes.get(axis) == count[0], "rows of equal length");
    sizes.set(axis, count[0]);
    return whole[0];
  }

  /** Writes the graph as JSON. */
  public void write(Path file) throws IOException {
    AtomicFile.write(file, this::write);
  }

  private void write(OutputStream out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartObject();
      json.writeStringField("type", "NIRGraph");
      json.writeObjectFieldStart("nodes");
      for (Map.Entry<String, Node> entry : nodes.entrySet()) {
        json.writeObjectFieldStart(entry.getKey());
        json.writeStringField("type", entry.getValue().type());
        for (Map.Entry<String, String> note : entry.getValue().notes().entrySet()) {
          json.writeStringField(note.getKey(), note.getValue());
        }
        for (Map.Entry<String, Variable> array : entry.getValue().arrays().entrySet()) {
          json.writeFieldName(array.getKey());
          write(json, array.getValue());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeArrayFieldStart("edges");
      for (List<String> edge : edges) {
        json.writeStartArray();
        json.writeString(edge.get(0));
        json.writeString(edge.get(1));
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, Variable array) throws IOException {
    long[] sizes = array.shape().toArray();
    if (array.dtype().isFloating()) {
      double[] values = array.toDoubleArray();
      write(json, sizes, 0, 0, k -> json.writeNumber(values[k]));
    } else {
      long[] values = array.toLongArray();
      write(json, sizes, 0, 0, k -> json.writeNumber(values[k]));
    }
  }

  /** Writes one element. */
  @FunctionalInterface
  private interface ElementWriter {
    void write(int position) throws IOException;
  }

  /** Writes what is at a place along the first axes, and returns where its elements end. */
  private static int write(
      JsonGenerator json, long[] sizes, int axis, int position, ElementWriter element)
      throws IOException {
    if (axis == sizes.length) {
      element.write(position);
      return position + 1;
    }
    int next = position;
    json.writeStartArray();
    for (long k = 0; k < sizes[axis]; k++) {
      next = write(json, sizes, axis + 1, next, element);
    }
    json.writeEndArray();
    return next;
  }
}
