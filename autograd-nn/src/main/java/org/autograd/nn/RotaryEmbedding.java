package org.autograd.nn;

import java.util.Arrays;
import java.util.List;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Rotates pairs of features of queries and keys by angles that grow with the position, so that
 * their products depend on the distance of two positions only (Su et al., "RoFormer", 2021). {@code
 * [..., sequence, features]} keeps its shape.
 *
 * <pre>{@code
 * RotaryEmbedding rotary = new RotaryEmbedding(1024, 64);      // 64 features of a head
 * Variable y = Attention.scaledDotProduct(rotary.apply(query), rotary.apply(key), value);
 * }</pre>
 *
 * <p>Pair {@code k} is turned by {@code position / base^(2k / features)}. By default it consists of
 * the features {@code k} and {@code k + features / 2}, as in LLaMA and GPT-NeoX; interleaved, of
 * {@code 2k} and {@code 2k + 1}, as in RoFormer and GPT-J. The module has no state.
 */
public final class RotaryEmbedding extends UnaryModule {
  private final Variable cosine;
  private final Variable sine;
  private final boolean interleaved;

  /** Creates a float32 module with base 10000, not interleaved. */
  public RotaryEmbedding(long length, long features) {
    this(length, features, 10_000, false, DType.FLOAT32);
  }

  /**
   * Creates a module.
   *
   * @param length the greatest position plus 1
   * @param features an even number
   * @param base the greater, the slower the last pairs turn
   * @param interleaved whether pairs are neighbours
   * @param dtype float32 or float64
   * @throws IllegalArgumentException if a value is impossible
   */
  public RotaryEmbedding(
      long length, long features, double base, boolean interleaved, DType dtype) {
    if (length < 1 || features < 2 || features % 2 != 0 || !(base > 0) || !dtype.isFloating()) {
      throw new IllegalArgumentException(
          "RotaryEmbedding: length and base must be positive, features even and the dtype floating,"
              + " got length="
              + length
              + ", features="
              + features
              + ", base="
              + base
              + ", "
              + dtype);
    }
    this.interleaved = interleaved;
    Variable angles = angles(length, features, base);
    cosine = angles.cos().to(dtype);
    sine = angles.sin().to(dtype);
  }

  /** Returns {@code position / base^(2k / features)} for each position and pair, in float64. */
  static Variable angles(long length, long features, double base) {
    double[] frequencies = new double[Math.toIntExact(features / 2)];
    for (int k = 0; k < frequencies.length; k++) {
      frequencies[k] = Math.pow(base, -2.0 * k / features);
    }
    return Variable.arange(length).to(DType.FLOAT64).outer(Variable.of(frequencies));
  }

  @Override
  protected Variable forward(Variable input) {
    return forward(input, 0);
  }

  /**
   * Returns the input rotated as if its first position were another, as for a query that continues
   * a sequence whose keys are kept.
   *
   * @throws IllegalArgumentException if the sequence reaches beyond the length
   */
  public Variable apply(Variable input, long firstPosition) {
    return call(in -> List.of(forward(in.getFirst(), firstPosition)), input).getFirst();
  }

  private Variable forward(Variable input, long first) {
    long half = cosine.size(1);
    if (input.rank() < 2
        || input.size(-1) != 2 * half
        || first < 0
        || first + input.size(-2) > cosine.size(0)
        || input.dtype() != cosine.dtype()) {
      throw new IllegalArgumentException(
          "the input "
              + describe(input)
              + " from position "
              + first
              + " must be "
              + cosine.dtype()
              + "[..., sequence, "
              + 2 * half
              + "] and end before position "
              + cosine.size(0));
    }
    Variable cos = cosine.narrow(0, first, input.size(-2));
    Variable sin = sine.narrow(0, first, input.size(-2));
    Variable x;
    Variable y;
    if (interleaved) {
      long[] shape = input.shape().toArray();
      long[] pairs = Arrays.copyOf(shape, shape.length + 1);
      pairs[shape.length - 1] = half;
      pairs[shape.length] = 2;
      Variable split = input.reshape(pairs);
      x = split.select(-1, 0);
      y = split.select(-1, 1);
    } else {
      x = input.narrow(-1, 0, half);
      y = input.narrow(-1, half, half);
    }
    Variable turnedX = x.mul(cos).sub(y.mul(sin));
    Variable turnedY = y.mul(cos).add(x.mul(sin));
    return interleaved
        ? Variable.stack(-1, turnedX, turnedY).reshape(input.shape().toArray())
        : Variable.cat(-1, turnedX, turnedY);
  }

  @Override
  protected String settings() {
    return "length="
        + cosine.size(0)
        + ", features="
        + 2 * cosine.size(1)
        + ", interleaved="
        + interleaved;
  }
}
