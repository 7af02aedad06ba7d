package org.autograd.nn;

import java.util.Arrays;
import org.autograd.Function;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * The negative log-likelihoods of label sequences under all their alignments (Graves and others,
 * 2006), by the forward-backward algorithm in float64, whatever the dtype. The derivative by a
 * log-probability is minus the posterior probability of its label at its time.
 */
final class CtcLoss extends Function {
  private final long[] targets;
  private final int[] inputLengths;
  private final int[] targetLengths;
  private final int blank;
  private final boolean zeroInfinity;

  /**
   * Creates the loss of a batch.
   *
   * @param targets the labels of all sequences, one after the other
   */
  CtcLoss(
      long[] targets, int[] inputLengths, int[] targetLengths, int blank, boolean zeroInfinity) {
    this.targets = targets;
    this.inputLengths = inputLengths;
    this.targetLengths = targetLengths;
    this.blank = blank;
    this.zeroInfinity = zeroInfinity;
  }

  @Override
  public String name() {
    return "ctc";
  }

  @Override
  protected boolean isOnceDifferentiable() {
    return true;
  }

  @Override
  protected Variable[] forward(Context context, Variable[] inputs) {
    Variable input = inputs[0];
    int batch = (int) input.size(1);
    int classes = (int) input.size(2);
    double[] logProbabilities = input.toDoubleArray();
    double[] losses = new double[batch];
    double[] gradient = context.needsGradient(0) ? new double[logProbabilities.length] : null;
    int start = 0;
    for (int n = 0; n < batch; n++) {
      int end = start + targetLengths[n];
      int[] labels = extended(start, end);
      Lattice lattice =
          new Lattice(logProbabilities, n * classes, batch * classes, labels, inputLengths[n]);
      double loss = -lattice.logLikelihood();
      losses[n] = zeroInfinity && Double.isInfinite(loss) ? 0 : loss;
      if (gradient != null && !(zeroInfinity && Double.isInfinite(loss))) {
        lattice.subtractPosteriors(gradient);
      }
      start = end;
    }
    if (gradient != null) {
      context.saveForBackward(
          Variable.fromArray(gradient, input.shape().toArray()).to(input.dtype()));
    }
    return new Variable[] {Variable.of(losses).to(input.dtype())};
  }

  @Override
  protected @Nullable Variable[] backward(Context context, Variable[] gradients) {
    return new Variable[] {context.saved(0).mul(gradients[0].unsqueeze(-1))};
  }

  /** Returns labels with blanks before, between and after them. */
  private int[] extended(int start, int end) {
    int[] result = new int[2 * (end - start) + 1];
    Arrays.fill(result, blank);
    for (int k = start; k < end; k++) {
      result[2 * (k - start) + 1] = (int) targets[k];
    }
    return result;
  }

  /** The states of one sequence: at each time one for each extended label. */
  private static final class Lattice {
    private final double[] logProbabilities;
    private final int offset;
    private final int stride;
    private final int[] labels;
    private final int times;

    /** Of all paths to a state, the logarithm of their probability; of time t at {@code [t]}. */
    private final double[][] forward;

    Lattice(double[] logProbabilities, int offset, int stride, int[] labels, int times) {
      this.logProbabilities = logProbabilities;
      this.offset = offset;
      this.stride = stride;
      this.labels = labels;
      this.times = times;
      this.forward = new double[times][labels.length];
      for (int t = 0; t < times; t++) {
        for (int s = 0; s < labels.length; s++) {
          forward[t][s] = emission(t, s) + (t == 0 ? initial(s) : arrival(forward[t - 1], s));
        }
      }
    }

    private int position(int t, int s) {
      return offset + t * stride + labels[s];
    }

    private double emission(int t, int s) {
      return logProbabilities[position(t, s)];
    }

    private static double initial(int s) {
      return s <= 1 ? 0 : Double.NEGATIVE_INFINITY;
    }

    /** Whether a blank between two labels may be skipped, as it may not between equal ones. */
    private boolean skips(int s) {
      return s >= 2 && labels[s] != labels[s - 2];
    }

    private double arrival(double[] before, int s) {
      double sum = before[s];
      if (s >= 1) {
        sum = logAdd(sum, before[s - 1]);
      }
      return skips(s) && s % 2 == 1 ? logAdd(sum, before[s - 2]) : sum;
    }

    double logLikelihood() {
      if (times == 0) {
        return labels.length == 1 ? 0 : Double.NEGATIVE_INFINITY;
      }
      double[] last = forward[times - 1];
      double end = last[labels.length - 1];
      return labels.length == 1 ? end : logAdd(end, last[labels.length - 2]);
    }

