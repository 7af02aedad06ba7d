package org.autograd.nn;

import org.autograd.Generator;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * {@link Dropout} of whole channels of {@code [n, channels, depth, height, width]} or {@code
 * [channels, depth, height, width]}. PyTorch's {@code nn.Dropout3d}.
 */
public final class Dropout3d extends Dropout {
  /** Creates a module that drops with probability 0.5. */
  public Dropout3d() {
    this(0.5);
  }

  /** Creates a module that draws from the default generator. */
  public Dropout3d(double probability) {
    this(probability, null);
  }

  /** Creates a module; see {@link Dropout#Dropout(double, Generator)}. */
  public Dropout3d(double probability, @Nullable Generator generator) {
    super(probability, generator);
  }

  @Override
  void check(Variable input) {
    InputChecks.requireRank(
        input, 4, 5, "[n, channels, depth, height, width] or [channels, depth, height, width]");
  }

  @Override
  long[] maskShape(Variable input) {
    return channels(input, input.rank() - 3);
  }
}
