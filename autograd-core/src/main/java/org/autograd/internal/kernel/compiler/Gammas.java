package org.autograd.internal.kernel.compiler;

/**
 * The logarithm of the gamma function and its derivatives, of positive numbers: asymptotic series
 * where these are large, else recurrences that lead there, or to where a polynomial is. The rest is
 * {@link GammaFunctions}'s.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // as tools/minimax.py prints them
final class Gammas {
  /** p in {@code log(gamma(2 + t)) = t p(t)} for {@code |t| <= 1/2}. */
  private static final double[] SINGLE = {
    -2.7007447160868649339e-4,
    5.7008643435609449573e-4,
    -1.1777036306192429929e-3,
    2.8789583191567810683e-3,
    -7.3874532718585005914e-3,
    2.0581612008841352106e-2,
    -6.7352217247956196647e-2,
    3.2246701853671545593e-1,
    4.2278433449621763151e-1
  };

  private static final double[] DOUBLE = {
    -1.4351580311501281628e-7,
    2.7880193574769642456e-7,
    -4.1976056854122493982e-7,
    9.2000878755514201449e-7,
    -2.0499029526783385907e-6,
    4.3847144002125789565e-6,
    -9.4371950145613949044e-6,
    2.0505590607516087007e-5,
    -4.4926537893255340909e-5,
    9.9457673287161132203e-5,
    -2.2315473452684808029e-4,
    5.0966951545394340703e-4,
    -1.1927539127920261284e-3,
    2.8905103310316940234e-3,
    -7.3855510286488295133e-3,
    2.0580808427780441825e-2,
    -6.735230105319832114e-2,
    3.2246703342411323522e-1,
    4.2278433509846713973e-1
  };

  /** From here on the series for the logarithm of the gamma function is used. */
  private static final int LARGE = 8;

  /** Derivatives of a higher order than this are not compiled. */
  private static final int HIGHEST = 4;

  private static final double HALF_LOG_TWO_PI = 0.9189385332046728;

  private final Graph graph;
  private final boolean single;

  Gammas(Graph graph) {
    this.graph = graph;
    this.single = graph.precision() == Precision.SINGLE;
  }

  private Node notPositive(Node x) {
    return graph.apply(Op.NOT, graph.apply(Op.LT, graph.constant(0), x));
  }

  Node lgamma(Node x) {
    Node nearest = graph.round(x);
    Node t = graph.sub(x, nearest);
    Node polynomial = graph.mul(t, graph.polynomial(t, single ? SINGLE : DOUBLE));
    // gamma(x) is the product of x - 1, x - 2, ... 2 + t, and gamma(2 + t).
    Node product = graph.constant(1);
    for (int i = 1; i <= LARGE - 2; i++) {
      Node isFactor = graph.apply(Op.LE, graph.constant(i + 2), nearest);
      product = graph.mul(product, graph.select(isFactor, graph.sub(x, i), graph.constant(1)));
    }
    // Below 3/2, gamma(2 + t) is gamma(x) times x, or times x (x + 1).
    Node below = graph.lessThan(nearest, 2);
    Node divisor = graph.select(graph.lessThan(nearest, 1), graph.fma(x, x, x), x);
    Node small = graph.lessThan(x, LARGE);
    Node argument = graph.select(small, graph.select(below, divisor, product), x);
    Node log = new Logarithms(graph).log(argument);
    Node near = graph.select(below, graph.sub(polynomial, log), graph.add(polynomial, log));
    Node inverse = graph.div(graph.constant(1), x);
    int terms = single ? 3 : 8;
    double[] coefficients = new double[terms];
    for (int j = 1; j <= terms; j++) {
      coefficients[terms - j] = GammaFunctions.bernoulli(j) / (2.0 * j * (2 * j - 1));
    }
    Node series = graph.mul(inverse, graph.polynomial(graph.mul(inverse, inverse), coefficients));
    Node rest = graph.add(series, HALF_LOG_TWO_PI - 0.5);
    Node far = graph.fma(graph.sub(x, 0.5), graph.sub(log, 1), rest);
    return graph.apply(Op.LGAMMA, notPositive(x), graph.select(small, near, far), x);
  }

  /** The derivative of the given order of the digamma function, which is order 0. */
  Node polygamma(Node x, Node order) {
    int n = (int) order.value();
    if (n > HIGHEST) {
      Node always = graph.apply(Op.LT, graph.constant(0), graph.constant(1));
      return graph.apply(Op.POLYGAMMA, always, x, x, order);
    }
    Node value = n == 0 ? digamma(x) : derivative(x, n);
    return graph.apply(Op.POLYGAMMA, notPositive(x), value, x, order);
  }

  private Node digamma(Node x) {
    int shift = single ? 5 : 10;
    Node near = graph.lessThan(x, shift);
    Node z = graph.select(near, graph.add(x, shift), x);
    // The sum of 1 / x, 1 / (x + 1), ... as one quotient.
    Node numerator = graph.constant(1);
    Node denominator = x;
    for (int i = 1; i < shift; i++) {
      Node factor = graph.add(x, i);
      numerator = graph.fma(numerator, factor, denominator);
      denominator = graph.mul(denominator, factor);
    }
    Node sum = graph.select(near, graph.div(numerator, denominator), graph.constant(0));
    Node inverse = graph.div(graph.constant(1), z);
    int terms = single ? 4 : 7;
    double[] coefficients = new double[terms];
    for (int j = 1; j <= terms; j++) {
      coefficients[terms - j] = GammaFunctions.bernoulli(j) / (2.0 * j);
    }
    Node square = graph.mul(inverse, inverse);
    Node series = graph.mul(square, graph.polynomial(square, coefficients));
    Node correction = graph.fma(inverse, 0.5, series);
    return graph.sub(graph.sub(new Logarithms(graph).log(z), correction), sum);
  }

  private Node derivative(Node x, int n) {
    int shift = 10 + 2 * n;
    Node near = graph.lessThan(x, shift);
    Node z = graph.select(near, graph.add(x, shift), x);
    Node sum = graph.constant(0);
    for (int i = shift - 1; i >= 0; i--) {
      sum = graph.add(sum, power(graph.div(graph.constant(1), graph.add(x, i)), n + 1));
    }
    Node inverse = graph.div(graph.constant(1), z);
    int terms = single ? 4 : 8;
    double[] coefficients = new double[terms];
    for (int j = 1; j <= terms; j++) {
      coefficients[terms - j] = GammaFunctions.tailCoefficient(n, j);
    }
    Node square = graph.mul(inverse, inverse);
    Node series = graph.mul(square, graph.polynomial(square, coefficients));
    Node bracket = graph.add(graph.fma(inverse, 0.5, series), 1.0 / n);
    Node tail = graph.mul(power(inverse, n), bracket);
    Node all = graph.add(graph.select(near, sum, graph.constant(0)), tail);
    return graph.mul(all, (n % 2 == 0 ? -1 : 1) * GammaFunctions.factorial(n));
  }

  private Node power(Node x, int exponent) {
    Node result = x;
    for (int k = 1; k < exponent; k++) {
      result = graph.mul(result, x);
    }
    return result;
  }
}
