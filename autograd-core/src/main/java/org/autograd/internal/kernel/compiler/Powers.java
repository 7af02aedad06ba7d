package org.autograd.internal.kernel.compiler;

/**
 * The power function {@code x^y = 2^(y log2 x)}. The logarithm and the product have twice the bits
 * of a number, each as a sum of two numbers {@code high + low}: an exponent of 128 would multiply
 * the rounding error of anything less.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // as tools/minimax.py prints them
final class Powers {
  /** p in {@code log(1 + f) = 2 s + s z (2 / 3 + z p(z))}, {@code s = f / (2 + f), z = s^2}. */
  private static final double[] SINGLE = {
    2.3443427870704443016e-1, 2.8546130377018742793e-1, 4.0000161581011028574e-1
  };

  private static final double[] DOUBLE = {
    1.2020616030522239815e-1,
    1.1670992834526480318e-1,
    1.3336507435550429443e-1,
    1.5384551890883556842e-1,
    1.8181818943927516546e-1,
    2.2222222216931399035e-1,
    2.8571428571447621726e-1,
    3.9999999999999973555e-1
  };

  private final Graph graph;
  private final boolean single;

  Powers(Graph graph) {
    this.graph = graph;
    this.single = graph.precision() == Precision.SINGLE;
  }

  /** The unevaluated sum of two numbers. */
  private record Sum(Node high, Node low) {}

  Node pow(Node x, Node y) {
    Node magnitude = graph.abs(x);
    Sum logarithm = log2(magnitude);
    Node high = graph.mul(y, logarithm.high);
    Node rest = graph.fma(y, logarithm.high, graph.neg(high));
    Node low = graph.fma(y, logarithm.low, rest);
    Node power = new Exponentials(graph).powerOfTwo(high, low);

    Node zero = graph.constant(0);
    Node infinity = graph.constant(Double.POSITIVE_INFINITY);
    Node one = graph.constant(1);
    Node belowZero = graph.lessThan(y, 0);
    Node aboveZero = graph.apply(Op.LT, zero, y);
    Node ofZero = graph.select(aboveZero, zero, graph.select(belowZero, infinity, one));
    Node positive = graph.select(graph.apply(Op.EQ, magnitude, zero), ofZero, power);

    Node whole = graph.apply(Op.EQ, graph.floor(y), y);
    Node half = graph.mul(y, 0.5);
    Node even = graph.apply(Op.EQ, graph.floor(half), half);
    Node odd = graph.apply(Op.AND, whole, graph.apply(Op.NOT, even));
    Node signed = graph.withSign(positive, graph.select(odd, x, one));
    Node undefined = graph.apply(Op.AND, graph.lessThan(x, 0), graph.apply(Op.NOT, whole));
    Node result = graph.select(undefined, graph.constant(Double.NaN), signed);

    Node finite =
        graph.apply(
            Op.AND,
            graph.apply(Op.LT, magnitude, infinity),
            graph.apply(Op.LT, graph.abs(y), infinity));
    return graph.apply(Op.POW, graph.apply(Op.NOT, finite), result, x, y);
  }

  /** Returns the logarithm of a positive finite number. */
  private Sum log2(Node x) {
    Logarithms.Split split = new Logarithms(graph).splitAny(x);
    Node f = split.f();
    Node divisor = graph.add(f, 2);
    Node divisorLow = graph.sub(f, graph.sub(divisor, 2));
    Node s = graph.div(f, divisor);
    Node remainder = graph.fma(graph.neg(s), divisor, f);
    Node sLow = graph.div(graph.fma(graph.neg(s), divisorLow, remainder), divisor);
    Node z = graph.mul(s, s);
    Node zLow = graph.fma(graph.add(s, s), sLow, graph.fma(s, s, graph.neg(z)));

    // c = 2 / 3 z + z^2 p(z), t = s c.
    double twoThirds = graph.precision().round(2.0 / 3);
    double twoThirdsLow = single ? -1.9868215517249155e-08 : 3.700743415417188e-17;
    Node c = graph.mul(z, twoThirds);
    Node series = graph.mul(graph.mul(z, z), graph.polynomial(z, single ? SINGLE : DOUBLE));
    Node cLow = graph.fma(z, twoThirds, graph.neg(c));
    cLow = graph.add(graph.fma(z, twoThirdsLow, graph.fma(zLow, twoThirds, cLow)), series);
    Node t = graph.mul(s, c);
    Node tLow = graph.fma(s, cLow, graph.fma(s, c, graph.neg(t)));
    tLow = graph.fma(sLow, c, tLow);

    Node first = graph.add(s, s);
    Node natural = graph.add(first, t);
    Node naturalLow = graph.add(graph.sub(t, graph.sub(natural, first)), tLow);
    naturalLow = graph.add(naturalLow, graph.add(sLow, sLow));

    double log2E = graph.precision().round(1.4426950408889634);
    double log2ELow = single ? 1.925963033500011e-08 : 2.0355273740931033e-17;
    Node scaled = graph.mul(natural, log2E);
    Node scaledLow = graph.fma(natural, log2E, graph.neg(scaled));
    scaledLow = graph.fma(natural, log2ELow, graph.fma(naturalLow, log2E, scaledLow));
    // |k| is either 0 or larger than the other, so nothing is lost.
    Node high = graph.add(split.k(), scaled);
    Node low = graph.add(graph.sub(scaled, graph.sub(high, split.k())), scaledLow);
    // The low part has all of the series; times y it must not be more than a fraction of 1.
    Node sum = graph.add(high, low);
    return new Sum(sum, graph.sub(low, graph.sub(sum, high)));
  }
}
