package org.autograd.spiking;

import static org.autograd.expression.Expression.constant;
import static org.autograd.expression.Expression.input;
import static org.autograd.expression.Expression.parameter;
import static org.autograd.expression.Expression.where;

import java.util.function.UnaryOperator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * The Heaviside step, 1 above 0 and else 0, with a derivative that is not its own. The true one is
 * 0 everywhere, so nothing could be learned through a spike; a surrogate is some bump around the
 * threshold instead (E. Neftci, H. Mostafa, F. Zenke, <i>Surrogate gradient learning in spiking
 * neural networks</i>, 2019).
 *
 * <pre>{@code
 * Surrogate surrogate = Surrogate.fastSigmoid(25);
 * Variable spikes = surrogate.apply(membrane, 1.0);                     // 0 or 1, membrane > 1
 * Surrogate own = Surrogate.of("cosine", x -> x.mul(x).neg().exp());    // any slope of x
 * }</pre>
 *
 * <p>Everything is one loop over the elements, and a neuron fuses it with what surrounds it: {@link
 * #expression}. Slopes are finite for every finite x. Libraries differ in the slopes' scales; those
 * here say whose they are. snnTorch's "triangular" is no triangle but +1 below and -1 above the
 * threshold, and its documentation of the arctangent has a factor of 1/pi that its code has not;
 * here it is the code's.
 */
public final class Surrogate {
  private static final Expression X = input(0);
  private static final Expression ZERO = constant(0);
  private static final Expression ONE = constant(1);
  private static final Expression HALF = constant(0.5);

  private final String name;
  private final UnaryOperator<Expression> slope;
  private final @Nullable UnaryOperator<Expression> primitive;

  /** Whether x = 0 is a spike, too. */
  private final boolean inclusive;

  /** Whether the value is the primitive instead of the step. */
  private final boolean smooth;

  private final Pointwise step;
  private final Pointwise aboveVariable;
  private final Pointwise aboveNumber;

  private Surrogate(
      String name,
      UnaryOperator<Expression> slope,
      @Nullable UnaryOperator<Expression> primitive,
      boolean inclusive,
      boolean smooth) {
    this.name = name;
    this.slope = slope;
    this.primitive = primitive;
    this.inclusive = inclusive;
    this.smooth = smooth;
    this.step = Pointwise.of("spike", 1, 0, expression(X));
    this.aboveVariable = Pointwise.of("spike", 2, 0, expression(X.sub(input(1))));
    this.aboveNumber = Pointwise.of("spike", 1, 1, expression(X.sub(parameter(0))));
  }

  private static Surrogate of(
      String name, UnaryOperator<Expression> slope, UnaryOperator<Expression> primitive) {
    return new Surrogate(name, slope, primitive, false, false);
  }

  /**
   * Returns a step with any derivative.
   *
   * @param name for errors and pictures
   * @param slope the derivative at x, the distance from the threshold
   */
  public static Surrogate of(String name, UnaryOperator<Expression> slope) {
    return new Surrogate(name, slope, null, false, false);
  }

  /** Returns {@link #arctangent(double)} of sharpness 2, the default of all neurons here. */
  public static Surrogate arctangent() {
    return arctangent(2);
  }

  /**
   * Returns the slope {@code a/2 / (1 + (pi a x / 2)^2)} of the arctangent; snnTorch's and
   * SpikingJelly's {@code atan}.
   *
   * @param a the sharpness
   */
  public static Surrogate arctangent(double a) {
    double scale = check("arctangent", a) * Math.PI / 2;
    return of(
        "arctangent",
        x -> constant(a / 2).div(x.mul(scale).square().add(1)),
        x -> x.mul(scale).atan().div(Math.PI).add(HALF));
  }

  /**
   * Returns the slope {@code 1 / (1 + k |x|)^2} of {@code x / (1 + k |x|)}. snnTorch's has k = 25;
   * Norse and SpyTorch, who call it SuperSpike, have k = 100.
   *
   * @param k the sharpness
   */
  public static Surrogate fastSigmoid(double k) {
    check("fastSigmoid", k);
    return of(
        "fastSigmoid",
        x -> ONE.div(x.abs().mul(k).add(1).square()),
        x -> x.div(x.abs().mul(k).add(1)).add(HALF));
  }

  /**
   * Returns the slope {@code a / (1 + |x|)^2}; what SpikingJelly calls SuperSpike.
   *
   * @param a the height
   */
  public static Surrogate superSpike(double a) {
    check("superSpike", a);
    return of(
        "superSpike",
        x -> constant(a).div(x.abs().add(1).square()),
        x -> x.mul(a).div(x.abs().add(1)).add(HALF));
  }

  /**
   * Returns the slope {@code a/2 / (1 + |a x|)^2}; SpikingJelly's SoftSign.
   *
   * @param a the sharpness
   */
  public static Surrogate softSign(double a) {
    check("softSign", a);
    return of(
        "softSign",
        x -> constant(a / 2).div(x.mul(a).abs().add(1).square()),
        x -> x.mul(a / 2).div(x.mul(a).abs().add(1)).add(HALF));
  }

  /**
   * Returns the slope {@code k s (1 - s)} of the sigmoid {@code s(k x)}; snnTorch's has k = 25,
   * SpikingJelly's 4. In this form it does not overflow, whatever x.
   *
   * @param k the sharpness
   */
  public static Surrogate sigmoid(double k) {
    check("sigmoid", k);
    return of(
        "sigmoid",
        x -> {
          Expression s = x.mul(k).sigmoid();
          return ONE.sub(s).mul(s).mul(k);
        },
        x -> x.mul(k).sigmoid());
  }

  /**
   * Returns the slope {@code a max(0, 1 - |x|)}; Norse's and Bellec's triangle (a = 0.3 with them).
   *
   * @param a the height
   */
  public static Surrogate triangular(double a) {
    check("triangular", a);
    return of(
        "triangular",
        x -> where(x.abs().lt(1), ONE.sub(x.abs()).mul(a), ZERO),
        x -> bump(x, 1, x.sub(x.mul(x.abs()).mul(0.5)).mul(a).add(HALF), 0.5 - a / 2));
  }

  /**
   * Returns the slope {@code max(0, a - a^2 |x|)}, a triangle of area 1; SpikingJelly's
   * PiecewiseQuadratic.
   *
   * @param a the height
   */
  public static Surrogate piecewiseQuadratic(double a) {
    check("piecewiseQuadratic", a);
    return of(
        "piecewiseQuadratic",
        x -> where(x.abs().mul(a).lt(1), constant(a).sub(x.abs().mul(a * a)), ZERO),
        x -> bump(x, 1 / a, x.mul(a).sub(x.mul(x.abs()).mul(a * a / 2)).add(HALF), 0));
  }

  /**
   * Returns the slope {@code a} where {@code |x| < 1 / (2 a)}, else 0; SpikingJelly's Rect.
   *
   * @param a the height
   */
  public static Surrogate rectangular(double a) {
    check("rectangular", a);
    return of(
        "rectangular",
        x -> where(x.abs().mul(2 * a).lt(1), constant(a), ZERO),
        x -> bump(x, 1 / (2 * a), x.mul(a).add(HALF), 0));
  }

  /**
   * Returns what is inside up to a distance, and beyond it a low and, by symmetry, a high value.
   */
  private static Expression bump(Expression x, double width, Expression inside, double low) {
    return where(x.abs().lt(width), inside, where(x.lt(0), constant(low), constant(1 - low)));
  }

  /**
   * Returns the slope {@code a / sqrt(pi) exp(-(a x)^2)} of the error function; SpikingJelly's Erf.
   *
   * @param a the sharpness
   */
  public static Surrogate errorFunction(double a) {
    check("errorFunction", a);
    return of(
        "errorFunction",
        x -> x.mul(a).square().neg().exp().mul(a / Math.sqrt(Math.PI)),
        x -> x.mul(a).erf().mul(0.5).add(HALF));
  }

  /**
   * Returns the slope {@code a/2 exp(-a |x|)}; SpikingJelly's PiecewiseExp.
   *
   * @param a the sharpness
   */
  public static Surrogate exponential(double a) {
    check("exponential", a);
    return of(
        "exponential",
        x -> x.abs().mul(-a).exp().mul(a / 2),
        x -> {
          Expression tail = x.abs().mul(-a).exp().mul(0.5);
          return where(x.lt(0), tail, ONE.sub(tail));
        });
  }

  /**
   * Returns the slope 1 everywhere: the gradient goes straight through. It often fails to learn.
   */
  public static Surrogate straightThrough() {
    return of("straightThrough", _ -> ONE, x -> x);
  }

  /**
   * Returns the slope 0 everywhere, which is the step's true one: what comes before a spike is not
   * trained. For comparison.
   */
  public static Surrogate trueGradient() {
    return of("trueGradient", _ -> ZERO);
  }

  private static double check(String name, double sharpness) {
    if (!(sharpness > 0) || Double.isInfinite(sharpness)) {
      throw new IllegalArgumentException(
          name + ": the sharpness must be positive and finite, got " + sharpness);
    }
    return sharpness;
  }

  /** Returns this with a spike at the threshold, too: {@code x >= 0}, SpikingJelly's convention. */
  public Surrogate inclusive() {
    return inclusive(true);
  }

  /** Returns this with a spike at the threshold or without, as a neuron's definition has it. */
  Surrogate inclusive(boolean atThreshold) {
    return new Surrogate(name, slope, primitive, atThreshold, smooth);
  }

  /**
   * Returns the smooth function that has this slope, instead of the step. With it a network is
   * differentiable, and its gradients can be compared with differences.
   *
   * @throws IllegalStateException if this was made of a slope alone
   */
  public Surrogate smooth() {
    if (primitive == null) {
      throw new IllegalStateException(
          "smooth: the integral of the slope of " + name + " is unknown");
    }
    return new Surrogate(name, slope, primitive, inclusive, true);
  }

  /** Returns the spike as part of a larger expression, of x, the distance from the threshold. */
  public Expression expression(Expression x) {
    Expression value =
        smooth && primitive != null
            ? primitive.apply(x)
            : where(inclusive ? x.ge(ZERO) : x.gt(0), ONE, ZERO);
    return value.withSlope(x, slope.apply(x));
  }

  /**
   * Returns the spikes: 1 where x is positive, else 0 (also where it is NaN).
   *
   * @param x the distance from the threshold, of any shape
   */
  public Variable apply(Variable x) {
    return step.apply(x);
  }

  /**
   * Returns the spikes of membranes above a threshold.
   *
   * @param threshold broadcasts to the membranes, and has a gradient if it requires one
   */
  public Variable apply(Variable membrane, Variable threshold) {
    return aboveVariable.apply(membrane, threshold);
  }

  /** Returns the spikes of membranes above a threshold. */
  public Variable apply(Variable membrane, double threshold) {
    return aboveNumber.apply(membrane, threshold);
  }

  /** Returns whether a membrane that equals the threshold spikes. */
  public boolean isInclusive() {
    return inclusive;
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }
}
