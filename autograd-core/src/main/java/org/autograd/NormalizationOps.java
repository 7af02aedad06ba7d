package org.autograd;

import java.util.List;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.PointwiseLoop;
import org.autograd.internal.ndarray.ReductionLoop;
import org.autograd.internal.ndarray.RowLoop;
import org.autograd.internal.ndarray.Selections;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/** Operations that relate each element to all others along an axis. */
sealed interface NormalizationOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** The loops, and steps that several operations share. */
  final class Loops {
    private static final RowLoop SOFTMAX = softmax();
    private static final RowLoop SOFTMAX_BACKWARD = softmaxBackward();
    private static final RowLoop LOG_SOFTMAX = logSoftmax();
    private static final RowLoop LOG_SOFTMAX_BACKWARD = logSoftmaxBackward();
    private static final Expression X = Expression.input(0);
    private static final Expression Y = Expression.input(1);
    private static final PointwiseLoop EXP_OF_DIFFERENCE =
        new PointwiseLoop(2, 0, List.of(X.sub(Y).exp()));
    private static final PointwiseLoop QUOTIENT =
        new PointwiseLoop(2, 0, List.of(X.mul(Expression.constant(1).div(Y))));
    private static final PointwiseLoop DIFFERENCE_TO_LOG =
        new PointwiseLoop(3, 0, List.of(X.sub(Y).sub(Expression.input(2).log())));
    private static final double[] NONE = {};

    private static final Pointwise EXP_TIMES =
        Pointwise.of("expTimes", (x, factor) -> x.exp().mul(factor));

    private Loops() {}

    private static RowLoop softmax() {
      Program.Builder program = Program.builder(0);
      int in = program.full();
      int out = program.full();
      Expression x = Expression.input(in);
      Expression max = program.reduce(Combine.MAX, x);
      Expression power = x.sub(max).exp();
      program.store(out, power);
      Expression sum = program.reduce(Combine.SUM, power);
      // A product for each element instead of a quotient, which takes ten times as long.
      program.store(out, Expression.input(out).mul(Expression.constant(1).div(sum)));
      return new RowLoop(program.build());
    }

    private static RowLoop softmaxBackward() {
      Program.Builder program = Program.builder(0);
      Expression g = Expression.input(program.full());
      Expression y = Expression.input(program.full());
      int out = program.full();
      Expression mean = program.reduce(Combine.SUM, g.mul(y));
      program.store(out, y.mul(g.sub(mean)));
      return new RowLoop(program.build());
    }

    private static RowLoop logSoftmax() {
      Program.Builder program = Program.builder(0);
      Expression x = Expression.input(program.full());
      int out = program.full();
      Expression max = program.reduce(Combine.MAX, x);
      Expression sum = program.reduce(Combine.SUM, x.sub(max).exp());
      program.store(out, x.sub(max).sub(sum.log()));
      return new RowLoop(program.build());
    }

    private static RowLoop logSoftmaxBackward() {
      Program.Builder program = Program.builder(0);
      Expression g = Expression.input(program.full());
      Expression y = Expression.input(program.full());
      int out = program.full();
      Expression sum = program.reduce(Combine.SUM, g);
      program.store(out, g.sub(y.exp().mul(sum)));
      return new RowLoop(program.build());
    }

    /** Softmax, or its logarithm, along any axis. */
    static NdArray softmax(Variable x, int axis, boolean logarithm) {
      if (axis < x.rank() - 1 && x.elementCount() > 0 && x.size(axis) > 1) {
        return softmaxAcross(x.data(), axis, logarithm);
      }
      return run(logarithm ? LOG_SOFTMAX : SOFTMAX, axis, x);
    }

    /** Across rows the reductions and the loops between them are fastest one by one. */
    private static NdArray softmaxAcross(NdArray x, int axis, boolean logarithm) {
      boolean[] reduced = new boolean[x.rank()];
      reduced[axis] = true;
      NdArray max = ReductionLoop.of(Combine.MAX).apply(reduced, x);
      NdArray result = NdArray.unset(x.dtype(), x.shape());
      EXP_OF_DIFFERENCE.update(x.dtype(), new NdArray[] {x, max, result}, NONE);
      NdArray sum = ReductionLoop.of(Combine.SUM).apply(reduced, result);
      if (logarithm) {
        DIFFERENCE_TO_LOG.update(x.dtype(), new NdArray[] {x, max, sum, result}, NONE);
      } else {
        QUOTIENT.update(x.dtype(), new NdArray[] {result, sum, result}, NONE);
      }
      return result;
    }

    /** Runs a loop along an axis, which is brought to the end if it is not there. */
    static NdArray run(RowLoop loop, int axis, Variable... operands) {
      NdArray[] inputs = new NdArray[operands.length];
      int last = operands[0].rank() - 1;
      for (int k = 0; k < inputs.length; k++) {
        NdArray data = operands[k].data();
        inputs[k] = data.view(data.layout().transpose(axis, last)).contiguous();
      }
      int columns = inputs[0].size(last);
      int rows = columns == 0 ? 0 : inputs[0].elementCount() / columns;
      NdArray result = loop.apply(rows, columns, NONE, inputs);
      return axis == last
          ? result
          : result.view(result.layout().transpose(axis, last)).contiguous();
    }

    /**
     * A rule that runs as one loop, unless it is itself recorded; then it is spelt out, so that it
     * can be differentiated.
     */
    static Variable fused(RowLoop loop, int axis, Variable g, Variable y, Edge.TernaryRule spelt) {
      return GradMode.isEnabled() || Vmap.isAnyMapped(g, y)
          ? spelt.apply(g, y, y)
          : new Variable(run(loop, axis, g, y), null);
    }

    /** {@code (softmax - onehot) g}, from the logarithms of the softmax. */
    static Variable crossEntropySlope(Variable g, Variable logs, Variable classes) {
      if (GradMode.isEnabled() || Vmap.isAnyMapped(g, logs, classes)) {
        int last = logs.rank() - 1;
        Variable index = classes.unsqueeze(-1);
        Variable minusOne = Variable.full(g.dtype(), -1, index.shape().toArray());
        return logs.exp().scatterAdd(last, index, minusOne).mul(g.unsqueeze(-1));
      }
      Variable slope = EXP_TIMES.apply(logs, g.unsqueeze(-1));
      Selections.subtractPicks(slope.data(), classes.data(), g.data());
      return slope;
    }

    static int axis(String operation, Variable x, int axis) {
      ReductionOps.Steps.requireFloating(operation, x);
      return x.shape().axis(axis, operation);
    }
  }

  /** Returns {@code e^x / sum(e^x)} along an axis, without overflow. */
  default Variable softmax(int axis) {
    Variable x = self();
    int at = Loops.axis("softmax", x, axis);
    if (x.isMapped()) {
      return Vmap.apply(p -> p.softmax(at + 1), x);
    }
    return Node.record(
        "softmax",
        Loops.softmax(x, at, false),
        Edge.toWithResult(
            x,
            (g, y) ->
                Loops.fused(
                    Loops.SOFTMAX_BACKWARD,
                    at,
                    g,
                    y,
                    (h, p, _) -> p.mul(h.sub(h.mul(p).sumKeepDims(at))))));
  }

  /** Returns the logarithm of {@link #softmax}, computed so that small probabilities stay exact. */
  default Variable logSoftmax(int axis) {
    Variable x = self();
    int at = Loops.axis("logSoftmax", x, axis);
    if (x.isMapped()) {
      return Vmap.apply(p -> p.logSoftmax(at + 1), x);
    }
    return Node.record(
        "logSoftmax",
        Loops.softmax(x, at, true),
        Edge.toWithResult(
            x,
            (g, y) ->
                Loops.fused(
                    Loops.LOG_SOFTMAX_BACKWARD,
                    at,
                    g,
                    y,
                    (h, logs, _) -> h.sub(logs.exp().mul(h.sumKeepDims(at))))));
  }

  /**
   * Returns the elements normalised to mean 0 and variance 1 over the last axes: {@code (this -
   * mean) / sqrt(variance + epsilon)}, with the variance of a whole population. PyTorch's {@code
   * layer_norm}.
   *
   * @param normalizedShape the sizes of the last axes, over which mean and variance are taken
   * @param epsilon what is added to the variance; PyTorch's default is 1e-5
   * @throws IllegalArgumentException if this does not end in that shape or is not floating
   */
  default Variable layerNorm(Shape normalizedShape, double epsilon) {
    return LayerNorm.apply(self(), normalizedShape, null, null, epsilon);
  }

  /**
   * Returns {@link #layerNorm(Shape, double)} times a weight, plus a bias.
   *
   * @param weight of the normalised shape and this dtype, or null for none
   * @param bias likewise
   */
  default Variable layerNorm(
      Shape normalizedShape, @Nullable Variable weight, @Nullable Variable bias, double epsilon) {
    return LayerNorm.apply(self(), normalizedShape, weight, bias, epsilon);
  }

  /**
   * Returns the cross-entropy {@code -log softmax(this)[label]} of each row of logits, from the
   * logits directly, with the gradient {@code softmax - onehot}. It never overflows.
   *
   * @param labels int64 or int32 class numbers, of the logits' shape without its last axis
   * @return the losses, of the labels' shape
   * @throws IllegalArgumentException if shapes or dtypes do not fit or a label is out of range
   */
  default Variable softmaxCrossEntropy(Variable labels) {
    Variable logits = self();
    int last = Loops.axis("softmaxCrossEntropy", logits, -1);
    if (!labels.dtype().isInteger() || !labels.shape().equals(logits.shape().without(last))) {
      throw new IllegalArgumentException(
          "softmaxCrossEntropy: labels must be int64 class numbers of shape "
              + logits.shape().without(last)
              + " for logits "
              + logits.describe()
              + ", got "
              + labels.describe());
    }
    IndexOps.Steps.checkIndices("softmaxCrossEntropy", logits, last, labels, "class");
    if (Vmap.isAnyMapped(logits, labels)) {
      return Vmap.applyToAll(p -> p[0].softmaxCrossEntropy(p[1]), logits, labels);
    }
    Variable classes = new Variable(labels.data().to(DType.INT64).contiguous(), null);
    // Recorded, so that the rule can be differentiated with respect to them.
    Variable logs = logits.logSoftmax(last);
    return Node.record(
        "softmaxCrossEntropy",
        Selections.negatedPicks(logs.data(), classes.data()),
        Edge.to(logits, logs, classes, Loops::crossEntropySlope));
  }
}
