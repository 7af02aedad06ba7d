package org.autograd.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.nn.Module;

/**
 * What is to be exported, and how; immutable. See {@link Onnx}.
 *
 * <pre>{@code
 * Onnx.exporter()
 *     .input("tokens", Variable.zeros(DType.INT64, 1, 16), "batch", "time")
 *     .output("logits")
 *     .with(LanguageModel.class, LanguageModel::toOnnx)
 *     .export(model, Path.of("model.onnx"));
 * }</pre>
 */
public final class OnnxExporter {
  private final List<Input> inputs;
  private final List<String> outputs;
  private final Converters converters;

  /**
   * An input.
   *
   * @param axes the names of axes that vary in size, "" for a fixed one; the rest is fixed
   */
  private record Input(String name, Variable example, List<String> axes) {}

  private OnnxExporter(List<Input> inputs, List<String> outputs, Converters converters) {
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.converters = converters;
  }

  static OnnxExporter create() {
    return new OnnxExporter(List.of(), List.of(), new Converters());
  }

  /**
   * Returns this with one more input.
   *
   * @param example what the model may be given; its elements do not matter
   * @param axes the names of the axes along which the input varies in size, such as {@code
   *     "batch"}; "" for a fixed one; those beyond the names are fixed. Axes of the same name have
   *     the same size.
   * @throws IllegalArgumentException if the name is empty or taken, an example has no element, or
   *     there are more names than axes
   */
  public OnnxExporter input(String name, Variable example, String... axes) {
    if (name.isEmpty() || inputs.stream().anyMatch(input -> input.name.equals(name))) {
      throw new IllegalArgumentException("input: the name '" + name + "' is empty or taken");
    }
    if (axes.length > example.rank() || example.elementCount() == 0) {
      throw new IllegalArgumentException(
          "input "
              + name
              + ": an example with elements and at least "
              + axes.length
              + " axes is needed, got "
              + example.dtype()
              + example.shape());
    }
    List<Input> more = new ArrayList<>(inputs);
    more.add(new Input(name, example.detach(), List.of(axes)));
    return new OnnxExporter(more, outputs, converters);
  }

  /** Returns this with a name for the next of the model's results, else {@code output}. */
  public OnnxExporter output(String name) {
    List<String> more = new ArrayList<>(outputs);
    more.add(name);
    return new OnnxExporter(inputs, more, converters);
  }

  /**
   * Returns this with a converter for a kind of module and what extends it, in place of one that
   * there may be.
   */
  public <M extends Module> OnnxExporter with(Class<M> type, OnnxConverter<? super M> converter) {
    return new OnnxExporter(inputs, outputs, new Converters(converters).add(type, converter));
  }

  /**
   * Writes a model. Two examples of the inputs, which differ in the sizes that vary, go through the
   * model and through what converters say that their nodes mean; if they come to different results,
   * nothing is written. Nodes of which nothing is said are not compared.
   *
   * @param model in evaluation mode
   * @throws OnnxExportException if the model is in training mode, has a part for which there is no
   *     converter, or refuses the examples
   * @throws IOException if the file cannot be written; one that was there is unchanged
   */
  public void export(Module model, Path file) throws IOException {
    model
        .namedModules()
        .forEach((name, module) -> {
          if (module.isTraining()) {
            throw new OnnxExportException(
                "ONNX export: "
                    + (name.isEmpty() ? "the model" : "the module " + name)
                    + " is in training mode; call eval()");
          }
        });
    SequencedMap<String, Long> axes = axes();
    Set<String> inputNames = inputs.stream().map(Input::name).collect(Collectors.toSet());
    OnnxGraph graph = new OnnxGraph(model, converters, inputNames, this::isOutput);
    List<OnnxValue> given = new ArrayList<>();
    List<OnnxValue> results;
    try (var _ = Autograd.noGrad()) {
      for (Input input : inputs) {
        given.add(new OnnxValue(input.name, input.example, enlarged(input, axes)));
      }
      results =
          named(model.getClass().getSimpleName(), graph, graph.apply(model, given), inputNames);
    }
    ModelFile.write(
        file,
        model.getClass().getSimpleName(),
        graph,
        given.stream().map(value -> port(value, axes)).toList(),
        results.stream().map(value -> port(value, axes)).toList());
  }

