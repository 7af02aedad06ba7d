package org.autograd.internal.kernel.compiler;

/** The instructions of a {@link Graph}; each one has the same bits in scalar and in SIMD code. */
enum Op {
  /** The element of numeric buffer {@code index}. */
  INPUT(Kind.NUMBER),
  /** The element of mask buffer {@code index}. */
  MASK_INPUT(Kind.MASK),
  /** The number {@code value}. */
  CONSTANT(Kind.NUMBER),
  /** The truth value that slot {@code index} holds as 0 or 1. */
  MASK_SLOT(Kind.MASK),
  /** The number in slot {@code index}. */
  SLOT(Kind.NUMBER),
  /** The bits {@code index}. */
  BITS_CONSTANT(Kind.BITS),

  NEG(Kind.NUMBER),
  ABS(Kind.NUMBER),
  SQRT(Kind.NUMBER),
  ADD(Kind.NUMBER),
  SUB(Kind.NUMBER),
  MUL(Kind.NUMBER),
  DIV(Kind.NUMBER),
  /** As {@link Math#min(float, float)}. */
  MIN(Kind.NUMBER),
  /** As {@link Math#max(float, float)}. */
  MAX(Kind.NUMBER),
  /** {@code a * b + c} with one rounding. */
  FMA(Kind.NUMBER),

  LT(Kind.MASK),
  LE(Kind.MASK),
  EQ(Kind.MASK),
  AND(Kind.MASK),
  OR(Kind.MASK),
  NOT(Kind.MASK),
  /** {@code a ? b : c} of a mask and two numbers. */
  SELECT(Kind.NUMBER),

  /** The IEEE 754 representation of a number: 32 bits of a float, 64 of a double. */
  TO_BITS(Kind.BITS),
  FROM_BITS(Kind.NUMBER),
  BITS_ADD(Kind.BITS),
  BITS_SUB(Kind.BITS),
  BITS_AND(Kind.BITS),
  BITS_OR(Kind.BITS),
  /** Shift left by {@code index} bits. */
  SHIFT_LEFT(Kind.BITS),
  /** Unsigned shift right by {@code index} bits. */
  SHIFT_RIGHT(Kind.BITS),

  // Of a mask, an approximation and arguments: the function itself where the mask holds, else the
  // approximation. Java's own functions give the same bits in the interpreter and in compiled code.
  POW(Kind.NUMBER),
  SIN(Kind.NUMBER),
  COS(Kind.NUMBER),
  FMOD(Kind.NUMBER),
  LGAMMA(Kind.NUMBER),
  POLYGAMMA(Kind.NUMBER);

  /** What an instruction yields. */
  enum Kind {
    /** A float or a double. */
    NUMBER,
    /** A truth value. */
    MASK,
    /** An int beside a float, a long beside a double. */
    BITS
  }

  private final Kind kind;

  Op(Kind kind) {
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** Returns whether this stands at the bottom of a graph and is loaded rather than computed. */
  boolean isLeaf() {
    return ordinal() <= BITS_CONSTANT.ordinal();
  }

  /** Returns whether this is the same for all columns of a row. */
  boolean isInvariantLeaf() {
    return isLeaf() && this != INPUT && this != MASK_INPUT;
  }
}
