package org.autograd.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Operands to try an operation with.
 *
 * @param label what is special about them
 * @param bases contiguous arrays, float64 with values that float32 has too, or integer or bool
 * @param arrange makes the operands from the bases: views of them, or one of them twice
 * @param smooth whether finite differences are defined here: no ties, corners, infinities
 */
public record Sample(
    String label, List<Variable> bases, UnaryOperator<Variable[]> arrange, boolean smooth) {

  /** Returns copies of the bases, those of a float dtype as leaves of the given dtype. */
  public Variable[] leaves(DType dtype) {
    List<Variable> result = new ArrayList<>();
    for (Variable base : bases) {
      result.add(
          base.dtype().isFloating() ? base.to(dtype).copy().requiresGrad(true) : base.copy());
    }
    return result.toArray(Variable[]::new);
  }

  /** Returns the operands made from leaves. */
  public Variable[] operands(Variable... leaves) {
    return arrange.apply(leaves);
  }

  @Override
  public String toString() {
    return label;
  }
}
