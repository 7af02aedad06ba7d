package org.autograd.liquid;

/** How a {@link CfcCell} makes the next state of its heads. */
public enum CfcMode {
  /** A gate that depends on time leads from one head to the other: {@code f1 (1 - t) + f2 t}. */
  DEFAULT,
  /** The second head is added through the gate: {@code f1 + f2 t}. */
  NO_GATE,
  /**
   * The approximate solution of the equation itself, with one head: {@code A - A exp(-elapsed
   * (|w_tau| + |f1|)) f1}.
   */
  PURE
}
