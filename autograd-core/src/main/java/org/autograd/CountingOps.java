package org.autograd;

import org.autograd.type.DType;

/**
 * Reductions that ask whether elements are 0 or NaN. Axes may be negative to count from the end;
 * without any, all axes are meant.
 */
sealed interface CountingOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    static Variable isNonzero(Variable x) {
      return x.dtype() == DType.BOOL ? x : x.ne(0);
    }
  }

  /** Returns whether any element along axes is not 0; NaN is not, and of none there is none. */
  default Variable any(int... axes) {
    return Steps.isNonzero(self()).sum(axes).ne(0);
  }

  /** Returns whether no element along axes is 0. */
  default Variable all(int... axes) {
    return Steps.isNonzero(self()).logicalNot().sum(axes).eq(0);
  }

  /** Returns the int64 number of elements along axes that are not 0. */
  default Variable countNonzero(int... axes) {
    return Steps.isNonzero(self()).sum(axes);
  }

  /** Returns the sum along axes, in which NaN counts as 0. */
  default Variable nanSum(int... axes) {
    Variable x = self();
    return x.dtype().isFloating() ? x.maskedFill(x.isNan(), 0).sum(axes) : x.sum(axes);
  }

  /** Returns the mean along axes of the elements that are not NaN. */
  default Variable nanMean(int... axes) {
    Variable x = self();
    ReductionOps.Steps.requireFloating("nanMean", x);
    return nanSum(axes).div(x.isNan().logicalNot().sum(axes).to(x.dtype()));
  }
}