    /** Subtracts from each log-probability's place the probability of passing there. */
    void subtractPosteriors(double[] gradient) {
      double total = logLikelihood();
      int count = labels.length;
      // Of all paths from a state to the end, without the state's own probability.
      double[] after = new double[count];
      for (int t = times - 1; t >= 0; t--) {
        double[] rest = new double[count];
        for (int s = 0; s < count; s++) {
          if (t == times - 1) {
            rest[s] = s >= count - 2 ? 0 : Double.NEGATIVE_INFINITY;
          } else {
            rest[s] = departure(after, t, s);
          }
          gradient[position(t, s)] -= Math.exp(forward[t][s] + rest[s] - total);
        }
        after = rest;
      }
    }

    private double departure(double[] after, int t, int s) {
      double sum = after[s] + emission(t + 1, s);
      if (s + 1 < labels.length) {
        sum = logAdd(sum, after[s + 1] + emission(t + 1, s + 1));
      }
      if (s % 2 == 1 && s + 2 < labels.length && skips(s + 2)) {
        sum = logAdd(sum, after[s + 2] + emission(t + 1, s + 2));
      }
      return sum;
    }

    private static double logAdd(double a, double b) {
      double larger = Math.max(a, b);
      return larger == Double.NEGATIVE_INFINITY
          ? larger
          : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
    }
  }

  /** Returns the losses of the sequences, with operands checked. */
  static Variable reduced(
      Variable logProbabilities,
      Variable targets,
      Variable inputLengths,
      Variable targetLengths,
      int blank,
      boolean zeroInfinity,
      Reduction reduction) {
    boolean single = logProbabilities.rank() == 2;
    if (!logProbabilities.dtype().isFloating() || (!single && logProbabilities.rank() != 3)) {
      throw new IllegalArgumentException(
          "ctc: log-probabilities must be float32 or float64 [times, n, classes] or [times,"
              + " classes], got "
              + Module.describe(logProbabilities));
    }
    Variable input = single ? logProbabilities.unsqueeze(1) : logProbabilities;
    int[] inputs = lengths("input", inputLengths, input, input.size(0));
    boolean padded = targets.rank() == 2;
    int[] counts =
        lengths("target", targetLengths, input, padded ? targets.size(1) : targets.elementCount());
    if (blank < 0 || blank >= input.size(2)) {
      throw new IllegalArgumentException(
          "ctc: blank must be a class of " + Module.describe(logProbabilities) + ", got " + blank);
    }
    long[] labels = labels(targets, counts, input, blank);
    Variable losses = new CtcLoss(labels, inputs, counts, blank, zeroInfinity).apply(input);
    if (reduction == Reduction.MEAN) {
      double[] divisors = Arrays.stream(counts).mapToDouble(n -> Math.max(1, n)).toArray();
      losses = losses.div(Variable.of(divisors).to(losses.dtype()));
    }
    Variable shown = single && reduction == Reduction.NONE ? losses.squeeze(0) : losses;
    return LossChecks.reduce("ctc", shown, targets, reduction);
  }

  private static int[] lengths(String what, Variable lengths, Variable input, long limit) {
    if (!lengths.dtype().isInteger() || lengths.elementCount() != input.size(1)) {
      throw new IllegalArgumentException(
          "ctc: "
              + what
              + " lengths must be int64["
              + input.size(1)
              + "], got "
              + Module.describe(lengths));
    }
    long[] values = lengths.toLongArray();
    for (long value : values) {
      if (value < 0 || value > limit) {
        throw new IllegalArgumentException(
            "ctc: " + what + " lengths must be 0 to " + limit + ", got " + Arrays.toString(values));
      }
    }
    return lengths.to(DType.INT32).toIntArray();
  }

  /** Returns the labels of all sequences one after the other. */
  private static long[] labels(Variable targets, int[] counts, Variable input, int blank) {
    int total = Arrays.stream(counts).sum();
    boolean padded = targets.rank() == 2;
    if (!targets.dtype().isInteger()
        || targets.rank() == 0
        || targets.rank() > 2
        || (padded ? targets.size(0) != counts.length : targets.elementCount() != total)) {
      throw new IllegalArgumentException(
          "ctc: targets must be int64["
              + counts.length
              + ", longest] or all labels one after the other, int64["
              + total
              + "], got "
              + Module.describe(targets));
    }
    long[] values = targets.toLongArray();
    long[] result = new long[total];
    int width = padded ? Math.toIntExact(targets.size(1)) : 0;
    int at = 0;
    for (int n = 0; n < counts.length; n++) {
      int from = padded ? n * width : at;
      for (int k = from; k < from + counts[n]; k++) {
        if (values[k] < 0 || values[k] >= input.size(2) || values[k] == blank) {
          throw new IllegalArgumentException(
              "ctc: label "
                  + values[k]
                  + " at row-major position "
                  + k
                  + " of targets "
                  + Module.describe(targets)
                  + " must be a class from 0 to "
                  + (input.size(2) - 1)
                  + " other than the blank, "
                  + blank);
        }
        result[at++] = values[k];
      }
    }
    return result;
  }
}
