package org.autograd.internal.kernel.compiler;

import java.util.List;

/**
 * An instruction of a {@link Graph}. Within a graph equal nodes are the same object.
 *
 * @param number its position in the graph, after its operands'
 * @param index the number of a buffer or slot, the distance of a shift, or constant bits
 */
record Node(int number, Op op, List<Node> operands, long index, double value) {
  Node a() {
    return operands.get(0);
  }

  Node b() {
    return operands.get(1);
  }

  Node c() {
    return operands.get(2);
  }

  boolean isConstant() {
    return op == Op.CONSTANT;
  }

  // Nodes are interned by their graph; the content of a deep one must not be walked.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
