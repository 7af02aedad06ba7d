package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a query sees in {@link MultiheadAttention}; {@link #none} hides nothing. As in
 * PyTorch's modules, true hides a key here, while {@link Attention.Options#mask} is true where one
 * is seen. A mask of floats is added to the products, and {@code -infinity} hides.
 *
 * @param attention {@code [queries, keys]} or {@code [batch * heads, queries, keys]}, bool or
 *     float; PyTorch's {@code attn_mask}
 * @param keyPadding {@code [batch, keys]}, bool or float; PyTorch's {@code key_padding_mask}
 * @param causal whether query {@code i} sees only the keys 0 to {@code i}
 */
public record AttentionMask(
    @Nullable Variable attention, @Nullable Variable keyPadding, boolean causal) {
  private static final AttentionMask NONE = new AttentionMask(null, null, false);

  /** Returns a mask that hides nothing. */
  public static AttentionMask none() {
    return NONE;
  }

  /** Returns this with another mask of pairs of a query and a key. */
  public AttentionMask attention(@Nullable Variable value) {
    return new AttentionMask(value, keyPadding, causal);
  }

  /** Returns this with another mask of each sequence's keys. */
  public AttentionMask keyPadding(@Nullable Variable value) {
    return new AttentionMask(attention, value, causal);
  }

  /** Returns this with or without the causal mask. */
  public AttentionMask causal(boolean value) {
    return new AttentionMask(attention, keyPadding, value);
  }

  /**
   * Returns both masks as one for {@link Attention}, which broadcasts to {@code [batch, heads,
   * queries, keys]}.
   */
  @Nullable Variable merged(long batch, long heads, long queries, long keys, DType dtype) {
    Variable pairs = attention;
    if (pairs != null) {
      boolean common = pairs.rank() == 2;
      long leading = common ? 1 : batch * heads;
      check(
          "attention",
          pairs,
          dtype,
          common ? "" : "batch * heads = " + leading + ", ",
          common ? new long[] {queries, keys} : new long[] {leading, queries, keys});
      pairs = common ? pairs : pairs.reshape(batch, heads, queries, keys);
    }
    Variable padding = keyPadding;
    if (padding != null) {
      check("keyPadding", padding, dtype, "", batch, keys);
      padding = padding.reshape(batch, 1, 1, keys);
    }
    if (pairs == null || padding == null) {
      Variable only = pairs == null ? padding : pairs;
      return only == null || only.dtype() != DType.BOOL ? only : only.logicalNot();
    }
    return pairs.dtype() == DType.BOOL && padding.dtype() == DType.BOOL
        ? pairs.logicalOr(padding).logicalNot()
        : added(pairs, dtype).add(added(padding, dtype));
  }

  private static Variable added(Variable mask, DType dtype) {
    return mask.dtype() == DType.BOOL
        ? Variable.zeros(dtype, mask.shape().toArray()).maskedFill(mask, Double.NEGATIVE_INFINITY)
        : mask;
  }

  private static void check(String name, Variable mask, DType dtype, String sizes, long... shape) {
    boolean fits = mask.dtype() == DType.BOOL || mask.dtype() == dtype;
    if (!fits || !Arrays.equals(mask.shape().toArray(), shape)) {
      throw new IllegalArgumentException(
          "the mask "
              + name
              + " "
              + Module.describe(mask)
              + " must be bool or "
              + dtype
              + " of shape "
              + Arrays.toString(shape)
              + (sizes.isEmpty() ? "" : " (" + sizes + "queries, keys)"));
    }
  }
}
