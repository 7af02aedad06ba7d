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

  /**
   * p in {@code erfc(x) = e^(-x^2) p(t) / (1 + 2 x)}, {@code t = (x - 4) / (x + 4)}, to where erfc
   * is 0.
   */
  private static final double[] SINGLE_COMPLEMENT = {
    0.00077410516614336145024,
    0.0066766532743970930537,
    -0.016244563880067194287,
    0.036360797798502728428,
    -0.066536182562083107058,
    0.093863552135550457648,
    -0.10099712564024598489,
    0.068088694724395626093,
    0.015377364384438686161,
    -0.13962094686717194119,
    1.2329951366198798278
  };

  private static final double[] DOUBLE_COMPLEMENT = {
    -8.4419358674083678531e-9,
    -8.2206004071258139596e-9,
    1.0152036092462053995e-7,
    5.5610760005686970133e-8,
    -8.1997650732432660955e-7,
    3.1345487819073292219e-7,
    5.7089978129284989714e-6,
    -0.000011234158309375594363,
    -0.000024400231331022126552,
    0.00015062638891364599186,
    -0.0001992560259571104799,
    -0.00075777445367366116474,
    0.0050319697893128017827,
    -0.016197733878577189108,
    0.037167515565446965583,
    -0.066330365828365694364,
    0.093732834996230208359,
    -0.10103906603555178941,
    0.06809705425476281009,
    0.015379652102605907492,
    -0.13962111684056317,
    1.2329951186255525523
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

  static Node erfc(Graph graph, Node x) {
    boolean single = graph.precision() == Precision.SINGLE;
    Node magnitude = graph.min(graph.abs(x), single ? 11 : 28);
    Node t = graph.div(graph.sub(magnitude, 4), graph.add(magnitude, 4));
    Node p = graph.polynomial(t, single ? SINGLE_COMPLEMENT : DOUBLE_COMPLEMENT);
    Node square = graph.mul(magnitude, magnitude);
    // What rounding the square loses would be many units of the last place of its power.
    Node lost = graph.fma(magnitude, magnitude, graph.neg(square));
    Node quotient = graph.div(p, graph.fma(magnitude, 2, graph.constant(1)));
    Node factor = graph.fma(graph.neg(lost), quotient, quotient);
    Node right = graph.mul(new Exponentials(graph).exp(graph.neg(square)), factor);
    Node near = graph.sub(graph.constant(1), erf(graph, x));
    return graph.select(graph.lessThan(x, 0.5), near, right);
  }
}
