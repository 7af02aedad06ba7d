package org.autograd.internal.kernel.compiler;

/** Hyperbolic functions and their inverses, by exponentials and logarithms. */
final class Hyperbolics {
  private final Graph graph;
  private final boolean single;

  Hyperbolics(Graph graph) {
    this.graph = graph;
    this.single = graph.precision() == Precision.SINGLE;
  }

  /** Whether {@code e^magnitude} may overflow where half of it does not. */
  private Node large(Node magnitude) {
    return graph.apply(Op.LT, graph.constant(single ? 88 : 709), magnitude);
  }

  /** {@code e^magnitude / 2} where the power itself may overflow. */
  private Node halfPower(Node magnitude) {
    Node root = new Exponentials(graph).exp(graph.mul(magnitude, 0.5));
    return graph.mul(graph.mul(root, 0.5), root);
  }

  Node sinh(Node x) {
    Node magnitude = graph.abs(x);
    Node t = new Exponentials(graph).expm1(magnitude);
    // (e^x - e^-x) / 2 by e^x - 1 alone, so that nothing cancels near 0.
    Node sum = graph.mul(graph.add(t, graph.div(t, graph.add(t, 1))), 0.5);
    return graph.withSign(graph.select(large(magnitude), halfPower(magnitude), sum), x);
  }

  Node cosh(Node x) {
    Node magnitude = graph.abs(x);
    Node power = new Exponentials(graph).exp(magnitude);
    Node sum = graph.fma(power, 0.5, graph.div(graph.constant(0.5), power));
    return graph.select(large(magnitude), halfPower(magnitude), sum);
  }

  /** Beyond this a square may overflow, and a 1 that is added to it is lost. */
  private Node huge(Node magnitude) {
    return graph.apply(Op.LT, graph.constant(single ? 0x1p14 : 0x1p28), magnitude);
  }

  private Node logOfTwice(Node magnitude) {
    return graph.add(new Logarithms(graph).log(magnitude), Math.log(2));
  }

  Node asinh(Node x) {
    Node magnitude = graph.abs(x);
    Node square = graph.mul(magnitude, magnitude);
    Node root = graph.apply(Op.SQRT, graph.add(square, 1));
    Node above = graph.add(magnitude, graph.div(square, graph.add(root, 1)));
    Node result = new Logarithms(graph).log1p(above);
    return graph.withSign(graph.select(huge(magnitude), logOfTwice(magnitude), result), x);
  }

  Node acosh(Node x) {
    Node t = graph.sub(x, 1);
    Node root = graph.apply(Op.SQRT, graph.mul(t, graph.add(t, 2)));
    Node result = new Logarithms(graph).log1p(graph.add(t, root));
    Node defined = graph.select(graph.lessThan(x, 1), graph.constant(Double.NaN), result);
    return graph.select(huge(x), logOfTwice(x), defined);
  }

  Node atanh(Node x) {
    Node magnitude = graph.abs(x);
    Node one = graph.constant(1);
    Node quotient = graph.div(graph.add(magnitude, magnitude), graph.sub(one, magnitude));
    return graph.withSign(graph.mul(new Logarithms(graph).log1p(quotient), 0.5), x);
  }
}
