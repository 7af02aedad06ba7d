package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Adds to each position of a sequence a vector that tells where it is: to {@code [..., sequence,
 * features]} or, by {@link #axis}, along another axis. The vectors are fixed, {@link #sinusoidal},
 * or {@link #learned}. Rotations instead of sums are {@link RotaryEmbedding}.
 *
 * <pre>{@code
 * new Sequential(PositionalEncoding.sinusoidal(512, 64), new Dropout(0.1));
 * }</pre>
 */
public final class PositionalEncoding extends UnaryModule {
  private final Variable table;
  private final int axis;
  private final String kind;

  private PositionalEncoding(Variable table, int axis, String kind) {
    this.table = table;
    this.axis = axis;
    this.kind = kind;
    if (kind.equals("learned")) {
      parameter("weight", table);
    }
  }

  /** Returns the float32 module of {@link #sinusoidal(long, long, DType)}. */
  public static PositionalEncoding sinusoidal(long length, long features) {
    return sinusoidal(length, features, DType.FLOAT32);
  }

  /**
   * Returns a module with {@code sin(p / 10000^(2k / features))} as feature {@code 2k} of position
   * {@code p}, and the cosine as feature {@code 2k + 1} (Vaswani et al., 2017). It has no state.
   *
   * @param length the greatest length of a sequence
   * @param features an even number
   * @param dtype float32 or float64
   */
  public static PositionalEncoding sinusoidal(long length, long features, DType dtype) {
    check("sinusoidal", length, features, dtype);
    if (features % 2 != 0) {
      throw new IllegalArgumentException(
          "sinusoidal: features must be even, a sine and a cosine each, got " + features);
    }
    Variable angles = RotaryEmbedding.angles(length, features, 10_000);
    Variable pairs = Variable.stack(-1, angles.sin(), angles.cos());
    return new PositionalEncoding(pairs.reshape(length, features).to(dtype), -2, "sinusoidal");
  }

  /**
   * Returns a module with a parameter {@code weight} of shape {@code [length, features]}, initially
   * drawn from the standard normal distribution, like PyTorch's {@code nn.Embedding} of positions.
   *
   * @param length the greatest length of a sequence
   */
  public static PositionalEncoding learned(long length, long features) {
    return learned(length, features, DType.FLOAT32, Autograd.generator());
  }

  /** Returns a module as above, of another dtype or with another source of initial values. */
  public static PositionalEncoding learned(long length, long features, DType dtype, Generator rng) {
    check("learned", length, features, dtype);
    return new PositionalEncoding(Variable.randn(rng, dtype, length, features), -2, "learned");
  }

  private static void check(String name, long length, long features, DType dtype) {
    if (length < 1 || features < 1 || !dtype.isFloating()) {
      throw new IllegalArgumentException(
          name
              + ": length and features must be positive and the dtype floating, got "
              + length
              + ", "
              + features
              + " and "
              + dtype);
    }
  }

  /**
   * Returns a module with the same vectors for sequences along another axis, for example 0 for
   * {@code [sequence, batch, features]}. Negative axes count from the end; the default is -2.
   */
  public PositionalEncoding axis(int value) {
    return new PositionalEncoding(table, value, kind);
  }

  /** Returns the vectors, of shape {@code [length, features]}. */
  public Variable table() {
    return current(table);
  }

  /** Returns the axis of the sequence, counted from the end if negative. */
  public int axis() {
    return axis;
  }

  @Override
  protected Variable forward(Variable input) {
    int rank = input.rank();
    int at = axis < 0 ? axis + rank : axis;
    if (at < 0
        || at >= rank - 1
        || input.size(-1) != table.size(1)
        || input.size(at) > table.size(0)
        || input.dtype() != table.dtype()) {
      throw new IllegalArgumentException(
          "the input "
              + describe(input)
              + " must be "
              + table.dtype()
              + " with "
              + table.size(1)
              + " features along its last axis and a sequence of at most "
              + table.size(0)
              + " along axis "
              + axis);
    }
    Variable rows = table().narrow(0, 0, input.size(at));
    long[] shape = new long[rank - at];
    Arrays.fill(shape, 1);
    shape[0] = input.size(at);
    shape[shape.length - 1] = table.size(1);
    return input.add(rows.reshape(shape));
  }

  @Override
  protected String settings() {
    return kind + ", length=" + table.size(0) + ", features=" + table.size(1) + ", axis=" + axis;
  }
}
