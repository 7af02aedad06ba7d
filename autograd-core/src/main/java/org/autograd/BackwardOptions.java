package org.autograd;

/**
 * How a backward pass treats the graph; immutable.
 *
 * @param keepsGraph whether the values saved for backward stay, so that the graph can be walked
 *     again
 * @param createsGraph whether the pass is itself recorded, for gradients of gradients; implies
 *     {@code keepsGraph}
 */
public record BackwardOptions(boolean keepsGraph, boolean createsGraph) {
  private static final BackwardOptions DEFAULT = new BackwardOptions(false, false);

  /** Makes {@code createsGraph} imply {@code keepsGraph}. */
  public BackwardOptions {
    keepsGraph |= createsGraph;
  }

  /** Frees the graph and records nothing. */
  public static BackwardOptions defaults() {
    return DEFAULT;
  }

  /** Keeps the graph for another pass, as PyTorch's {@code retain_graph=True}. */
  public static BackwardOptions retainGraph() {
    return new BackwardOptions(true, false);
  }

  /** Records the pass itself, as PyTorch's {@code create_graph=True}. */
  public static BackwardOptions createGraph() {
    return new BackwardOptions(true, true);
  }
}
