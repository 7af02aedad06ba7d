package org.autograd;

/**
 * What an error message says of operands, dtype and shape of each. The text is made when the
 * message is: checks are given a description each time, and nearly always pass.
 */
final class Description {
  private final Variable[] operands;

  Description(Variable... operands) {
    this.operands = operands;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Variable operand : operands) {
      text.append(text.isEmpty() ? "" : ", ").append(operand.dtype()).append(operand.shape());
    }
    return text.toString();
  }
}
