package org.autograd.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.Checkpoint;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017): every query
 * takes the mean of the values, weighted by {@code softmax(query key^T / sqrt(features))}.
 *
 * <pre>{@code
 * Variable y = Attention.scaledDotProduct(query, key, value, Attention.options().causal(true));
 * }</pre>
 *
 * <p>Of long sequences the weights, an element for each pair of a query and a key, would take most
 * of the memory. They are then computed for some queries at a time and not kept, but computed again
 * in the backward pass, by a {@link Checkpoint} for each block. How long that is depends on sizes
 * alone.
 */
public final class Attention {
  /** From so many weights and keys on, weights are not kept. */
  private static final long MANY_WEIGHTS = 1L << 22;

  private static final long MANY_KEYS = 512;

  /** The number of weights that are computed at a time. */
  private static final long BLOCK_WEIGHTS = 1L << 20;

  private Attention() {}

  /**
   * What may be chosen about attention; {@link Attention#options()} has the defaults.
   *
   * @param mask null for none; of dtype bool, true where a query sees a key; of the queries' dtype,
   *     what is added to {@code scale query key^T}. Its shape broadcasts to {@code [..., queries,
   *     keys]}
   * @param causal whether query {@code i} sees only the keys 0 to {@code i}, within the mask
   * @param dropout the probability with which a weight is replaced by 0, and the others are divided
   *     by that of staying; drawn from {@link Autograd#generator()}
   * @param scale what products are multiplied by; null for {@code 1 / sqrt(features)}
   */
  public record Options(
      @Nullable Variable mask, boolean causal, double dropout, @Nullable Double scale) {
    /** Checks the values. */
    public Options {
      if (!(dropout >= 0 && dropout <= 1)) {
        throw new IllegalArgumentException(
            "Attention: dropout must be a probability, got " + dropout);
      }
    }

    /** Returns these options with another mask. */
    public Options mask(@Nullable Variable value) {
      return new Options(value, causal, dropout, scale);
    }

    /** Returns these options with or without a causal mask. */
    public Options causal(boolean value) {
      return new Options(mask, value, dropout, scale);
    }

    /** Returns these options with another probability of dropping a weight. */
    public Options dropout(double value) {
      return new Options(mask, causal, value, scale);
    }

    /** Returns these options with another factor of the products. */
    public Options scale(double value) {
      return new Options(mask, causal, dropout, value);
    }
  }

  /** Returns the default options: no mask, no dropout, {@code 1 / sqrt(features)}. */
  public static Options options() {
    return new Options(null, false, 0, null);
  }

  /** Returns attention without mask and dropout. */
  public static Variable scaledDotProduct(Variable query, Variable key, Variable value) {
    return scaledDotProduct(query, key, value, options());
  }

  /**
   * Returns attention; PyTorch's {@code scaled_dot_product_attention}. A query that sees no key
   * gets zeros.
   *
   * @param query {@code [..., queries, features]}
   * @param key {@code [..., keys, features]}
   * @param value {@code [..., keys, valueFeatures]}; the leading axes of all three broadcast
   * @return {@code [..., queries, valueFeatures]}
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public static Variable scaledDotProduct(
      Variable query, Variable key, Variable value, Options options) {
    check(query, key, value, options);
    Block all = new Block(Mask.of(options.mask()), options);
    long queries = query.size(-2);
    long keys = key.size(-2);
    Shape heads =
        Shape.broadcast(Shape.of(leading(query)), Shape.of(leading(key)), "scaledDotProduct");
    long perQuery = heads.elementCount() * keys;
    if (keys < MANY_KEYS || perQuery * queries < MANY_WEIGHTS) {
      return all.attend(query, key, value, 0);
    }
    long rows = Math.max(1, BLOCK_WEIGHTS / perQuery);
    List<Variable> parts = new ArrayList<>();
    for (long first = 0; first < queries; first += rows) {
      Variable part = query.narrow(-2, first, Math.min(rows, queries - first));
      // The lambda is called again in the backward pass.
      long start = first;
      parts.add(
          Checkpoint.checkpointAll(
                  in -> List.of(all.attend(in[0], in[1], in[2], start)), part, key, value)
              .getFirst());
    }
    return Variable.cat(-2, parts);
  }

  /** Returns the weights {@code [..., queries, keys]}, after dropout. */
  static Variable weights(Variable query, Variable key, Options options) {
    check(query, key, key, options);
    return new Block(Mask.of(options.mask()), options).weights(query, key, 0);
  }

  private static long[] leading(Variable x) {
    return Arrays.copyOf(x.shape().toArray(), x.rank() - 2);
  }

