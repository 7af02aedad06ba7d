package org.autograd.gradientfree;

import org.autograd.Generator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/** The distribution of the elements of a random direction: of mean 0 and variance 1. */
public enum Noise {
  /** The standard normal distribution. */
  NORMAL {
    @Override
    Variable like(Variable parameter, Generator rng) {
      return Variable.randn(rng, parameter.dtype(), parameter.shape().toArray());
    }
  },
  /** 1 or -1, each with probability 1/2. */
  SIGNS {
    @Override
    Variable like(Variable parameter, Generator rng) {
      return SIGN.apply(Variable.rand(rng, parameter.dtype(), parameter.shape().toArray()));
    }
  };

  private static final Pointwise SIGN =
      Pointwise.of(
          "signs",
          x -> Expression.where(x.lt(0.5), Expression.constant(-1), Expression.constant(1)));

  /** Draws a direction for a parameter. */
  abstract Variable like(Variable parameter, Generator rng);
}
