package org.autograd;

import java.util.Arrays;
import java.util.function.Function;
import org.autograd.internal.ndarray.NdArray;

/**
 * The edge of one of several results of an operation. Each result has a node of its own, so that
 * the gradient of one is right, and finite where it exists, whether or not the others are used; its
 * rule may need all of them.
 */
final class JointEdge extends Edge {
  private final Saved[] saved;
  private final Rule rule;

  private JointEdge(Node input, Saved[] saved, Rule rule) {
    super(input, saved);
    this.saved = saved;
    this.rule = rule;
  }

  /** What the gradient of one result adds to that of the input. */
  @FunctionalInterface
  interface Rule {
    Variable apply(Variable gradient, Variable[] results);
  }

  /**
   * Returns the results as Variables, connected to the input.
   *
   * @param rules one for each result
   */
  static Variable[] record(String operation, Variable input, NdArray[] results, Rule... rules) {
    Variable[] variables = new Variable[results.length];
    if (!input.isRecorded()) {
      Arrays.setAll(variables, k -> Node.record(operation, results[k]));
      return variables;
    }
    JointEdge[] edges = new JointEdge[results.length];
    for (int k = 0; k < results.length; k++) {
      edges[k] = new JointEdge(input.requireNode(), new Saved[results.length], rules[k]);
      variables[k] = Node.place(operation, results[k], edges[k]);
    }
    Variable[] complete =
        ForwardMode.withTangents(
            (level, outer, k) -> {
              Variable tangent = level.tangent(input);
              if (tangent == null) {
                return null;
              }
              edges[k].save(outer, Saved::asItIs);
              return edges[k].tangent(tangent, outer[k]);
            },
            variables);
    // Each saves all, and none of them can before the last exists.
    for (JointEdge edge : edges) {
      edge.save(complete, Saved::new);
    }
    return complete;
  }

  private void save(Variable[] results, Function<Variable, Saved> how) {
    Arrays.setAll(saved, k -> how.apply(results[k]));
  }

  @Override
  Variable gradient(Variable g) {
    Variable[] results = new Variable[saved.length];
    for (int k = 0; k < results.length; k++) {
      results[k] = value(k);
    }
    return rule.apply(g, results);
  }
}