  private static void check(Variable query, Variable key, Variable value, Options options) {
    boolean fits =
        Math.min(Math.min(query.rank(), key.rank()), value.rank()) >= 2
            && query.size(-1) == key.size(-1)
            && key.size(-2) == value.size(-2)
            && query.dtype().isFloating()
            && query.dtype() == key.dtype()
            && query.dtype() == value.dtype();
    if (!fits) {
      throw new IllegalArgumentException(
          "scaledDotProduct: needs query [..., queries, features], key [..., keys, features] and"
              + " value [..., keys, valueFeatures] of one float dtype, got "
              + Module.describe(query)
              + ", "
              + Module.describe(key)
              + " and "
              + Module.describe(value));
    }
    Variable mask = options.mask();
    if (mask != null && mask.dtype() != DType.BOOL && mask.dtype() != query.dtype()) {
      throw new IllegalArgumentException(
          "scaledDotProduct: the mask "
              + Module.describe(mask)
              + " must be bool (true where a query sees a key) or, to be added, "
              + query.dtype());
    }
    if (mask != null && (!fits(mask, -2, query.size(-2)) || !fits(mask, -1, key.size(-2)))) {
      throw new IllegalArgumentException(
          "scaledDotProduct: the mask "
              + Module.describe(mask)
              + " must broadcast to [..., "
              + query.size(-2)
              + ", "
              + key.size(-2)
              + "], queries and keys");
    }
  }

  private static boolean fits(Variable mask, int axis, long size) {
    return mask.rank() < -axis || mask.size(axis) == 1 || mask.size(axis) == size;
  }

  /**
   * A mask in two parts, so that no infinity is subtracted from another.
   *
   * @param added what is added to the products, finite
   * @param hidden true where a query does not see a key
   */
  private record Mask(@Nullable Variable added, @Nullable Variable hidden) {
    static Mask of(@Nullable Variable mask) {
      if (mask == null) {
        return new Mask(null, null);
      }
      Variable matrix = mask.rank() == 0 ? mask.reshape(1, 1) : mask;
      matrix = matrix.rank() == 1 ? matrix.unsqueeze(0) : matrix;
      if (mask.dtype() == DType.BOOL) {
        return new Mask(null, matrix.logicalNot());
      }
      Variable hidden = matrix.detach().eq(Double.NEGATIVE_INFINITY);
      return new Mask(matrix.maskedFill(hidden, 0), hidden);
    }

    private static @Nullable Variable part(
        @Nullable Variable mask, long firstQuery, long queries, long keys) {
      if (mask == null) {
        return null;
      }
      Variable rows = mask.size(-2) == 1 ? mask : mask.narrow(-2, firstQuery, queries);
      return rows.size(-1) == 1 ? rows : rows.narrow(-1, 0, keys);
    }

    /** Returns the part for some queries and the first keys. */
    Mask part(long firstQuery, long queries, long keys) {
      return new Mask(
          part(added, firstQuery, queries, keys), part(hidden, firstQuery, queries, keys));
    }
  }

  /** Attention of successive queries. */
  private record Block(Mask mask, Options options) {
    Variable attend(Variable query, Variable key, Variable value, long firstQuery) {
      long keys = key.size(-2);
      // What no query of the block can see is not computed.
      long seen = options.causal() ? Math.min(keys, firstQuery + query.size(-2)) : keys;
      return weights(query, seen == keys ? key : key.narrow(-2, 0, seen), firstQuery)
          .matmul(seen == keys ? value : value.narrow(-2, 0, seen));
    }

    Variable weights(Variable query, Variable key, long firstQuery) {
      long queries = query.size(-2);
      long keys = key.size(-2);
      Double factor = options.scale();
      double scale = factor == null ? 1 / Math.sqrt((double) query.size(-1)) : factor;
      Variable scores = query.mul(scale).matmul(key.transpose(-2, -1));
      Mask part = mask.part(firstQuery, queries, keys);
      Variable added = part.added();
      if (added != null) {
        scores = scores.add(added);
      }
      Variable hidden = hidden(part.hidden(), firstQuery, queries, keys);
      Variable blind = part.hidden() == null || hidden == null ? null : blind(hidden);
      if (hidden != null) {
        // Adding keeps nothing for the backward pass. A query that sees no key is left as it is
        // here, as it would get NaN, and gets its zeros below.
        Variable used = blind == null ? hidden : hidden.logicalAnd(blind.logicalNot());
        Variable zeros = Variable.zeros(query.dtype(), hidden.shape().toArray());
        scores = scores.add(zeros.maskedFill(used, Double.NEGATIVE_INFINITY));
      }
      Variable weights = scores.softmax(-1);
      if (blind != null) {
        weights = weights.maskedFill(blind, 0);
      }
      // A module that nobody has registered is in training mode.
      return options.dropout() == 0 ? weights : new Dropout(options.dropout()).apply(weights);
    }

    private @Nullable Variable hidden(
        @Nullable Variable masked, long firstQuery, long queries, long keys) {
      if (!options.causal()) {
        return masked;
      }
      Variable row = Variable.arange(queries).add((double) firstQuery).unsqueeze(1);
      Variable later = Variable.arange(keys).gt(row);
      return masked == null ? later : masked.logicalOr(later);
    }

    /** Returns which queries see no key, null if all see one. */
    private static @Nullable Variable blind(Variable hidden) {
      Variable blind = hidden.all(-1).unsqueeze(-1);
      return blind.any().item() == 0 ? null : blind;
    }
  }
}
