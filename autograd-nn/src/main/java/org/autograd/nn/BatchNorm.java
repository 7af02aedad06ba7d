package org.autograd.nn;

import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Normalises each channel to mean 0 and variance 1 over the batch and all positions, then scales
 * and shifts it by {@code weight} and {@code bias} (Ioffe and Szegedy, "Batch Normalization",
 * 2015). PyTorch's {@code nn.BatchNorm1d} to {@code 3d}.
 *
 * <p>In training mode the statistics are the batch's, and running ones follow: {@code running = (1
 * - momentum) running + momentum batch}, the variance with divisor n - 1. In evaluation mode the
 * running ones are used, if any are kept. A checkpoint that computes a batch again does not count
 * it twice.
 *
 * <pre>{@code
 * new Sequential(new Conv2d(3, 16, 3), new BatchNorm2d(16), Activation.relu());
 * new BatchNorm1d(64, BatchNorm.options().momentum(null));   // running means of all batches
 * }</pre>
 */
public abstract sealed class BatchNorm extends ChannelNorm
    permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
  private final int leastRank;
  private final int mostRank;
  private final String shapes;

  BatchNorm(long channels, Options options, int leastRank, int mostRank, String shapes) {
    super(channels, options);
    this.leastRank = leastRank;
    this.mostRank = mostRank;
    this.shapes = shapes;
  }

  /** Returns the default options: epsilon 1e-5, momentum 0.1, affine, running statistics. */
  public static Options options() {
    return new Options(1e-5, 0.1, true, true, DType.FLOAT32);
  }

  @Override
  protected final Variable forward(Variable input) {
    InputChecks.requireRank(input, leastRank, mostRank, shapes);
    check(input, 1);
    if (usesRunningStats()) {
      return normalizeByRunningStats(input, 1);
    }
    long count = input.elementCount() / input.size(1);
    if (isTraining() && count <= 1) {
      throw new IllegalArgumentException(
          "in training mode a channel needs more than one value to be normalised by, got "
              + describe(input)
              + "; use a larger batch, or eval()");
    }
    int[] axes = axesBut(input.rank(), 1);
    Variable mean = input.meanKeepDims(axes);
    Variable variance = input.populationVarKeepDims(axes);
    if (isTraining() && isTracking()) {
      countBatch();
      Double momentum = momentum();
      try (var _ = Autograd.noGrad()) {
        track(
            mean.flatten(),
            variance.flatten().mul((double) count / (double) (count - 1)),
            momentum == null ? 1 / batchCount() : momentum);
      }
    }
    return normalize(input, mean, variance, 1);
  }
}
