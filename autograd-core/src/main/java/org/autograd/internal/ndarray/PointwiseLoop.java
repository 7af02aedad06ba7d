package org.autograd.internal.ndarray;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Access;
import org.autograd.internal.kernel.compiler.Kernels;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Evaluates expressions element by element over arrays that broadcast together. It finds the loop
 * structure (which axes join, which operands are constant along the inner one) and has one kernel
 * compiled for each structure that it meets.
 */
public final class PointwiseLoop {
  /** Large enough that handing a block to another thread costs nothing beside the work in it. */
  private static final int PARALLEL_BLOCK = 1 << 15;

  /** The row strides of any number of buffers where there is one row. */
  private static final int[] ONE_ROW = new int[64];

  private record Structure(DType dtype, long rowInputs) {}

  private final int inputs;
  private final int parameters;
  private final List<Expression> values;
  private final boolean[] maskInputs;
  private final IntegerOperands integers;
  private final ConcurrentHashMap<Structure, Kernel> kernels = new ConcurrentHashMap<>();

  /** The kernels of the commonest structure, all operands walked alike; null until first used. */
  private final Kernel[] plain = new Kernel[DType.values().length];

  /**
   * Defines the loop.
   *
   * @param inputs the number of arrays that the expressions refer to
   * @param parameters the number of scalar arguments
   * @param values what is computed, one result each
   */
  public PointwiseLoop(int inputs, int parameters, List<Expression> values) {
    if (inputs + values.size() > ONE_ROW.length) {
      throw new IllegalArgumentException(
          "a pointwise function has at most 64 inputs and results, got "
              + inputs
              + " and "
              + values.size());
    }
    this.inputs = inputs;
    this.parameters = parameters;
    this.values = values.stream().map(Expression::withoutSlopes).toList();
    this.maskInputs = new boolean[inputs];
    for (int k = 0; k < inputs; k++) {
      Expression mask = Expression.mask(k);
      maskInputs[k] = values.stream().anyMatch(value -> value.dependsOn(mask));
    }
    this.integers = new IntegerOperands(this.values, maskInputs);
  }

  /** Returns whether input {@code k} is read as a truth value. */
  public boolean isMask(int k) {
    return maskInputs[k];
  }

  /**
   * Returns the value of the only expression.
   *
   * @param dtype the dtype of all numeric inputs, in which the computation is done
   * @param shape the shape that all inputs broadcast to
   * @param operands the inputs, and a free place behind them for the result
   */
  public NdArray apply(DType dtype, Shape shape, NdArray[] operands, double[] scalars) {
    boolean mask = values.getFirst().kind() == Operator.Kind.MASK;
    NdArray result = likeInputs(mask ? DType.BOOL : dtype, shape, operands);
    operands[inputs] = result;
    run(dtype, shape, operands, scalars);
    return result;
  }

  /**
   * Returns a new array. If all inputs of its shape are transposed in the same way, then so is it,
   * as in PyTorch: everything is walked as it lies in memory.
   */
  private NdArray likeInputs(DType dtype, Shape shape, NdArray[] arrays) {
    Layout common = null;
    for (int k = 0; k < inputs; k++) {
      NdArray array = arrays[k];
      if (array.shape().equals(shape)) {
        Layout layout = array.layout();
        if (layout.isContiguous()) {
          // Layouts never change, so the result can have the operand's own.
          return layout.offset() == 0 ? NdArray.unset(dtype, layout) : NdArray.unset(dtype, shape);
        }
        if (common != null && !common.isAlike(layout)) {
          return NdArray.unset(dtype, shape);
        }
        common = layout;
      }
    }
    if (common == null) {
      return NdArray.unset(dtype, shape);
    }
    int[] order = common.axesByStride();
    Layout dense = Layout.contiguous(common.permute(order).shape());
    return NdArray.unset(dtype, dense.shape()).view(dense.permute(inverse(order)));
  }

