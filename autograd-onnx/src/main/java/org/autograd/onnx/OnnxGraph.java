package org.autograd.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;

/**
 * The graph of a model while it is made: a list of nodes, each of an operator of ONNX's standard
 * set, version {@value #OPSET}. See {@link OnnxConverter}.
 */
public final class OnnxGraph {
  /** The version of the operators. */
  public static final int OPSET = 17;

  /** What a missing optional input of an operator is called. */
  private static final OnnxValue NONE = new OnnxValue("", null, null);

  private final Converters converters;
  private final Map<Module, String> paths = new IdentityHashMap<>();
  private final Map<Variable, String> parameterNames = new IdentityHashMap<>();
  private final Map<Variable, OnnxValue> constants = new IdentityHashMap<>();
  private final SequencedMap<String, Variable> initializers = new LinkedHashMap<>();
  private final List<Message> nodes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Predicate<String> isReserved;
  private String path = "";
  private boolean causal;

  OnnxGraph(
      Module model, Converters converters, Set<String> inputNames, Predicate<String> isReserved) {
    this.converters = converters;
    this.isReserved = isReserved;
    names.addAll(inputNames);
    model.namedModules().forEach((name, module) -> paths.put(module, name));
    model.namedParameters().forEach((name, value) -> parameterNames.put(value, name));
  }

  /** Returns the optional input of an operator that is not given. */
  public OnnxValue none() {
    return NONE;
  }

  /**
   * Adds an array that is part of the file. A parameter of the model keeps its name and is there
   * once.
   */
  public OnnxValue constant(Variable array) {
    OnnxValue known = constants.get(array);
    if (known != null) {
      return known;
    }
    String name = unique(parameterNames.getOrDefault(array, "constant"));
    Variable detached = array.detach();
    OnnxValue value = new OnnxValue(name, detached, detached);
    initializers.put(name, detached);
    constants.put(array, value);
    return value;
  }

  /**
   * Adds a node with one result, and says what it computes, so that other modules can be given the
   * result.
   *
   * @param operator its name in ONNX
   * @param meaning the same computation here; it is called with examples of the inputs
   */
  public OnnxValue node(
      String operator, Function<List<Variable>, Variable> meaning, OnnxValue... inputs) {
    return node(operator, Map.of(), meaning, inputs);
  }

  /**
   * Adds a node with one result and attributes, and says what it computes.
   *
   * @param attributes by name: an Integer or Long, a Float or Double, a String, or a {@code long[]}
   */
  public OnnxValue node(
      String operator,
      Map<String, ?> attributes,
      Function<List<Variable>, Variable> meaning,
      OnnxValue... inputs) {
    return meaning(node(operator, attributes, inputs), meaning, inputs);
  }

  /** Adds a node with one result, which only nodes of the same converter may be given. */
  public OnnxValue node(String operator, Map<String, ?> attributes, OnnxValue... inputs) {
    return nodes(operator, attributes, 1, inputs).getFirst();
  }

  /** Adds a node without attributes. */
  OnnxValue node(String operator, OnnxValue... inputs) {
    return node(operator, Map.of(), inputs);
  }

