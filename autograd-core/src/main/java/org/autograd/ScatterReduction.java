package org.autograd;

/** How the elements are combined that are scattered to the same position. */
public enum ScatterReduction {
  /** Their sum. */
  SUM,
  /** Their product. */
  PROD,
  /** Their mean; of integers rounded down. */
  MEAN,
  /** The largest of them; equal ones share the gradient. */
  AMAX,
  /** The smallest of them; equal ones share the gradient. */
  AMIN
}
