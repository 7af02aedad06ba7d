package org.autograd.internal.ndarray;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.Storage;
import org.autograd.type.Shape;

/**
 * Evaluates expressions over integer and bool arrays in 64-bit arithmetic, one operator at a time
 * over blocks of elements. Labels, indices and masks are small beside the floating-point work, so
 * they are not worth compiled kernels.
 */
final class IntegerLoop {
  private static final int BLOCK = 512;

  private IntegerLoop() {}

  static void run(
      List<Expression> values, Shape shape, NdArray[] arrays, double[] scalars, NdArray[] targets) {
    Layout[] layouts = new Layout[arrays.length + targets.length];
    for (int k = 0; k < layouts.length; k++) {
      layouts[k] =
          k < arrays.length
              ? arrays[k].layout().expand(shape)
              : targets[k - arrays.length].layout();
    }
    Positions positions = Positions.of(shape, layouts);
    do {
      for (int start = 0; start < positions.innerSize(); start += BLOCK) {
        int count = Math.min(BLOCK, positions.innerSize() - start);
        Block block = new Block(arrays, scalars, positions, start, count);
        // All are evaluated before any is stored, so that a target may also be an input.
        long[][] results = new long[values.size()][];
        for (int k = 0; k < results.length; k++) {
          results[k] = block.evaluate(values.get(k));
        }
        for (int k = 0; k < results.length; k++) {
          int operand = arrays.length + k;
          int stride = positions.innerStride(operand);
          int at = positions.offset(operand) + start * stride;
          store(targets[k].storage(), at, stride, results[k], count);
        }
      }
    } while (positions.next());
  }

  private static void store(Storage target, int start, int stride, long[] values, int count) {
    for (int i = 0; i < count; i++) {
      int at = start + i * stride;
      switch (target.array()) {
        case long[] array -> array[at] = values[i];
        case int[] array -> array[at] = (int) values[i];
        case boolean[] array -> array[at] = values[i] != 0;
        default -> throw new AssertionError(target.dtype());
      }
    }
  }

  /** The values of all nodes for a run of elements. */
  private static final class Block {
    private final NdArray[] arrays;
    private final double[] scalars;
    private final Positions positions;
    private final int start;
    private final int count;
    private final Map<Expression, long[]> done = new IdentityHashMap<>();

    Block(NdArray[] arrays, double[] scalars, Positions positions, int start, int count) {
      this.arrays = arrays;
      this.scalars = scalars;
      this.positions = positions;
      this.start = start;
      this.count = count;
    }

    long[] evaluate(Expression expression) {
      long[] known = done.get(expression);
      if (known == null) {
        known = expression.operands().isEmpty() ? leaf(expression) : apply(expression);
        done.put(expression, known);
      }
      return known;
    }

    private long[] leaf(Expression leaf) {
      long[] result = new long[count];
      int k = leaf.index();
      switch (leaf.operator()) {
        case CONSTANT -> java.util.Arrays.fill(result, (long) leaf.value());
        case PARAMETER -> java.util.Arrays.fill(result, (long) scalars[k]);
        default -> {
          Storage storage = arrays[k].storage();
          int stride = positions.innerStride(k);
          int at = positions.offset(k) + start * stride;
          for (int i = 0; i < count; i++) {
            result[i] = storage.getLong(at + i * stride);
          }
        }
      }
      return result;
    }

    private long[] apply(Expression expression) {
      long[] a = evaluate(expression.operands().getFirst());
      long[] b = expression.operands().size() > 1 ? evaluate(expression.operands().get(1)) : a;
      long[] c = expression.operands().size() > 2 ? evaluate(expression.operands().get(2)) : a;
      long[] result = new long[count];
      for (int i = 0; i < count; i++) {
        result[i] = apply(expression.operator(), a[i], b[i], c[i]);
      }
      return result;
    }

    private static long apply(Operator operator, long a, long b, long c) {
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
        case AND -> a != 0 && b != 0 ? 1 : 0;
        case OR -> a != 0 || b != 0 ? 1 : 0;
        case NOT -> a == 0 ? 1 : 0;
        case WHERE -> a != 0 ? b : c;
        default ->
            throw new IllegalArgumentException(operator + " is not defined for integer arrays");
      };
    }
  }
}
