package org.autograd.internal.kernel.compiler;

/**
 * Logarithms. With {@code x = 2^k m} and m between the square roots of 1/2 and 2, {@code log x = k
 * log 2 + log m}.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // as tools/minimax.py prints them
final class Logarithms {
  /** p in {@code log(1 + f) = f - f^2 / 2 + f^3 p(f)}. */
  private static final double[] SINGLE = {
    -7.6344862459869086559e-2,
    1.2761564329245819428e-1,
    -1.3160180879055675307e-1,
    1.4201760238496488393e-1,
    -1.6623357792673264744e-1,
    2.0001226768649051858e-1,
    -2.5000821014964965957e-1,
    3.3333331708499058222e-1
  };

  /** p in {@code log(1 + f) = 2 s + s z p(z)}, {@code s = f / (2 + f)}, {@code z = s^2}. */
  private static final double[] DOUBLE = {
    1.4795948484150774832e-1,
    1.5314050727191095504e-1,
    1.8183564316611639398e-1,
    2.222219857343566848e-1,
    2.857142874238425998e-1,
    3.9999999999414699129e-1,
    6.666666666666734408e-1
  };

  /** The representation of the square root of 1/2, where the significand m begins. */
  private static final long SINGLE_START = 0x3f3504f3L;

  private static final long DOUBLE_START = 0x3fe6a09e667f3bcdL;

  private final Graph graph;
  private final Precision precision;
  private final boolean single;

  Logarithms(Graph graph) {
    this.graph = graph;
    this.precision = graph.precision();
    this.single = precision == Precision.SINGLE;
  }

  /** {@code x = 2^k (1 + f)}; {@code biasedBits} is {@code k + exponentBias} as bits. */
  record Split(Node biasedBits, Node k, Node f) {}

  /** Takes a normal positive number apart. */
  private Split split(Node x) {
    int width = precision.significandBits;
    long start = single ? SINGLE_START : DOUBLE_START;
    // The bias keeps the difference positive, so that an unsigned shift does.
    long bias = (long) precision.exponentBias << width;
    Node moved = graph.bitsAdd(graph.toBits(x), bias - start);
    Node biased = graph.shiftRight(moved, width);
    Node m = graph.fromBits(graph.bitsAdd(graph.bitsAnd(moved, (1L << width) - 1), start));
    // A small whole number becomes a number by way of the low bits of a large one.
    double shift = 1.5 * (1L << width);
    Node large = graph.fromBits(graph.bitsAdd(biased, precision.toBits(shift)));
    Node k = graph.sub(large, shift + precision.exponentBias);
    return new Split(biased, k, graph.sub(m, 1));
  }

  private Node sum(Node f, Node k) {
    double high = single ? 6.9313812256e-01 : 6.93147180369123816490e-01;
    double low = single ? 9.0580006145e-06 : 1.90821492927058770002e-10;
    Node halfSquare = graph.mul(graph.mul(f, f), 0.5);
    Node rest;
    if (single) {
      Node cube = graph.mul(graph.mul(f, f), f);
      rest = graph.fma(cube, graph.polynomial(f, SINGLE), graph.mul(k, low));
    } else {
      Node s = graph.div(f, graph.add(f, 2));
      Node z = graph.mul(s, s);
      Node series = graph.fma(z, graph.polynomial(z, DOUBLE), halfSquare);
      rest = graph.fma(s, series, graph.mul(k, low));
    }
    // From small to large; k times the high part of log 2 is exact.
    return graph.fma(k, high, graph.add(graph.sub(rest, halfSquare), f));
  }

  /** Replaces the result where the argument is not positive and finite; NaN if it is negative. */
  private Node edges(Node argument, Node result) {
    Node infinity = graph.constant(Double.POSITIVE_INFINITY);
    Node finite = graph.select(graph.apply(Op.LT, argument, infinity), result, argument);
    Node zero = graph.constant(0);
    Node nonPositive =
        graph.select(
            graph.apply(Op.EQ, argument, zero),
            graph.constant(Double.NEGATIVE_INFINITY),
            graph.constant(Double.NaN));
    return graph.select(graph.apply(Op.LT, zero, argument), finite, nonPositive);
  }

  /** Takes a positive number apart, which may be subnormal. */
  Split splitAny(Node x) {
    double smallest = single ? Float.MIN_NORMAL : Double.MIN_NORMAL;
    int up = single ? 25 : 54;
    Node subnormal = graph.lessThan(x, smallest);
    Split split = split(graph.select(subnormal, graph.mul(x, Math.scalb(1.0, up)), x));
    Node k = graph.select(subnormal, graph.sub(split.k, up), split.k);
    return new Split(split.biasedBits, k, split.f);
  }

  Node log(Node x) {
    Split split = splitAny(x);
    return edges(x, sum(split.f, split.k));
  }

  Node log2(Node x) {
    Split split = splitAny(x);
    Node natural = sum(split.f, graph.constant(0));
    return edges(x, graph.fma(natural, 1 / Math.log(2), split.k));
  }

  Node log1p(Node x) {
    Node one = graph.constant(1);
    Node u = graph.add(x, one);
    Split split = split(u);
    // What was lost in 1 + x. Where x is large it does not matter, and the scale would overflow.
    Node large = graph.apply(Op.LT, one, x);
    Node lost =
        graph.select(large, graph.sub(one, graph.sub(u, x)), graph.sub(x, graph.sub(u, one)));
    int width = precision.significandBits;
    Node inverseExponent = graph.bitsSub(graph.bits(2L * precision.exponentBias), split.biasedBits);
    Node matters = graph.lessThan(x, single ? 0x1p30 : 0x1p60);
    Node power = graph.fromBits(graph.shiftLeft(inverseExponent, width));
    Node scale = graph.select(matters, power, graph.constant(0));
    Node f = graph.fma(lost, scale, split.f);
    Node unscaled = graph.apply(Op.EQ, split.k, graph.constant(0));
    Node result = sum(graph.select(unscaled, x, f), split.k);
    // Tiny numbers, which are their own result, would lose the sign of zero.
    Node tiny = graph.lessThan(graph.abs(x), single ? 0x1p-26 : 0x1p-55);
    return graph.select(tiny, x, edges(u, result));
  }
}
