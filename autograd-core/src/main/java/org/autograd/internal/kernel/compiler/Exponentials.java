package org.autograd.internal.kernel.compiler;

/**
 * Functions made from {@code e^x}. With {@code k = round(x / log 2)} and {@code r = x - k log 2},
 * {@code e^x = 2^k e^r}, and {@code e^r} is a polynomial.
 *
 * <p>The coefficients here and in the neighbouring classes are minimax fits, computed by {@code
 * tools/minimax.py}.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // as tools/minimax.py prints them
final class Exponentials {
  private static final double LOG2_E = 1.4426950408889634;

  /** q in {@code e^r = 1 + r + r^2 q(r)} for {@code |r| <= log(2) / 2}. */
  private static final double[] SINGLE_EXP = {
    1.9915750885065405033e-4,
    1.3942051991891606622e-3,
    8.3332704000989181222e-3,
    4.1666342070600869063e-2,
    1.6666666827071892654e-1,
    5.0000000492266973865e-1
  };

  private static final double[] DOUBLE_EXP = {
    2.0925373020320825965e-9,
    2.5110178699484549816e-8,
    2.7557239767370691338e-7,
    2.7557241164774611199e-6,
    2.4801587364026752193e-5,
    1.9841269888891948664e-4,
    1.3888888888865104082e-3,
    8.3333333333206552345e-3,
    4.1666666666666704785e-2,
    1.6666666666666677627e-1,
    4.9999999999999999984e-1
  };

  /** p in {@code tanh(x) = x + x z p(z)}, {@code z = x^2}, for {@code |x| <= 0.625}. */
  private static final double[] SINGLE_TANH = {
    -5.717103247346323603e-3,
    2.0650724637091073457e-2,
    -5.3743576612529568519e-2,
    1.3331492821393548685e-1,
    -3.3333284006567045928e-1
  };

  private static final double[] DOUBLE_TANH = {
    6.0556592207337020902e-6,
    -3.0218023186028082647e-5,
    9.1589856717497532008e-5,
    -2.3703015176784773482e-4,
    5.8945863320907195275e-4,
    -1.4557276193863825738e-3,
    3.5921142717221820578e-3,
    -8.8632343415503736815e-3,
    2.1869488470657320753e-2,
    -5.3968253966134548201e-2,
    1.3333333333329889794e-1,
    -3.3333333333333313808e-1
  };

  private final Graph graph;
  private final boolean single;

  Exponentials(Graph graph) {
    this.graph = graph;
    this.single = graph.precision() == Precision.SINGLE;
  }

  /** {@code x = k log 2 + r}: {@code e^r - 1}, and k in the low bits of a large number. */
  private record Reduced(Node expm1, Node shifted) {}

  private Reduced reduce(Node x) {
    // Adding this rounds to a whole number, which is then found in the low bits.
    double shift = shift();
    Node shifted = graph.fma(x, LOG2_E, graph.constant(shift));
    Node k = graph.sub(shifted, shift);
    // log 2 in two parts; k times the first is exact.
    double high = single ? 0.693359375 : 6.93147180369123816490e-01;
    double low = single ? -2.12194440054690583e-4 : 1.90821492927058770002e-10;
    Node r = graph.fma(k, -low, graph.fma(k, -high, x));
    return new Reduced(expm1OfSmall(r), shifted);
  }

  private double shift() {
    return 1.5 * (1L << graph.precision().significandBits);
  }

  /** Returns {@code k + extra} as bits. */
  private Node exponent(Node shifted, long extra) {
    return graph.bitsAdd(graph.toBits(shifted), extra - graph.precision().toBits(shift()));
  }

  /** Returns {@code 2^k} of an exponent that has the bias added. */
  private Node power(Node biased) {
    return graph.fromBits(graph.shiftLeft(biased, graph.precision().significandBits));
  }

  Node exp(Node x) {
    // Beyond these the result is infinite and 0.
    Node clamped = graph.max(graph.min(x, single ? 89 : 710), single ? -104 : -746);
    Reduced reduced = reduce(clamped);
    return timesPower(reduced.expm1, reduced.shifted);
  }

  /**
   * Returns {@code 2^(high + low)}; low is much smaller than high, and NaN or infinite only if high
   * is beyond all exponents.
   */
  Node powerOfTwo(Node high, Node low) {
    double limit = single ? 160 : 1100;
    Node clamped = graph.max(graph.min(high, limit), -limit);
    Node shift = graph.constant(shift());
    Node shifted = graph.add(clamped, shift);
    Node inside = graph.lessThan(graph.abs(high), limit);
    Node rest = graph.select(inside, low, graph.constant(0));
    Node fraction = graph.add(graph.sub(clamped, graph.sub(shifted, shift)), rest);
    return timesPower(expm1OfSmall(graph.mul(fraction, Math.log(2))), shifted);
  }

  private Node expm1OfSmall(Node r) {
    Node q = graph.polynomial(r, single ? SINGLE_EXP : DOUBLE_EXP);
    return graph.fma(graph.mul(q, r), r, r);
  }

  /** Returns {@code (1 + expm1) 2^k}. */
  private Node timesPower(Node expm1, Node shifted) {
    // 2^k may be no normal number: multiply by two halves, which rounds once.
    int bias = graph.precision().exponentBias;
    Node both = exponent(shifted, 2L * bias);
    Node half = graph.shiftRight(both, 1);
    Node scaled = graph.mul(graph.add(expm1, 1), power(half));
    return graph.mul(scaled, power(graph.bitsSub(both, half)));
  }

  /** Returns {@code e^x} where that is a normal number. */
  Node expOfModerate(Node x) {
    Reduced reduced = reduce(x);
    Node scale = power(exponent(reduced.shifted, graph.precision().exponentBias));
    return graph.mul(graph.add(reduced.expm1, 1), scale);
  }

  Node expm1(Node x) {
    // Below the lower bound the result is -1. 2^(k-1) is used since 2^k may be infinite.
    Node clamped = graph.max(graph.min(x, single ? 89 : 710), single ? -20 : -40);
    Reduced reduced = reduce(clamped);
    Node half = power(exponent(reduced.shifted, graph.precision().exponentBias - 1));
    Node result = graph.fma(reduced.expm1, half, graph.sub(half, 0.5));
    // Tiny numbers, which are their own result, would lose a bit or the sign of zero.
    return graph.select(
        graph.lessThan(graph.abs(x), single ? 0x1p-26 : 0x1p-55), x, graph.add(result, result));
  }

  Node tanh(Node x) {
    Node magnitude = graph.abs(x);
    Node z = graph.mul(x, x);
    Node p = graph.polynomial(z, single ? SINGLE_TANH : DOUBLE_TANH);
    Node near = graph.fma(graph.mul(z, p), magnitude, magnitude);
    // 1 - 2 / (e^2x + 1), which is 1 beyond the bound.
    Node bounded = graph.min(magnitude, single ? 10 : 20);
    Node power = expOfModerate(graph.add(bounded, bounded));
    Node quotient = graph.div(graph.constant(2), graph.add(power, 1));
    Node far = graph.sub(graph.constant(1), quotient);
    return graph.withSign(graph.select(graph.lessThan(magnitude, 0.625), near, far), x);
  }

  Node sigmoid(Node x) {
    // e^-|x| does not overflow, and gives small results their full precision.
    Node power = exp(graph.neg(graph.abs(x)));
    Node one = graph.constant(1);
    Node numerator = graph.select(graph.lessThan(x, 0), power, one);
    Node denominator = graph.add(power, one);
    Node quotient = graph.div(numerator, denominator);
    // Make up for what the sum was rounded by, which is as much as the rest of the error.
    Node excess = graph.sub(graph.sub(denominator, one), power);
    return graph.fma(quotient, excess, quotient);
  }
}
