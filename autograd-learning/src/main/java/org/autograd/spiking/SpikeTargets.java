package org.autograd.spiking;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.Variable;
import org.autograd.type.DType;

/** Makes of labels what output neurons should do. */
public final class SpikeTargets {
  private SpikeTargets() {}

  /**
   * Returns one value at the label and another elsewhere.
   *
   * @param labels int64, of shape [n]
   * @return float32, of shape [n, classes]
   */
  public static Variable oneHot(Variable labels, int classes, double on, double off) {
    // Not on * oneHot clamped from below, which makes off of an on that is smaller.
    return Variable.where(
        labels.oneHot(classes).eq(1.0),
        Variable.full(DType.FLOAT32, on),
        Variable.full(DType.FLOAT32, off));
  }

  /**
   * Returns spikes at regular distances; snnTorch's {@code target_rate_code}.
   *
   * @param first the step of the first
   * @param rate spikes per step, in [0, 1]
   * @return float32, of shape [steps]
   */
  public static Variable rateCode(int steps, int first, double rate) {
    checkArgument(
        steps >= 1 && first >= 0 && first < steps && rate >= 0 && rate <= 1,
        "rateCode: needs 0 <= first < steps and a rate in [0, 1], got %s, %s and %s",
        first,
        steps,
        rate);
    float[] spikes = new float[steps];
    if (rate > 0) {
      for (int k = 0; first + k / rate < steps; k++) {
        spikes[(int) (first + k / rate)] = 1;
      }
    }
    return Variable.of(spikes);
  }

  /**
   * Returns spike trains at regular distances, at one rate for the label and another for the rest.
   *
   * @param labels int64, of shape [n]
   * @return float32, of shape [steps, n, classes]
   */
  public static Variable rates(
      Variable labels, int classes, int steps, double correctRate, double incorrectRate) {
    Variable right = rateCode(steps, 0, correctRate).reshape(steps, 1, 1);
    Variable wrong = rateCode(steps, 0, incorrectRate).reshape(steps, 1, 1);
    return Variable.where(labels.oneHot(classes).eq(1.0), right, wrong);
  }
}
