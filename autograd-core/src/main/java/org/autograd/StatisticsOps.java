package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import org.autograd.internal.ndarray.Lines;
import org.autograd.type.DType;

/** Medians, quantiles, histograms, covariances, and differences and integrals along an axis. */
sealed interface StatisticsOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** An element of {@code x}, whose gradient all that are equal share; NaN equals NaN here. */
    static Variable shared(String operation, Variable x, Variable value) {
      if (Vmap.isAnyMapped(x, value)) {
        return Vmap.applyEach(p -> shared(operation, p[0], p[1]), x, value);
      }
      Variable mask = Double.isNaN(value.item()) ? x.isNan() : x.eq(value);
      return Node.record(
          operation,
          value.data(),
          Edge.to(
              x, mask, (g, saved) -> saved.to(g.dtype()).mul(g.div(saved.sum().to(g.dtype())))));
    }

    static void requireAny(String operation, Variable x) {
      checkArgument(x.elementCount() > 0, "%s: %s has no elements", operation, x.describe());
    }

    /** The element in the middle of those that count, the lower one of two. */
    static Extremum middle(String operation, Variable x, int axis, Variable count) {
      SortOps.Steps.requireElements(operation, x, axis);
      Variable order = x.argsort(axis, false);
      // (n - 1) / 2 rounded down, and the first (which is NaN) of none.
      Variable place = count.sub(1).clampMin(0).floorDivide(2);
      Extremum result = SortOps.Steps.picked(operation, x, axis, order.gather(axis, place));
      return new Extremum(result.values().squeeze(axis), result.indices().squeeze(axis));
    }

    /** Numbers of elements along an axis that are not NaN. */
    static Variable counted(Variable x, int axis) {
      return x.isNan().logicalNot().sumKeepDims(axis);
    }

    /** Returns what lies at a rank, which may be no whole number; the axis is kept at size 1. */
    private static Variable quantile(
        Variable sorted, int axis, Variable rank, QuantileMethod method) {
      Variable place =
          switch (method) {
            case LINEAR, MIDPOINT, LOWER -> rank.floor();
            case HIGHER -> rank.ceil();
            case NEAREST -> rank.round();
          };
      Variable value = sorted.gather(axis, place.to(DType.INT64));
      if (method != QuantileMethod.LINEAR && method != QuantileMethod.MIDPOINT) {
        return value;
      }
      Variable above = sorted.gather(axis, rank.ceil().to(DType.INT64));
      Variable weight =
          method == QuantileMethod.MIDPOINT ? Variable.fullLike(rank, 0.5) : rank.sub(place);
      return value.lerp(above, weight);
    }

    static Variable[] quantiles(
        String operation,
        Variable x,
        double[] fractions,
        int axis,
        QuantileMethod method,
        boolean ignoreNan) {
      int at = x.shape().axis(axis, operation);
      ReductionOps.Steps.requireFloating(operation, x);
      checkArgument(x.elementCount() > 0, "%s: %s has no elements", operation, x.describe());
      checkArgument(
          Arrays.stream(fractions).allMatch(fraction -> fraction >= 0 && fraction <= 1),
          "%s: %s do not all lie within [0, 1]",
          operation,
          Arrays.toString(fractions));
      Variable sorted = x.sort(at, false).values();
      Variable count = counted(x, at).to(x.dtype());
      Variable last = Variable.fullLike(count, (double) (x.size(at) - 1));
      Variable[] results = new Variable[fractions.length];
      for (int k = 0; k < results.length; k++) {
        // If NaN does not count it stands behind the end; else it is the last, and the result.
        Variable rank =
            ignoreNan
                ? count.sub(1).clampMin(0).mul(fractions[k])
                : Variable.where(count.le(last), last, last.mul(fractions[k]));
        results[k] = quantile(sorted, at, rank, method).squeeze(at);
      }
      return results;
    }

    /** Groups of equal neighbours in a vector. */
    static Unique groups(Variable vector) {
      long n = vector.elementCount();
      if (n == 0) {
        Variable none = Variable.zeros(DType.INT64, 0);
        return new Unique(vector.copy(), none, none.copy());
      }
      Variable changes = vector.narrow(0, 1, n - 1).ne(vector.narrow(0, 0, n - 1));
      Variable starts = Variable.cat(0, Variable.ones(DType.BOOL, 1), changes);
      Variable group = starts.cumsum(0).sub(1);
      Variable values = vector.maskedSelect(starts);
      Variable counts = Variable.zeros(DType.INT64, values.elementCount());
      return new Unique(values, group, counts.scatterAdd(0, group, Variable.ones(DType.INT64, n)));
    }

    /** Sums of neighbours along an axis. */
    static Variable neighbours(Variable x, int axis) {
      long rest = Math.max(0, x.size(axis) - 1);
      return x.narrow(axis, 0, rest).add(x.narrow(axis, x.size(axis) - rest, rest));
    }

    /** Distances between points, in a shape that broadcasts against neighbours along an axis. */
    static Variable distances(String operation, Variable x, int axis, Variable points) {
      checkArgument(
          points.rank() == 1 && points.size(0) == x.size(axis),
          "%s: a vector of points, one for each position along axis %s, is needed; got values and"
              + " points %s",
          operation,
          axis,
          Variable.describe(x, points));
      long[] sizes = new long[x.rank()];
      Arrays.fill(sizes, 1);
      sizes[axis] = Math.max(0, points.size(0) - 1);
      return points.diff(1, 0).reshape(sizes);
    }
  }

  /**
   * Returns the element in the middle of all, the lower one of two; NaN if any is. Equal ones share
   * the gradient.
   */
  default Variable median() {
    Variable x = self();
    Steps.requireAny("median", x);
    return Steps.shared("median", x, x.detach().flatten().median(0).values());
  }

  /** Returns the median of all elements that are not NaN; NaN of none. */
  default Variable nanMedian() {
    Variable x = self();
    Steps.requireAny("nanMedian", x);
    return Steps.shared("nanMedian", x, x.detach().flatten().nanMedian(0).values());
  }

  /** Returns the medians along an axis of the elements that are not NaN, and where they are. */
  default Extremum nanMedian(int axis) {
    int at = self().shape().axis(axis, "nanMedian");
    return Steps.middle("nanMedian", self(), at, Steps.counted(self(), at));
  }

  /** Returns the {@code k}-th smallest elements along an axis, from 1 on, and where they are. */
  default Extremum kthValue(int axis, long k) {
    Variable x = self();
    int at = x.shape().axis(axis, "kthValue");
    checkArgument(
        k >= 1 && k <= x.size(at),
        "kthValue: there is no element %s along axis %s of %s; the first is 1",
        k,
        at,
        x.describe());
    Variable place = x.argsort(at, false).narrow(at, k - 1, 1).copy();
    Extremum result = SortOps.Steps.picked("kthValue", x, at, place);
    return new Extremum(result.values().squeeze(at), result.indices().squeeze(at));
  }

  /**
   * Returns the most frequent elements along an axis, the smallest of equally frequent ones, and
   * the last position of each. NaN is equal to nothing.
   */
  default Extremum mode(int axis) {
    Variable x = self();
    int at = x.shape().axis(axis, "mode");
    SortOps.Steps.requireElements("mode", x, at);
    if (x.isMapped()) {
      return Vmap.applyExtremum(p -> p.mode(at + 1), x);
    }
    Extremum result = SortOps.Steps.picked("mode", x, at, Lines.mode(x.data(), at));
    return new Extremum(result.values().squeeze(at), result.indices().squeeze(at));
  }

  /**
   * Returns several quantiles along an axis; NaN if any element is.
   *
   * @param fractions each in [0, 1]
   * @return with a new first axis, a position for each fraction
   */
  default Variable quantile(double[] fractions, int axis, QuantileMethod method) {
    return Variable.stack(0, Steps.quantiles("quantile", self(), fractions, axis, method, false));
  }

  /** Returns the quantiles along an axis of the elements that are not NaN; NaN of none. */
  default Variable nanQuantile(double[] fractions, int axis, QuantileMethod method) {
    return Variable.stack(0, Steps.quantiles("nanQuantile", self(), fractions, axis, method, true));
  }

  /**
   * Returns how many elements lie in each of equally wide bins, in the dtype of this and without a
   * gradient. What lies outside, and NaN, is not counted; the last bin includes its end.
   *
   * @param low the start of the first bin; if both bounds are equal, the extreme elements are taken
   * @param high the end of the last bin
   */
  default Variable histc(int bins, double low, double high) {
    Variable x = self().detach().flatten();
    ReductionOps.Steps.requireFloating("histc", x);
    checkArgument(bins > 0, "histc: the number of bins must be positive, got %s", bins);
    if (x.isMapped()) {
      return Vmap.applyEach(p -> p[0].histc(bins, low, high), x);
    }
    boolean extremes = low == high && x.elementCount() > 0;
    double start = extremes ? x.min().item() : low;
    double end = extremes ? x.max().item() : high;
    checkArgument(
        Double.isFinite(start) && Double.isFinite(end) && start <= end,
        "histc: the bins of %s cannot go from %s to %s",
        self().describe(),
        start,
        end);
    double widening = start == end ? 1 : 0;
    start -= widening;
    end += widening;
    Variable inside = x.maskedSelect(x.ge(start).logicalAnd(x.le(end)));
    Variable width = Variable.full(x.dtype(), end).sub(start);
    Variable bin = inside.sub(start).mul(bins).div(width).to(DType.INT64).clampMax(bins - 1.0);
    return Variable.zeros(x.dtype(), bins).scatterAdd(0, bin, Variable.onesLike(inside));
  }

  /**
   * Returns how often each of {@code 0, 1, 2, ...} occurs in this vector of integers, as int64; up
   * to the largest element, and at least {@code minimum} numbers.
   */
  default Variable bincount(int minimum) {
    return bincount(Variable.ones(DType.INT64, self().shape().toArray()), minimum);
  }

  /**
   * Returns the sum of the weights of the elements that are 0, 1, 2, ... in this vector of
   * integers, in the weights' dtype; up to the largest element, and at least {@code minimum}
   * numbers.
   *
   * @param weights a number for each element
   */
  default Variable bincount(Variable weights, int minimum) {
    Variable x = self();
    checkArgument(
        x.rank() == 1
            && x.dtype().isInteger()
            && minimum >= 0
            && (x.elementCount() == 0 || x.min().item() >= 0),
        "bincount: needs a vector of integers that are not negative, got %s",
        x.describe());
    checkArgument(
        weights.shape().equals(x.shape()) && weights.dtype() != DType.BOOL,
        "bincount: a number is needed as weight of each element, got elements and weights %s",
        Variable.describe(x, weights));
    long size = x.elementCount() == 0 ? 0 : (long) x.max().item() + 1;
    return Variable.zeros(weights.dtype(), Math.max(minimum, size)).scatterAdd(0, x, weights);
  }

  /**
   * Returns the int64 number of the bucket of each element: {@code i} between {@code boundaries[i -
   * 1]} and {@code boundaries[i]}, of which the latter, or for {@code right} the former, belongs to
   * it.
   *
   * @param boundaries a sorted vector of the same dtype
   */
  default Variable bucketize(Variable boundaries, boolean right) {
    return boundaries.searchSorted(self(), right);
  }

  /** Returns the different elements in order, for each element which it is, and their counts. */
  default Unique uniqueWithCounts() {
    Variable x = self().detach();
    Extremum sorted = x.flatten().sort(0, false);
    Unique groups = Steps.groups(sorted.values());
    Variable inverse =
        Variable.zerosLike(groups.inverse())
            .scatter(0, sorted.indices(), groups.inverse())
            .reshape(x.shape().toArray())
            .copy();
    return new Unique(groups.values(), inverse, groups.counts());
  }

  /**
   * Returns the different slices along an axis in the order of their elements, for each slice of
   * this which it is, and their counts: PyTorch's {@code unique} with an axis. A slice with NaN is
   * equal to no other.
   */
  default Unique uniqueAlong(int axis) {
    Variable x = self().detach();
    int at = x.shape().axis(axis, "uniqueAlong");
    long count = x.size(at);
    checkArgument(x.elementCount() > 0, "uniqueAlong: %s has no elements to compare", x.describe());
    // Sorted by the last element first, each time keeping the order of equal ones.
    Variable rows = x.movedim(at, 0).reshape(count, -1);
    Variable order = Variable.arange(count);
    for (long column = rows.size(1) - 1; column >= 0; column--) {
      order = order.take(rows.select(1, column).take(order).argsort(0, false));
    }
    Variable sorted = rows.indexSelect(0, order);
    Variable changes = sorted.narrow(0, 1, count - 1).ne(sorted.narrow(0, 0, count - 1)).any(1);
    Variable starts = Variable.cat(0, Variable.ones(DType.BOOL, 1), changes);
    Variable group = starts.cumsum(0).sub(1);
    Variable places = order.maskedSelect(starts);
    Variable counts =
        Variable.zeros(DType.INT64, places.elementCount())
            .scatterAdd(0, group, Variable.ones(DType.INT64, count));
    return new Unique(
        x.indexSelect(at, places), Variable.zerosLike(group).scatter(0, order, group), counts);
  }

  /** Returns as {@link #uniqueWithCounts} the runs of equal elements, in their order. */
  default Unique uniqueConsecutive() {
    Variable x = self().detach();
    Unique groups = Steps.groups(x.flatten());
    Variable inverse = groups.inverse().reshape(x.shape().toArray()).copy();
    return new Unique(groups.values(), inverse, groups.counts());
  }

  /**
   * Returns the covariances of the rows of a matrix, each a variable observed in every column; of a
   * vector its variance.
   *
   * @param correction is subtracted from the number of columns, PyTorch's default is 1
   * @throws IllegalArgumentException if there are more than two axes
   */
  default Variable cov(int correction) {
    Variable x = self();
    checkArgument(x.rank() <= 2, "cov: needs a matrix or a vector, got %s", x.describe());
    ReductionOps.Steps.requireFloating("cov", x);
    Variable rows = x.rank() < 2 ? x.reshape(1, -1) : x;
    Variable centered = rows.sub(rows.meanKeepDims(1));
    double count = (double) Math.max(0, rows.size(1) - correction);
    return centered.matmul(centered.transpose()).div(count).squeeze().copy();
  }

  /** Returns the correlations of the rows of a matrix, each a variable observed in every column. */
  default Variable corrcoef() {
    Variable covariance = cov(1);
    if (covariance.rank() == 0) {
      return covariance.div(covariance);
    }
    Variable deviation = covariance.diagonal(0, 0, 1).sqrt();
    return covariance.div(deviation.unsqueeze(1)).div(deviation).clamp(-1, 1);
  }

  /** Returns the differences of neighbours along an axis, taken {@code order} times. */
  default Variable diff(int order, int axis) {
    Variable x = self();
    int at = x.shape().axis(axis, "diff");
    checkArgument(order >= 0, "diff: the order must not be negative, got %s", order);
    Variable result = order == 0 ? x.copy() : x;
    for (int k = 0; k < order; k++) {
      long rest = Math.max(0, result.size(at) - 1);
      Variable next = result.narrow(at, result.size(at) - rest, rest);
      Variable before = result.narrow(at, 0, rest);
      result = x.dtype() == DType.BOOL ? next.logicalXor(before) : next.sub(before);
    }
    return result;
  }

  /** Returns the integral along an axis by the trapezoidal rule, of values {@code step} apart. */
  default Variable trapezoid(double step, int axis) {
    int at = self().shape().axis(axis, "trapezoid");
    return Steps.neighbours(self(), at).sum(at).mul(step / 2);
  }

  /** Returns the integral along an axis by the trapezoidal rule, of values at points. */
  default Variable trapezoid(Variable points, int axis) {
    int at = self().shape().axis(axis, "trapezoid");
    Variable distances = Steps.distances("trapezoid", self(), at, points);
    return distances.mul(Steps.neighbours(self(), at)).sum(at).div(2);
  }

  /** Returns the integrals from the first value to each of the others, by {@link #trapezoid}. */
  default Variable cumulativeTrapezoid(double step, int axis) {
    int at = self().shape().axis(axis, "cumulativeTrapezoid");
    return Steps.neighbours(self(), at).cumsum(at).mul(step / 2);
  }

  /** Returns the integrals from the first point to each of the others, by {@link #trapezoid}. */
  default Variable cumulativeTrapezoid(Variable points, int axis) {
    int at = self().shape().axis(axis, "cumulativeTrapezoid");
    Variable distances = Steps.distances("cumulativeTrapezoid", self(), at, points);
    return distances.mul(Steps.neighbours(self(), at)).cumsum(at).div(2);
  }

  /** Returns the smallest and the largest elements along axes, without any of all. */
  default List<Variable> aminmax(int... axes) {
    return List.of(self().amin(axes), self().amax(axes));
  }
}
