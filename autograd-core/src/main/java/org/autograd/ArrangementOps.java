package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Elements moved, repeated, cut apart and surrounded by others. */
sealed interface ArrangementOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** The diagonal with the given offset in the plane of two axes. */
    static Layout diagonal(Layout layout, long offset, int first, int second) {
      long row = Math.max(0, -offset);
      long column = Math.max(0, offset);
      long rows = layout.shape().size(first) - row;
      long columns = layout.shape().size(second) - column;
      long count = Math.max(0, Math.min(rows, columns));
      return layout.diagonal(first, row, second, column, count);
    }

    static Variable diagonalView(Variable x, long offset, int first, int second) {
      if (x.isMapped()) {
        return Vmap.apply(p -> diagonalView(p, offset, first + 1, second + 1), x);
      }
      Shape shape = x.shape();
      Layout layout = diagonal(x.data().layout(), offset, first, second);
      return ShapeOps.Steps.view(
          "diagonal", x, layout, Edge.to(x, g -> embed(g, shape, offset, first, second)));
    }

    /** Returns zeros of the given shape with {@code x} on a diagonal. */
    static Variable embed(Variable x, Shape shape, long offset, int first, int second) {
      if (x.isMapped()) {
        return Vmap.apply(
            p -> embed(p, shape.inserting(0, p.size(0)), offset, first + 1, second + 1), x);
      }
      NdArray result = NdArray.zeros(x.dtype(), shape);
      Copies.assign(result.view(diagonal(result.layout(), offset, first, second)), x.data());
      return Node.record(
          "embedDiagonal", result, Edge.to(x, g -> diagonalView(g, offset, first, second)));
    }

    /** Returns the elements where {@code column - row} is at most, or at least, a number. */
    static Variable triangle(String operation, Variable x, long diagonal, boolean lower) {
      checkArgument(x.rank() >= 2, "%s: needs at least two axes, got %s", operation, x.describe());
      Variable rows = Variable.arange(x.size(-2)).unsqueeze(1);
      Variable distance = Variable.arange(x.size(-1)).sub(rows);
      Variable kept = lower ? distance.le((double) diagonal) : distance.ge((double) diagonal);
      return x.dtype() == DType.BOOL
          ? x.logicalAnd(kept)
          : Variable.where(kept, x, Variable.zeros(x.dtype()));
    }

    static List<Variable> split(String operation, Variable x, int axis, long... sizes) {
      long total = 0;
      for (long size : sizes) {
        checkArgument(size >= 0, "%s: negative size in %s", operation, Longs.asList(sizes));
        total += size;
      }
      checkArgument(
          total == x.size(axis),
          "%s: the sizes %s do not add up to axis %s of %s",
          operation,
          Longs.asList(sizes),
          axis,
          x.describe());
      List<Variable> parts = new ArrayList<>();
      long start = 0;
      for (long size : sizes) {
        parts.add(x.narrow(axis, start, size));
        start += size;
      }
      return parts;
    }

    /** Returns parts of equal size, but for the last, which may be smaller. */
    static List<Variable> splitEvenly(String operation, Variable x, int axis, long size) {
      int count = (int) Math.max(1, size == 0 ? 1 : (x.size(axis) + size - 1) / size);
      long[] sizes = new long[count];
      Arrays.fill(sizes, size);
      sizes[count - 1] = x.size(axis) - (count - 1) * size;
      return split(operation, x, axis, sizes);
    }

    static void checkAmounts(String operation, Variable x, long... amounts) {
      checkArgument(
          amounts.length % 2 == 0 && amounts.length <= 2 * x.rank(),
          "%s: amounts are pairs, before and after, for the last axis first; got %s for %s",
          operation,
          Longs.asList(amounts),
          x.describe());
    }

    /** A place before the first or after the last position of an axis, and what is put there. */
    interface Source {
      long position(long place, long size);
    }

    /** Pads by elements of the array itself. */
    static Variable padded(
        String operation, Variable x, LongUnaryOperator limit, Source source, long... amounts) {
      checkAmounts(operation, x, amounts);
      Variable result = x.copy();
      for (int pair = 0; 2 * pair < amounts.length; pair++) {
        int axis = x.rank() - 1 - pair;
        long size = x.size(axis);
        long before = amounts[2 * pair];
        long after = amounts[2 * pair + 1];
        long most = limit.applyAsLong(size);
        checkArgument(
            before >= 0 && after >= 0 && before <= most && after <= most,
            "%s: axis %s of %s can be padded by 0 to %s, got %s and %s",
            operation,
            axis,
            x.describe(),
            most,
            before,
            after);
        if (before + after > 0) {
          long[] positions = new long[(int) (before + size + after)];
          Arrays.setAll(positions, i -> source.position(i - before, size));
          result = IndexOps.Steps.indexSelect(operation, result, axis, Variable.of(positions));
        }
      }
      return result;
    }
  }

  /** Returns the elements in reverse order along each of the given axes, as a copy. */
  default Variable flip(int... axes) {
    Variable x = self();
    int[] reversed = ShapeOps.Steps.axes("flip", x, axes);
    if (x.isMapped()) {
      return Vmap.apply(p -> p.flip(Vmap.shifted(reversed)), x);
    }
    Layout layout = x.data().layout();
    for (int axis : reversed) {
      layout = layout.slice(axis, x.size(axis) - 1, x.size(axis), -1);
    }
    return Node.record("flip", x.data().view(layout).copy(), Edge.to(x, g -> g.flip(reversed)));
  }

  /** Returns the elements moved along an axis, those beyond the end back to the start. */
  default Variable roll(int axis, long shift) {
    Variable x = self();
    int at = x.shape().axis(axis, "roll");
    if (x.isMapped()) {
      return Vmap.apply(p -> p.roll(at + 1, shift), x);
    }
    long size = x.size(at);
    NdArray result = NdArray.unset(x.dtype(), x.shape());
    if (size > 0) {
      long to = Math.floorMod(shift, size);
      Layout from = x.data().layout();
      Layout target = result.layout();
      Copies.assign(
          result.view(target.slice(at, to, size - to, 1)),
          x.data().view(from.slice(at, 0, size - to, 1)));
      Copies.assign(
          result.view(target.slice(at, 0, to, 1)), x.data().view(from.slice(at, size - to, to, 1)));
    }
    return Node.record("roll", result, Edge.to(x, g -> g.roll(at, -shift)));
  }

  /**
   * Returns the whole array repeated along each axis; more numbers than axes add axes in front.
   *
   * @throws IllegalArgumentException if there are fewer numbers than axes
   */
  default Variable repeat(long... counts) {
    Variable x = self();
    int extra = counts.length - x.rank();
    checkArgument(
        extra >= 0 && Arrays.stream(counts).allMatch(count -> count >= 0),
        "repeat: a number, not negative, is needed for each axis of %s, got %s",
        x.describe(),
        Longs.asList(counts));
    if (x.isMapped()) {
      long[] all = new long[counts.length + 1];
      all[0] = 1;
      System.arraycopy(counts, 0, all, 1, counts.length);
      return Vmap.apply(p -> Vmap.withLeadingAxes(p, all.length).repeat(all), x);
    }
    long[] single = new long[2 * counts.length];
    long[] several = new long[2 * counts.length];
    long[] joined = new long[counts.length];
    int[] repeated = new int[counts.length];
    for (int axis = 0; axis < counts.length; axis++) {
      long size = axis < extra ? 1 : x.size(axis - extra);
      single[2 * axis] = 1;
      several[2 * axis] = counts[axis];
      single[2 * axis + 1] = size;
      several[2 * axis + 1] = size;
      joined[axis] = counts[axis] * size;
      repeated[axis] = 2 * axis;
    }
    long[] shape = x.shape().toArray();
    NdArray copies = x.data().reshape(Shape.of(single)).expand(Shape.of(several)).copy();
    return Node.record(
        "repeat",
        copies.reshape(Shape.of(joined)),
        Edge.to(x, g -> counts.length == 0 ? g : g.reshape(several).sum(repeated).reshape(shape)));
  }

  /** Returns {@link #repeat} with numbers for the last axes only; the others are kept. */
  default Variable tile(long... counts) {
    long[] all = new long[Math.max(counts.length, self().rank())];
    Arrays.fill(all, 1);
    System.arraycopy(counts, 0, all, all.length - counts.length, counts.length);
    return repeat(all);
  }

  /** Returns each position along an axis {@code count} times in succession. */
  default Variable repeatInterleave(int axis, long count) {
    checkArgument(count >= 0, "repeatInterleave: negative count %s", count);
    Variable x = self();
    int at = x.shape().axis(axis, "repeatInterleave");
    long[] positions = new long[(int) (x.size(at) * count)];
    Arrays.setAll(positions, i -> i / count);
    return IndexOps.Steps.indexSelect("repeatInterleave", x, at, Variable.of(positions));
  }

  /**
   * Returns the elements with equal positions along two axes, moved along the second by the offset,
   * as a last axis; a view.
   */
  default Variable diagonal(long offset, int first, int second) {
    Variable x = self();
    int a = x.shape().axis(first, "diagonal");
    int b = x.shape().axis(second, "diagonal");
    checkArgument(
        a != b, "diagonal: needs two different axes of %s, got %s twice", x.describe(), a);
    return Steps.diagonalView(x, offset, a, b);
  }

  /** Returns a vector as the diagonal of a square matrix of zeros, or a matrix's diagonal. */
  default Variable diag(long offset) {
    Variable x = self();
    checkArgument(
        x.rank() == 1 || x.rank() == 2, "diag: needs a vector or a matrix, got %s", x.describe());
    if (x.rank() == 2) {
      return x.diagonal(offset, 0, 1).copy();
    }
    long size = x.size(0) + Math.abs(offset);
    return Steps.embed(x, Shape.of(size, size), offset, 0, 1);
  }

  /** Returns the lower triangles of matrices, up to a diagonal; the other elements are 0. */
  default Variable tril(long diagonal) {
    return Steps.triangle("tril", self(), diagonal, true);
  }

  /** Returns the upper triangles of matrices, from a diagonal on; the other elements are 0. */
  default Variable triu(long diagonal) {
    return Steps.triangle("triu", self(), diagonal, false);
  }

  /** Returns the array with one axis moved to another place, as a view. */
  default Variable movedim(int source, int destination) {
    return movedim(new int[] {source}, new int[] {destination});
  }

  /**
   * Returns the array with axes at other places, a place for each; the others stay in their order.
   *
   * @throws IllegalArgumentException if the numbers differ, or if an axis or a place is given twice
   */
  default Variable movedim(int[] sources, int[] destinations) {
    Variable x = self();
    checkArgument(
        sources.length == destinations.length,
        "movedim: a place is needed for each axis; got axes %s and places %s for %s",
        Ints.asList(sources),
        Ints.asList(destinations),
        x.describe());
    int[] from = ShapeOps.Steps.axes("movedim", x, sources);
    int[] to = ShapeOps.Steps.axes("movedim", x, destinations);
    int[] order = new int[x.rank()];
    Arrays.fill(order, -1);
    for (int k = 0; k < from.length; k++) {
      order[to[k]] = from[k];
    }
    int place = 0;
    for (int axis = 0; axis < order.length; axis++) {
      if (!Ints.contains(from, axis)) {
        while (order[place] >= 0) {
          place++;
        }
        order[place] = axis;
      }
    }
    return x.permute(order);
  }

  /**
   * Returns windows of {@code size} positions along an axis, {@code step} apart; the positions in a
   * window become a last axis. The result is a copy.
   */
  default Variable unfold(int axis, long size, long step) {
    Variable x = self();
    int at = x.shape().axis(axis, "unfold");
    checkArgument(
        size >= 0 && size <= x.size(at) && step > 0,
        "unfold: windows of %s, %s apart, do not fit axis %s of %s",
        size,
        step,
        at,
        x.describe());
    long count = (x.size(at) - size) / step + 1;
    long[] positions = new long[(int) (count * size)];
    Arrays.setAll(positions, i -> i / size * step + i % size);
    Variable windows = IndexOps.Steps.indexSelect("unfold", x, at, Variable.of(positions));
    long[] sizes = x.shape().with(at, count).inserting(at + 1, size).toArray();
    return windows.reshape(sizes).movedim(at + 1, -1);
  }

  /** Returns views of {@code size} positions along an axis each; the last may be smaller. */
  default List<Variable> split(int axis, long size) {
    Variable x = self();
    int at = x.shape().axis(axis, "split");
    checkArgument(
        size > 0 || (size == 0 && x.size(at) == 0),
        "split: axis %s of %s cannot be cut into parts of %s",
        at,
        x.describe(),
        size);
    return Steps.splitEvenly("split", x, at, size);
  }

  /** Returns views of the given sizes along an axis, which add up to its size. */
  default List<Variable> splitInto(int axis, long... sizes) {
    Variable x = self();
    return Steps.split("splitInto", x, x.shape().axis(axis, "splitInto"), sizes);
  }

  /** Returns at most {@code count} views of equal size; the last may be smaller. */
  default List<Variable> chunk(int axis, int count) {
    checkArgument(count > 0, "chunk: the number of parts must be positive, got %s", count);
    Variable x = self();
    int at = x.shape().axis(axis, "chunk");
    long size = (x.size(at) + count - 1) / count;
    return size == 0
        ? Steps.split("chunk", x, at, new long[count])
        : Steps.splitEvenly("chunk", x, at, size);
  }

  /**
   * Returns the array surrounded by a value.
   *
   * @param amounts how many positions are added before and after, in pairs, for the last axis
   *     first; negative ones take positions away
   */
  default Variable padConstant(double value, long... amounts) {
    Variable x = self();
    Steps.checkAmounts("padConstant", x, amounts);
    Shape shape = x.shape();
    for (int pair = 0; 2 * pair < amounts.length; pair++) {
      int axis = x.rank() - 1 - pair;
      long size = x.size(axis) + amounts[2 * pair] + amounts[2 * pair + 1];
      checkArgument(
          size >= 0, "padConstant: %s does not shrink by %s", x.describe(), Longs.asList(amounts));
      shape = shape.with(axis, size);
    }
    if (x.isMapped()) {
      return Vmap.apply(p -> p.padConstant(value, amounts), x);
    }
    NdArray result = NdArray.full(x.dtype(), shape, value);
    Layout target = result.layout();
    Layout source = x.data().layout();
    for (int pair = 0; 2 * pair < amounts.length; pair++) {
      int axis = x.rank() - 1 - pair;
      long before = amounts[2 * pair];
      long after = amounts[2 * pair + 1];
      long count = Math.max(0, x.size(axis) + Math.min(0, before) + Math.min(0, after));
      target = target.slice(axis, Math.max(0, before), count, 1);
      source = source.slice(axis, Math.max(0, -before), count, 1);
    }
    Copies.assign(result.view(target), x.data().view(source));
    long[] back = Arrays.stream(amounts).map(amount -> -amount).toArray();
    return Node.record("padConstant", result, Edge.to(x, g -> g.padConstant(0, back)));
  }

  /** Returns the array continued by its mirror image, in which the border is not repeated. */
  default Variable padReflect(long... amounts) {
    return Steps.padded(
        "padReflect",
        self(),
        size -> size - 1,
        (place, size) -> {
          long mirrored = Math.abs(place);
          return mirrored < size ? mirrored : 2 * (size - 1) - mirrored;
        },
        amounts);
  }

  /** Returns the array continued by its border. */
  default Variable padReplicate(long... amounts) {
    return Steps.padded(
        "padReplicate",
        self(),
        size -> size == 0 ? 0 : Integer.MAX_VALUE,
        (place, size) -> Math.max(0, Math.min(size - 1, place)),
        amounts);
  }

  /** Returns the array continued by itself, from the other end. */
  default Variable padCircular(long... amounts) {
    return Steps.padded(
        "padCircular", self(), size -> size, (place, size) -> Math.floorMod(place, size), amounts);
  }

  /** See {@link Variable#meshgrid}. */
  static List<Variable> meshgrid(Variable... vectors) {
    long[] sizes = new long[vectors.length];
    for (int k = 0; k < sizes.length; k++) {
      checkArgument(
          vectors[k].rank() <= 1, "meshgrid: needs vectors, got %s", Variable.describe(vectors));
      sizes[k] = vectors[k].elementCount();
    }
    List<Variable> result = new ArrayList<>();
    for (int k = 0; k < sizes.length; k++) {
      long[] own = new long[sizes.length];
      Arrays.fill(own, 1);
      own[k] = sizes[k];
      result.add(vectors[k].reshape(own).expand(sizes));
    }
    return result;
  }
}
