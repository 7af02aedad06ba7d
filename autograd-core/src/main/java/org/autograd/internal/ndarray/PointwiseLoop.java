package org.autograd.internal.ndarray;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Access;
import org.autograd.internal.kernel.compiler.Kernels;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.Storage;
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
    if (inputs > 62) {
      throw new IllegalArgumentException(
          "a pointwise function has at most 62 inputs, got " + inputs);
    }
    this.inputs = inputs;
    this.parameters = parameters;
    this.values = List.copyOf(values);
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
   */
  public NdArray apply(DType dtype, Shape shape, NdArray[] arrays, double[] scalars) {
    boolean mask = values.getFirst().kind() == Operator.Kind.MASK;
    NdArray result = likeInputs(mask ? DType.BOOL : dtype, shape, arrays);
    run(dtype, shape, arrays, scalars, new NdArray[] {result});
    return result;
  }

  /**
   * Returns a new array. If all inputs of its shape are transposed in the same way, then so is it,
   * as in PyTorch: everything is walked as it lies in memory.
   */
  private static NdArray likeInputs(DType dtype, Shape shape, NdArray[] arrays) {
    Layout common = null;
    for (NdArray array : arrays) {
      if (array.shape().equals(shape)) {
        if (array.layout().isContiguous() || (common != null && !common.isAlike(array.layout()))) {
          return NdArray.zeros(dtype, shape);
        }
        common = array.layout();
      }
    }
    if (common == null) {
      return NdArray.zeros(dtype, shape);
    }
    int[] order = common.axesByStride();
    Layout dense = Layout.contiguous(common.permute(order).shape());
    return NdArray.zeros(dtype, dense.shape()).view(dense.permute(inverse(order)));
  }

  private static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int k = 0; k < order.length; k++) {
      inverse[order[k]] = k;
    }
    return inverse;
  }

  /**
   * Writes the value of each expression to its target and raises the targets' versions. A target
   * may also be one of the inputs, under the same layout.
   */
  public void update(DType dtype, NdArray[] arrays, double[] scalars, NdArray[] targets) {
    run(dtype, targets[0].shape(), arrays, scalars, targets);
    for (NdArray target : targets) {
      target.storage().bumpVersion();
    }
  }

  private void run(
      DType dtype, Shape shape, NdArray[] arrays, double[] scalars, NdArray[] targets) {
    if (shape.elementCount() == 0) {
      return;
    }
    if (!dtype.isFloating()) {
      DType computed = integers.computationType(dtype, scalars);
      if (computed != dtype && hasNumbers(targets)) {
        runWider(computed, shape, arrays, scalars, targets);
      } else {
        runAlike(computed, shape, integers.converted(arrays, computed), scalars, targets);
      }
      return;
    }
    runAlike(dtype, shape, arrays, scalars, targets);
  }

  /** Runs over arrays that all have the dtype of the computation, but for masks. */
  private void runAlike(
      DType dtype, Shape shape, NdArray[] arrays, double[] scalars, NdArray[] targets) {
    Object[] buffers = new Object[inputs + targets.length];
    int[] starts = new int[buffers.length];
    boolean alike = true;
    for (int k = 0; k < buffers.length; k++) {
      NdArray array = k < inputs ? arrays[k] : targets[k - inputs];
      Storage storage = array.storage();
      buffers[k] = storage.array();
      starts[k] = array.layout().offset();
      alike &= array.layout().isContiguous() && array.shape().equals(shape);
    }
    if (alike) {
      Kernel kernel = plainKernel(dtype);
      int count = (int) shape.elementCount();
      runColumns(kernel, buffers, starts, new int[buffers.length], 0, scalars, count);
    } else {
      runStrided(dtype, shape, arrays, scalars, targets, buffers);
    }
  }

  /** Computes in another dtype than that of the targets. */
  private void runWider(
      DType dtype, Shape shape, NdArray[] arrays, double[] scalars, NdArray[] targets) {
    NdArray[] wide = new NdArray[targets.length];
    Arrays.setAll(
        wide, k -> targets[k].dtype() == DType.BOOL ? targets[k] : NdArray.zeros(dtype, shape));
    runAlike(dtype, shape, integers.converted(arrays, dtype), scalars, wide);
    for (int k = 0; k < wide.length; k++) {
      if (wide[k] != targets[k]) {
        Copies.assign(targets[k], wide[k].to(targets[k].dtype()));
      }
    }
  }

  private static boolean hasNumbers(NdArray[] targets) {
    return Arrays.stream(targets).anyMatch(target -> target.dtype() != DType.BOOL);
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
      DType dtype,
      Shape shape,
      NdArray[] arrays,
      double[] scalars,
      NdArray[] targets,
      Object[] buffers) {
    Layout[] layouts = new Layout[buffers.length];
    for (int k = 0; k < targets.length; k++) {
      layouts[inputs + k] = targets[k].layout();
    }
    for (int k = 0; k < inputs; k++) {
      layouts[k] = arrays[k].layout().expand(shape);
    }
    int[] order = targets[0].layout().axesByStride();
    for (int k = 0; k < layouts.length; k++) {
      layouts[k] = layouts[k].permute(order);
    }
    Shape walked = layouts[0].shape();
    Positions positions = Positions.of(walked, layouts);
    // A kernel walks its operands with inner stride 1 or 0; whatever has another is copied first.
    boolean copied = false;
    for (int k = 0; k < inputs; k++) {
      if (positions.innerStride(k) != 1 && positions.innerStride(k) != 0) {
        NdArray copy = arrays[k].view(aligned(arrays[k].layout(), order)).copy();
        buffers[k] = copy.storage().array();
        layouts[k] = copy.layout().expand(walked);
        copied = true;
      }
    }
    NdArray[] scattered = null;
    for (int k = 0; k < targets.length; k++) {
      if (positions.innerStride(inputs + k) != 1 && positions.innerSize() != 1) {
        if (scattered == null) {
          scattered = new NdArray[targets.length];
        }
        scattered[k] = NdArray.zeros(targets[k].dtype(), shape);
        buffers[inputs + k] = scattered[k].storage().array();
        layouts[inputs + k] = scattered[k].layout().permute(order);
        copied = true;
      }
    }
    if (copied) {
      positions = Positions.of(walked, layouts);
    }
    runRows(dtype, positions, buffers, scalars);
    if (scattered != null) {
      for (int k = 0; k < targets.length; k++) {
        if (scattered[k] != null) {
          Copies.assign(targets[k], scattered[k]);
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
