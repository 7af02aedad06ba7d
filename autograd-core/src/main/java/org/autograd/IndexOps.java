package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.Selections;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Selecting elements by position. Slices are views; selections by an index array are copies. */
sealed interface IndexOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Checks that all positions of an integer array exist along an axis. */
    static void checkIndices(String operation, Variable x, int axis, Variable index, String what) {
      checkArgument(
          index.dtype().isInteger(),
          "%s: indices must be int64 or int32, got array and indices %s",
          operation,
          Variable.describe(x, index));
      long size = x.size(axis);
      long[] positions = Vmap.innermostPhysical(index).toLongArray();
      for (int i = 0; i < positions.length; i++) {
        if (positions[i] < 0 || positions[i] >= size) {
          throw new IllegalArgumentException(
              operation
                  + ": "
                  + what
                  + " "
                  + positions[i]
                  + " (element "
                  + i
                  + " of "
                  + index.describe()
                  + ") is not in [0, "
                  + size
                  + "), the positions along axis "
                  + axis
                  + " of "
                  + x.describe());
        }
      }
    }

    static void checkFits(String operation, Variable x, int axis, Variable index) {
      boolean fits = index.rank() == x.rank();
      for (int i = 0; fits && i < x.rank(); i++) {
        fits = i == axis || index.size(i) <= x.size(i);
      }
      checkArgument(
          fits,
          "%s: the index must have the array's rank and, except along axis %s, at most its sizes; got"
              + " %s",
          operation,
          axis,
          Variable.describe(x, index));
    }

    static void requireNumbers(String operation, Variable x) {
      checkArgument(
          x.dtype() != DType.BOOL,
          "%s: truth values cannot be added, got %s; convert with to(DType.INT64)",
          operation,
          x.describe());
    }

    static Variable slice(
        String operation, Variable x, int axis, long start, long count, long step) {
      if (count == x.size(axis) && step == 1) {
        return x;
      }
      if (x.isMapped()) {
        return Vmap.apply(p -> slice(operation, p, axis + 1, start, count, step), x);
      }
      Shape shape = x.shape();
      Layout view = x.data().layout().slice(axis, start, count, step);
      return ShapeOps.Steps.view(
          operation,
          x,
          view,
          Edge.to(
              x,
              g -> embed(g, shape, axis, start, step),
              t -> slice(operation, t, axis, start, count, step)));
    }

    static Variable select(String operation, Variable x, int axis, long position) {
      long size = x.size(axis);
      checkArgument(
          position >= -size && position < size,
          "%s: position %s does not exist on axis %s of %s",
          operation,
          position,
          axis,
          x.describe());
      long from = position < 0 ? position + size : position;
      if (x.isMapped()) {
        return Vmap.apply(p -> select(operation, p, axis + 1, from), x);
      }
      Shape shape = x.shape();
      return ShapeOps.Steps.view(
          operation,
          x,
          x.data().layout().select(axis, from),
          Edge.to(
              x, g -> embed(g.unsqueeze(axis), shape, axis, from, 1), t -> t.select(axis, from)));
    }

    static Variable indexSelect(String operation, Variable x, int axis, Variable positions) {
      checkArgument(
          positions.rank() == 1,
          "%s: positions must be a vector, got array and positions %s",
          operation,
          Variable.describe(x, positions));
      checkIndices(operation, x, axis, positions, "position");
      if (positions.isMapped()) {
        return x.gather(axis, alongAxis(positions, x.shape(), axis));
      }
      if (x.isMapped()) {
        return Vmap.apply(p -> indexSelect(operation, p, axis + 1, positions), x);
      }
      long[] shape = x.shape().toArray();
      return Node.record(
          operation,
          Selections.indexSelect(x.data(), axis, positions.data()),
          Edge.to(
              x,
              positions,
              (g, saved) -> Variable.zeros(g.dtype(), shape).indexAdd(axis, saved, g),
              (t, saved) -> indexSelect(operation, t, axis, saved)));
    }

    /** Returns positions along an axis as an index array that says the same for all others. */
    static Variable alongAxis(Variable positions, Shape shape, int axis) {
      long[] own = new long[shape.rank()];
      Arrays.fill(own, 1);
      own[axis] = positions.elementCount();
      return positions.reshape(own).expand(shape.with(axis, positions.elementCount()).toArray());
    }

    /** Returns how many axes a part of an index expression stands for. */
    static int axesNamed(Index part) {
      return switch (part) {
        case Index.NewAxis _, Index.Ellipsis _ -> 0;
        case Index.Positions p when p.positions().dtype() == DType.BOOL -> p.positions().rank();
        default -> 1;
      };
    }

    /** Returns positions from the start, for a mask those where it is true, one array per axis. */
    static List<Variable> indices(Variable x, int axis, Variable index) {
      if (index.dtype() != DType.BOOL) {
        Variable fromStart =
            index.dtype().isInteger()
                ? Variable.where(index.lt(0), index.add((double) x.size(axis)), index)
                : index;
        checkIndices("get", x, axis, fromStart, "position");
        return List.of(fromStart);
      }
      Shape covered = Shape.of(Arrays.copyOfRange(x.shape().toArray(), axis, axis + index.rank()));
      checkArgument(
          index.rank() > 0 && index.shape().equals(covered),
          "get: a mask must have the shape %s of the axes that it selects from, got %s",
          covered,
          Variable.describe(x, index));
      Variable rows = index.nonzero();
      List<Variable> result = new ArrayList<>();
      for (int k = 0; k < index.rank(); k++) {
        result.add(rows.select(1, k).copy());
      }
      return result;
    }

    /** Returns the elements at index arrays for some of the axes. */
    static Variable selected(Variable x, List<Integer> axes, List<Variable> arrays) {
      Shape common = Shape.scalar();
      for (Variable array : arrays) {
        common = Shape.broadcast(common, array.shape(), "get");
      }
      int count = axes.size();
      boolean adjacent = axes.getLast() - axes.getFirst() == count - 1;
      int place = adjacent ? axes.getFirst() : 0;
      List<Integer> order = new ArrayList<>(axes);
      for (int axis = 0; axis < x.rank(); axis++) {
        if (!axes.contains(axis)) {
          order.add(axis);
        }
      }
      Variable arranged = adjacent ? x : x.permute(order.stream().mapToInt(a -> a).toArray());
      Variable rows = Variable.zeros(DType.INT64);
      long joined = 1;
      for (int k = 0; k < count; k++) {
        long size = x.size(axes.get(k));
        rows = rows.mul((double) size).add(arrays.get(k));
        joined *= size;
      }
      long[] sizes = arranged.shape().toArray();
      long[] before = Arrays.copyOf(sizes, place);
      long[] after = Arrays.copyOfRange(sizes, place + count, sizes.length);
      Variable lines = arranged.reshape(Longs.concat(before, new long[] {joined}, after));
      long[] result = Longs.concat(before, common.toArray(), after);
      Variable flat = rows.expand(common.toArray()).flatten();
      Variable picked = indexSelect("get", lines, place, flat);
      return picked.reshape(result);
    }

    /** Returns zeros of the given shape with {@code x} at evenly spaced positions along an axis. */
    static Variable embed(Variable x, Shape shape, int axis, long start, long step) {
      if (x.isMapped()) {
        return Vmap.apply(p -> embed(p, shape.inserting(0, p.size(0)), axis + 1, start, step), x);
      }
      long count = x.size(axis);
      NdArray result = NdArray.zeros(x.dtype(), shape);
      Copies.assign(result.view(result.layout().slice(axis, start, count, step)), x.data());
      return Node.record(
          "embed", result, Edge.to(x, g -> slice("slice", g, axis, start, count, step)));
    }
  }

  /** Returns {@code length} positions along an axis from {@code start}, as a view. */
  default Variable narrow(int axis, long start, long length) {
    Variable x = self();
    int at = x.shape().axis(axis, "narrow");
    checkArgument(
        start >= 0 && length >= 0 && start + length <= x.size(at),
        "narrow: positions %s to %s do not lie within axis %s of %s",
        start,
        start + length,
        at,
        x.describe());
    return Steps.slice("narrow", x, at, start, length, 1);
  }

  /** Returns one position along an axis, which disappears; negative counts from the end. */
  default Variable select(int axis, long position) {
    return Steps.select("select", self(), self().shape().axis(axis, "select"), position);
  }

  /**
   * Returns the part that an index expression names, as Python's {@code x[...]}; a view unless an
   * index array is among the parts. Axes after the last part are taken whole.
   *
   * <p>Several index arrays broadcast together, and the result has their common axes in place of
   * those that they index: where the first of these was if they stand side by side, else in front.
   *
   * @throws IllegalArgumentException if there are more parts than axes, or a position does not
   *     exist
   */
  default Variable get(Index... parts) {
    Variable x = self();
    int named = 0;
    int ellipses = 0;
    for (Index part : parts) {
      named += Steps.axesNamed(part);
      ellipses += part instanceof Index.Ellipsis ? 1 : 0;
    }
    checkArgument(
        named <= x.rank() && ellipses <= 1,
        "get: %s parts (and %s ellipses) for the %s axes of %s",
        named,
        ellipses,
        x.rank(),
        x.describe());
    int axis = 0;
    Variable result = x;
    List<Variable> arrays = new ArrayList<>();
    List<Integer> axes = new ArrayList<>();
    for (Index part : parts) {
      switch (part) {
        case Index.Range range -> {
          long size = result.size(axis);
          long start = clip(range.start(), size);
          long end = clip(range.end(), size);
          long count = start < end ? (end - start - 1) / range.step() + 1 : 0;
          result = Steps.slice("slice", result, axis++, start, count, range.step());
        }
        case Index.At at -> result = Steps.select("get", result, axis, at.position());
        case Index.NewAxis _ -> result = result.unsqueeze(axis++);
        case Index.Ellipsis _ -> axis += x.rank() - named;
        case Index.Positions positions -> {
          for (Variable array : Steps.indices(result, axis, positions.positions())) {
            arrays.add(array);
            axes.add(axis++);
          }
        }
      }
    }
    return arrays.isEmpty() ? result : Steps.selected(result, axes, arrays);
  }

  private static long clip(long position, long size) {
    long fromStart = position < 0 ? position + size : position;
    return Math.max(0, Math.min(size, fromStart));
  }

  /**
   * Returns the rows (positions along axis 0) named by an integer array of any shape, as embedding
   * look-ups do, negative ones from the end; or, for a bool array of this array's shape, the
   * elements where it is true, as a vector.
   */
  default Variable get(Variable index) {
    Variable x = self();
    if (index.dtype() == DType.BOOL) {
      checkArgument(
          index.shape().equals(x.shape()),
          "get: a mask must have the array's shape, got %s",
          Variable.describe(x, index));
      Variable positions = Variable.of(Selections.truePositions(index.data()));
      return Steps.indexSelect("get", x.flatten(), 0, positions);
    }
    checkArgument(x.rank() > 0, "get: %s has no rows", x.describe());
    long[] rest = x.shape().without(0).toArray();
    long[] sizes = Arrays.copyOf(index.shape().toArray(), index.rank() + rest.length);
    System.arraycopy(rest, 0, sizes, index.rank(), rest.length);
    Variable positions = Steps.indices(x, 0, index).getFirst();
    return Steps.indexSelect("get", x, 0, positions.flatten()).reshape(sizes);
  }

  /**
   * Returns the slices at the given positions along an axis, in their order; repeats are allowed
   * and their gradients add up.
   *
   * @param positions an int64 or int32 vector with values in [0, size)
   */
  default Variable indexSelect(int axis, Variable positions) {
    int at = self().shape().axis(axis, "indexSelect");
    return Steps.indexSelect("indexSelect", self(), at, positions);
  }

  /**
   * Returns a copy of this with slices added at the given positions along an axis. Slices for the
   * same position add up, in their order.
   */
  default Variable indexAdd(int axis, Variable positions, Variable source) {
    Variable x = self();
    int at = x.shape().axis(axis, "indexAdd");
    Steps.requireNumbers("indexAdd", x);
    checkArgument(
        positions.rank() == 1
            && source.rank() == x.rank()
            && source.dtype() == x.dtype()
            && source.shape().equals(x.shape().with(at, positions.elementCount())),
        "indexAdd: a source of %s, with one slice per position, is needed; got target, positions,"
            + " source %s",
        x.dtype(),
        Variable.describe(x, positions, source));
    Steps.checkIndices("indexAdd", x, at, positions, "position");
    if (positions.isMapped()) {
      return x.scatterAdd(at, Steps.alongAxis(positions, x.shape(), at), source);
    }
    if (Vmap.isAnyMapped(x, source)) {
      return Vmap.applyToAll(p -> p[0].indexAdd(at + 1, positions, p[1]), x, source);
    }
    NdArray result = x.data().copy();
    Selections.indexAdd(result, at, positions.data(), source.data());
    return Node.record(
        "indexAdd",
        result,
        Edge.to(x, g -> g),
        Edge.to(source, positions, (g, saved) -> g.indexSelect(at, saved)));
  }

  /**
   * Returns the elements at positions along an axis: for axis 1 of a matrix, {@code result[i][j] =
   * this[i][index[i][j]]}.
   *
   * @param index int64 or int32, of the same rank; along other axes at most as large as this
   */
  default Variable gather(int axis, Variable index) {
    Variable x = self();
    int at = x.shape().axis(axis, "gather");
    Steps.checkFits("gather", x, at, index);
    Steps.checkIndices("gather", x, at, index, "position");
    if (Vmap.isAnyMapped(x, index)) {
      return Vmap.applyToAll(p -> p[0].gather(at + 1, p[1]), x, index);
    }
    long[] shape = x.shape().toArray();
    return Node.record(
        "gather",
        Selections.gather(x.data(), at, index.data()),
        Edge.to(x, index, (g, saved) -> Variable.zeros(g.dtype(), shape).scatterAdd(at, saved, g)));
  }

  /**
   * Returns a copy of this with elements added at positions along an axis: for axis 1 of a matrix,
   * {@code result[i][index[i][j]] += source[i][j]}. Sums are taken in the order of the elements.
   */
  default Variable scatterAdd(int axis, Variable index, Variable source) {
    Variable x = self();
    int at = x.shape().axis(axis, "scatterAdd");
    Steps.requireNumbers("scatterAdd", x);
    Steps.checkFits("scatterAdd", x, at, index);
    checkArgument(
        source.shape().equals(index.shape()) && source.dtype() == x.dtype(),
        "scatterAdd: source must be %s of the index's shape, got target, index, source %s",
        x.dtype(),
        Variable.describe(x, index, source));
    Steps.checkIndices("scatterAdd", x, at, index, "position");
    if (Vmap.isAnyMapped(x, index, source)) {
      return Vmap.applyToAll(p -> p[0].scatterAdd(at + 1, p[1], p[2]), x, index, source);
    }
    NdArray result = x.data().copy();
    Selections.scatterAdd(result, at, index.data(), source.data());
    return Node.record(
        "scatterAdd",
        result,
        Edge.to(x, g -> g),
        Edge.to(source, index, (g, saved) -> g.gather(at, saved)));
  }
}
