package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.internal.ndarray.Lines;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.Selections;
import org.autograd.type.DType;

/** Orders along an axis. NaN counts as the largest number, and equal elements keep their order. */
sealed interface SortOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** The elements at positions along an axis, to which the gradient goes back. */
    static Extremum picked(String operation, Variable x, int axis, NdArray positions) {
      long[] shape = x.shape().toArray();
      Variable index = new Variable(positions, null);
      Variable values =
          Node.record(
              operation,
              Selections.gather(x.data(), axis, positions),
              Edge.to(
                  x,
                  index,
                  (g, saved) -> Variable.zeros(g.dtype(), shape).scatterAdd(axis, saved, g)));
      return new Extremum(values, index.copy());
    }

    /** The elements at positions along an axis, to which the gradient goes back. */
    static Extremum picked(String operation, Variable x, int axis, Variable positions) {
      return Vmap.isAnyMapped(x, positions)
          ? new Extremum(x.gather(axis, positions), positions)
          : picked(operation, x, axis, positions.data());
    }

    static void requireElements(String operation, Variable x, int axis) {
      checkArgument(
          x.size(axis) > 0, "%s: axis %s of %s has no elements", operation, axis, x.describe());
    }
  }

  /** Returns the elements in order along an axis, and the positions where they were. */
  default Extremum sort(int axis, boolean descending) {
    Variable x = self();
    int at = x.shape().axis(axis, "sort");
    if (x.isMapped()) {
      return Vmap.applyExtremum(p -> p.sort(at + 1, descending), x);
    }
    return Steps.picked("sort", x, at, Lines.argsort(x.data(), at, descending));
  }

  /** Returns the int64 positions along an axis at which the elements are in order. */
  default Variable argsort(int axis, boolean descending) {
    Variable x = self();
    int at = x.shape().axis(axis, "argsort");
    if (x.isMapped()) {
      return Vmap.apply(p -> p.argsort(at + 1, descending), x);
    }
    return Node.record("argsort", Lines.argsort(x.data(), at, descending));
  }

  /** Returns the largest (or smallest) elements along an axis, in order, and where they are. */
  default Extremum topk(int axis, int count, boolean largest) {
    Variable x = self();
    int at = x.shape().axis(axis, "topk");
    checkArgument(
        count >= 0 && count <= x.size(at),
        "topk: axis %s of %s does not have %s elements",
        at,
        x.describe(),
        count);
    if (x.isMapped()) {
      return Vmap.applyExtremum(p -> p.topk(at + 1, count, largest), x);
    }
    NdArray order = Lines.argsort(x.data(), at, largest);
    return Steps.picked("topk", x, at, order.view(order.layout().slice(at, 0, count, 1)).copy());
  }

  /**
   * Returns the middle elements along an axis (of an even number the lower one), and where they
   * are; NaN if any is.
   */
  default Extremum median(int axis) {
    Variable x = self();
    int at = x.shape().axis(axis, "median");
    Steps.requireElements("median", x, at);
    if (x.isMapped()) {
      return Vmap.applyExtremum(p -> p.median(at + 1), x);
    }
    Variable order = argsort(at, false);
    Variable undefined = x.isNan().sumKeepDims(at);
    Variable place =
        Variable.where(
            undefined.gt(0),
            undefined.rsub((double) x.size(at)),
            Variable.full(DType.INT64, Math.floor((x.size(at) - 1) / 2.0)));
    Extremum result = Steps.picked("median", x, at, order.gather(at, place).data());
    return new Extremum(result.values().squeeze(at), result.indices().squeeze(at));
  }

  /**
   * Returns along an axis the value below which a fraction of the elements lies, interpolated
   * linearly between two elements; NaN if any is.
   *
   * @param fraction in [0, 1]
   */
  default Variable quantile(double fraction, int axis) {
    double[] fractions = {fraction};
    return StatisticsOps.Steps.quantiles(
        "quantile", self(), fractions, axis, QuantileMethod.LINEAR, false)[0];
  }

  /** Returns the different elements in order, as a vector without a gradient. */
  default Variable unique() {
    Variable x = self().detach().flatten();
    if (x.elementCount() < 2) {
      return x.copy();
    }
    Variable sorted = x.sort(0, false).values();
    long last = x.elementCount() - 1;
    Variable changes = sorted.narrow(0, 1, last).ne(sorted.narrow(0, 0, last));
    return Variable.cat(0, sorted.narrow(0, 0, 1), sorted.narrow(0, 1, last).maskedSelect(changes));
  }

  /**
   * Returns for each value the int64 position in this sorted vector before which it can be inserted
   * so that the vector stays sorted: the first such position, or, for {@code right}, the last. With
   * more axes, each row of this is for the values in the same row.
   *
   * @param values of any shape for a vector, else of the same sizes but for the last axis
   */
  default Variable searchSorted(Variable values, boolean right) {
    Variable x = self();
    checkArgument(
        x.dtype() == values.dtype()
            && (x.rank() == 1
                || (x.rank() > 1
                    && values.rank() == x.rank()
                    && values
                        .shape()
                        .with(x.rank() - 1, 0)
                        .equals(x.shape().with(x.rank() - 1, 0)))),
        "searchSorted: a sorted vector and values of its dtype are needed, or sorted rows and as many"
            + " rows of values, got %s",
        Variable.describe(x, values));
    if (x.rank() == 1 && values.isMapped() && !Vmap.isMappedWith(x, x, values)) {
      return Vmap.apply(p -> x.searchSorted(p, right), values);
    }
    if (Vmap.isAnyMapped(x, values)) {
      return Vmap.applyEach(p -> p[0].searchSorted(p[1], right), x, values);
    }
    return Node.record("searchSorted", Lines.search(x.data(), values.data(), right));
  }
}
