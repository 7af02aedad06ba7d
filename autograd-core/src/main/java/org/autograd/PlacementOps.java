package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.Selections;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Copies in which elements are placed by an index expression, a mask, or combined with others. */
sealed interface PlacementOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Returns a copy with values at places of the flattened array. */
    static Variable atPlaces(Variable x, Variable places, Variable values, boolean accumulate) {
      Variable flat = x.flatten();
      return (accumulate ? flat.indexAdd(0, places, values) : flat.indexCopy(0, places, values))
          .reshape(x.shape().toArray());
    }

    /** For each source the product of all else that goes to its position. */
    static Variable others(Variable start, int axis, Variable index, Variable source) {
      Variable zero = source.detach().eq(0);
      Variable zeros =
          Variable.zeros(source.dtype(), start.shape().toArray())
              .scatterAdd(axis, index, zero.to(source.dtype()))
              .gather(axis, index);
      // That is the quotient; of the only zero it is the product without it, else there is a zero.
      Variable single = zero.logicalAnd(zeros.eq(1));
      Variable quotient =
          product(start, axis, index, source).gather(axis, index).div(source.maskedFill(zero, 1));
      Variable without =
          product(start, axis, index, source.maskedFill(single, 1)).gather(axis, index);
      return Variable.where(single, without, quotient);
    }

    static Variable product(Variable start, int axis, Variable index, Variable source) {
      if (Vmap.isAnyMapped(start, index, source)) {
        return Vmap.applyToAll(p -> product(p[0], axis + 1, p[1], p[2]), start, index, source);
      }
      NdArray result = start.data().copy();
      Selections.scatterBy(
          result, axis, index.data(), source.data(), (a, b) -> a * b, (a, b) -> a * b);
      Edge toSource =
          source.isRecorded()
              ? new Edge(
                  source.requireNode(), new Saved(start), new Saved(index), new Saved(source)) {
                @Override
                Variable gradient(Variable g) {
                  return g.gather(axis, value(1)).mul(others(value(0), axis, value(1), value(2)));
                }
              }
              : null;
      return Node.record(
          "scatterReduce",
          result,
          Edge.to(
              start, index, source, (g, i, s) -> g.mul(product(Variable.onesLike(g), axis, i, s))),
          toSource);
    }

    static Variable mean(
        Variable start, int axis, Variable index, Variable source, boolean includeSelf) {
      Variable own = includeSelf ? Variable.onesLike(start) : Variable.zerosLike(start);
      Variable count = own.scatterAdd(axis, index, Variable.onesLike(source)).clampMin(1);
      Variable sum = start.scatterAdd(axis, index, source);
      return start.dtype().isFloating() ? sum.div(count) : sum.floorDivide(count);
    }

    static Variable extreme(
        Variable start, int axis, Variable index, Variable source, boolean largest) {
      if (Vmap.isAnyMapped(start, index, source)) {
        return Vmap.applyToAll(
            p -> extreme(p[0], axis + 1, p[1], p[2], largest), start, index, source);
      }
      NdArray result = start.data().copy();
      Selections.scatterBy(
          result,
          axis,
          index.data(),
          source.data(),
          largest ? Math::max : Math::min,
          largest ? Math::max : Math::min);
      Variable values = new Variable(result, null);
      if (!start.isRecorded() && !source.isRecorded()) {
        return Node.record("scatterReduce", result);
      }
      Variable own = start.detach().eq(values).to(start.dtype());
      Variable wins = source.detach().eq(values.gather(axis, index)).to(source.dtype());
      Variable count = own.scatterAdd(axis, index, wins);
      return Node.record(
          "scatterReduce",
          result,
          Edge.to(start, own.div(count), (g, share) -> g.mul(share)),
          Edge.to(
              source,
              index,
              wins.div(count.gather(axis, index)),
              (g, i, share) -> g.gather(axis, i).mul(share)));
    }

    /** What changes nothing when it is combined with others. */
    static double neutral(DType dtype, ScatterReduction reduction) {
      double infinity =
          switch (dtype) {
            case INT32 -> Integer.MAX_VALUE;
            case INT64 -> (double) Long.MAX_VALUE;
            default -> Double.POSITIVE_INFINITY;
          };
      return switch (reduction) {
        case SUM, MEAN -> 0;
        case PROD -> 1;
        case AMAX -> dtype == DType.INT32 ? Integer.MIN_VALUE : -infinity;
        case AMIN -> infinity;
      };
    }
  }

  /**
   * Returns a copy in which the part that an index expression names is other values, or has them
   * added: {@code x.get(parts)} would be {@code values}.
   *
   * <pre>{@code
   * x.indexPut(v, false, Index.range(0, 2), Index.at(-1)); // x[0:2, -1] = v
   * }</pre>
   *
   * @param values broadcast to the shape of the part
   * @throws IllegalArgumentException as {@link Variable#get(Index...)}, and if the values do not
   *     broadcast
   */
  default Variable indexPut(Variable values, boolean accumulate, Index... parts) {
    Variable x = self();
    checkArgument(
        values.dtype() == x.dtype(),
        "indexPut: both must have the same dtype, got target and values %s",
        Variable.describe(x, values));
    Variable places = Variable.arange(x.elementCount()).reshape(x.shape().toArray()).get(parts);
    checkArgument(
        values.shape().broadcastsTo(places.shape()),
        "indexPut: values %s do not broadcast to the part %s of %s",
        values.describe(),
        places.shape(),
        x.describe());
    Variable source = values.expand(places.shape().toArray()).flatten();
    return Steps.atPlaces(x, places.flatten(), source, accumulate);
  }

  /**
   * Returns a copy with elements of the source at positions in row-major order, of which negative
   * ones count from the end, or with these elements added there.
   */
  default Variable put(Variable positions, Variable source, boolean accumulate) {
    Variable x = self();
    checkArgument(
        positions.elementCount() == source.elementCount() && source.dtype() == x.dtype(),
        "put: a source of %s with an element for each position is needed; got target, positions and"
            + " source %s",
        x.dtype(),
        Variable.describe(x, positions, source));
    Variable fromStart =
        Variable.where(positions.lt(0), positions.add((double) x.elementCount()), positions);
    return Steps.atPlaces(x, fromStart.flatten(), source.flatten(), accumulate);
  }

  /**
   * Returns a copy with the first elements of the source, in their order, where the mask is true.
   *
   * @param mask broadcasts with this
   * @throws IllegalArgumentException if the source has fewer elements than the mask is true
   */
  default Variable maskedScatter(Variable mask, Variable source) {
    Variable x = self();
    checkArgument(
        mask.dtype() == DType.BOOL && source.dtype() == x.dtype(),
        "maskedScatter: needs a bool mask and a source of %s, got %s",
        x.dtype(),
        Variable.describe(x, mask, source));
    Shape shape = Shape.broadcast(x.shape(), mask.shape(), "maskedScatter");
    long[] places = Selections.truePositions(mask.data().expand(shape));
    checkArgument(
        places.length <= source.elementCount(),
        "maskedScatter: %s elements are needed, got %s",
        places.length,
        Variable.describe(x, mask, source));
    return Steps.atPlaces(
        x.expand(shape.toArray()),
        Variable.of(places),
        source.flatten().narrow(0, 0, places.length),
        false);
  }

  /** Returns a copy with the source on the diagonal that {@link Variable#diagonal} would return. */
  default Variable diagonalScatter(Variable source, long offset, int first, int second) {
    Variable x = self();
    int a = x.shape().axis(first, "diagonalScatter");
    int b = x.shape().axis(second, "diagonalScatter");
    checkArgument(
        a != b, "diagonalScatter: needs two different axes of %s, got %s twice", x.describe(), a);
    if (Vmap.isAnyMapped(x, source)) {
      return Vmap.applyToAll(p -> p[0].diagonalScatter(p[1], offset, a + 1, b + 1), x, source);
    }
    NdArray result = x.data().copy();
    Layout place = ArrangementOps.Steps.diagonal(result.layout(), offset, a, b);
    Shape shape = place.shape();
    ScatterOps.Steps.requireSame("diagonalScatter", x, source, shape);
    Copies.assign(result.view(place), source.data());
    return Node.record(
        "diagonalScatter",
        result,
        Edge.to(
            x, g -> g.diagonalScatter(Variable.zeros(g.dtype(), shape.toArray()), offset, a, b)),
        Edge.to(source, g -> ArrangementOps.Steps.diagonalView(g, offset, a, b)));
  }

  /**
   * Returns the elements at positions along an axis as {@link Variable#gather}, all other axes of
   * both broadcast together.
   */
  default Variable takeAlongDim(Variable index, int axis) {
    Variable x = self();
    int at = x.shape().axis(axis, "takeAlongDim");
    checkArgument(
        index.rank() == x.rank(),
        "takeAlongDim: array and index must have the same rank, got %s",
        Variable.describe(x, index));
    Shape shape = Shape.broadcast(x.shape().with(at, 1), index.shape().with(at, 1), "takeAlongDim");
    return x.expand(shape.with(at, x.size(at)).toArray())
        .gather(at, index.expand(shape.with(at, index.size(at)).toArray()));
  }

  /**
   * Returns a copy in which elements of the source are combined with those at positions along an
   * axis: for axis 1 of a matrix, {@code result[i][k]} is made of all {@code source[i][j]} with
   * {@code index[i][j] == k}.
   *
   * @param includeSelf whether the elements of this take part; if not, they stay only where nothing
   *     is scattered to
   */
  default Variable scatterReduce(
      int axis, Variable index, Variable source, ScatterReduction reduction, boolean includeSelf) {
    Variable x = self();
    int at = x.shape().axis(axis, "scatterReduce");
    IndexOps.Steps.requireNumbers("scatterReduce", x);
    IndexOps.Steps.checkFits("scatterReduce", x, at, index);
    ScatterOps.Steps.requireSame("scatterReduce", x, source, index.shape(), index);
    IndexOps.Steps.checkIndices("scatterReduce", x, at, index, "position");
    Variable start = includeSelf ? x : x.scatter(at, index, Steps.neutral(x.dtype(), reduction));
    return switch (reduction) {
      case SUM -> start.scatterAdd(at, index, source);
      case MEAN -> Steps.mean(start, at, index, source, includeSelf);
      case PROD -> Steps.product(start, at, index, source);
      case AMAX -> Steps.extreme(start, at, index, source, true);
      case AMIN -> Steps.extreme(start, at, index, source, false);
    };
  }

  /**
   * Returns a copy in which slices of the source are combined with those at positions along an
   * axis; as {@link #scatterReduce}.
   *
   * @param positions an int64 or int32 vector, a position for each slice
   */
  default Variable indexReduce(
      int axis,
      Variable positions,
      Variable source,
      ScatterReduction reduction,
      boolean includeSelf) {
    Variable x = self();
    int at = x.shape().axis(axis, "indexReduce");
    checkArgument(
        positions.rank() == 1 && source.rank() == x.rank(),
        "indexReduce: a vector of positions and a source of %s axes are needed, got %s",
        x.rank(),
        Variable.describe(x, positions, source));
    long[] sizes = new long[x.rank()];
    Arrays.fill(sizes, 1);
    sizes[at] = positions.elementCount();
    ScatterOps.Steps.requireSame(
        "indexReduce", x, source, x.shape().with(at, positions.elementCount()), positions);
    Variable index = positions.reshape(sizes).expand(source.shape().toArray());
    return x.scatterReduce(at, index, source, reduction, includeSelf);
  }
}