  /** Adds a node with several results, which only nodes of the same converter may be given. */
  public List<OnnxValue> nodes(
      String operator, Map<String, ?> attributes, int count, OnnxValue... inputs) {
    Message node = new Message();
    for (OnnxValue input : inputs) {
      node.text(1, input.name());
    }
    List<OnnxValue> results = new ArrayList<>();
    String base = operator.toLowerCase(Locale.ROOT);
    for (int k = 0; k < count; k++) {
      String name = unique(path.isEmpty() ? base : path + "." + base);
      results.add(new OnnxValue(name, null, null));
      node.text(2, name);
    }
    node.text(3, "/" + results.getFirst().name()).text(4, operator);
    attributes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> node.message(5, attribute(entry.getKey(), entry.getValue())));
    nodes.add(node);
    return results;
  }

  /** Makes a name that nothing has yet. */
  private String unique(String wanted) {
    String name = wanted;
    while (isReserved.test(name) || !names.add(name)) {
      name = wanted + "_" + counts.merge(wanted, 1, Integer::sum);
    }
    return name;
  }

  private static Message attribute(String name, Object value) {
    Message message = new Message().text(1, name);
    return switch (value) {
      case Integer number -> message.number(3, number).number(20, 2);
      case Long number -> message.number(3, number).number(20, 2);
      case Float number -> message.real(2, number).number(20, 1);
      case Double number -> message.real(2, number.floatValue()).number(20, 1);
      case String text -> message.text(4, text).number(20, 3);
      case long[] numbers -> message.numbers(8, numbers).number(20, 7);
      case String[] texts -> {
        for (String text : texts) {
          message.text(9, text);
        }
        yield message.number(20, 8);
      }
      case Variable array -> message.message(5, ModelFile.tensor("", array)).number(20, 4);
      default ->
          throw new IllegalArgumentException(
              "attribute "
                  + name
                  + " must be an Integer, Long, Float, Double, String, String[], long[] or"
                  + " Variable, not "
                  + value.getClass().getSimpleName());
    };
  }

  /** Returns a value of which it is known what it looks like. */
  static OnnxValue meaning(
      OnnxValue value, Function<List<Variable>, Variable> meaning, OnnxValue... inputs) {
    return meanings(List.of(value), in -> List.of(meaning.apply(in)), List.of(inputs)).getFirst();
  }

  /** Returns values of which it is known what they look like. */
  static List<OnnxValue> meanings(
      List<OnnxValue> values,
      Function<List<Variable>, List<Variable>> meaning,
      List<OnnxValue> inputs) {
    List<Variable> first = meaning.apply(inputs.stream().map(OnnxValue::first).toList());
    List<Variable> second = meaning.apply(inputs.stream().map(OnnxValue::second).toList());
    List<OnnxValue> results = new ArrayList<>();
    for (int k = 0; k < values.size(); k++) {
      results.add(
          new OnnxValue(values.get(k).name(), first.get(k).detach(), second.get(k).detach()));
    }
    return results;
  }

  /** Adds the nodes of an operation that is defined by an expression. */
  public OnnxValue pointwise(Pointwise operation, OnnxValue... operands) {
    return pointwise(operation, new double[0], operands);
  }

  /**
   * Adds the nodes of an operation that is defined by an expression, with scalar arguments.
   *
   * @param operands all float32 or all float64, or bool where the expression reads a mask
   * @throws IllegalArgumentException if they are not, or ONNX has no operator for a part of the
   *     expression
   */
  public OnnxValue pointwise(Pointwise operation, double[] arguments, OnnxValue... operands) {
    double[] fixed = arguments.clone();
    return meaning(
        PointwiseNodes.of(this, operation, fixed, operands),
        in -> operation.apply(in.toArray(Variable[]::new), fixed),
        operands);
  }

  /** Adds the nodes of a part of the model. */
  public OnnxValue apply(UnaryModule module, OnnxValue input) {
    return apply(module, List.of(input)).getFirst();
  }

  /**
   * Adds the nodes of a part of the model.
   *
   * @param inputs those of {@code apply}: of a recurrent layer the input and maybe the initial
   *     states, of attention query, key and value
   * @return what the module gives: of a recurrent layer the output and the final states
   * @throws IllegalArgumentException if there is no converter for the module, or it does not fit
   */
  public List<OnnxValue> apply(Module module, List<OnnxValue> inputs) {
    return convert(module, inputs, false);
  }

  /**
   * Adds the nodes of attention, or of a layer or stack of a transformer, in which no position of
   * the first input sees later ones; of a whole {@code Transformer}, of the target.
   *
   * @see org.autograd.nn.AttentionMask#causal
   * @throws IllegalArgumentException if the module is no such one, or does not fit
   */
  public List<OnnxValue> applyCausal(Module module, List<OnnxValue> inputs) {
    if (!AttentionConverters.canBeCausal(module)) {
      throw new IllegalArgumentException(
          "applyCausal: " + module.getClass().getSimpleName() + " has no causal mask");
    }
    return convert(module, inputs, true);
  }

  private List<OnnxValue> convert(Module module, List<OnnxValue> inputs, boolean hidesLater) {
    String pathBefore = path;
    boolean causalBefore = causal;
    path = paths.getOrDefault(module, path);
    causal = hidesLater;
    try {
      if (module.hasForwardHooks()) {
        throw new IllegalArgumentException(
            "it has forward hooks, which may change what it takes or gives and are no part of a"
                + " file; close them before");
      }
      List<OnnxValue> results = converters.convert(module, inputs, this);
      return module instanceof UnaryModule unary
          ? List.of(checked(unary, inputs.getFirst(), results))
          : results;
    } catch (OnnxExportException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new OnnxExportException(
          "ONNX export: in module "
              + (path.isEmpty() ? "" : path + " ")
              + "("
              + module.getClass().getSimpleName()
              + "): "
              + e.getMessage(),
          e);
    } finally {
      path = pathBefore;
      causal = causalBefore;
    }
  }

  /** Returns whether the module that is being converted hides later positions. */
  boolean isCausal() {
    return causal;
  }

  /**
   * Returns the result with what the module makes of the examples; a converter that has said
   * something else is wrong.
   */
  private OnnxValue checked(UnaryModule module, OnnxValue input, List<OnnxValue> results) {
    if (results.size() != 1) {
      throw new IllegalArgumentException(
          "the converter gives " + results.size() + " values instead of one");
    }
    OnnxValue result = results.getFirst();
    boolean hidesLater = causal;
    OnnxValue expected =
        meaning(
            result,
            in ->
                hidesLater
                    ? AttentionConverters.applyCausal(module, in.getFirst())
                    : module.apply(in.getFirst()),
            input);
    if (result.isKnown()) {
      check(expected.first(), result.first());
      check(expected.second(), result.second());
    }
    return expected;
  }

  static void check(Variable expected, Variable actual) {
    boolean same =
        expected.shape().equals(actual.shape())
            && expected.dtype() == actual.dtype()
            && expected.allClose(actual, 1e-3, 1e-4);
    if (!same) {
      throw new IllegalArgumentException(
          "the converter computes something else than the module: "
              + actual.dtype()
              + actual.shape()
              + " instead of "
              + expected.dtype()
              + expected.shape()
              + (expected.shape().equals(actual.shape()) ? ", with other elements" : ""));
    }
  }

  /** Adds a result of the model under a name that is its own. */
  OnnxValue result(String name, OnnxValue value) {
    nodes.add(
        new Message().text(1, value.name()).text(2, name).text(3, "/" + name).text(4, "Identity"));
    return new OnnxValue(name, value.first(), value.second());
  }

  List<Message> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  SequencedMap<String, Variable> initializers() {
    return Collections.unmodifiableSequencedMap(initializers);
  }
}
