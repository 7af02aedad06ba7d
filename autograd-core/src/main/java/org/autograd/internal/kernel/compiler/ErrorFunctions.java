package org.autograd.internal.kernel.compiler;

/** The error function: an odd polynomial near 0, {@code 1 - e^q(x)} farther out. */
final class ErrorFunctions {
  /** p in {@code erf(x) = x + x p(x^2)} up to {@link #BORDER}. */
  private static final double[] SINGLE_NEAR = {
    8.2154240157497242741e-5,
    -8.1059683404783785811e-4,
    5.1977978849906418465e-3,
    -2.6858104854198096861e-2,
    1.1283672563808995942e-1,
    -3.7612632287744159326e-1,
    1.2837916649515921376e-1
  };

  private static final double[] DOUBLE_NEAR = {
    5.9606853385209710332e-11,
    -1.1374955736070149599e-9,
    1.4660328722742259544e-8,
    -1.6350396222864616262e-7,
    1.6461008477801302674e-6,
    -1.4925595772180905342e-5,
    1.2055331132955819588e-4,
    -8.5483269814255420875e-4,
    5.2239776248284306696e-3,
    -2.6866170645077875148e-2,
    1.1283791670954884473e-1,
    -3.7612638903183748178e-1,
    1.2837916709551257377e-1
  };

  /** {@code q(x) = log(1 - erf(x))} from {@link #BORDER} to where erf is 1. */
  private static final double[] SINGLE_FAR = {
    1.9717919297239323219e-4,
    -3.0555848436060659434e-3,
    2.2277004903071142277e-2,
    -1.0403720591883091398e-1,
    -6.3705991015028058378e-1,
    -1.1277494792503330724,
    -1.7751256747499682285e-4
  };

  private static final double[] DOUBLE_FAR = {
    1.1914561748829731545e-12,
    -5.3891851405074463806e-11,
    1.1411775992178241548e-9,
    -1.5017239455951918884e-8,
    1.3731022662689716503e-7,
    -9.2185838001695678446e-7,
    4.6610013394767529412e-6,
    -1.7734086383776177361e-5,
    4.8561749624138923243e-5,
    -7.8475295047687615127e-5,
    -2.9926633350255992347e-5,
    6.1937402711907588735e-4,
    -1.7437744823718558433e-3,
    2.5771402868463132764e-4,
    1.9093845915412630599e-2,
    -1.0275521300812392201e-1,
    -6.3662568742284797892e-1,
    -1.1283779395947793721,
    -1.1765555778473363542e-7
  };

  private static final double BORDER = 0.95;

  private ErrorFunctions() {}

  static Node erf(Graph graph, Node x) {
    boolean single = graph.precision() == Precision.SINGLE;
    Node magnitude = graph.abs(x);
    Node p = graph.polynomial(graph.mul(x, x), single ? SINGLE_NEAR : DOUBLE_NEAR);
    Node near = graph.fma(p, magnitude, magnitude);
    Node bounded = graph.min(magnitude, single ? 4 : 6);
    Node q = graph.polynomial(bounded, single ? SINGLE_FAR : DOUBLE_FAR);
    Node far = graph.sub(graph.constant(1), new Exponentials(graph).expOfModerate(q));
    return graph.withSign(graph.select(graph.lessThan(magnitude, BORDER), near, far), x);
  }
}
