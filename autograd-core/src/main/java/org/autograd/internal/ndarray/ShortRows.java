package org.autograd.internal.ndarray;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator.Kind;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Access;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.kernel.Program.Reduction;
import org.autograd.internal.kernel.Program.Stage;
import org.autograd.internal.kernel.Program.Store;
import org.autograd.internal.kernel.compiler.Kernels;
import org.autograd.type.DType;

/**
 * Runs a program over many short rows at once. A few columns do not fill a vector, and every stage
 * costs a call for each row; so a block of rows is transposed into a buffer that stays in the
 * cache, where each column lies together, and every stage runs over all rows of the block: its
 * stores as a pointwise loop, its reductions as a sum (or largest value) of columns.
 *
 * <p>All rows are computed alike and a reduction takes the columns in their order, so neither the
 * blocks nor the number of threads matter to the result.
 */
final class ShortRows {
  /** The elements of a buffer for one operand, so that a few of them fit the first-level cache. */
  private static final int BUFFER = 4096;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  /** What a thread works in, by dtype and number; made when first needed. */
  private static final class Buffers {
    private float[][] floats = {};
    private double[][] doubles = {};

    Object get(DType dtype, int k) {
      if (dtype == DType.FLOAT32) {
        if (floats.length <= k) {
          floats = Arrays.copyOf(floats, k + 1);
        }
        if (floats[k] == null) {
          floats[k] = new float[BUFFER];
        }
        return floats[k];
      }
      if (doubles.length <= k) {
        doubles = Arrays.copyOf(doubles, k + 1);
      }
      if (doubles[k] == null) {
        doubles[k] = new double[BUFFER];
      }
      return doubles[k];
    }
  }

  /**
   * A loop over the block.
   *
   * @param once whether it runs once for the block instead of once for each column
   */
  private record Step(Program program, boolean once) {}

  private final List<Step> steps = new ArrayList<>();

  /** How the buffers of the program are walked. */
  private final Access[] accesses;

  /** What the results of its reductions, which come behind those, are before the first column. */
  private final double[] identities;

  /** How many buffers there are with what else is computed once for a row. */
  private final int buffers;

  /** Prepares a program without masks, of which only the last buffer is stored. */
  ShortRows(Program program) {
    accesses = new Access[program.buffers().size()];
    for (int k = 0; k < accesses.length; k++) {
      accesses[k] = program.buffers().get(k).access();
    }
    identities = new double[program.reductionCount()];
    // Where to find what a row has only one of.
    Map<Expression, Expression> places = new HashMap<>();
    for (int i = 0; i < identities.length; i++) {
      Expression result = Expression.parameter(program.parameters() + i);
      places.put(result, Expression.input(accesses.length + i));
    }
    List<List<Store>> loops = new ArrayList<>();
    for (Stage stage : program.stages()) {
      List<Store> before = new ArrayList<>();
      stage.stores().forEach(store -> extract(store.value(), places, before));
      stage.reductions().forEach(reduction -> extract(reduction.value(), places, before));
      loops.add(before);
      List<Store> stores = new ArrayList<>();
      for (Store store : stage.stores()) {
        stores.add(new Store(store.buffer(), store.value().substitute(places)));
      }
      for (Reduction reduction : stage.reductions()) {
        Combine combine = reduction.combine();
        identities[reduction.index()] = identity(combine);
        int to = accesses.length + reduction.index();
        Expression value = reduction.value().substitute(places);
        stores.add(new Store(to, combined(combine, Expression.input(to), value)));
      }
      loops.add(stores);
    }
    List<Store> after = new ArrayList<>();
    for (Store store : program.rowStores()) {
      after.add(new Store(store.buffer(), store.value().substitute(places)));
    }
    loops.add(after);
    buffers = accesses.length + places.size();
    for (int k = 0; k < loops.size(); k++) {
      if (!loops.get(k).isEmpty()) {
        steps.add(new Step(program(program.parameters(), loops.get(k)), k % 2 == 0));
      }
    }
  }

  /** Has the largest parts of a value that are the same for all columns computed before. */
  private void extract(Expression value, Map<Expression, Expression> places, List<Store> before) {
    if (value.operands().isEmpty() || places.containsKey(value)) {
      return;
    }
    if (value.kind() == Kind.NUMBER && isSameInRow(value)) {
      int to = accesses.length + places.size();
      before.add(new Store(to, value.substitute(places)));
      places.put(value, Expression.input(to));
      return;
    }
    value.operands().forEach(operand -> extract(operand, places, before));
  }