  private static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int k = 0; k < order.length; k++) {
      inverse[order[k]] = k;
    }
    return inverse;
  }

  /**
   * Writes the value of each expression to its target and raises the targets' versions.
   *
   * @param operands the inputs, and behind them the targets, each of which may also be one of the
   *     inputs, under the same layout
   */
  public void update(DType dtype, NdArray[] operands, double[] scalars) {
    Mark mark = KernelMeter.start();
    run(dtype, operands[inputs].shape(), operands, scalars);
    for (int k = inputs; k < operands.length; k++) {
      operands[k].storage().bumpVersion();
    }
    KernelMeter.stop(mark);
  }

  private void run(DType dtype, Shape shape, NdArray[] operands, double[] scalars) {
    if (shape.elementCount() == 0) {
      return;
    }
    if (!dtype.isFloating()) {
      DType computed = integers.computationType(dtype, scalars);
      if (computed != dtype && hasNumericTarget(operands)) {
        runWider(computed, shape, operands, scalars);
      } else {
        runAlike(computed, shape, integers.converted(operands, computed), scalars);
      }
      return;
    }
    runAlike(dtype, shape, operands, scalars);
  }

  /** Runs over arrays that all have the dtype of the computation, but for masks. */
  private void runAlike(DType dtype, Shape shape, NdArray[] operands, double[] scalars) {
    Object[] buffers = new Object[operands.length];
    int[] starts = new int[operands.length];
    boolean alike = true;
    for (int k = 0; k < buffers.length; k++) {
      NdArray array = operands[k];
      buffers[k] = array.storage().array();
      starts[k] = array.layout().offset();
      alike &= array.layout().isContiguous() && array.shape().equals(shape);
    }
    if (alike) {
      Kernel kernel = plainKernel(dtype);
      int count = (int) shape.elementCount();
      runColumns(kernel, buffers, starts, ONE_ROW, 0, scalars, count);
    } else {
      runStrided(dtype, shape, operands, scalars, buffers);
    }
  }

  /** Computes in another dtype than that of the targets. */
  private void runWider(DType dtype, Shape shape, NdArray[] operands, double[] scalars) {
    NdArray[] wide = integers.converted(operands, dtype).clone();
    for (int k = inputs; k < operands.length; k++) {
      wide[k] = operands[k].dtype() == DType.BOOL ? operands[k] : NdArray.unset(dtype, shape);
    }
    runAlike(dtype, shape, wide, scalars);
    for (int k = inputs; k < operands.length; k++) {
      if (wide[k] != operands[k]) {
        Copies.assign(operands[k], wide[k].to(operands[k].dtype()));
      }
    }
  }

  private boolean hasNumericTarget(NdArray[] operands) {
    for (int k = inputs; k < operands.length; k++) {
      if (operands[k].dtype() != DType.BOOL) {
        return true;
      }
    }
    return false;
  }

  private Kernel plainKernel(DType dtype) {
    int slot = dtype.ordinal();
    Kernel kernel = plain[slot];
    if (kernel == null) {
      kernel = kernel(new Structure(dtype, 0));
      plain[slot] = kernel;
    }
    return kernel;
  }

  private void runStrided(
      DType dtype, Shape shape, NdArray[] operands, double[] scalars, Object[] buffers) {
    Layout[] layouts = new Layout[buffers.length];
    for (int k = 0; k < layouts.length; k++) {
      layouts[k] = operands[k].layout().expand(shape);
    }
    int[] order = operands[inputs].layout().axesByStride();
    for (int k = 0; k < layouts.length; k++) {
      layouts[k] = layouts[k].permute(order);
    }
    Shape walked = layouts[0].shape();
    Positions positions = Positions.of(walked, layouts);
    // A kernel walks its operands with inner stride 1 or 0; whatever has another is copied first.
    boolean copied = false;
    for (int k = 0; k < inputs; k++) {
      if (positions.innerStride(k) != 1 && positions.innerStride(k) != 0) {
        NdArray copy = operands[k].view(aligned(operands[k].layout(), order)).copy();
        buffers[k] = copy.storage().array();
        layouts[k] = copy.layout().expand(walked);
        copied = true;
      }
    }
    NdArray[] scattered = null;
    for (int k = inputs; k < operands.length; k++) {
      if (positions.innerStride(k) != 1 && positions.innerSize() != 1) {
        if (scattered == null) {
          scattered = new NdArray[operands.length];
        }
        scattered[k] = NdArray.unset(operands[k].dtype(), walked);
        buffers[k] = scattered[k].storage().array();
        layouts[k] = scattered[k].layout();
        copied = true;
      }
    }
    if (copied) {
      positions = Positions.of(walked, layouts);
    }
    runRows(dtype, positions, buffers, scalars);
    if (scattered != null) {
      for (int k = inputs; k < operands.length; k++) {
        if (scattered[k] != null) {
          NdArray target = operands[k].view(operands[k].layout().permute(order));
          Copies.assign(target, scattered[k]);
        }
      }
    }
  }

  /** Returns a layout, which is to be broadcast, with its axes in another order. */
  private static Layout aligned(Layout layout, int[] order) {
    Layout full = layout;
    while (full.shape().rank() < order.length) {
      full = full.unsqueeze(0);
    }
    return full.permute(order);
  }

  private void runRows(DType dtype, Positions positions, Object[] buffers, double[] scalars) {
    long rowInputs = 0;
    int[] rowStrides = new int[buffers.length];
    for (int k = 0; k < buffers.length; k++) {
      rowStrides[k] = positions.rowStride(k);
      if (k < inputs && positions.innerStride(k) == 0) {
        rowInputs |= 1L << k;
      }
    }
    Kernel kernel = kernel(new Structure(dtype, rowInputs));
    int rows = positions.rowCount();
    int columns = positions.innerSize();
    do {
      int[] starts = positions.offsets().clone();
      if (rows == 1) {
        runColumns(kernel, buffers, starts, rowStrides, rowInputs, scalars, columns);
        continue;
      }
      int block = Math.max(1, PARALLEL_BLOCK / columns);
      int blocks = (rows + block - 1) / block;
      Parallel.forEach(
          blocks,
          (long) rows * columns,
          b -> {
            int[] blockStarts = starts.clone();
            for (int k = 0; k < blockStarts.length; k++) {
              blockStarts[k] += b * block * rowStrides[k];
            }
            int count = Math.min(block, rows - b * block);
            kernel.run(buffers, blockStarts, rowStrides, scalars, count, columns);
          });
    } while (positions.nextRows());
  }

  private static void runColumns(
      Kernel kernel,
      Object[] buffers,
      int[] starts,
      int[] rowStrides,
      long rowInputs,
      double[] scalars,
      int columns) {
    if (columns <= PARALLEL_BLOCK) {
      kernel.run(buffers, starts, rowStrides, scalars, 1, columns);
      return;
    }
    int blocks = (columns + PARALLEL_BLOCK - 1) / PARALLEL_BLOCK;
    Parallel.forEach(
        blocks,
        columns,
        b -> {
          int[] blockStarts = starts.clone();
          for (int k = 0; k < blockStarts.length; k++) {
            blockStarts[k] += isRow(rowInputs, k) ? 0 : b * PARALLEL_BLOCK;
          }
          int count = Math.min(PARALLEL_BLOCK, columns - b * PARALLEL_BLOCK);
          kernel.run(buffers, blockStarts, rowStrides, scalars, 1, count);
        });
  }

  private static boolean isRow(long rowInputs, int operand) {
    return operand < 64 && (rowInputs >> operand & 1) == 1;
  }

  private Kernel kernel(Structure structure) {
    return kernels.computeIfAbsent(structure, s -> Kernels.of(program(s.rowInputs()), s.dtype()));
  }

  private Program program(long rowInputs) {
    Program.Builder builder = Program.builder(parameters);
    for (int k = 0; k < inputs; k++) {
      builder.buffer(isRow(rowInputs, k) ? Access.ROW : Access.FULL, maskInputs[k]);
    }
    for (Expression value : values) {
      builder.buffer(Access.FULL, value.kind() == Operator.Kind.MASK);
    }
    for (int k = 0; k < values.size(); k++) {
      builder.store(inputs + k, values.get(k));
    }
    return builder.build();
  }
}
