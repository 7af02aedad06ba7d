package org.autograd;

import org.autograd.internal.ndarray.NdArray;

/**
 * The edge of one of several results of an operation. Each result has a node of its own, so that
 * the gradient of one is right, and finite where it exists, whether or not the others are used; its
 * rule may need all of them.
 */
final class JointEdge extends Edge {
  private final Saved[] saved;
  private final Rule rule;

  private JointEdge(Variable input, Saved[] saved, Rule rule) {
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
    boolean recorded = input.isRecorded();
    JointEdge[] edges = new JointEdge[results.length];
    Variable[] variables = new Variable[results.length];
    for (int k = 0; k < results.length; k++) {
      if (recorded) {
        edges[k] = new JointEdge(input, new Saved[results.length], rules[k]);
        variables[k] = Node.record(operation, results[k], edges[k]);
      } else {
        variables[k] = new Variable(results[k], null);
      }
    }
    // Each saves all, and none of them can before the last exists.
    for (int k = 0; recorded && k < results.length; k++) {
      for (int i = 0; i < results.length; i++) {
        edges[k].saved[i] = new Saved(variables[i]);
      }
    }
    return variables;
  }

  @Override
  void complete(Variable result) {}

  @Override
  Variable gradient(Variable g) {
    Variable[] results = new Variable[saved.length];
    for (int k = 0; k < results.length; k++) {
      results[k] = value(k);
    }
    return rule.apply(g, results);
  }
}
