package org.autograd.internal.kernel.compiler;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;

/**
 * Runs a program over integers or masks directly, one expression node at a time over a row, in
 * 64-bit arithmetic: what {@link Interpreter} is for floating-point numbers.
 */
final class IntegerInterpreter implements Kernel {
  private final Program program;
  private final boolean narrow;

  IntegerInterpreter(Program program, DType dtype) {
    this.program = program;
    this.narrow = dtype == DType.INT32;
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
      int[] starts = offsets.clone();
      for (int k = 0; k < starts.length; k++) {
        starts[k] += row * rowStrides[k];
      }
      long[] scalars = new long[program.parameters() + program.reductionCount()];
      for (int k = 0; k < program.parameters(); k++) {
        scalars[k] = (long) parameters[k];
      }
      new Row(buffers, starts, scalars, columns).run();
    }
  }

  /** One row: the values of this stage's nodes, and the results of reductions so far. */
  private final class Row {
    private final Object[] buffers;
    private final int[] starts;
    private final long[] scalars;
    private final int columns;
    private Map<Expression, long[]> values = new IdentityHashMap<>();

    Row(Object[] buffers, int[] starts, long[] scalars, int columns) {
      this.buffers = buffers;
      this.starts = starts;
      this.scalars = scalars;
      this.columns = columns;
    }

    void run() {
      for (Program.Stage stage : program.stages()) {
        values = new IdentityHashMap<>();
        // All are evaluated before any is stored, so that a target may also be an input.
        stage.stores().forEach(store -> evaluate(store.value(), columns));
        for (Program.Reduction reduction : stage.reductions()) {
          scalars[program.parameters() + reduction.index()] =
              reduce(reduction.combine(), evaluate(reduction.value(), columns));
        }
        stage.stores().forEach(store -> store(store, columns));
      }
      values = new IdentityHashMap<>();
      program.rowStores().forEach(store -> evaluate(store.value(), 1));
      program.rowStores().forEach(store -> store(store, 1));
    }

    private long reduce(Program.Combine combine, long[] all) {
      return switch (combine) {
        case SUM -> Arrays.stream(all).sum();
        case MAX -> Arrays.stream(all).max().orElse(narrow ? Integer.MIN_VALUE : Long.MIN_VALUE);
        case MIN -> Arrays.stream(all).min().orElse(narrow ? Integer.MAX_VALUE : Long.MAX_VALUE);
      };
    }

    private void store(Program.Store store, int count) {
      long[] result = evaluate(store.value(), count);
      int start = starts[store.buffer()];
      for (int i = 0; i < count; i++) {
        switch (buffers[store.buffer()]) {
          case long[] array -> array[start + i] = result[i];
          case int[] array -> array[start + i] = (int) result[i];
          case boolean[] array -> array[start + i] = result[i] != 0;
          default -> throw new IllegalArgumentException("buffer " + store.buffer());
        }
      }
    }

    private long[] evaluate(Expression expression, int count) {
      long[] known = values.get(expression);
      if (known != null) {
        return known;
      }
      long[][] operands = new long[3][];
      for (int k = 0; k < expression.operands().size(); k++) {
        operands[k] = evaluate(expression.operands().get(k), count);
      }
      long[] result = new long[count];
      for (int i = 0; i < count; i++) {
        result[i] =
            expression.operands().isEmpty()
                ? leaf(expression, i)
                : apply(expression.operator(), operands, i);
      }
      values.put(expression, result);
      return result;
    }

    private long leaf(Expression leaf, int i) {
      int k = leaf.index();
      return switch (leaf.operator()) {
        case CONSTANT -> (long) leaf.value();
        case PARAMETER -> scalars[k];
        default -> {
          boolean row = program.buffers().get(k).access() == Program.Access.ROW;
          int at = row ? starts[k] : starts[k] + i;
          yield switch (buffers[k]) {
            case long[] array -> array[at];
            case int[] array -> array[at];
            case boolean[] array -> array[at] ? 1 : 0;
            default -> throw new IllegalArgumentException("buffer " + k);
          };
        }
      };
    }
  }

  private static long apply(Operator operator, long[][] operands, int i) {
    long a = operands[0][i];
    long b = operands[1] == null ? 0 : operands[1][i];
    return switch (operator) {
      case NEG -> -a;
      case ABS -> Math.abs(a);
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case LT -> a < b ? 1 : 0;
      case LE -> a <= b ? 1 : 0;
      case EQ -> a == b ? 1 : 0;
      case AND -> a & b;
      case OR -> a | b;
      case NOT -> 1 - a;
      case WHERE -> a != 0 ? b : operands[2][i];
      default ->
          throw new IllegalArgumentException(operator + " is not defined for integer arrays");
    };
  }
}
