package org.autograd;

import org.jspecify.annotations.Nullable;

/** The error of anomaly mode, {@link Autograd#detectAnomaly}. */
final class Anomaly {
  private Anomaly() {}

  /**
   * Throws if the gradient that a node's rule has found for an input is not finite.
   *
   * @param incoming the node's own gradient
   */
  static void checkRule(Node node, Node input, Variable found, @Nullable Variable incoming) {
    Statistics statistics = Statistics.of(found);
    if (!statistics.isFinite()) {
      throw error(
          node,
          "the gradient of its input " + text(input) + " is not finite: " + statistics,
          incoming);
    }
  }

  /** Throws if the sum of a node's gradients, after its hooks, is not finite. */
  static void checkSum(Node node, Variable sum) {
    Statistics statistics = Statistics.of(sum);
    if (!statistics.isFinite()) {
      throw error(
          node,
          "the gradient of its result is not finite: "
              + statistics
              + ". No rule gave such a gradient: it was passed to backward(), came from a hook, or is"
              + " a sum that overflowed",
          null);
    }
  }

  private static ArithmeticException error(Node node, String what, @Nullable Variable incoming) {
    StringBuilder text = new StringBuilder("backward of ").append(text(node));
    Origin origin = node.origin();
    if (origin != null && !origin.path().isEmpty()) {
      text.append(" in ").append(origin.path());
    }
    text.append(": ").append(what);
    if (incoming != null) {
      text.append("\n  gradient of the result: ").append(Statistics.of(incoming));
    }
    if (origin != null && origin.result() != null) {
      text.append("\n  result: ").append(origin.result());
    }
    for (int k = 0; k < node.inputCount(); k++) {
      Node input = node.input(k);
      if (input != null) {
        text.append("\n  input ").append(k).append(", ").append(text(input));
        Statistics range = range(input);
        text.append(range == null ? "" : ": " + range);
      }
    }
    node.eachSaved(value -> {
      if (value instanceof Variable saved) {
        text.append("\n  saved ").append(saved.describe()).append(": ");
        text.append(Statistics.of(saved));
      }
    });
    Throwable call = origin == null ? null : origin.call(node.operation());
    if (call == null && !node.isLeaf()) {
      text.append("\n  Its forward call was not in a detectAnomaly() scope, so it is not known");
    }
    ArithmeticException error = new ArithmeticException(text.toString());
    if (call != null) {
      error.initCause(call);
    }
    return error;
  }

  private static String text(Node node) {
    return node.operation() + " " + node.dtype() + node.shape();
  }

  /** Returns the range of a node's values, of a leaf as they are now. */
  private static @Nullable Statistics range(Node node) {
    Origin origin = node.origin();
    if (origin != null && origin.result() != null) {
      return origin.result();
    }
    Variable leaf = node.isLeaf() ? node.receiver() : null;
    return leaf == null ? null : Statistics.of(leaf);
  }
}