  private boolean isSameInRow(Expression value) {
    for (int k = 0; k < accesses.length; k++) {
      if (accesses[k] == Access.FULL && value.dependsOn(Expression.input(k))) {
        return false;
      }
    }
    return true;
  }

  private Program program(int parameters, List<Store> stores) {
    Program.Builder result = Program.builder(parameters);
    for (int k = 0; k < buffers; k++) {
      result.full();
    }
    stores.forEach(store -> result.store(store.buffer(), store.value()));
    return result.build();
  }

  private static Expression combined(Combine combine, Expression left, Expression right) {
    return switch (combine) {
      case SUM -> left.add(right);
      case MAX -> left.maximum(right);
      case MIN -> left.minimum(right);
    };
  }

  private static double identity(Combine combine) {
    return switch (combine) {
      case SUM -> 0;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  /** Returns how many rows are computed at once. */
  static int rowsAtOnce(int columns) {
    return BUFFER / columns;
  }

  /**
   * Computes {@link #rowsAtOnce} rows, or fewer.
   *
   * @param arrays the contiguous operands, the result last
   * @param first the number of the first row
   */
  void run(DType dtype, NdArray[] arrays, double[] scalars, int first, int rows, int columns) {
    Buffers own = BUFFERS.get();
    int last = accesses.length - 1;
    Object[] operands = new Object[buffers];
    int[] starts = new int[buffers];
    int[] strides = new int[buffers];
    for (int k = 0; k < buffers; k++) {
      if (k < accesses.length && accesses[k] == Access.ROW) {
        operands[k] = arrays[k].storage().array();
        starts[k] = arrays[k].layout().offset() + first;
      } else {
        operands[k] = own.get(dtype, k);
        strides[k] = k < accesses.length ? rows : 0;
      }
    }
    for (int k = 0; k < last; k++) {
      if (accesses[k] == Access.FULL) {
        int start = arrays[k].layout().offset() + first * columns;
        toColumns(arrays[k].storage().array(), start, operands[k], rows, columns);
      }
    }
    for (int i = 0; i < identities.length; i++) {
      fill(operands[accesses.length + i], rows, identities[i]);
    }
    for (Step step : steps) {
      Kernel kernel = Kernels.of(step.program(), dtype);
      kernel.run(operands, starts, strides, scalars, step.once() ? 1 : columns, rows);
    }
    if (accesses[last] == Access.FULL) {
      int start = arrays[last].layout().offset() + first * columns;
      toRows(operands[last], arrays[last].storage().array(), start, rows, columns);
    }
  }

  private static void fill(Object sums, int count, double value) {
    if (sums instanceof float[] floats) {
      Arrays.fill(floats, 0, count, (float) value);
    } else {
      Arrays.fill((double[]) sums, 0, count, value);
    }
  }

  private static void toColumns(Object array, int start, Object buffer, int rows, int columns) {
    if (array instanceof float[] from) {
      float[] to = (float[]) buffer;
      for (int column = 0; column < columns; column++) {
        int at = start + column;
        for (int row = 0; row < rows; row++, at += columns) {
          to[column * rows + row] = from[at];
        }
      }
    } else {
      double[] from = (double[]) array;
      double[] to = (double[]) buffer;
      for (int column = 0; column < columns; column++) {
        int at = start + column;
        for (int row = 0; row < rows; row++, at += columns) {
          to[column * rows + row] = from[at];
        }
      }
    }
  }

  private static void toRows(Object buffer, Object array, int start, int rows, int columns) {
    if (array instanceof float[] to) {
      float[] from = (float[]) buffer;
      for (int column = 0; column < columns; column++) {
        int at = start + column;
        for (int row = 0; row < rows; row++, at += columns) {
          to[at] = from[column * rows + row];
        }
      }
    } else {
      double[] to = (double[]) array;
      double[] from = (double[]) buffer;
      for (int column = 0; column < columns; column++) {
        int at = start + column;
        for (int row = 0; row < rows; row++, at += columns) {
          to[at] = from[column * rows + row];
        }
      }
    }
  }
}
