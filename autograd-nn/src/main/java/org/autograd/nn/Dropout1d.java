package org.autograd.nn;

import org.autograd.Generator;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * {@link Dropout} of whole channels of {@code [n, channels, length]} or {@code [channels, length]}.
 * PyTorch's {@code nn.Dropout1d}.
 */
public final class Dropout1d extends Dropout {
  /** Creates a module that drops with probability 0.5. */
  public Dropout1d() {
    this(0.5);
  }

  /** Creates a module that draws from the default generator. */
  public Dropout1d(double probability) {
    this(probability, null);
  }

  /** Creates a module; see {@link Dropout#Dropout(double, Generator)}. */
  public Dropout1d(double probability, @Nullable Generator generator) {
    super(probability, generator);
  }

  @Override
  void check(Variable input) {
    InputChecks.requireRank(input, 2, 3, "[n, channels, length] or [channels, length]");
  }

  @Override
  long[] maskShape(Variable input) {
    return channels(input, input.rank() - 1);
  }
}
