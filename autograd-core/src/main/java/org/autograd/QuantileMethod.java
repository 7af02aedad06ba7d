package org.autograd;

/** What a quantile is that lies between two elements. */
public enum QuantileMethod {
  /** The value in between, in proportion to the distances. */
  LINEAR,
  /** The smaller of the two. */
  LOWER,
  /** The larger of the two. */
  HIGHER,
  /** Their mean. */
  MIDPOINT,
  /** The nearer of the two; of equally near ones that at the even position. */
  NEAREST
}
