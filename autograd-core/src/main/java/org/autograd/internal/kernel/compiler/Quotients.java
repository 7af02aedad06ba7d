package org.autograd.internal.kernel.compiler;

/** The remainder of a division and the length of a vector. */
final class Quotients {
  private Quotients() {}

  /** The exact remainder {@code x - n y} with the sign of x, n a whole number. */
  static Node fmod(Graph graph, Node x, Node y) {
    Node a = graph.abs(x);
    Node b = graph.abs(y);
    Node quotient = graph.div(a, b);
    // The quotient may have been rounded up to the next whole number, so that n is 1 too large;
    // either way the difference has few enough bits to be exact.
    Node rest = graph.fma(graph.neg(graph.floor(quotient)), b, a);
    Node zero = graph.constant(0);
    Node positive = graph.select(graph.apply(Op.LT, rest, zero), graph.add(rest, b), rest);
    Node small = graph.lessThan(quotient, Math.scalb(1.0, graph.precision().significandBits));
    Node finite = graph.lessThan(b, Double.POSITIVE_INFINITY);
    Node exact = graph.apply(Op.NOT, graph.apply(Op.AND, small, finite));
    return graph.apply(Op.FMOD, exact, graph.withSign(positive, x), x, y);
  }

  /** The larger leg times {@code sqrt(1 + quotient^2)}. */
  static Node hypot(Graph graph, Node x, Node y) {
    Node a = graph.abs(x);
    Node b = graph.abs(y);
    Node larger = graph.apply(Op.MAX, a, b);
    Node zero = graph.constant(0);
    Node infinity = graph.constant(Double.POSITIVE_INFINITY);
    Node quotient = graph.div(graph.apply(Op.MIN, a, b), larger);
    Node root = graph.apply(Op.SQRT, graph.fma(quotient, quotient, graph.constant(1)));
    Node length = graph.select(graph.apply(Op.EQ, larger, zero), zero, graph.mul(larger, root));
    Node infinite =
        graph.apply(Op.OR, graph.apply(Op.EQ, a, infinity), graph.apply(Op.EQ, b, infinity));
    return graph.select(infinite, infinity, length);
  }
}
