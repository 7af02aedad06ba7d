package org.autograd.nn;

import org.autograd.Generator;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * {@link Dropout} of whole channels of {@code [n, channels, height, width]}, or of {@code [n,
 * channels, length]} as in PyTorch. Its {@code nn.Dropout2d}.
 */
public final class Dropout2d extends Dropout {
  /** Creates a module that drops with probability 0.5. */
  public Dropout2d() {
    this(0.5);
  }

  /** Creates a module that draws from the default generator. */
  public Dropout2d(double probability) {
    this(probability, null);
  }

  /** Creates a module; see {@link Dropout#Dropout(double, Generator)}. */
  public Dropout2d(double probability, @Nullable Generator generator) {
    super(probability, generator);
  }

  @Override
  void check(Variable input) {
    InputChecks.requireRank(input, 3, 4, "[n, channels, height, width] or [n, channels, length]");
  }

  @Override
  long[] maskShape(Variable input) {
    return channels(input, 2);
  }
}