  /** Returns the sizes of named axes, in the order in which they are named. */
  private SequencedMap<String, Long> axes() {
    SequencedMap<String, Long> axes = new LinkedHashMap<>();
    for (Input input : inputs) {
      for (int axis = 0; axis < input.axes.size(); axis++) {
        String name = input.axes.get(axis);
        long size = input.example.size(axis);
        Long known = name.isEmpty() ? null : axes.putIfAbsent(name, size);
        if (known != null && known != size) {
          throw new OnnxExportException(
              "ONNX export: the examples have sizes "
                  + known
                  + " and "
                  + size
                  + " along the axis '"
                  + name
                  + "'");
        }
      }
    }
    return axes;
  }

  /** Returns by how much an axis is longer in the second example, differently for each name. */
  private static long growth(SequencedMap<String, Long> axes, String name) {
    return List.copyOf(axes.keySet()).indexOf(name) + 1L;
  }

  /** Returns the example repeated along the axes that vary, so far as they grow. */
  private static Variable enlarged(Input input, SequencedMap<String, Long> axes) {
    Variable result = input.example;
    for (int axis = 0; axis < input.axes.size(); axis++) {
      String name = input.axes.get(axis);
      if (!name.isEmpty()) {
        long size = result.size(axis);
        long[] numbers = new long[Math.toIntExact(size + growth(axes, name))];
        for (int k = 0; k < numbers.length; k++) {
          numbers[k] = k % size;
        }
        result = result.indexSelect(axis, Variable.of(numbers));
      }
    }
    return result;
  }

  /** Returns whether a name may become that of a result. */
  private boolean isOutput(String name) {
    return outputs.contains(name) || name.matches("output\\d*");
  }

  /** Gives the results their names, each by a node that does nothing else. */
  private List<OnnxValue> named(
      String model, OnnxGraph graph, List<OnnxValue> results, Set<String> inputNames) {
    if (outputs.size() > results.size()) {
      throw new OnnxExportException(
          "ONNX export: the model has " + results.size() + " results, but names are " + outputs);
    }
    List<OnnxValue> named = new ArrayList<>();
    Set<String> taken = new HashSet<>(inputNames);
    for (int k = 0; k < results.size(); k++) {
      String usual = results.size() == 1 ? "output" : "output" + k;
      String name = k < outputs.size() ? outputs.get(k) : usual;
      if (!taken.add(name)) {
        throw new OnnxExportException(
            "ONNX export: '" + name + "' is the name of two inputs or results; rename one");
      }
      if (!results.get(k).isKnown()) {
        throw new OnnxExportException(
            "ONNX export: the converter of "
                + model
                + " does not say what result "
                + k
                + " looks like; pass OnnxGraph.node a function that computes it");
      }
      named.add(graph.result(name, results.get(k)));
    }
    return named;
  }

  private static ModelFile.Port port(OnnxValue value, SequencedMap<String, Long> axes) {
    List<Object> sizes = new ArrayList<>();
    for (int axis = 0; axis < value.rank(); axis++) {
      if (value.isFixed(axis)) {
        sizes.add(value.size(axis));
        continue;
      }
      long size = value.first().size(axis);
      long grown = value.second().size(axis);
      // The size of an axis of the inputs, or one that follows from them and has no name.
      String name = "";
      for (Map.Entry<String, Long> entry : axes.entrySet()) {
        if (entry.getValue() == size && size + growth(axes, entry.getKey()) == grown) {
          name = entry.getKey();
        }
      }
      sizes.add(name);
    }
    return new ModelFile.Port(value.name(), value.dtype(), sizes);
  }
}
