package org.autograd.nn;

import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Normalises each channel of each example by itself to mean 0 and variance 1 over its positions
 * (Ulyanov, Vedaldi, Lempitsky, "Instance Normalization", 2016). PyTorch's {@code
 * nn.InstanceNorm1d} to {@code 3d}, with its defaults: neither weight and bias nor running
 * statistics.
 *
 * <p>With running statistics, evaluation mode uses them. As in PyTorch they are means over the
 * batch, never move with a momentum of null, and {@code num_batches_tracked} is not counted.
 */
public abstract sealed class InstanceNorm extends ChannelNorm
    permits InstanceNorm1d, InstanceNorm2d, InstanceNorm3d {
  private final int spatial;
  private final String shapes;

  InstanceNorm(long channels, Options options, int spatial, String shapes) {
    super(channels, options);
    this.spatial = spatial;
    this.shapes = shapes;
  }

  /** Returns the default options: epsilon 1e-5, momentum 0.1, nothing learned or tracked. */
  public static Options options() {
    return new Options(1e-5, 0.1, false, false, DType.FLOAT32);
  }

  @Override
  protected final Variable forward(Variable input) {
    InputChecks.requireRank(input, spatial + 1, spatial + 2, shapes);
    check(input, input.rank() - spatial - 1);
    return input.rank() == spatial + 2
        ? normalizeEach(input)
        : normalizeEach(input.unsqueeze(0)).squeeze(0);
  }

  private Variable normalizeEach(Variable input) {
    if (usesRunningStats()) {
      return normalizeByRunningStats(input, 1);
    }
    long count = 1;
    for (int axis = 2; axis < input.rank(); axis++) {
      count *= input.size(axis);
    }
    if (isTraining() && count <= 1) {
      throw new IllegalArgumentException(
          "in training mode a channel needs more than one position to be normalised by, got "
              + describe(input)
              + "; use a larger input, or eval()");
    }
    Variable rows = input.reshape(input.size(0), input.size(1), count);
    Double momentum = momentum();
    if (isTraining() && isTracking() && momentum != null) {
      try (var _ = Autograd.noGrad()) {
        track(rows.mean(2).mean(0), rows.var(2).mean(0), momentum);
      }
    }
    Variable result = rows.layerNorm(Shape.of(count), epsilon()).reshape(input.shape().toArray());
    return GroupNorm.scaleAndShift(result, weight(), bias());
  }
}
