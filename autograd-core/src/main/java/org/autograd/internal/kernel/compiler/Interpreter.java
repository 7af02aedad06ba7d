package org.autograd.internal.kernel.compiler;

import java.util.IdentityHashMap;
import java.util.Map;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;

/**
 * Runs a program directly, one expression node at a time over a row, in double precision. It is the
 * plain reference that the compiled kernels are tested against, and what runs where classes cannot
 * be defined at run time.
 */
final class Interpreter implements Kernel {
  private final Program program;
  private final boolean single;

  Interpreter(Program program, DType dtype) {
    this.program = program;
    this.single = dtype == DType.FLOAT32;
  }

  @Override
  public void run(
      Object[] buffers,
      int[] offsets,
      int[] rowStrides,
      double[] parameters,
      int rows,
      int columns) {
    for (int row = 0; row < rows; row++) {
      new Row(buffers, offsets, rowStrides, parameters, row, columns).run();
    }
  }

  /**
   * The state of one row: the values of this stage's nodes, and the results of reductions so far.
   */
  private final class Row {
    private final Object[] buffers;
    private final int[] starts;
    private final double[] scalars;
    private final int columns;
    private Map<Expression, double[]> values = new IdentityHashMap<>();

    Row(
        Object[] buffers,
        int[] offsets,
        int[] rowStrides,
        double[] parameters,
        int row,
        int columns) {
      this.buffers = buffers;
      this.columns = columns;
      starts = new int[buffers.length];
      for (int k = 0; k < buffers.length; k++) {
        starts[k] = offsets[k] + row * rowStrides[k];
      }
      scalars = new double[program.parameters() + program.reductionCount()];
      System.arraycopy(parameters, 0, scalars, 0, program.parameters());
    }

    void run() {
      for (Program.Stage stage : program.stages()) {
        values = new IdentityHashMap<>();
        stage.stores().forEach(store -> evaluate(store.value(), columns));
        for (Program.Reduction reduction : stage.reductions()) {
          scalars[program.parameters() + reduction.index()] =
              round(reduce(reduction.combine(), evaluate(reduction.value(), columns)));
        }
        stage.stores().forEach(store -> store(store, columns));
      }
      values = new IdentityHashMap<>();
      program.rowStores().forEach(store -> evaluate(store.value(), 1));
      program.rowStores().forEach(store -> store(store, 1));
    }

    private double reduce(Program.Combine combine, double[] all) {
      double result =
          switch (combine) {
            case SUM -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
          };
      for (double value : all) {
        result =
            switch (combine) {
              case SUM -> result + value;
              case MAX -> Math.max(result, value);
              case MIN -> Math.min(result, value);
            };
      }
      return result;
    }

    private void store(Program.Store store, int count) {
      double[] result = evaluate(store.value(), count);
      Object buffer = buffers[store.buffer()];
      int start = starts[store.buffer()];
      for (int i = 0; i < count; i++) {
        switch (buffer) {
          case float[] array -> array[start + i] = (float) result[i];
          case double[] array -> array[start + i] = result[i];
          case boolean[] array -> array[start + i] = result[i] != 0;
          default -> throw new IllegalArgumentException("buffer of " + buffer.getClass());
        }
      }
    }

    private double[] evaluate(Expression expression, int count) {
      double[] known = values.get(expression);
      if (known != null) {
        return known;
      }
      double[][] operands = new double[expression.operands().size()][];
      for (int k = 0; k < operands.length; k++) {
        operands[k] = evaluate(expression.operands().get(k), count);
      }
      double[] result = new double[count];
      for (int i = 0; i < count; i++) {
        result[i] =
            operands.length == 0 ? leaf(expression, i) : apply(expression.operator(), operands, i);
      }
      values.put(expression, result);
      return result;
    }

    private double leaf(Expression leaf, int i) {
      int k = leaf.index();
      return switch (leaf.operator()) {
        case CONSTANT -> round(leaf.value());
        case PARAMETER -> round(scalars[k]);
        default -> {
          int at =
              program.buffers().get(k).access() == Program.Access.ROW ? starts[k] : starts[k] + i;
          yield switch (buffers[k]) {
            case float[] array -> array[at];
            case double[] array -> array[at];
            case boolean[] array -> array[at] ? 1 : 0;
            default -> throw new IllegalArgumentException("buffer of " + buffers[k].getClass());
          };
        }
      };
    }
  }

  private double round(double value) {
    return single ? (float) value : value;
  }

  private static double apply(Operator operator, double[][] operands, int i) {
    double a = operands[0][i];
    double b = operands.length > 1 ? operands[1][i] : 0;
    return switch (operator) {
      case NEG -> -a;
      case ABS -> Math.abs(a);
      case SQRT -> Math.sqrt(a);
      case EXP -> Math.exp(a);
      case EXPM1 -> Math.expm1(a);
      case LOG -> Math.log(a);
      case LOG2 -> Math.log(a) / Math.log(2);
      case LOG1P -> Math.log1p(a);
      case SIN -> Math.sin(a);
      case COS -> Math.cos(a);
      case TAN -> Math.tan(a);
      case ASIN -> Math.asin(a);
      case ACOS -> Math.acos(a);
      case ATAN -> Math.atan(a);
      case SINH -> Math.sinh(a);
      case COSH -> Math.cosh(a);
      case TANH -> Math.tanh(a);
      case ASINH -> InverseHyperbolic.asinh(a);
      case ACOSH -> InverseHyperbolic.acosh(a);
      case ATANH -> InverseHyperbolic.atanh(a);
      case SIGMOID -> 1 / (1 + Math.exp(-a));
      case ERF -> ErrorFunction.erf(a);
      case ERFC -> ErrorFunction.erfc(a);
      case LGAMMA -> GammaFunctions.lgamma(a);
      case POLYGAMMA -> GammaFunctions.polygamma(a, b);
      case FLOOR -> Math.floor(a);
      case ROUND -> Math.rint(a);
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case POW -> Power.pow(a, b);
      case ATAN2 -> Math.atan2(a, b);
      case HYPOT -> Math.hypot(a, b);
      case FMOD -> a % b;
      case LT -> a < b ? 1 : 0;
      case LE -> a <= b ? 1 : 0;
      case EQ -> a == b ? 1 : 0;
      case AND -> a != 0 && b != 0 ? 1 : 0;
      case OR -> a != 0 || b != 0 ? 1 : 0;
      case NOT -> a == 0 ? 1 : 0;
      case WHERE -> a != 0 ? b : operands[2][i];
      case INPUT, MASK_INPUT, CONSTANT, PARAMETER, SLOPE -> throw new AssertionError(operator);
    };
  }
}
