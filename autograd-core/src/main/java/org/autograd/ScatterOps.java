package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import org.autograd.expression.Expression;
import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.Selections;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Copies in which elements chosen by position or by a mask are others, and choosing by mask. Where
 * one position is written several times the last value stays, and all of them get its gradient, as
 * in PyTorch.
 */
sealed interface ScatterOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private static final Pointwise MASKED_FILL =
        Pointwise.of(
            "maskedFill",
            2,
            1,
            Expression.where(Expression.mask(0), Expression.parameter(0), Expression.input(1)));

    private Steps() {}

    static void requireSame(
        String operation, Variable x, Variable source, Shape shape, Variable... positions) {
      Variable[] operands = Arrays.copyOf(new Variable[] {x, source}, 2 + positions.length);
      System.arraycopy(positions, 0, operands, 2, positions.length);
      checkArgument(
          source.dtype() == x.dtype() && source.shape().equals(shape),
          "%s: a source of %s%s is needed; got target, source and positions, if any, %s",
          operation,
          x.dtype(),
          shape,
          Variable.describe(operands));
    }

    static void requireWhole(String operation, Variable x, double value) {
      checkArgument(
          x.dtype().isFloating() || value == Math.rint(value),
          "%s: %s cannot hold %s; convert with to(DType.FLOAT32)",
          operation,
          x.describe(),
          value);
    }
  }

  /** Returns a copy with a value where the mask, which broadcasts with this, is true. */
  default Variable maskedFill(Variable mask, double value) {
    Variable x = self();
    Steps.requireWhole("maskedFill", x, value);
    if (x.dtype() == DType.BOOL) {
      return value != 0 ? x.logicalOr(mask) : x.logicalAnd(mask.logicalNot());
    }
    return Steps.MASKED_FILL.apply(mask, x, value);
  }

  /** Returns as a vector the elements at which the mask, which broadcasts with this, is true. */
  default Variable maskedSelect(Variable mask) {
    Variable x = self();
    checkArgument(
        mask.dtype() == DType.BOOL,
        "maskedSelect: the mask must be bool, got %s; compare it first, for example x.ne(0)",
        Variable.describe(x, mask));
    Shape shape = Shape.broadcast(x.shape(), mask.shape(), "maskedSelect");
    Variable positions = Variable.of(Selections.truePositions(mask.data().expand(shape)));
    Variable all = x.expand(shape.toArray()).flatten();
    return IndexOps.Steps.indexSelect("maskedSelect", all, 0, positions);
  }

  /**
   * Returns the elements at positions in row-major order, in the shape of the positions; negative
   * ones count from the end.
   */
  default Variable take(Variable positions) {
    Variable x = self();
    Variable fromStart =
        Variable.where(positions.lt(0), positions.add((double) x.elementCount()), positions);
    return IndexOps.Steps.indexSelect("take", x.flatten(), 0, fromStart.flatten())
        .reshape(positions.shape().toArray());
  }

  /** Returns the positions of elements that are not 0, an int64 matrix with a row for each. */
  default Variable nonzero() {
    Variable x = self();
    Variable mask = x.dtype() == DType.BOOL ? x : x.ne(0);
    long[] positions = Selections.truePositions(mask.data());
    int rank = x.rank();
    long[] rows = new long[positions.length * rank];
    for (int i = 0; i < positions.length; i++) {
      long rest = positions[i];
      for (int axis = rank - 1; axis >= 0; axis--) {
        rows[i * rank + axis] = rest % x.size(axis);
        rest /= x.size(axis);
      }
    }
    return Node.record("nonzero", NdArray.adopt(rows, Shape.of(positions.length, rank)));
  }

  /**
   * Returns int64 vectors of zeros with a 1 at the positions that these integers are, along a new
   * last axis.
   */
  default Variable oneHot(int classes) {
    Variable x = self();
    long[] shape = x.shape().inserting(x.rank(), classes).toArray();
    return Variable.zeros(DType.INT64, shape).scatter(x.rank(), x.unsqueeze(-1), 1);
  }

  /** Returns a copy with slices of the source at the given positions along an axis. */
  default Variable indexCopy(int axis, Variable positions, Variable source) {
    Variable x = self();
    int at = x.shape().axis(axis, "indexCopy");
    checkArgument(
        positions.rank() == 1,
        "indexCopy: positions must be a vector, got %s",
        positions.describe());
    Steps.requireSame(
        "indexCopy", x, source, x.shape().with(at, positions.elementCount()), positions);
    IndexOps.Steps.checkIndices("indexCopy", x, at, positions, "position");
    if (positions.isMapped()) {
      return x.scatter(at, IndexOps.Steps.alongAxis(positions, x.shape(), at), source);
    }
    if (Vmap.isAnyMapped(x, source)) {
      return Vmap.applyToAll(p -> p[0].indexCopy(at + 1, positions, p[1]), x, source);
    }
    NdArray result = x.data().copy();
    Selections.indexCopy(result, at, positions.data(), source.data());
    return Node.record(
        "indexCopy",
        result,
        Edge.to(x, positions, (g, saved) -> g.indexFill(at, saved, 0)),
        Edge.to(source, positions, (g, saved) -> g.indexSelect(at, saved)));
  }

  /** Returns a copy with a value in all slices at the given positions along an axis. */
  default Variable indexFill(int axis, Variable positions, double value) {
    Variable x = self();
    int at = x.shape().axis(axis, "indexFill");
    Steps.requireWhole("indexFill", x, value);
    checkArgument(
        positions.rank() == 1,
        "indexFill: positions must be a vector, got %s",
        positions.describe());
    IndexOps.Steps.checkIndices("indexFill", x, at, positions, "position");
    if (positions.isMapped()) {
      return x.scatter(at, IndexOps.Steps.alongAxis(positions, x.shape(), at), value);
    }
    if (x.isMapped()) {
      return Vmap.apply(p -> p.indexFill(at + 1, positions, value), x);
    }
    NdArray result = x.data().copy();
    Shape shape = x.shape().with(at, positions.elementCount());
    Selections.indexCopy(result, at, positions.data(), NdArray.full(x.dtype(), shape, value));
    return Node.record(
        "indexFill", result, Edge.to(x, positions, (g, saved) -> g.indexFill(at, saved, 0)));
  }

  /**
   * Returns a copy in which {@code result[indices[0][i], indices[1][i], ...]} is {@code values[i]},
   * or has it added.
   *
   * @param indices int64 or int32 arrays for the first axes, which broadcast together; negative
   *     positions count from the end
   * @param values broadcasts to the shape of the indices, followed by the remaining axes
   */
  default Variable indexPut(List<Variable> indices, Variable values, boolean accumulate) {
    Variable x = self();
    int named = indices.size();
    checkArgument(
        named >= 1 && named <= x.rank(),
        "indexPut: %s index arrays for the %s axes of %s",
        named,
        x.rank(),
        x.describe());
    checkArgument(
        values.dtype() == x.dtype(),
        "indexPut: both must have the same dtype, got target and values %s",
        Variable.describe(x, values));
    Variable rows = Variable.zeros(DType.INT64);
    long[] shape = x.shape().toArray();
    long count = 1;
    for (int axis = 0; axis < named; axis++) {
      Variable index = indices.get(axis);
      double size = (double) shape[axis];
      Variable fromStart = Variable.where(index.lt(0), index.add(size), index);
      IndexOps.Steps.checkIndices("indexPut", x, axis, fromStart, "position");
      rows = rows.mul(size).add(fromStart);
      count *= shape[axis];
    }
    long[] rest = Arrays.copyOfRange(shape, named, shape.length);
    long[] target = rows.shape().toArray();
    int outer = target.length;
    target = Arrays.copyOf(target, outer + rest.length);
    System.arraycopy(rest, 0, target, outer, rest.length);
    long each = Shape.of(rest).elementCount();
    Variable source = values.expand(target).reshape(rows.elementCount(), each);
    Variable matrix = x.reshape(count, each);
    Variable result =
        accumulate
            ? matrix.indexAdd(0, rows.flatten(), source)
            : matrix.indexCopy(0, rows.flatten(), source);
    return result.reshape(shape);
  }

  /** Returns a copy with the source at one position along an axis, which the source lacks. */
  default Variable selectScatter(int axis, long position, Variable source) {
    Variable x = self();
    int at = x.shape().axis(axis, "selectScatter");
    long size = x.size(at);
    checkArgument(
        position >= -size && position < size,
        "selectScatter: position %s does not exist on axis %s of %s",
        position,
        at,
        x.describe());
    Steps.requireSame("selectScatter", x, source, x.shape().without(at));
    long from = position < 0 ? position + size : position;
    return sliceScatter(at, from, from + 1, 1, source.unsqueeze(at));
  }

  /** Returns a copy with the source at positions {@code start, start + step, ...} below the end. */
  default Variable sliceScatter(int axis, long start, long end, long step, Variable source) {
    Variable x = self();
    int at = x.shape().axis(axis, "sliceScatter");
    checkArgument(
        start >= 0 && start <= end && end <= x.size(at) && step > 0,
        "sliceScatter: positions %s to %s by %s do not lie within axis %s of %s",
        start,
        end,
        step,
        at,
        x.describe());
    long count = start == end ? 0 : (end - start - 1) / step + 1;
    Shape shape = x.shape().with(at, count);
    Steps.requireSame("sliceScatter", x, source, shape);
    if (Vmap.isAnyMapped(x, source)) {
      return Vmap.applyToAll(p -> p[0].sliceScatter(at + 1, start, end, step, p[1]), x, source);
    }
    NdArray result = x.data().copy();
    Layout part = result.layout().slice(at, start, count, step);
    Copies.assign(result.view(part), source.data());
    return Node.record(
        "sliceScatter",
        result,
        Edge.to(
            x,
            g -> g.sliceScatter(at, start, end, step, Variable.zeros(g.dtype(), shape.toArray()))),
        Edge.to(source, g -> IndexOps.Steps.slice("slice", g, at, start, count, step)));
  }

  /**
   * Returns a copy with elements of the source at positions along an axis: for axis 1 of a matrix,
   * {@code result[i][index[i][j]] = source[i][j]}.
   */
  default Variable scatter(int axis, Variable index, Variable source) {
    Variable x = self();
    int at = x.shape().axis(axis, "scatter");
    IndexOps.Steps.checkFits("scatter", x, at, index);
    Steps.requireSame("scatter", x, source, index.shape(), index);
    IndexOps.Steps.checkIndices("scatter", x, at, index, "position");
    if (Vmap.isAnyMapped(x, index, source)) {
      return Vmap.applyToAll(p -> p[0].scatter(at + 1, p[1], p[2]), x, index, source);
    }
    NdArray result = x.data().copy();
    Selections.scatter(result, at, index.data(), source.data());
    return Node.record(
        "scatter",
        result,
        Edge.to(x, index, (g, saved) -> g.scatter(at, saved, 0)),
        Edge.to(source, index, (g, saved) -> g.gather(at, saved)));
  }

  /** Returns a copy with a value at positions along an axis. */
  default Variable scatter(int axis, Variable index, double value) {
    Variable x = self();
    int at = x.shape().axis(axis, "scatter");
    Steps.requireWhole("scatter", x, value);
    IndexOps.Steps.checkFits("scatter", x, at, index);
    IndexOps.Steps.checkIndices("scatter", x, at, index, "position");
    if (Vmap.isAnyMapped(x, index)) {
      return Vmap.applyToAll(p -> p[0].scatter(at + 1, p[1], value), x, index);
    }
    NdArray result = x.data().copy();
    NdArray source = NdArray.full(x.dtype(), index.shape(), value);
    Selections.scatter(result, at, index.data(), source);
    return Node.record("scatter", result, Edge.to(x, index, (g, saved) -> g.scatter(at, saved, 0)));
  }
}
