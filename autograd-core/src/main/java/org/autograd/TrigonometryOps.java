package org.autograd;

/**
 * Trigonometric and hyperbolic functions and their inverses, element by element; angles are in
 * radians. Integers give float32.
 */
sealed interface TrigonometryOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The definitions, each used by one operation below. */
  final class Definitions {
    private static final Pointwise SIN = Pointwise.of("sin", x -> x.sin());
    private static final Pointwise COS = Pointwise.of("cos", x -> x.cos());
    private static final Pointwise TAN = Pointwise.of("tan", x -> x.tan());
    private static final Pointwise ASIN = Pointwise.of("asin", x -> x.asin());
    private static final Pointwise ACOS = Pointwise.of("acos", x -> x.acos());
    private static final Pointwise ATAN = Pointwise.of("atan", x -> x.atan());
    private static final Pointwise ATAN2 = Pointwise.of("atan2", (y, x) -> y.atan2(x));
    private static final Pointwise SINH = Pointwise.of("sinh", x -> x.sinh());
    private static final Pointwise COSH = Pointwise.of("cosh", x -> x.cosh());
    private static final Pointwise TANH = Pointwise.of("tanh", x -> x.tanh());
    private static final Pointwise ASINH = Pointwise.of("asinh", x -> x.asinh());
    private static final Pointwise ACOSH = Pointwise.of("acosh", x -> x.acosh());
    private static final Pointwise ATANH = Pointwise.of("atanh", x -> x.atanh());

    private Definitions() {}
  }

  /** Returns the sine of an angle in radians. */
  default Variable sin() {
    return Definitions.SIN.apply(self());
  }

  /** Returns the cosine of an angle in radians. */
  default Variable cos() {
    return Definitions.COS.apply(self());
  }

  /** Returns the tangent of an angle in radians. */
  default Variable tan() {
    return Definitions.TAN.apply(self());
  }

  /** Returns the angle in [-pi/2, pi/2] whose sine this is; NaN beyond -1 and 1. */
  default Variable asin() {
    return Definitions.ASIN.apply(self());
  }

  /** Returns the angle in [0, pi] whose cosine this is; NaN beyond -1 and 1. */
  default Variable acos() {
    return Definitions.ACOS.apply(self());
  }

  /** Returns the angle in [-pi/2, pi/2] whose tangent this is. */
  default Variable atan() {
    return Definitions.ATAN.apply(self());
  }

  /**
   * Returns the angle in [-pi, pi] of the point {@code (x, this)}; slope 0 at the origin, where it
   * has none.
   */
  default Variable atan2(Variable x) {
    return Definitions.ATAN2.apply(self(), x);
  }

  /** Returns the hyperbolic sine. */
  default Variable sinh() {
    return Definitions.SINH.apply(self());
  }

  /** Returns the hyperbolic cosine. */
  default Variable cosh() {
    return Definitions.COSH.apply(self());
  }

  /** Returns the hyperbolic tangent. */
  default Variable tanh() {
    return Definitions.TANH.apply(self());
  }

  /** Returns the inverse hyperbolic sine. */
  default Variable asinh() {
    return Definitions.ASINH.apply(self());
  }

  /** Returns the inverse hyperbolic cosine; NaN below 1. */
  default Variable acosh() {
    return Definitions.ACOSH.apply(self());
  }

  /** Returns the inverse hyperbolic tangent; NaN beyond -1 and 1. */
  default Variable atanh() {
    return Definitions.ATANH.apply(self());
  }
}
