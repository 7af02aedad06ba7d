package org.autograd.nn;

import org.autograd.Generator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * {@link Dropout} for SELU: what is dropped becomes the value that SELU has at minus infinity, and
 * all is scaled and shifted so that mean 0 and variance 1 stay as they are (Klambauer et al.,
 * "Self-Normalizing Neural Networks", 2017). PyTorch's {@code nn.AlphaDropout}.
 */
public final class AlphaDropout extends Dropout {
  /** SELU at minus infinity, negated: the product of its alpha and its scale. */
  private static final double LIMIT = 1.7580993408473766;

  /** {@code kept ? x scale + shift : dropped + shift}. */
  private static final Pointwise DROP =
      Pointwise.of(
          "alphaDropout",
          2,
          3,
          Expression.where(
                  Expression.mask(1),
                  Expression.input(0).mul(Expression.parameter(0)),
                  Expression.parameter(2))
              .add(Expression.parameter(1)));

  /** Creates a module that drops with probability 0.5. */
  public AlphaDropout() {
    this(0.5);
  }

  /** Creates a module that draws from the default generator. */
  public AlphaDropout(double probability) {
    this(probability, null);
  }

  /** Creates a module; see {@link Dropout#Dropout(double, Generator)}. */
  public AlphaDropout(double probability, @Nullable Generator generator) {
    super(probability, generator);
  }

  @Override
  Variable drop(Variable input, Variable kept, double p) {
    double scale = 1 / Math.sqrt((LIMIT * LIMIT * p + 1) * (1 - p));
    return DROP.apply(new Variable[] {input, kept}, scale, LIMIT * scale * p, -LIMIT * scale);
  }
}
