package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Autograd;
import org.autograd.Checkpoint;
import org.autograd.Generator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * In training mode replaces elements by 0, each with a probability and independently, and divides
 * the others by the probability of staying, so that the mean does not change; in evaluation mode
 * returns its input (Srivastava et al., "Dropout", 2014). PyTorch's {@code nn.Dropout}.
 *
 * <pre>{@code
 * new Sequential(new Linear(64, 64), Activation.relu(), new Dropout(0.5), new Linear(64, 10));
 * }</pre>
 */
public sealed class Dropout extends UnaryModule
    permits AlphaDropout, Dropout1d, Dropout2d, Dropout3d {
  private static final Pointwise DROP =
      Pointwise.of(
          "dropout",
          2,
          1,
          Expression.where(
              Expression.mask(1),
              Expression.input(0).mul(Expression.parameter(0)),
              Expression.constant(0)));

  private final double probability;
  private final @Nullable Generator generator;

  /** Creates a module that drops half of the elements. */
  public Dropout() {
    this(0.5);
  }

  /**
   * Creates a module that draws from the default generator.
   *
   * @param probability of an element to be dropped, in [0, 1]
   */
  public Dropout(double probability) {
    this(probability, null);
  }

  /**
   * Creates a module.
   *
   * @param probability of an element to be dropped, in [0, 1]
   * @param generator where the random numbers come from; null for {@link Autograd#generator()}. A
   *     {@link Checkpoint} rewinds the default generator only, so within one another is refused.
   * @throws IllegalArgumentException if the probability is not in [0, 1]
   */
  public Dropout(double probability, @Nullable Generator generator) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          label() + ": the probability must be in [0, 1], got " + probability);
    }
    this.probability = probability;
    this.generator = generator == null ? null : generator("generator", generator);
  }

  @Override
  protected final Variable forward(Variable input) {
    check(input);
    if (!input.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "the input " + describe(input) + " must be float32 or float64");
    }
    if (!isTraining() || probability == 0 || input.elementCount() == 0) {
      return input;
    }
    if (generator != null && Checkpoint.isRecomputing()) {
      throw new IllegalStateException(
          "Dropout with a generator of its own cannot be computed again by a checkpoint, which"
              + " rewinds Autograd.generator() only; create it without a generator");
    }
    if (probability == 1) {
      return input.mul(0);
    }
    Generator rng = generator == null ? Autograd.generator() : generator;
    return drop(input, kept(rng, maskShape(input), probability), probability);
  }

  /** Returns the input with elements dropped, drawn from the default generator. */
  static Variable drop(Variable input, double p) {
    if (p == 0) {
      return input;
    }
    return p == 1
        ? input.mul(0)
        : dropAndScale(input, kept(Autograd.generator(), input.shape().toArray(), p), p);
  }

  private static Variable kept(Generator rng, long[] shape, double p) {
    return Variable.bernoulli(rng, 1 - p, shape);
  }

  private static Variable dropAndScale(Variable input, Variable kept, double p) {
    return DROP.apply(new Variable[] {input, kept}, 1 / (1 - p));
  }

  /** Throws if the input has no shape that can be dropped from. */
  void check(Variable input) {}

  /** Returns the shape of what is dropped or kept together; it broadcasts to the input's. */
  long[] maskShape(Variable input) {
    return input.shape().toArray();
  }

  /** Returns the input without what is not kept. */
  Variable drop(Variable input, Variable kept, double p) {
    return dropAndScale(input, kept, p);
  }

  /** Returns the shape with which whole channels are dropped, with a number of leading axes. */
  static long[] channels(Variable input, int leading) {
    long[] shape = input.shape().toArray();
    Arrays.fill(shape, leading, shape.length, 1);
    return shape;
  }

  @Override
  protected final String settings() {
    return "probability=" + probability;
  }
}
