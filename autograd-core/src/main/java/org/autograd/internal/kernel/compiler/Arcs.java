package org.autograd.internal.kernel.compiler;

/** Inverse trigonometric functions. */
@SuppressWarnings("FloatingPointLiteralPrecision") // as tools/minimax.py prints them
final class Arcs {
  /** p in {@code atan(x) = x + x z p(z)}, {@code z = x^2}, for {@code |x| <= 1}. */
  private static final double[] SINGLE_TANGENT = {
    -0.001793620619758249327,
    0.010914610838174677365,
    -0.031177878246158034746,
    0.057957654852513645769,
    -0.084034560223232026477,
    0.10952188623490770226,
    -0.14264242426705027023,
    0.19998548373012973396,
    -0.33333299092362679394
  };

  private static final double[] DOUBLE_TANGENT = {
    -0.000020258050971156118028,
    0.0002230182666248815046,
    -0.0011640566849061143727,
    0.0038559433402510486099,
    -0.0091845188800801209325,
    0.016978007402728090859,
    -0.025826795245451101125,
    0.034067831314018166457,
    -0.04092640731662111424,
    0.046739513499911666439,
    -0.052392338184363888935,
    0.058773080423636747727,
    -0.066658604272362434434,
    0.076922129411730507626,
    -0.090909012365895438334,
    0.1111111067883505024,
    -0.14285714271338432348,
    0.19999999999755096205,
    -0.33333333333331859426
  };

  /** p in {@code asin(x) = x + x z p(z)}, {@code z = x^2}, for {@code |x| <= 1/2}. */
  private static final double[] SINGLE_SINE = {
    0.042217771770988157752,
    0.024148286612336178038,
    0.045476906962533188126,
    0.074952437597560138653,
    0.16666753871101439424
  };

  private static final double[] DOUBLE_SINE = {
    0.031958722981060446028,
    -0.016293706394533961761,
    0.019573664270675315073,
    0.0065109442163000052563,
    0.012173257895082562813,
    0.013884601745768295164,
    0.01735977078154621104,
    0.022371753543848289358,
    0.030381959330467843836,
    0.044642856823498943173,
    0.075000000003430291865,
    0.16666666666665382847
  };

  private final Graph graph;
  private final boolean single;

  Arcs(Graph graph) {
    this.graph = graph;
    this.single = graph.precision() == Precision.SINGLE;
  }

  /** Returns {@code quadrants pi / 2 - x}, with half of pi as a sum of two numbers. */
  private Node before(int quadrants, Node x) {
    double high = quadrants * (single ? 1.5707963705062866 : 1.5707963267948966);
    double low = quadrants * (single ? -4.371138828673793e-08 : 6.123233995736766e-17);
    return graph.sub(graph.constant(high), graph.sub(x, low));
  }

  /** {@code asin(s)} of a number in [0, 1/2]. */
  private Node small(Node s, Node square) {
    Node p = graph.polynomial(square, single ? SINGLE_SINE : DOUBLE_SINE);
    return graph.fma(graph.mul(s, square), p, s);
  }

  /** {@code asin(m) = pi / 2 - 2 asin(sqrt((1 - m) / 2))}: there is little to add to pi / 2. */
  private Node ofSmall(Node magnitude, Node far) {
    Node rest = graph.mul(graph.sub(graph.constant(1), magnitude), 0.5);
    Node square = graph.select(far, rest, graph.mul(magnitude, magnitude));
    return small(graph.select(far, graph.apply(Op.SQRT, square), magnitude), square);
  }

  private Node isFar(Node magnitude) {
    return graph.apply(Op.LT, graph.constant(0.5), magnitude);
  }

  Node asin(Node x) {
    Node magnitude = graph.abs(x);
    Node far = isFar(magnitude);
    Node angle = ofSmall(magnitude, far);
    Node result = graph.select(far, before(1, graph.add(angle, angle)), angle);
    return graph.withSign(result, x);
  }

  Node acos(Node x) {
    Node magnitude = graph.abs(x);
    Node far = isFar(magnitude);
    Node angle = ofSmall(magnitude, far);
    Node twice = graph.add(angle, angle);
    Node negative = graph.lessThan(x, 0);
    Node near = before(1, graph.select(negative, graph.neg(angle), angle));
    return graph.select(far, graph.select(negative, before(2, twice), twice), near);
  }

  /** The angle of the point {@code (x, y)}, from the angle to the nearer axis. */
  Node atan2(Node y, Node x) {
    Node a = graph.abs(y);
    Node b = graph.abs(x);
    Node larger = graph.apply(Op.MAX, a, b);
    Node smaller = graph.apply(Op.MIN, a, b);
    Node quotient = graph.div(smaller, larger);
    Node zero = graph.constant(0);
    Node infinity = graph.constant(Double.POSITIVE_INFINITY);
    Node one = graph.constant(1);
    Node tangent = graph.select(graph.apply(Op.EQ, larger, zero), zero, quotient);
    tangent = graph.select(graph.apply(Op.EQ, smaller, infinity), one, tangent);
    Node z = graph.mul(tangent, tangent);
    Node p = graph.polynomial(z, single ? SINGLE_TANGENT : DOUBLE_TANGENT);
    Node angle = graph.fma(graph.mul(tangent, z), p, tangent);
    Node steep = graph.select(graph.apply(Op.LT, b, a), before(1, angle), angle);
    // A negative zero counts as negative.
    Node left = graph.lessThan(graph.withSign(one, x), 0);
    return graph.withSign(graph.select(left, before(2, steep), steep), y);
  }
}
