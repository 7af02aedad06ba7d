package org.autograd.onnx;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.autograd.Pointwise;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.type.DType;

/** The nodes of an operation that is defined by an expression: one for each of its operators. */
final class PointwiseNodes {
  private final OnnxGraph graph;
  private final OnnxValue[] operands;
  private final double[] arguments;
  private final DType dtype;

  /** Equal parts of an expression are the same object. */
  private final Map<Expression, OnnxValue> made = new IdentityHashMap<>();

  private PointwiseNodes(OnnxGraph graph, OnnxValue[] operands, double[] arguments, DType dtype) {
    this.graph = graph;
    this.operands = operands;
    this.arguments = arguments;
    this.dtype = dtype;
  }

  static OnnxValue of(
      OnnxGraph graph, Pointwise operation, double[] arguments, OnnxValue[] operands) {
    DType dtype = DType.FLOAT32;
    for (OnnxValue operand : operands) {
      if (operand.dtype() != DType.BOOL) {
        dtype = operand.dtype();
      }
    }
    for (OnnxValue operand : operands) {
      if (operand.dtype() != DType.BOOL && (operand.dtype() != dtype || !dtype.isFloating())) {
        throw new IllegalArgumentException(
            operation.name() + ": all numbers must be float32 or all float64, got " + operand);
      }
    }
    return new PointwiseNodes(graph, operands, arguments, dtype)
        .of(operation.expression().withoutSlopes());
  }

  private OnnxValue of(Expression expression) {
    OnnxValue known = made.get(expression);
    if (known == null) {
      known = make(expression);
      made.put(expression, known);
    }
    return known;
  }

  private OnnxValue make(Expression expression) {
    return switch (expression.operator()) {
      case INPUT, MASK_INPUT -> operands[expression.index()];
      case CONSTANT -> number(expression.value());
      case PARAMETER -> number(arguments[expression.index()]);
      case EXPM1 -> graph.node("Sub", node("Exp", expression), number(1));
      case LOG1P -> graph.node("Log", graph.node("Add", operand(expression, 0), number(1)));
      case LOG2 -> graph.node("Div", node("Log", expression), number(Math.log(2)));
      case ERFC -> graph.node("Sub", number(1), node("Erf", expression));
      case HYPOT -> {
        OnnxValue x = operand(expression, 0);
        OnnxValue y = operand(expression, 1);
        yield graph.node(
            "Sqrt", graph.node("Add", graph.node("Mul", x, x), graph.node("Mul", y, y)));
      }
      case FMOD ->
          graph.node("Mod", Map.of("fmod", 1), operand(expression, 0), operand(expression, 1));
      default -> node(name(expression.operator()), expression);
    };
  }

  private OnnxValue number(double value) {
    return LayerConverters.number(graph, dtype, value);
  }

  private OnnxValue operand(Expression expression, int k) {
    return of(expression.operands().get(k));
  }

  private OnnxValue node(String operator, Expression expression) {
    List<OnnxValue> inputs = expression.operands().stream().map(this::of).toList();
    return graph.node(operator, inputs.toArray(OnnxValue[]::new));
  }

  private static String name(Operator operator) {
    return switch (operator) {
      case MINIMUM -> "Min";
      case MAXIMUM -> "Max";
      case LT -> "Less";
      case LE -> "LessOrEqual";
      case EQ -> "Equal";
      case NEG,
          ABS,
          SQRT,
          EXP,
          LOG,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH,
          TANH,
          ASINH,
          ACOSH,
          ATANH,
          SIGMOID,
          ERF,
          FLOOR,
          ROUND,
          ADD,
          SUB,
          MUL,
          DIV,
          POW,
          AND,
          OR,
          NOT,
          WHERE ->
          operator.name().charAt(0) + operator.name().substring(1).toLowerCase(Locale.ROOT);
      default -> throw new IllegalArgumentException("ONNX has no operator for " + operator);
    };
  }
}
