package org.autograd;

import java.util.function.BinaryOperator;
import org.autograd.internal.ndarray.Lines;
import org.autograd.type.DType;

/** Running totals along an axis, and products. */
sealed interface ScanOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Integers are added and multiplied as int64. */
    static Variable wide(Variable x) {
      return x.dtype().isFloating() ? x : x.to(DType.INT64);
    }

    /**
     * Combines each element with all before it, in log2(n) steps: each one joins runs that are
     * twice as long. Written in operations, so that gradients are right where an element is 0.
     */
    static Variable scan(Variable x, int axis, BinaryOperator<Variable> combine) {
      long size = x.size(axis);
      Variable result = x.copy();
      for (long distance = 1; distance < size; distance *= 2) {
        long rest = size - distance;
        Variable joined =
            combine.apply(result.narrow(axis, distance, rest), result.narrow(axis, 0, rest));
        result = Variable.cat(axis, result.narrow(axis, 0, distance), joined);
      }
      return result;
    }

    static Extremum extreme(String operation, Variable x, int axis, boolean largest) {
      int at = x.shape().axis(axis, operation);
      if (x.isMapped()) {
        return Vmap.applyExtremum(p -> extreme(operation, p, at + 1, largest), x);
      }
      return SortOps.Steps.picked(operation, x, at, Lines.cumulativeExtreme(x.data(), at, largest));
    }
  }

  /** Returns the sums along an axis of all elements up to each; integers give int64. */
  default Variable cumsum(int axis) {
    Variable x = Steps.wide(self());
    int at = x.shape().axis(axis, "cumsum");
    if (x.isMapped()) {
      return Vmap.apply(p -> p.cumsum(at + 1), x);
    }
    return Node.record(
        "cumsum", Lines.cumsum(x.data(), at), Edge.to(x, g -> g.flip(at).cumsum(at).flip(at)));
  }

  /** Returns the products along an axis of all elements up to each; integers give int64. */
  default Variable cumprod(int axis) {
    Variable x = Steps.wide(self());
    return Steps.scan(x, x.shape().axis(axis, "cumprod"), Variable::mul);
  }

  /** Returns {@code log(cumsum(e^this))} without overflow. */
  default Variable logCumSumExp(int axis) {
    ReductionOps.Steps.requireFloating("logCumSumExp", self());
    int at = self().shape().axis(axis, "logCumSumExp");
    return Steps.scan(self(), at, Variable::logAddExp);
  }

  /** Returns the largest element up to each along an axis, and where it is: the last of equals. */
  default Extremum cummax(int axis) {
    return Steps.extreme("cummax", self(), axis, true);
  }

  /** Returns the smallest element up to each along an axis, and where it is: the last of equals. */
  default Extremum cummin(int axis) {
    return Steps.extreme("cummin", self(), axis, false);
  }

  /** Returns the product of all elements; integers give int64. */
  default Variable prod() {
    return self().flatten().prod(0);
  }

  /**
   * Returns the products along an axis; integers give int64. Halves are multiplied with each other,
   * so that gradients are right where an element is 0.
   */
  default Variable prod(int axis) {
    Variable x = Steps.wide(self());
    int at = x.shape().axis(axis, "prod");
    if (x.size(at) == 0) {
      return x.sum(at).add(1);
    }
    Variable result = x;
    while (result.size(at) > 1) {
      long half = result.size(at) / 2;
      Variable product = result.narrow(at, 0, half).mul(result.narrow(at, half, half));
      result =
          result.size(at) % 2 == 0
              ? product
              : Variable.cat(at, product, result.narrow(at, 2 * half, 1));
    }
    return result.select(at, 0).copy();
  }
}
