package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * A table of vectors: int64 or int32 numbers of any shape become the rows of {@code weight}, {@code
 * [count, size]}, in one more axis. The rows start normally distributed. PyTorch's {@code
 * nn.Embedding}.
 *
 * <pre>{@code
 * Embedding words = new Embedding(10_000, 64, Embedding.options().padding(0L));
 * words.apply(Variable.of(5L, 17L, 0L, 0L));   // [4, 64]
 * }</pre>
 */
public final class Embedding extends UnaryModule {
  private final Variable weight;
  private final long padding;

  /** Creates a float32 table without a row for padding. */
  public Embedding(long count, long size) {
    this(count, size, options());
  }

  /**
   * Creates a table.
   *
   * @param count the number of rows
   * @param size the size of a row
   * @throws IllegalArgumentException if a size is not positive or there is no such row for padding
   */
  public Embedding(long count, long size, Options options) {
    weight = parameter("weight", table("Embedding", count, size, options));
    padding = options.paddingRow("Embedding", count);
  }

  /** Returns a table's starting values. */
  static Variable table(String label, long count, long size, Options options) {
    if (count < 1 || size < 1) {
      throw new IllegalArgumentException(
          label + ": the numbers of rows and columns must be positive, got " + count + ", " + size);
    }
    long row = options.paddingRow(label, count);
    Variable values = Variable.randn(options.generator(), options.dtype(), count, size);
    if (row >= 0) {
      values.select(0, row).zero_();
    }
    return values;
  }

  /**
   * What may be chosen about a table; {@link Embedding#options()} has the defaults.
   *
   * @param padding the row that starts with zeros and is never trained, counted from the end if
   *     negative; null for none
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   */
  public record Options(@Nullable Long padding, DType dtype, Generator generator) {
    /** Checks the dtype. */
    public Options {
      if (!dtype.isFloating()) {
        throw new IllegalArgumentException(
            "embedding: dtype must be float32 or float64, got " + dtype);
      }
    }

    /** Returns these options with a row for padding, or without if null. */
    public Options padding(@Nullable Long value) {
      return new Options(value, dtype, generator);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(padding, value, generator);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(padding, dtype, value);
    }

    /** Returns the number of the row for padding, -1 if there is none. */
    long paddingRow(String label, long count) {
      if (padding == null) {
        return -1;
      }
      if (padding < -count || padding >= count) {
        throw new IllegalArgumentException(
            label + ": the row " + padding + " for padding is not one of " + count);
      }
      return padding < 0 ? padding + count : padding;
    }
  }

  /** Returns the default options: no padding, float32. */
  public static Options options() {
    return new Options(null, DType.FLOAT32, Autograd.generator());
  }

  /** Returns the table, of shape {@code [count, size]}. */
  public Variable weight() {
    return current(weight);
  }

  @Override
  protected Variable forward(Variable input) {
    requireNumbers(input);
    // Unlike get, which counts negative numbers from the end.
    long[] shape = Arrays.copyOf(input.shape().toArray(), input.rank() + 1);
    shape[input.rank()] = weight.size(1);
    Variable rows = current(weight).indexSelect(0, input.flatten()).reshape(shape);
    if (padding < 0) {
      return rows;
    }
    // The same values, of which those of padding have no gradient.
    return Variable.where(input.eq((double) padding).unsqueeze(-1), rows.detach(), rows);
  }

  static void requireNumbers(Variable input) {
    if (!input.dtype().isInteger()) {
      throw new IllegalArgumentException(
          "the input " + describe(input) + " must be int64 or int32 row numbers");
    }
  }

  @Override
  protected String settings() {
    return weight.size(0) + ", " + weight.size(1) + (padding < 0 ? "" : ", padding=" + padding);
  }
}
