package org.autograd.internal.kernel.compiler;

import java.util.function.IntFunction;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;

/** Translates operators of the public vocabulary into instructions. */
final class Lowering {
  private final Graph graph;

  Lowering(Graph graph) {
    this.graph = graph;
  }

  /**
   * Translates one operator.
   *
   * @param operand gives the translated operands
   */
  Node lower(Expression expression, IntFunction<Node> operand) {
    Operator operator = expression.operator();
    return switch (operator.arity()) {
      case 0 -> leaf(expression);
      case 1 -> unary(operator, operand.apply(0));
      case 2 -> binary(operator, operand.apply(0), operand.apply(1));
      default -> ternary(operator, operand);
    };
  }

  private Node leaf(Expression leaf) {
    return switch (leaf.operator()) {
      case INPUT -> graph.leaf(Op.INPUT, leaf.index());
      case MASK_INPUT -> graph.leaf(Op.MASK_INPUT, leaf.index());
      case PARAMETER -> graph.leaf(Op.SLOT, leaf.index());
      case CONSTANT -> graph.constant(leaf.value());
      default -> throw new AssertionError(leaf.operator());
    };
  }

  private Node unary(Operator operator, Node a) {
    return switch (operator) {
      case EXP -> new Exponentials(graph).exp(a);
      case EXPM1 -> new Exponentials(graph).expm1(a);
      case TANH -> new Exponentials(graph).tanh(a);
      case SIGMOID -> new Exponentials(graph).sigmoid(a);
      case LOG -> new Logarithms(graph).log(a);
      case LOG2 -> new Logarithms(graph).log2(a);
      case LOG1P -> new Logarithms(graph).log1p(a);
      case ERF -> ErrorFunctions.erf(graph, a);
      case SIN -> new Sines(graph).sin(a);
      case COS -> new Sines(graph).cos(a);
      case TAN -> graph.div(new Sines(graph).sin(a), new Sines(graph).cos(a));
      case ASIN -> new Arcs(graph).asin(a);
      case ACOS -> new Arcs(graph).acos(a);
      case ATAN -> new Arcs(graph).atan2(a, graph.constant(1));
      case SINH -> new Hyperbolics(graph).sinh(a);
      case COSH -> new Hyperbolics(graph).cosh(a);
      case ASINH -> new Hyperbolics(graph).asinh(a);
      case ACOSH -> new Hyperbolics(graph).acosh(a);
      case ATANH -> new Hyperbolics(graph).atanh(a);
      case ERFC -> ErrorFunctions.erfc(graph, a);
      case LGAMMA -> new Gammas(graph).lgamma(a);
      case FLOOR -> graph.floor(a);
      case ROUND -> graph.round(a);
      default -> graph.apply(simple(operator), a);
    };
  }

  private Node binary(Operator operator, Node a, Node b) {
    return switch (operator) {
      case POW -> new Powers(graph).pow(a, b);
      case ATAN2 -> new Arcs(graph).atan2(a, b);
      case HYPOT -> Quotients.hypot(graph, a, b);
      case FMOD -> Quotients.fmod(graph, a, b);
      case POLYGAMMA -> new Gammas(graph).polygamma(a, b);
      default -> graph.apply(simple(operator), a, b);
    };
  }

  private Node ternary(Operator operator, IntFunction<Node> operand) {
    if (operator != Operator.WHERE) {
      throw new AssertionError(operator);
    }
    return graph.select(operand.apply(0), operand.apply(1), operand.apply(2));
  }

  private Op simple(Operator operator) {
    return switch (operator) {
      case NEG -> Op.NEG;
      case ABS -> Op.ABS;
      case SQRT -> Op.SQRT;
      case ADD -> Op.ADD;
      case SUB -> Op.SUB;
      case MUL -> Op.MUL;
      case DIV -> Op.DIV;
      case MINIMUM -> Op.MIN;
      case MAXIMUM -> Op.MAX;
      case LT -> Op.LT;
      case LE -> Op.LE;
      case EQ -> Op.EQ;
      case AND -> Op.AND;
      case OR -> Op.OR;
      case NOT -> Op.NOT;
      default -> throw new AssertionError(operator);
    };
  }
}
