package org.autograd.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * Sums, means or maxima of rows of a table. Bags of equal size are the rows of a matrix of int64
 * row numbers, {@code [bags, n]}; bags of any size are a vector of all their numbers and the place
 * where each begins. The result is {@code [bags, size]}; an empty bag gives zeros, and numbers of
 * the padding row do not count. PyTorch's {@code nn.EmbeddingBag}.
 *
 * <pre>{@code
 * EmbeddingBag bag = new EmbeddingBag(100, 16, EmbeddingBag.Mode.MEAN, Embedding.options());
 * bag.apply(Variable.of(5L, 17L, 3L), Variable.of(0L, 2L), null);   // 5 and 17; 3
 * }</pre>
 */
public final class EmbeddingBag extends UnaryModule {
  /** What becomes of a bag. */
  public enum Mode {
    /** The sum of its rows, possibly weighted. */
    SUM,
    /** The mean of its rows; PyTorch's default. */
    MEAN,
    /** The largest element of each column; its gradient goes to the first that has it. */
    MAX
  }

  private final Variable weight;
  private final Mode mode;
  private final long padding;

  /** Creates a float32 table of which means are taken. */
  public EmbeddingBag(long count, long size) {
    this(count, size, Mode.MEAN, Embedding.options());
  }

  /**
   * Creates a table.
   *
   * @throws IllegalArgumentException if a size is not positive or there is no such row for padding
   */
  public EmbeddingBag(long count, long size, Mode mode, Embedding.Options options) {
    weight = parameter("weight", Embedding.table("EmbeddingBag", count, size, options));
    padding = options.paddingRow("EmbeddingBag", count);
    this.mode = mode;
  }

  /** Returns the table, of shape {@code [count, size]}. */
  public Variable weight() {
    return current(weight);
  }

  @Override
  protected Variable forward(Variable input) {
    return reduceRows(input, null);
  }

  /**
   * Returns what becomes of bags of equal size, with weighted sums.
   *
   * @param input row numbers {@code [bags, n]}
   * @param weights of the input's shape, multiplied with the rows; mode SUM only
   */
  public Variable applyWeighted(Variable input, Variable weights) {
    return call(in -> List.of(reduceRows(in.get(0), in.get(1))), input, weights).getFirst();
  }

  /**
   * Returns what becomes of bags of any size.
   *
   * @param input all row numbers, a vector
   * @param offsets where each bag begins in it, a vector that begins with 0 and never falls
   * @param weights of the input's shape, multiplied with the rows, mode SUM only; or null
   * @throws IllegalArgumentException if shapes or dtypes do not fit or a row does not exist
   */
  public Variable apply(Variable input, Variable offsets, @Nullable Variable weights) {
    return weights == null
        ? call(in -> List.of(reduceBags(in.get(0), in.get(1), null)), input, offsets).getFirst()
        : call(in -> List.of(reduceBags(in.get(0), in.get(1), in.get(2))), input, offsets, weights)
            .getFirst();
  }

  private Variable reduceBags(Variable input, Variable offsets, @Nullable Variable weights) {
    Embedding.requireNumbers(input);
    Embedding.requireNumbers(offsets);
    if (input.rank() != 1 || offsets.rank() != 1) {
      throw new IllegalArgumentException(
          "input and offsets must be vectors, got " + describe(input) + ", " + describe(offsets));
    }
    return reduce(input, offsets.toLongArray(), weights);
  }

  private Variable reduceRows(Variable input, @Nullable Variable weights) {
    Embedding.requireNumbers(input);
    if (input.rank() != 2) {
      throw new IllegalArgumentException(
          "the input " + describe(input) + " must be [bags, n], or a vector with offsets");
    }
    if (weights != null && !weights.shape().equals(input.shape())) {
      throw refusedWeights(input, weights);
    }
    long[] offsets = new long[Math.toIntExact(input.size(0))];
    Arrays.setAll(offsets, k -> k * input.size(1));
    return reduce(input.flatten(), offsets, weights == null ? null : weights.flatten());
  }

  private static IllegalArgumentException refusedWeights(Variable input, Variable weights) {
    return new IllegalArgumentException(
        "the weights "
            + describe(weights)
            + " must have the shape of the input "
            + describe(input));
  }

  /** The numbers that count, and for each its bag. */
  private Variable reduce(Variable input, long[] offsets, @Nullable Variable weights) {
    long[] numbers = input.toLongArray();
    check(input, numbers, offsets, weights);
    List<Long> places = new ArrayList<>();
    List<Long> bags = new ArrayList<>();
    long[] counts = new long[offsets.length];
    for (int bag = 0; bag < offsets.length; bag++) {
      long end = bag + 1 < offsets.length ? offsets[bag + 1] : numbers.length;
      for (long place = offsets[bag]; place < end; place++) {
        if (numbers[(int) place] != padding) {
          places.add(place);
          bags.add((long) bag);
          counts[bag]++;
        }
      }
    }
    Variable where = vector(places);
    Variable rows = current(weight).indexSelect(0, input.to(DType.INT64).indexSelect(0, where));
    if (weights != null) {
      rows = rows.mul(weights.indexSelect(0, where).unsqueeze(-1));
    }
    if (mode == Mode.MAX) {
      return largest(rows, counts);
    }
    Variable sums =
        Variable.zeros(weight.dtype(), offsets.length, weight.size(1))
            .indexAdd(0, vector(bags), rows);
    if (mode == Mode.SUM) {
      return sums;
    }
    return sums.div(Variable.of(counts).clampMin(1).to(weight.dtype()).unsqueeze(-1));
  }

  private static Variable vector(List<Long> values) {
    return Variable.of(values.stream().mapToLong(Long::longValue).toArray());
  }

  private void check(Variable input, long[] numbers, long[] offsets, @Nullable Variable weights) {
    if (weights != null && mode != Mode.SUM) {
      throw new IllegalArgumentException("weights are possible in mode SUM only, not " + mode);
    }
    if (weights != null && !weights.shape().equals(input.shape())) {
      throw refusedWeights(input, weights);
    }
    if (weights != null) {
      InputChecks.requireDtypeOf(weight, "weight", weights);
    }
    for (int bag = 0; bag < offsets.length; bag++) {
      long least = bag == 0 ? 0 : offsets[bag - 1];
      if (offsets[bag] < least || offsets[bag] > numbers.length || (bag == 0 && offsets[0] != 0)) {
        throw new IllegalArgumentException(
            "the offsets must begin with 0, never fall and be at most "
                + numbers.length
                + ", the size of the input; offset "
                + bag
                + " is "
                + offsets[bag]);
      }
    }
    for (long number : numbers) {
      if (number < 0 || number >= weight.size(0)) {
        throw new IllegalArgumentException(
            "the row " + number + " is not one of the " + weight.size(0) + " of the table");
      }
    }
  }

  /** Returns the largest elements of runs of rows. */
  private Variable largest(Variable rows, long[] counts) {
    List<Variable> results = new ArrayList<>();
    long from = 0;
    for (long count : counts) {
      results.add(
          count == 0
              ? Variable.zeros(weight.dtype(), weight.size(1))
              : rows.narrow(0, from, count).max(0).values());
      from += count;
    }
    return results.isEmpty()
        ? Variable.zeros(weight.dtype(), 0, weight.size(1))
        : Variable.stack(0, results);
  }

  @Override
  protected String settings() {
    return weight.size(0)
        + ", "
        + weight.size(1)
        + ", mode="
        + mode
        + (padding < 0 ? "" : ", padding=" + padding);
  }
}
