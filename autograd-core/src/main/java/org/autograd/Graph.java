package org.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.autograd.internal.storage.Storage;

/**
 * What was recorded, to be looked at: the operations from which results were computed, back to the
 * leaves that require a gradient. It is a copy, which keeps no array alive and stays as it is when
 * a backward pass frees what it was made of.
 *
 * <pre>{@code
 * Graph graph = Graph.of(loss).named(model.namedParameters());
 * System.out.println(graph);                                   // a line for each node
 * Files.writeString(Path.of("graph.html"), graph.toHtml());    // a picture; or toSvg(), toDot()
 * }</pre>
 *
 * <p>What needs no gradient, as the input of a model, is not recorded and hence not shown. A
 * gradient's norm is shown where there is a gradient: at leaves after a backward pass, and at
 * results with {@link Variable#retainGrad()}.
 */
public final class Graph {
  private final List<GraphNode> nodes;

  /** The numbers of the nodes by what is unique about them, to find Variables by. */
  private final Map<Long, Integer> numbers;

  private final long savedBytes;

  private Graph(List<GraphNode> nodes, Map<Long, Integer> numbers, long savedBytes) {
    this.nodes = nodes;
    this.numbers = numbers;
    this.savedBytes = savedBytes;
  }

  /**
   * Returns the graph from which results were computed, as it is now.
   *
   * @throws IllegalStateException if a result does not require a gradient, and so has no graph
   */
  public static Graph of(Variable... results) {
    List<Node> walk = walk(List.of(results)).reversed();
    Map<Long, Integer> numbers = new HashMap<>();
    Set<Storage> all = Collections.newSetFromMap(new IdentityHashMap<>());
    List<GraphNode> nodes = new ArrayList<>(walk.size());
    long total = 0;
    for (Node node : walk) {
      Set<Storage> own = Collections.newSetFromMap(new IdentityHashMap<>());
      node.eachSaved(value -> {
        if (value instanceof Variable saved) {
          own.add(saved.array().storage());
        }
      });
      long savedBytes = 0;
      for (Storage storage : own) {
        savedBytes += bytes(storage);
        total += all.add(storage) ? bytes(storage) : 0;
      }
      List<Integer> inputs = new ArrayList<>();
      for (int k = 0; k < node.inputCount(); k++) {
        Node input = node.input(k);
        if (input != null) {
          inputs.add(numbers.get(input.sequence()));
        }
      }
      Origin origin = node.origin();
      String path = origin == null ? "" : origin.path();
      int number = nodes.size();
      numbers.put(node.sequence(), number);
      nodes.add(
          new GraphNode(
              number,
              node.operation(),
              "",
              path,
              node.dtype(),
              node.shape(),
              inputs,
              savedBytes,
              gradientNorm(node)));
    }
    return new Graph(List.copyOf(nodes), numbers, total);
  }

  private static long bytes(Storage storage) {
    return (long) storage.length() * storage.dtype().byteSize();
  }

  private static double gradientNorm(Node node) {
    Variable receiver = node.receiver();
    Variable gradient = receiver == null ? null : receiver.hiddenGrad();
    return gradient == null ? Double.NaN : Statistics.of(gradient).norm();
  }

  /** Returns the nodes that lead to results, the youngest first. No recursion: it may be deep. */
  static List<Node> walk(List<Variable> results) {
    Frontier frontier = new Frontier();
    for (Variable result : results) {
      frontier.enter(result.requireNode());
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node = frontier.poll(); node != null; node = frontier.poll()) {
      nodes.add(node);
      for (int k = 0; k < node.inputCount(); k++) {
        Node input = node.input(k);
        if (input != null) {
          frontier.enter(input);
        }
      }
    }
    return nodes;
  }

  /**
   * Returns this graph with names for some of its nodes.
   *
   * @param variables parameters, or results, by name; those that are not in the graph are ignored
   */
  public Graph named(Map<String, Variable> variables) {
    List<GraphNode> result = new ArrayList<>(nodes);
    variables.forEach((name, variable) -> {
      Integer number =
          variable.requiresGrad() ? numbers.get(variable.requireNode().sequence()) : null;
      if (number != null) {
        result.set(number, result.get(number).named(name));
      }
    });
    return new Graph(List.copyOf(result), numbers, savedBytes);
  }

  /** Returns all nodes in the order in which they were computed: inputs come first. */
  public List<GraphNode> nodes() {
    return nodes;
  }

  /**
   * Returns the size of the distinct arrays that the graph keeps for its backward pass, of which
   * parameters may be some.
   */
  public long savedBytes() {
    return savedBytes;
  }

  /** Returns for example {@code 9 nodes, 4 of them leaves; 120 B saved for the backward pass}. */
  String summary() {
    long leaves = nodes.stream().filter(GraphNode::isLeaf).count();
    return nodes.size()
        + " nodes, "
        + leaves
        + " of them leaves; "
        + TextTable.bytes(savedBytes)
        + " saved for the backward pass";
  }

  /** Returns a line for each node, inputs before what was computed from them. */
  @Override
  public String toString() {
    TextTable table = new TextTable("rlllrrl", "", "operation", "", "of", "saved", "gradient", "");
    for (GraphNode node : nodes) {
      String inputs = node.inputs().toString();
      table.add(
          Integer.toString(node.number()),
          node.title(),
          node.type(),
          node.isLeaf() ? "" : inputs.substring(1, inputs.length() - 1),
          node.savedBytes() == 0 ? "" : TextTable.bytes(node.savedBytes()),
          Double.isNaN(node.gradientNorm()) ? "" : Statistics.number(node.gradientNorm()),
          node.path());
    }
    return table + summary() + "\n";
  }

  /** Returns the graph in the language of Graphviz, for {@code dot -Tsvg}. */
  public String toDot() {
    StringBuilder text = new StringBuilder("digraph autograd {\n");
    text.append("  node [shape=box, style=filled, fillcolor=white, fontname=\"monospace\"];\n");
    for (GraphNode node : nodes) {
      text.append("  n").append(node.number()).append(" [label=\"");
      text.append(String.join("\\n", GraphPicture.lines(node).stream().map(Graph::quote).toList()));
      text.append(node.isLeaf() ? "\", fillcolor=\"#e3f1dc\"];\n" : "\"];\n");
    }
    for (GraphNode node : nodes) {
      for (int input : node.inputs()) {
        text.append("  n").append(input).append(" -> n").append(node.number()).append(";\n");
      }
    }
    return text.append("}\n").toString();
  }

  private static String quote(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\R", "\\\\n");
  }

  /**
   * Returns a picture, with leaves above and results below. It needs nothing beside itself, and is
   * legible up to some hundred nodes and usable up to some thousand.
   */
  public String toSvg() {
    return new GraphPicture(this).svg();
  }

  /** Returns a page with the picture and the text, which needs nothing beside itself. */
  public String toHtml() {
    return new GraphPicture(this).html();
  }
}
