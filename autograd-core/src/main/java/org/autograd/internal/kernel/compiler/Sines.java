package org.autograd.internal.kernel.compiler;

/**
 * Sine and cosine. With {@code k = round(x / (pi / 2))} and {@code r = x - k pi / 2} the result is
 * the sine or the cosine of r, with either sign, as k modulo 4 tells.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // as tools/minimax.py prints them
final class Sines {
  /** p in {@code sin(r) = r + r z p(z)}, {@code z = r^2}, for {@code |r| <= pi / 4}. */
  private static final double[] SINGLE_SINE = {
    -1.9510837652947044076e-4, 8.3321315184643460272e-3, -1.6666654227268370754e-1
  };

  private static final double[] DOUBLE_SINE = {
    1.5893594073157809288e-10,
    -2.5050704294093992161e-8,
    2.7557313358273267129e-6,
    -1.9841269828878851218e-4,
    8.3333333333212994671e-3,
    -1.6666666666666627758e-1
  };

  /** p in {@code cos(r) = 1 - z / 2 + z^2 p(z)}. */
  private static final double[] SINGLE_COSINE = {
    2.4431247305170690076e-5, -1.3887306591043328926e-3, 4.1666645669613918531e-2
  };

  private static final double[] DOUBLE_COSINE = {
    -1.1357450213668431079e-11,
    2.0875681922338680497e-9,
    -2.7557314057015995187e-7,
    2.4801587288494192188e-5,
    -1.3888888888872603408e-3,
    4.1666666666666591097e-2
  };

  /** Half of pi as a sum of numbers, each of full precision. */
  private static final double[] SINGLE_HALF_PI = {
    1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15
  };

  private static final double[] DOUBLE_HALF_PI = {
    1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33
  };

  /** Beyond these the quotient k would not be exact, or half of pi not long enough. */
  private static final double SINGLE_LIMIT = 1 << 16;

  private static final double DOUBLE_LIMIT = 1 << 20;

  private final Graph graph;
  private final boolean single;

  Sines(Graph graph) {
    this.graph = graph;
    this.single = graph.precision() == Precision.SINGLE;
  }

  Node sin(Node x) {
    Node magnitude = graph.abs(x);
    // Tiny numbers, which are their own sine, would lose a bit or the sign of zero.
    Node tiny = graph.lessThan(magnitude, single ? 0x1p-12 : 0x1p-27);
    Node result = graph.select(tiny, x, inQuadrant(x, 0));
    return graph.apply(Op.SIN, tooLarge(magnitude), result, x);
  }

  Node cos(Node x) {
    return graph.apply(Op.COS, tooLarge(graph.abs(x)), inQuadrant(x, 1), x);
  }

  private Node tooLarge(Node magnitude) {
    return graph.apply(Op.LT, graph.constant(single ? SINGLE_LIMIT : DOUBLE_LIMIT), magnitude);
  }

  /** Returns {@code sin(x + quadrants pi / 2)}. */
  private Node inQuadrant(Node x, int quadrants) {
    int width = graph.precision().width;
    Node shift = graph.constant(1.5 * (1L << graph.precision().significandBits));
    Node shifted = graph.fma(x, 2 / Math.PI, shift);
    Node k = graph.sub(shifted, shift);
    Node r = x;
    for (double part : single ? SINGLE_HALF_PI : DOUBLE_HALF_PI) {
      r = graph.fma(k, -part, r);
    }
    Node z = graph.mul(r, r);
    Node p = graph.polynomial(z, single ? SINGLE_SINE : DOUBLE_SINE);
    Node sine = graph.fma(graph.mul(z, p), r, r);
    Node q = graph.polynomial(z, single ? SINGLE_COSINE : DOUBLE_COSINE);
    Node cosine = graph.fma(graph.mul(z, z), q, graph.fma(z, -0.5, graph.constant(1)));
    // The low bits of the shifted number are those of k. Bit 0 becomes the number 2 or 0.
    Node quadrant = graph.bitsAdd(graph.toBits(shifted), quadrants);
    Node odd = graph.fromBits(graph.shiftLeft(graph.bitsAnd(quadrant, 1), width - 2));
    Node value = graph.select(graph.apply(Op.LT, graph.constant(0), odd), cosine, sine);
    Node sign = graph.shiftLeft(graph.bitsAnd(quadrant, 2), width - 2);
    return graph.fromBits(graph.apply(Op.BITS_ADD, graph.toBits(value), sign));
  }
}
