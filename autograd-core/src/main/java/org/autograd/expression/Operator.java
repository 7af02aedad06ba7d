package org.autograd.expression;

/** The vocabulary of {@link Expression}. */
public enum Operator {
  /** The element of a numeric operand at the current position; {@code index} says which operand. */
  INPUT(0, Kind.NUMBER),
  /** The element of a boolean operand at the current position. */
  MASK_INPUT(0, Kind.MASK),
  /** A fixed number. */
  CONSTANT(0, Kind.NUMBER),
  /** A number that is given anew at each call and is the same for all elements. */
  PARAMETER(0, Kind.NUMBER),

  /** {@code -a}. */
  NEG(1, Kind.NUMBER),
  /** {@code |a|}. */
  ABS(1, Kind.NUMBER),
  /** The square root, correctly rounded; NaN below 0. */
  SQRT(1, Kind.NUMBER),
  /** {@code e^a}. */
  EXP(1, Kind.NUMBER),
  /** {@code e^a - 1}, accurate near 0. */
  EXPM1(1, Kind.NUMBER),
  /** The natural logarithm. */
  LOG(1, Kind.NUMBER),
  /** The logarithm to base 2, exact of powers of 2. */
  LOG2(1, Kind.NUMBER),
  /** {@code log(1 + a)}, accurate near 0. */
  LOG1P(1, Kind.NUMBER),
  /** The sine; argument in radians. */
  SIN(1, Kind.NUMBER),
  /** The cosine; argument in radians. */
  COS(1, Kind.NUMBER),
  /** The tangent; argument in radians. */
  TAN(1, Kind.NUMBER),
  /** The angle in [-pi/2, pi/2] with the sine {@code a}. */
  ASIN(1, Kind.NUMBER),
  /** The angle in [0, pi] with the cosine {@code a}. */
  ACOS(1, Kind.NUMBER),
  /** The angle in [-pi/2, pi/2] with the tangent {@code a}. */
  ATAN(1, Kind.NUMBER),
  /** The hyperbolic sine. */
  SINH(1, Kind.NUMBER),
  /** The hyperbolic cosine. */
  COSH(1, Kind.NUMBER),
  /** The hyperbolic tangent. */
  TANH(1, Kind.NUMBER),
  /** The inverse of the hyperbolic sine. */
  ASINH(1, Kind.NUMBER),
  /** The inverse of the hyperbolic cosine; NaN below 1. */
  ACOSH(1, Kind.NUMBER),
  /** The inverse of the hyperbolic tangent; NaN beyond -1 and 1. */
  ATANH(1, Kind.NUMBER),
  /** {@code 1 / (1 + e^-a)}; a primitive because its derived derivative would overflow. */
  SIGMOID(1, Kind.NUMBER),
  /** The error function. */
  ERF(1, Kind.NUMBER),
  /** {@code 1 - erf(a)}, accurate where that is close to 0. */
  ERFC(1, Kind.NUMBER),
  /** The logarithm of the size of the gamma function. */
  LGAMMA(1, Kind.NUMBER),
  /** The largest whole number that is not above {@code a}. */
  FLOOR(1, Kind.NUMBER),
  /** The nearest whole number, the even one at a tie. */
  ROUND(1, Kind.NUMBER),

  /** {@code a + b}. */
  ADD(2, Kind.NUMBER),
  /** {@code a - b}. */
  SUB(2, Kind.NUMBER),
  /** {@code a * b}. */
  MUL(2, Kind.NUMBER),
  /** {@code a / b}. */
  DIV(2, Kind.NUMBER),
  /** The smaller of two; NaN if either is. */
  MINIMUM(2, Kind.NUMBER),
  /** The larger of two; NaN if either is. */
  MAXIMUM(2, Kind.NUMBER),
  /** {@code a^b} as {@link Math#pow}. */
  POW(2, Kind.NUMBER),
  /** The angle of the point {@code (b, a)}, in [-pi, pi], as {@link Math#atan2}. */
  ATAN2(2, Kind.NUMBER),
  /** {@code sqrt(a^2 + b^2)} without overflow. */
  HYPOT(2, Kind.NUMBER),
  /** What remains of {@code a} after division by {@code b}, with the sign of {@code a}; exact. */
  FMOD(2, Kind.NUMBER),

  /** The derivative of constant order {@code b} of the logarithmic derivative of gamma, at a. */
  POLYGAMMA(2, Kind.NUMBER),

  /** {@code a < b}; false if either is NaN. */
  LT(2, Kind.MASK),
  /** {@code a <= b}; false if either is NaN. */
  LE(2, Kind.MASK),
  /** {@code a == b}; false if either is NaN. */
  EQ(2, Kind.MASK),
  /** Both masks hold. */
  AND(2, Kind.MASK),
  /** At least one mask holds. */
  OR(2, Kind.MASK),
  /** The mask does not hold. */
  NOT(1, Kind.MASK),

  /** {@code a ? b : c}, with {@code a} a mask; the branch not taken has no influence. */
  WHERE(3, Kind.NUMBER),

  /** {@code a}, which changes with {@code b} at the rate {@code c}; no kernel ever sees it. */
  SLOPE(3, Kind.NUMBER);

  /** What an expression yields. */
  public enum Kind {
    /** A number of the dtype that the expression is evaluated in. */
    NUMBER,
    /** A truth value. */
    MASK
  }

  private final int arity;
  private final Kind kind;

  Operator(int arity, Kind kind) {
    this.arity = arity;
    this.kind = kind;
  }

  /** Returns the number of operands. */
  public int arity() {
    return arity;
  }

  /** Returns what the operator yields. */
  public Kind kind() {
    return kind;
  }
}
