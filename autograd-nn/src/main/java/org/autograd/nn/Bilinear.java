package org.autograd.nn;

import java.util.List;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * The bilinear map {@code y_k = x1^T W_k x2 + b_k} along the last axes: {@code [...,
 * firstFeatures]} and {@code [..., secondFeatures]} become {@code [..., outFeatures]}. PyTorch's
 * {@code nn.Bilinear}: {@code weight} of shape {@code [outFeatures, firstFeatures,
 * secondFeatures]}, {@code bias} of {@code [outFeatures]}, both uniform in {@code
 * [-1/sqrt(firstFeatures), 1/sqrt(firstFeatures))}.
 */
public final class Bilinear extends Module {
  private final Variable weight;
  private final @Nullable Variable bias;

  /** Creates a float32 layer with a bias. */
  public Bilinear(long firstFeatures, long secondFeatures, long outFeatures) {
    this(firstFeatures, secondFeatures, outFeatures, Linear.options());
  }

  /**
   * Creates a layer.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public Bilinear(
      long firstFeatures, long secondFeatures, long outFeatures, Linear.Options options) {
    if (firstFeatures < 1 || secondFeatures < 1 || outFeatures < 1) {
      throw new IllegalArgumentException(
          "Bilinear: sizes must be positive, got "
              + firstFeatures
              + ", "
              + secondFeatures
              + " and "
              + outFeatures);
    }
    Initializer initializer = options.initializer();
    double bound = 1 / Math.sqrt((double) firstFeatures);
    Initializer usual = Initializers.uniform(-bound, bound);
    Variable w = Variable.zeros(options.dtype(), outFeatures, firstFeatures, secondFeatures);
    (initializer == null ? usual : initializer).fill(w, options.generator());
    weight = parameter("weight", w);
    if (options.bias()) {
      Variable b = Variable.zeros(options.dtype(), outFeatures);
      if (initializer == null) {
        usual.fill(b, options.generator());
      }
      bias = parameter("bias", b);
    } else {
      bias = null;
    }
  }

  /** Returns the weight, of shape {@code [outFeatures, firstFeatures, secondFeatures]}. */
  public Variable weight() {
    return current(weight);
  }

  /** Returns the bias, of shape {@code [outFeatures]}, or null if there is none. */
  public @Nullable Variable bias() {
    return currentOrNull(bias);
  }

  /**
   * Returns the map's value for two inputs, whose sizes but the last are equal.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(Variable first, Variable second) {
    return call(in -> List.of(map(in.get(0), in.get(1))), first, second).getFirst();
  }

  private Variable map(Variable first, Variable second) {
    InputChecks.requireDtypeOf(weight, "weight", first);
    InputChecks.requireDtypeOf(weight, "weight", second);
    boolean fits = first.rank() > 0 && first.rank() == second.rank();
    for (int axis = 0; fits && axis < first.rank() - 1; axis++) {
      fits = first.size(axis) == second.size(axis);
    }
    if (!fits || first.size(-1) != weight.size(1) || second.size(-1) != weight.size(2)) {
      throw new IllegalArgumentException(
          "the inputs "
              + describe(first)
              + " and "
              + describe(second)
              + " must have the same sizes and then "
              + weight.size(1)
              + " and "
              + weight.size(2));
    }
    Variable result = Variable.einsum("...i,kij,...j->...k", first, current(weight), second);
    return bias == null ? result : result.add(current(bias));
  }

  @Override
  protected String settings() {
    return "firstFeatures="
        + weight.size(1)
        + ", secondFeatures="
        + weight.size(2)
        + ", outFeatures="
        + weight.size(0)
        + ", bias="
        + (bias != null);
  }
}
