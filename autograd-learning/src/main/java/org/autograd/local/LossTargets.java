package org.autograd.local;

import org.autograd.Variable;
import org.autograd.type.DType;

/** Targets as numbers. */
final class LossTargets {
  private LossTargets() {}

  /**
   * Returns class numbers as rows of 1 and 0, and numbers as they are.
   *
   * @param targets int64 [size], or floating [size, columns]
   */
  static Variable oneHot(Variable targets, long columns, DType dtype) {
    if (targets.dtype() == DType.INT64 && targets.rank() == 1) {
      return targets.oneHot(Math.toIntExact(columns)).to(dtype);
    }
    if (!targets.dtype().isFloating() || targets.rank() != 2 || targets.size(1) != columns) {
      throw new IllegalArgumentException(
          "targets must be int64[size], classes, or floating [size, "
              + columns
              + "], got "
              + targets.dtype()
              + targets.shape());
    }
    return targets.to(dtype);
  }
}
