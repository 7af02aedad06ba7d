package org.autograd.internal.kernel.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A straight-line computation under construction: instructions in the order in which they can be
 * executed, each different one once.
 */
final class Graph {
  private record Key(Op op, List<Node> operands, long index, long value) {}

  private final Precision precision;
  private final Map<Key, Node> known = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  Graph(Precision precision) {
    this.precision = precision;
  }

  Precision precision() {
    return precision;
  }

  /** Returns all instructions, operands before users. */
  List<Node> nodes() {
    return nodes;
  }

  int size() {
    return nodes.size();
  }

  private Node node(Op op, long index, double value, Node... operands) {
    List<Node> list = List.of(operands);
    return known.computeIfAbsent(
        new Key(op, list, index, Double.doubleToRawLongBits(value)),
        key -> {
          Node node = new Node(nodes.size(), op, list, index, value);
          nodes.add(node);
          return node;
        });
  }

  Node apply(Op op, Node... operands) {
    return node(op, 0, 0, operands);
  }

  Node leaf(Op op, long index) {
    return node(op, index, 0);
  }

  Node constant(double value) {
    return node(Op.CONSTANT, 0, precision.round(value));
  }

  Node bits(long value) {
    return node(Op.BITS_CONSTANT, value, 0);
  }

  Node add(Node a, Node b) {
    return apply(Op.ADD, a, b);
  }

  Node add(Node a, double b) {
    return add(a, constant(b));
  }

  Node sub(Node a, Node b) {
    return apply(Op.SUB, a, b);
  }

  Node sub(Node a, double b) {
    return sub(a, constant(b));
  }

  Node mul(Node a, Node b) {
    return apply(Op.MUL, a, b);
  }

  Node mul(Node a, double b) {
    return mul(a, constant(b));
  }

  Node div(Node a, Node b) {
    return apply(Op.DIV, a, b);
  }

  Node fma(Node a, Node b, Node c) {
    return apply(Op.FMA, a, b, c);
  }

  Node fma(Node a, double b, Node c) {
    return fma(a, constant(b), c);
  }

  Node min(Node a, double b) {
    return apply(Op.MIN, a, constant(b));
  }

  Node max(Node a, double b) {
    return apply(Op.MAX, a, constant(b));
  }

  Node neg(Node a) {
    return apply(Op.NEG, a);
  }

  Node abs(Node a) {
    return apply(Op.ABS, a);
  }

  Node lessThan(Node a, double b) {
    return apply(Op.LT, a, constant(b));
  }

  Node select(Node mask, Node yes, Node no) {
    return apply(Op.SELECT, mask, yes, no);
  }

  Node toBits(Node a) {
    return apply(Op.TO_BITS, a);
  }

  Node fromBits(Node a) {
    return apply(Op.FROM_BITS, a);
  }

  Node bitsAdd(Node a, long b) {
    return apply(Op.BITS_ADD, a, bits(b));
  }

  Node bitsSub(Node a, Node b) {
    return apply(Op.BITS_SUB, a, b);
  }

  Node bitsAnd(Node a, long b) {
    return apply(Op.BITS_AND, a, bits(b));
  }

  Node shiftLeft(Node a, int distance) {
    return node(Op.SHIFT_LEFT, distance, 0, a);
  }

  Node shiftRight(Node a, int distance) {
    return node(Op.SHIFT_RIGHT, distance, 0, a);
  }

  /** Returns {@code magnitude}, which must not be negative, with the sign of {@code sign}. */
  Node withSign(Node magnitude, Node sign) {
    long signBit = precision.toBits(-0.0);
    return fromBits(apply(Op.BITS_OR, toBits(magnitude), bitsAnd(toBits(sign), signBit)));
  }

  /** Returns the polynomial with the given coefficients, the highest power's first. */
  Node polynomial(Node x, double... coefficients) {
    Node result = constant(coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      result = fma(result, x, constant(coefficients[i]));
    }
    return result;
  }

  /**
   * The Vector API has no rounding: add and subtract a number that leaves no room for a fraction.
   */
  Node round(Node x) {
    double limit = 1L << precision.significandBits;
    Node magnitude = abs(x);
    Node rounded = withSign(sub(add(magnitude, limit), limit), x);
    return select(lessThan(magnitude, limit), rounded, x);
  }

  Node floor(Node x) {
    double limit = 1L << precision.significandBits;
    Node rounded = round(x);
    Node tooLarge = apply(Op.LT, x, rounded);
    Node floor = select(tooLarge, sub(rounded, 1), rounded);
    return select(lessThan(abs(x), limit), floor, x);
  }
}
