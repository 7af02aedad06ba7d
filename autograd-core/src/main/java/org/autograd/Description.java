package org.autograd;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an error message says of operands, dtype and shape of each. The text is made when the
 * message is: checks are given a description each time, and nearly always pass.
 */
record Description(Variable... operands) {
  @Override
  public String toString() {
    return Stream.of(operands)
        .map(operand -> operand.dtype() + operand.shape().toString())
        .collect(Collectors.joining(", "));
  }
}
