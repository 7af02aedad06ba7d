package org.autograd;

import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.Products;
import org.autograd.internal.storage.Layout;

/**
 * A change of matrices in place by products with one right factor: {@code target += left right}. A
 * recurrent layer multiplies by the same weights at every step; here they are arranged for the
 * product once, and no step makes an array. There are no derivatives, so nothing that takes part
 * may be recorded.
 *
 * <pre>{@code
 * try (var _ = Autograd.noGrad()) {
 *   ProductUpdate step = ProductUpdate.of(weight.transpose());
 *   for (int t = 1; t < times; t++) {
 *     step.add(states.select(0, t), states.select(0, t - 1));   // states[t] += states[t-1] weight^T
 *   }
 * }
 * }</pre>
 *
 * <p>One thread at a time may use it.
 */
public final class ProductUpdate {
  private final Variable right;
  private final Products.Right<?> operand;
  private final int version;

  private ProductUpdate(Variable right) {
    this.right = right;
    this.operand = Products.Right.of(right.data());
    this.version = right.data().storage().version();
  }

  /**
   * Defines the update.
   *
   * @param right the factor, a matrix {@code [k, n]} of float32 or float64, which must not be
   *     changed while this is used
   * @throws IllegalArgumentException if it is none
   * @throws IllegalStateException if it requires a gradient while operations are recorded
   */
  public static ProductUpdate of(Variable right) {
    checkNotRecorded(right);
    if (right.rank() != 2 || !right.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "ProductUpdate: the right factor must be a float32 or float64 matrix, got "
              + right.describe());
    }
    return new ProductUpdate(right);
  }

  /**
   * Adds {@code left right} to the target. Everything is checked before anything is written.
   *
   * @param target {@code [m, n]} of the right factor's dtype
   * @param left {@code [m, k]} of that dtype
   * @throws IllegalArgumentException if dtypes or shapes do not fit, or if the target shares its
   *     elements with a factor or with itself (an expanded view)
   * @throws IllegalStateException if the target or left factor requires a gradient while operations
   *     are recorded, or if the right factor was changed
   */
  public void add(Variable target, Variable left) {
    checkNotRecorded(target);
    checkNotRecorded(left);
    if (right.data().storage().version() != version) {
      throw new IllegalStateException(
          "ProductUpdate: the right factor "
              + right.describe()
              + " was changed in place since the update was defined; define another one");
    }
    boolean fits =
        target.rank() == 2
            && left.rank() == 2
            && target.dtype() == right.dtype()
            && left.dtype() == right.dtype()
            && target.size(0) == left.size(0)
            && left.size(1) == right.size(0)
            && target.size(1) == right.size(1);
    if (!fits) {
      throw new IllegalArgumentException(
          "ProductUpdate: target [m, n], left [m, k] and right [k, n] must fit and have one dtype,"
              + " got "
              + Variable.describe(target, left, right));
    }
    checkApart(target, left);
    checkApart(target, right);
    Layout layout = target.data().layout();
    for (int axis = 0; axis < 2; axis++) {
      if (layout.stride(axis) == 0 && target.size(axis) > 1) {
        throw new IllegalArgumentException(
            "ProductUpdate: the target "
                + target.describe()
                + " repeats its elements along axis "
                + axis
                + " and cannot be changed in place; copy() it first");
      }
    }
    if (layout.stride(1) != 1 && target.size(1) > 1) {
      target.add_(left.matmul(right));
      return;
    }
    Mark mark = KernelMeter.start();
    operand.addProduct(left.data(), target.data());
    Profiler.computed("productUpdate", mark);
  }

  private static void checkNotRecorded(Variable operand) {
    if (operand.isRecorded()) {
      throw new IllegalStateException(
          "ProductUpdate: "
              + operand.describe()
              + " requires a gradient, and an update in place cannot be recorded; use try (var _ ="
              + " Autograd.noGrad()) {...}, or detach() it");
    }
  }

  private static void checkApart(Variable target, Variable factor) {
    NdArray a = target.data();
    NdArray b = factor.data();
    if (a.storage() == b.storage() && !a.layout().isApartFrom(b.layout())) {
      throw new IllegalArgumentException(
          "ProductUpdate: the target "
              + target.describe()
              + " may share elements with the factor "
              + factor.describe()
              + ", which lies in the same array; copy() one of them");
    }
  }
}
