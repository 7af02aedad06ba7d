package org.autograd.internal.kernel.compiler;

/** The error function: an odd polynomial near 0, {@code 1 - e^q(x)} farther out. */
@SuppressWarnings("FloatingPointLiteralPrecision") // as tools/minimax.py prints them
final class ErrorFunctions {
  /** p in {@code erf(x) = x + x p(x^2)} up to {@link #BORDER}. */
  private static final double[] SINGLE_NEAR = {
    8.1503439711980575597e-5,
    -8.0896830171283781563e-4,
    5.1962829985073133342e-3,
    -2.6857462246554007893e-2,
    1.1283660405107899339e-1,
    -3.7612631460613466912e-1,
    1.2837916640602357804e-1
  };

  private static final double[] DOUBLE_NEAR = {
    6.1763422377538683912e-11,
    -1.1493984558800403419e-9,
    1.4689030563180628514e-8,
    -1.6354365677828574256e-7,
    1.6461355979532174266e-6,
    -1.4925615823726766597e-5,
    1.2055331902939275793e-4,
    -8.5483270008356874268e-4,
    5.2239776251376313757e-3,
    -2.6866170645106830031e-2,
    1.128379167095502396e-1,
    -3.7612638903183750796e-1,
    1.2837916709551257385e-1
  };

  /** {@code q(x) = log(1 - erf(x))} from {@link #BORDER} to where erf is 1. */
  private static final double[] SINGLE_FAR = {
    1.9266270598805640143e-4,
    -3.011087160614625586e-3,
    2.2098810889873224823e-2,
    -1.0366577156749615257e-1,
    -6.3748521098008769234e-1,
    -1.1274956509916969912,
    -2.3925503862128088922e-4
  };

  private static final double[] DOUBLE_FAR = {
    1.2229776662676450187e-12,
    -5.5197793322120616783e-11,
    1.1663548083704437088e-9,
    -1.5317330635258583635e-8,
    1.3978811501159456193e-7,
    -9.3690927869030090637e-7,
    4.730693694713845278e-6,
    -1.7985620786089629493e-5,
    4.927909201771573274e-5,
    -8.0103899200940912178e-5,
    -2.6976024045322829949e-5,
    6.1511793337862573541e-4,
    -1.7389225509303091371e-3,
    2.5340142707990068634e-4,
    1.909676928231621321e-2,
    -1.0275667149923699269e-1,
    -6.3662518301716477093e-1,
    -1.128378047524534655,
    -1.0689972202612581377e-7
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
