package org.autograd;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The edge of one of several results of an operation. Each result has a node of its own, so that
 * the gradient of one is right, and finite where it exists, whether or not the others are used; its
 * rule may need all of them.
 */
final class JointEdge extends Edge {
  private final @Nullable Saved[] saved;
  private final Rule rule;

  private JointEdge(Node input, @Nullable Saved[] saved, Rule rule) {
    super(input, false, saved);
    this.saved = saved;
    this.rule = rule;
  }

  /** Returns an edge that has to {@link #save} the results when all of them exist. */
  static JointEdge to(Node input, int results, Rule rule) {
    return new JointEdge(input, new Saved[results], rule);
  }

  /** What the gradient of one result adds to that of the input. */
  @FunctionalInterface
  interface Rule {
    Variable apply(Variable gradient, Variable[] results);
  }

  /** Saves the results. */
  void save(Variable[] results, Function<Variable, Saved> how) {
    for (int k = 0; k < saved.length; k++) {
      saved[k] = how.apply(results[k]);
    }
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
