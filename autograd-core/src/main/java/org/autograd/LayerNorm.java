package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.RowLoop;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalisation, for {@link NormalizationOps}: one loop over the rows forward, one backward.
 */
final class LayerNorm {
  /** By whether there is a weight and a bias. */
  private static final RowLoop[][] FORWARD = {
    {forward(false, false), forward(false, true)}, {forward(true, false), forward(true, true)}
  };

  private static final RowLoop BACKWARD = backward(false);
  private static final RowLoop BACKWARD_WITH_WEIGHT = backward(true);

  private LayerNorm() {}

  /** What is computed of a row first; the parameters are the number of columns and epsilon. */
  private record Row(Expression normalized, Expression inverseDeviation) {
    static Row of(Program.Builder program, Expression x) {
      Expression count = Expression.parameter(0);
      Expression mean = program.reduce(Combine.SUM, x).div(count);
      Expression centered = x.sub(mean);
      Expression variance = program.reduce(Combine.SUM, centered.square()).div(count);
      Expression inverse = Expression.constant(1).div(variance.add(Expression.parameter(1)).sqrt());
      return new Row(centered.mul(inverse), inverse);
    }
  }

  private static RowLoop forward(boolean weight, boolean bias) {
    Program.Builder program = Program.builder(2);
    Expression x = Expression.input(program.full());
    Expression scale = weight ? Expression.input(program.full()) : null;
    Expression shift = bias ? Expression.input(program.full()) : null;
    int out = program.full();
    Expression result = Row.of(program, x).normalized();
    result = scale == null ? result : result.mul(scale);
    program.store(out, shift == null ? result : result.add(shift));
    return new RowLoop(program.build());
  }

  private static RowLoop backward(boolean weight) {
    Program.Builder program = Program.builder(2);
    Expression g = Expression.input(program.full());
    Expression x = Expression.input(program.full());
    Expression slope = weight ? g.mul(Expression.input(program.full())) : g;
    int out = program.full();
    Row row = Row.of(program, x);
    Expression count = Expression.parameter(0);
    Expression mean = program.reduce(Combine.SUM, slope).div(count);
    Expression along = program.reduce(Combine.SUM, slope.mul(row.normalized())).div(count);
    Expression rest = slope.sub(mean).sub(row.normalized().mul(along));
    program.store(out, rest.mul(row.inverseDeviation()));
    return new RowLoop(program.build());
  }

  static Variable apply(
      Variable x, Shape shape, @Nullable Variable weight, @Nullable Variable bias, double epsilon) {
    check(x, shape, weight, "weight");
    check(x, shape, bias, "bias");
    if (x.isMapped()
        || (weight != null && weight.isMapped())
        || (bias != null && bias.isMapped())) {
      Variable normalized =
          x.isMapped()
              ? Vmap.apply(p -> apply(p, shape, null, null, epsilon), x)
              : apply(x, shape, null, null, epsilon);
      Variable scaled = weight == null ? normalized : normalized.mul(weight);
      return bias == null ? scaled : scaled.add(bias);
    }
    List<Variable> operands = new ArrayList<>(List.of(x));
    if (weight != null) {
      operands.add(weight);
    }
    if (bias != null) {
      operands.add(bias);
    }
    RowLoop loop = FORWARD[weight == null ? 0 : 1][bias == null ? 0 : 1];
    NdArray result = run(loop, shape, epsilon, operands.toArray(Variable[]::new));
    if (!GradMode.isEnabled()) {
      return Node.record("layerNorm", result);
    }
    return Node.record(
        "layerNorm",
        result,
        weight == null
            ? Edge.to(x, x, (g, saved) -> gradient(g, saved, shape, null, epsilon))
            : Edge.to(x, x, weight, (g, saved, w) -> gradient(g, saved, shape, w, epsilon)),
        weight == null
            ? null
            : Edge.to(weight, x, (g, saved) -> g.mul(saved.layerNorm(shape, epsilon))),
        bias == null ? null : Edge.to(bias, g -> g));
  }

  private static void check(Variable x, Shape shape, @Nullable Variable operand, String name) {
    ReductionOps.Steps.requireFloating("layerNorm", x);
    int extra = x.rank() - shape.rank();
    boolean ends = extra >= 0 && shape.rank() > 0;
    for (int axis = 0; ends && axis < shape.rank(); axis++) {
      ends = shape.size(axis) == x.size(extra + axis);
    }
    checkArgument(
        ends,
        "layerNorm: %s does not end in the shape %s; give the sizes of its last axes",
        x.describe(),
        shape);
    checkArgument(
        operand == null || (operand.dtype() == x.dtype() && operand.shape().equals(shape)),
        "layerNorm: the %s must be %s%s for an input of %s, got %s",
        name,
        x.dtype(),
        shape,
        x.describe(),
        operand == null ? "none" : operand.describe());
  }

  private static NdArray run(RowLoop loop, Shape shape, double epsilon, Variable... operands) {
    NdArray[] inputs = new NdArray[operands.length];
    for (int k = 0; k < inputs.length; k++) {
      inputs[k] = operands[k].data().contiguous();
    }
    int columns = (int) shape.elementCount();
    int rows = columns == 0 ? 0 : inputs[0].elementCount() / columns;
    return loop.apply(rows, columns, new double[] {columns, epsilon}, inputs);
  }

  /** The gradient of the input: one loop, unless it is itself recorded. */
  private static Variable gradient(
      Variable g, Variable x, Shape shape, @Nullable Variable weight, double epsilon) {
    boolean mapped = Vmap.isAnyMapped(g, x) || (weight != null && weight.isMapped());
    if (!GradMode.isEnabled() && !mapped) {
      return new Variable(
          weight == null
              ? run(BACKWARD, shape, epsilon, g, x)
              : run(BACKWARD_WITH_WEIGHT, shape, epsilon, g, x, weight),
          null);
    }
    int[] axes = new int[shape.rank()];
    for (int k = 0; k < axes.length; k++) {
      axes[k] = k - axes.length;
    }
    Variable centered = x.sub(x.meanKeepDims(axes));
    Variable inverse = centered.square().meanKeepDims(axes).add(epsilon).rsqrt();
    Variable normalized = centered.mul(inverse);
    Variable slope = weight == null ? g : g.mul(weight);
    Variable along = normalized.mul(slope.mul(normalized).meanKeepDims(axes));
    return inverse.mul(slope.sub(slope.meanKeepDims(axes)).sub(along));
  }
}
