package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Booleans;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.ReductionLoop;
import org.autograd.internal.ndarray.RowLoop;
import org.autograd.internal.ndarray.Selections;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Operations that combine elements along axes. Axes may be negative to count from the end; without
 * any, all axes are meant and the result is a scalar. The forms with {@code KeepDims} leave the
 * reduced axes at size 1, so that the result broadcasts against the operand.
 */
sealed interface ReductionOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private static final ReductionLoop SUM_OF_SQUARES =
        new ReductionLoop(Combine.SUM, 1, Expression.input(0).square());
    private static final ReductionLoop SQUARED_DIFFERENCES =
        new ReductionLoop(
            Combine.SUM, 1, 1, Expression.input(0).sub(Expression.parameter(0)).square());
    private static final ReductionLoop SUM_OF_ABSOLUTES =
        new ReductionLoop(Combine.SUM, 1, Expression.input(0).abs());

    /** The slope of the 2-norm, 0 where the norm is: the subgradient that PyTorch chooses. */
    private static final Pointwise TWO_NORM_SLOPE =
        Pointwise.of(
            "normBackward",
            3,
            0,
            Expression.where(
                Expression.input(2).eq(0),
                Expression.constant(0),
                Expression.input(0).mul(Expression.input(1).div(Expression.input(2)))));

    /** The slope of any other norm, {@code +-(|x| / norm)^(order - 1)}, 0 where an element is 0. */
    private static final Pointwise NORM_SLOPE = normSlope();

    private static Pointwise normSlope() {
      Expression x = Expression.input(1);
      Expression zero = Expression.constant(0);
      Expression size = x.abs().div(Expression.input(2)).pow(Expression.parameter(0).sub(1));
      Expression slope = Expression.where(x.lt(0), size.neg(), size);
      return Pointwise.of(
          "normBackward", 3, 1, Expression.where(x.eq(0), zero, Expression.input(0).mul(slope)));
    }

    /** The square root with slope 0 at 0, which PyTorch chooses for the standard deviation. */
    private static final Pointwise STANDARD_DEVIATION =
        Pointwise.of("std", x -> Expression.where(x.eq(0), Expression.constant(0), x.sqrt()));

    private static final Pointwise SIGN =
        Pointwise.of(
            "sign",
            x ->
                Expression.where(
                    x.gt(0),
                    Expression.constant(1),
                    Expression.where(x.lt(0), Expression.constant(-1), Expression.constant(0))));

    /** Longer rows are summed in blocks, for the sake of the rounding error. */
    private static final int LONG_ROW = 1 << 13;

    private static final RowLoop LOG_SUM_EXP = logSumExpLoop();
    private static final ReductionLoop SUM_OF_EXPS =
        new ReductionLoop(
            Combine.SUM, 1, 1, Expression.input(0).sub(Expression.parameter(0)).exp());
    private static final ReductionLoop SUM_OF_SHIFTED_EXPS =
        new ReductionLoop(Combine.SUM, 2, Expression.input(0).sub(Expression.input(1)).exp());

    /** {@code g softmax(x)}, of the gradient, the operand and the result. */
    private static final Pointwise LOG_SUM_EXP_SLOPE =
        Pointwise.of(
            "logSumExpBackward",
            3,
            0,
            Expression.input(0).mul(Expression.input(1).sub(Expression.input(2)).exp()));

    private static final double[] NONE = {};

    private Steps() {}

    /** Returns for each axis of {@code x} whether it is named; with none named, all are. */
    static boolean[] reduced(String operation, Variable x, int[] axes) {
      boolean[] result = new boolean[x.rank()];
      if (axes.length == 0) {
        Arrays.fill(result, true);
      }
      for (int axis : axes) {
        int at = x.shape().axis(axis, operation);
        checkArgument(
            !result[at],
            "%s: axis %s of %s is named twice in %s",
            operation,
            at,
            x.describe(),
            Ints.asList(axes));
        result[at] = true;
      }
      return result;
    }

    /** Returns a result that has the reduced axes at size 1 without them, unless they are kept. */
    static NdArray shaped(NdArray kept, boolean[] reduced, boolean keep) {
      if (keep) {
        return kept;
      }
      long[] sizes = new long[reduced.length];
      int rank = 0;
      for (int axis = 0; axis < reduced.length; axis++) {
        if (!reduced[axis]) {
          sizes[rank++] = kept.size(axis);
        }
      }
      return kept.reshape(Shape.of(Arrays.copyOf(sizes, rank)));
    }

    /** Returns the shape of the result with the reduced axes at size 1. */
    static long[] kept(Variable x, boolean[] reduced) {
      long[] sizes = x.shape().toArray();
      for (int axis = 0; axis < reduced.length; axis++) {
        sizes[axis] = reduced[axis] ? 1 : sizes[axis];
      }
      return sizes;
    }

    static long count(Variable x, boolean[] reduced) {
      long count = 1;
      for (int axis = 0; axis < reduced.length; axis++) {
        count *= reduced[axis] ? x.size(axis) : 1;
      }
      return count;
    }

    static void requireElements(String operation, Variable x, boolean[] reduced) {
      checkArgument(
          count(x, reduced) > 0,
          "%s: there is no element to choose from in %s along the given axes",
          operation,
          x.describe());
    }

    static void requireFloating(String operation, Variable x) {
      checkArgument(
          x.dtype().isFloating(),
          "%s: needs float32 or float64, got %s; convert with to(DType.FLOAT32)",
          operation,
          x.describe());
    }

    static Variable sum(Variable x, boolean[] reduced, boolean keep) {
      if (x.isMapped()) {
        return Vmap.apply(p -> sum(p, Vmap.shifted(reduced), keep), x);
      }
      if (!x.dtype().isFloating()) {
        boolean mask = x.dtype() == DType.BOOL;
        ReductionLoop loop = mask ? ReductionLoop.COUNT : ReductionLoop.of(Combine.SUM);
        NdArray operand = mask ? x.data() : x.data().to(DType.INT64);
        NdArray result = loop.apply(DType.INT64, reduced, NONE, operand);
        return Node.record("sum", shaped(result, reduced, keep));
      }
      long[] shape = x.shape().toArray();
      long[] kept = kept(x, reduced);
      return Node.record(
          "sum",
          shaped(ReductionLoop.of(Combine.SUM).apply(reduced, x.data()), reduced, keep),
          Edge.to(x, g -> g.reshape(kept).expand(shape), t -> sum(t, reduced, keep)));
    }

    static Variable mean(Variable x, boolean[] reduced, boolean keep) {
      if (x.isMapped()) {
        return Vmap.apply(p -> mean(p, Vmap.shifted(reduced), keep), x);
      }
      double count = (double) count(x, reduced);
      long[] shape = x.shape().toArray();
      long[] kept = kept(x, reduced);
      NdArray sums = ReductionLoop.of(Combine.SUM).apply(reduced, x.data());
      return Node.record(
          "mean",
          new Variable(shaped(sums, reduced, keep), null).div(count).data(),
          Edge.to(x, g -> g.div(count).reshape(kept).expand(shape), t -> mean(t, reduced, keep)));
    }

    /** Where nothing was to be reduced the result is still an array of its own. */
    private static NdArray own(NdArray result, Variable x) {
      return result.storage() == x.data().storage() ? result.copy() : result;
    }

    /** The largest or smallest values; equal ones share the gradient. */
    static Variable extreme(
        String operation, Variable x, boolean[] reduced, boolean keep, Combine combine) {
      requireElements(operation, x, reduced);
      if (x.isMapped()) {
        return Vmap.apply(p -> extreme(operation, p, Vmap.shifted(reduced), keep, combine), x);
      }
      if (x.dtype() == DType.BOOL) {
        NdArray result = x.data();
        for (int axis = 0; axis < reduced.length; axis++) {
          if (reduced[axis]) {
            NdArray at = Selections.argExtreme(result, axis, combine == Combine.MAX);
            result = Selections.gather(result, axis, at);
          }
        }
        return Node.record(operation, own(shaped(result, reduced, keep), x));
      }
      return Node.record(
          operation,
          shaped(ReductionLoop.of(combine).apply(reduced, x.data()), reduced, keep),
          extremeEdge(x, reduced));
    }

    /** Of all elements: if any is NaN, those are the extreme ones. */
    static Variable extremeOfAll(String operation, Variable x, Combine combine) {
      boolean[] all = reduced(operation, x, new int[0]);
      Variable result = extreme(operation, x, all, false, combine);
      // Of samples, which may differ in that, NaN has the gradient of amax().
      if (!x.dtype().isFloating() || x.isMapped() || !Double.isNaN(result.item())) {
        return result;
      }
      Variable flat = x.flatten();
      return flat.get(flat.ne(flat)).mean();
    }

    private static @Nullable Edge extremeEdge(Variable x, boolean[] reduced) {
      int[] axes = axes(reduced);
      long[] kept = kept(x, reduced);
      return Edge.toWithResult(
          x,
          x,
          (g, saved, result) -> {
            Variable winners = saved.eq(result.reshape(kept)).to(g.dtype());
            Variable shares = axes.length == 0 ? winners : winners.sumKeepDims(axes);
            return winners.mul(g.reshape(kept).div(shares));
          });
    }

    static int[] axes(boolean[] reduced) {
      int[] result = new int[reduced.length];
      int count = 0;
      for (int axis = 0; axis < reduced.length; axis++) {
        if (reduced[axis]) {
          result[count++] = axis;
        }
      }
      return Arrays.copyOf(result, count);
    }

    static Extremum along(String operation, Variable x, int axis, boolean largest) {
      int at = x.shape().axis(axis, operation);
      boolean[] reduced = new boolean[x.rank()];
      reduced[at] = true;
      requireElements(operation, x, reduced);
      if (x.isMapped()) {
        return Vmap.applyExtremum(p -> along(operation, p, at + 1, largest), x);
      }
      NdArray index = Selections.argExtreme(x.data(), at, largest);
      NdArray values = Selections.gather(x.data(), at, index);
      long[] shape = x.shape().toArray();
      Edge edge =
          Edge.to(
              x,
              new Variable(index, null),
              (g, saved) ->
                  Variable.zeros(g.dtype(), shape).scatterAdd(at, saved, g.unsqueeze(at)));
      Variable positions = new Variable(shaped(index, reduced, false).copy(), null);
      return new Extremum(Node.record(operation, shaped(values, reduced, false), edge), positions);
    }

    static Variable positions(String operation, Variable x, int axis, boolean largest) {
      int at = x.shape().axis(axis, operation);
      boolean[] reduced = new boolean[x.rank()];
      reduced[at] = true;
      requireElements(operation, x, reduced);
      if (x.isMapped()) {
        return Vmap.apply(p -> positions(operation, p, at + 1, largest), x);
      }
      NdArray index = Selections.argExtreme(x.data(), at, largest);
      return Node.record(operation, shaped(index, reduced, false));
    }

    static Variable position(String operation, Variable x, boolean largest) {
      requireElements(operation, x, reduced(operation, x, new int[0]));
      if (x.isMapped()) {
        return positions(operation, x.flatten(), 0, largest);
      }
      NdArray flat = x.data().reshape(Shape.of(x.elementCount()));
      NdArray index = Selections.argExtreme(flat, 0, largest);
      return Node.record(operation, index.reshape(Shape.scalar()));
    }

    static Variable variance(Variable x, int correction, boolean[] reduced, boolean keep) {
      requireFloating("var", x);
      long count = count(x, reduced);
      if (x.rank() == 0) {
        return x.sub(x).div(1.0 - correction);
      }
      Variable mean = sum(x, reduced, true).div((double) count);
      if (mean.elementCount() == 1 && !x.isRecorded() && !x.isMapped()) {
        // One pass more, but no array of the differences.
        double[] scalars = {mean.item()};
        NdArray squares = SQUARED_DIFFERENCES.apply(x.dtype(), reduced, scalars, x.data());
        return Node.record("sumOfSquares", shaped(squares, reduced, keep))
            .div((double) Math.max(0, count - correction));
      }
      return sumOfSquares(x.sub(mean), reduced, keep).div((double) Math.max(0, count - correction));
    }

    static Variable sumOfSquares(Variable x, boolean[] reduced, boolean keep) {
      if (x.isMapped()) {
        return Vmap.apply(p -> sumOfSquares(p, Vmap.shifted(reduced), keep), x);
      }
      long[] kept = kept(x, reduced);
      return Node.record(
          "sumOfSquares",
          shaped(SUM_OF_SQUARES.apply(reduced, x.data()), reduced, keep),
          Edge.to(x, x, (g, saved) -> saved.mul(g.reshape(kept)).mul(2)));
    }

    static Variable norm(Variable x, double order, boolean[] reduced, boolean keep) {
      requireFloating("norm", x);
      if (x.isMapped()) {
        return Vmap.apply(p -> norm(p, order, Vmap.shifted(reduced), keep), x);
      }
      long[] kept = kept(x, reduced);
      if (order == 2) {
        NdArray squares = shaped(SUM_OF_SQUARES.apply(reduced, x.data()), reduced, keep);
        return Node.record(
            "norm",
            new Variable(squares, null).sqrt().data(),
            Edge.toWithResult(
                x,
                x,
                (g, saved, r) ->
                    TWO_NORM_SLOPE.apply(
                        new Variable[] {g.reshape(kept), saved, r.reshape(kept)})));
      }
      if (order == 1) {
        return Node.record(
            "norm",
            shaped(SUM_OF_ABSOLUTES.apply(reduced, x.data()), reduced, keep),
            Edge.to(x, x, (g, saved) -> g.reshape(kept).mul(SIGN.apply(saved))));
      }
      if (order == Double.POSITIVE_INFINITY) {
        return extreme("norm", x.abs(), reduced, keep, Combine.MAX);
      }
      checkArgument(
          !Double.isNaN(order),
          "vectorNorm: the order is NaN, for %s; give a number",
          x.describe());
      if (order == 0) {
        Variable count = sum(new Variable(x.data(), null).ne(0).to(x.dtype()), reduced, keep);
        return Node.record(
            "norm", count.data(), Edge.to(x, x, (_, saved) -> Variable.zerosLike(saved)));
      }
      if (order < 0) {
        requireElements("vectorNorm", x, reduced);
      }
      if (order == Double.NEGATIVE_INFINITY) {
        return extreme("norm", x.abs(), reduced, keep, Combine.MIN);
      }
      Variable value = new Variable(x.data(), null).abs().pow(order);
      return Node.record(
          "norm",
          sum(value, reduced, keep).pow(1 / order).data(),
          Edge.toWithResult(
              x,
              x,
              (g, saved, r) ->
                  NORM_SLOPE.apply(
                      new Variable[] {g.reshape(kept), saved, r.reshape(kept)}, order)));
    }

    private static RowLoop logSumExpLoop() {
      Program.Builder program = Program.builder(0);
      Expression x = Expression.input(program.full());
      int out = program.row();
      Expression max = program.reduce(Combine.MAX, x);
      // Shifting by an infinity would give NaN where the answer is that infinity itself.
      Expression infinite = max.abs().eq(Double.POSITIVE_INFINITY);
      Expression shift = Expression.where(infinite, Expression.constant(0), max);
      Expression sum = program.reduce(Combine.SUM, x.sub(shift).exp());
      program.store(out, sum.log().add(shift));
      return new RowLoop(program.build());
    }

    /** Whether the reduced axes are the last ones. */
    private static boolean areLast(boolean[] reduced) {
      for (int axis = 1; axis < reduced.length; axis++) {
        if (reduced[axis - 1] && !reduced[axis]) {
          return false;
        }
      }
      return reduced[reduced.length - 1];
    }

    /** Whether x lies in order and the reduced axes side by side in it, before others. */
    private static boolean isAcrossRows(NdArray x, boolean[] reduced) {
      int first = Booleans.indexOf(reduced, true);
      int last = Booleans.lastIndexOf(reduced, true);
      long columns = 1;
      for (int axis = last + 1; axis < reduced.length; axis++) {
        columns *= x.size(axis);
      }
      return x.layout().isContiguous()
          && Booleans.countTrue(reduced) == last - first + 1
          && columns > 1;
    }

    static Variable logSumExp(Variable x, boolean[] reduced, boolean keep) {
      requireFloating("logSumExp", x);
      if (x.isMapped()) {
        return x.rank() == 0
            ? x.mul(1)
            : Vmap.apply(p -> logSumExp(p, Vmap.shifted(reduced), keep), x);
      }
      if (x.rank() == 0) {
        return x.mul(1);
      }
      if (count(x, reduced) == 0) {
        return sum(x.exp(), reduced, keep).log();
      }
      long[] kept = kept(x, reduced);
      NdArray result = logSumExp(x.data(), reduced).reshape(Shape.of(kept));
      return Node.record(
          "logSumExp",
          shaped(result, reduced, keep),
          Edge.toWithResult(
              x,
              x,
              (g, saved, r) ->
                  LOG_SUM_EXP_SLOPE.apply(
                      new Variable[] {g.reshape(kept), saved, r.reshape(kept)})));
    }

    private static NdArray logSumExp(NdArray x, boolean[] reduced) {
      Variable plain = new Variable(x, null);
      int columns = (int) count(plain, reduced);
      if (areLast(reduced) && columns <= LONG_ROW) {
        return LOG_SUM_EXP.apply(x.elementCount() / columns, columns, NONE, x.contiguous());
      }
      // Shifting by an infinity would give NaN where the answer is that infinity itself.
      Variable largest = new Variable(ReductionLoop.of(Combine.MAX).apply(reduced, x), null);
      Variable infinite = largest.abs().eq(Double.POSITIVE_INFINITY);
      Variable shift = Variable.where(infinite, Variable.zerosLike(largest), largest);
      NdArray sums;
      if (shift.elementCount() == 1) {
        sums = SUM_OF_EXPS.apply(x.dtype(), reduced, new double[] {shift.item()}, x);
      } else if (isAcrossRows(x, reduced)) {
        sums = SUM_OF_SHIFTED_EXPS.apply(reduced, x, shift.data());
      } else {
        sums = sum(plain.sub(shift).exp(), reduced, true).data();
      }
      return new Variable(sums, null).log().add(shift).data();
    }
  }

  /**
   * Returns the sum, over the given axes or all. Integers and bools give int64. A sum over nothing
   * is 0.
   */
  default Variable sum(int... axes) {
    return Steps.sum(self(), Steps.reduced("sum", self(), axes), false);
  }

  /** Returns the sum with the reduced axes kept at size 1. */
  default Variable sumKeepDims(int... axes) {
    return Steps.sum(self(), Steps.reduced("sum", self(), axes), true);
  }

  /**
   * Returns the sum over the axes along which an array of the given shape was broadcast to this
   * one: the reverse of broadcasting, PyTorch's {@code sum_to_size}.
   */
  default Variable sumToShape(Shape shape) {
    Variable x = self();
    checkArgument(
        shape.broadcastsTo(x.shape()),
        "sumToShape: %s cannot be summed to %s, which does not broadcast to it",
        x.describe(),
        shape);
    int extra = x.rank() - shape.rank();
    boolean[] reduced = new boolean[x.rank()];
    boolean any = false;
    for (int axis = 0; axis < reduced.length; axis++) {
      reduced[axis] = axis < extra || (shape.size(axis - extra) == 1 && x.size(axis) != 1);
      any |= reduced[axis];
    }
    if (x.isRecorded() || x.isMapped()) {
      return (any ? Steps.sum(x, reduced, true) : x).reshape(shape.toArray());
    }
    NdArray sums = any ? ReductionLoop.of(Combine.SUM).apply(reduced, x.data()) : x.data();
    return Node.record("sumToShape", sums.reshape(shape));
  }

  /** Returns the mean, over the given axes or all. The mean of nothing is NaN. */
  default Variable mean(int... axes) {
    Variable x = self();
    Steps.requireFloating("mean", x);
    boolean[] reduced = Steps.reduced("mean", x, axes);
    return Steps.mean(x, reduced, false);
  }

  /** Returns the mean with the reduced axes kept at size 1. */
  default Variable meanKeepDims(int... axes) {
    Variable x = self();
    Steps.requireFloating("mean", x);
    boolean[] reduced = Steps.reduced("mean", x, axes);
    return Steps.mean(x, reduced, true);
  }

  /** Returns the largest element, NaN if any is; equal ones share the gradient evenly. */
  default Variable max() {
    return Steps.extremeOfAll("max", self(), Combine.MAX);
  }

  /** Returns the smallest element, NaN if any is; equal ones share the gradient evenly. */
  default Variable min() {
    return Steps.extremeOfAll("min", self(), Combine.MIN);
  }

  /** Returns the largest values along an axis and where they are; the first of equal ones wins. */
  default Extremum max(int axis) {
    return Steps.along("max", self(), axis, true);
  }

  /** Returns the smallest values along an axis and where they are; the first of equal ones wins. */
  default Extremum min(int axis) {
    return Steps.along("min", self(), axis, false);
  }

  /** Returns the largest values over axes; equal ones share the gradient evenly. */
  default Variable amax(int... axes) {
    boolean[] reduced = Steps.reduced("amax", self(), axes);
    return Steps.extreme("amax", self(), reduced, false, Combine.MAX);
  }

  /** Returns the largest values with the reduced axes kept at size 1. */
  default Variable amaxKeepDims(int... axes) {
    boolean[] reduced = Steps.reduced("amax", self(), axes);
    return Steps.extreme("amax", self(), reduced, true, Combine.MAX);
  }

  /** Returns the smallest values over axes; equal ones share the gradient evenly. */
  default Variable amin(int... axes) {
    boolean[] reduced = Steps.reduced("amin", self(), axes);
    return Steps.extreme("amin", self(), reduced, false, Combine.MIN);
  }

  /** Returns the smallest values with the reduced axes kept at size 1. */
  default Variable aminKeepDims(int... axes) {
    boolean[] reduced = Steps.reduced("amin", self(), axes);
    return Steps.extreme("amin", self(), reduced, true, Combine.MIN);
  }

  /** Returns the int64 position of the largest element in row-major order; the first of equals. */
  default Variable argmax() {
    return Steps.position("argmax", self(), true);
  }

  /** Returns the int64 positions of the largest values along an axis; the first of equals. */
  default Variable argmax(int axis) {
    return Steps.positions("argmax", self(), axis, true);
  }

  /** Returns the int64 position of the smallest element in row-major order; the first of equals. */
  default Variable argmin() {
    return Steps.position("argmin", self(), false);
  }

  /** Returns the int64 positions of the smallest values along an axis; the first of equals. */
  default Variable argmin(int axis) {
    return Steps.positions("argmin", self(), axis, false);
  }

  /** Returns the unbiased variance, divided by {@code n - 1}; NaN for a single element. */
  default Variable var(int... axes) {
    return Steps.variance(self(), 1, Steps.reduced("var", self(), axes), false);
  }

  /** Returns {@link #var} with the reduced axes kept at size 1. */
  default Variable varKeepDims(int... axes) {
    return Steps.variance(self(), 1, Steps.reduced("var", self(), axes), true);
  }

  /**
   * Returns the variance of a whole population, divided by {@code n}, as normalisation layers use
   * it. PyTorch's {@code var(correction=0)}.
   */
  default Variable populationVar(int... axes) {
    return Steps.variance(self(), 0, Steps.reduced("populationVar", self(), axes), false);
  }

  /** Returns {@link #populationVar} with the reduced axes kept at size 1. */
  default Variable populationVarKeepDims(int... axes) {
    return Steps.variance(self(), 0, Steps.reduced("populationVar", self(), axes), true);
  }

  /** Returns the square root of the unbiased variance; slope 0 where it is 0. */
  default Variable std(int... axes) {
    return Steps.STANDARD_DEVIATION.apply(var(axes));
  }

  /** Returns {@link #std} with the reduced axes kept at size 1. */
  default Variable stdKeepDims(int... axes) {
    return Steps.STANDARD_DEVIATION.apply(varKeepDims(axes));
  }

  /** Returns the square root of the variance of a whole population. */
  default Variable populationStd(int... axes) {
    return Steps.STANDARD_DEVIATION.apply(populationVar(axes));
  }

  /** Returns {@link #populationStd} with the reduced axes kept at size 1. */
  default Variable populationStdKeepDims(int... axes) {
    return Steps.STANDARD_DEVIATION.apply(populationVarKeepDims(axes));
  }

  /**
   * Returns the Euclidean norm over axes or all elements; slope 0 where it is 0. The arguments are
   * axes, as everywhere: norms of other orders are {@link #vectorNorm}.
   */
  default Variable norm(int... axes) {
    return Steps.norm(self(), 2, Steps.reduced("norm", self(), axes), false);
  }

  /** Returns {@link #norm} with the reduced axes kept at size 1. */
  default Variable normKeepDims(int... axes) {
    return Steps.norm(self(), 2, Steps.reduced("norm", self(), axes), true);
  }

  /**
   * Returns the vector norm {@code (sum |x|^order)^(1/order)}, PyTorch's {@code
   * linalg.vector_norm(x, order)}.
   *
   * @param order any number; infinity for the largest absolute value, negative infinity for the
   *     smallest, 0 for the number of elements that are not 0
   * @throws IllegalArgumentException for a negative order of no elements
   */
  default Variable vectorNorm(double order, int... axes) {
    return Steps.norm(self(), order, Steps.reduced("vectorNorm", self(), axes), false);
  }

  /** Returns {@link #vectorNorm} with the reduced axes kept at size 1. */
  default Variable vectorNormKeepDims(double order, int... axes) {
    return Steps.norm(self(), order, Steps.reduced("vectorNorm", self(), axes), true);
  }

  /** Returns {@code log(sum(e^this))} without overflow. */
  default Variable logSumExp(int... axes) {
    return Steps.logSumExp(self(), Steps.reduced("logSumExp", self(), axes), false);
  }

  /** Returns {@link #logSumExp} with the reduced axes kept at size 1. */
  default Variable logSumExpKeepDims(int... axes) {
    return Steps.logSumExp(self(), Steps.reduced("logSumExp", self(), axes), true);
  }
}
