package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator.Kind;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.PointwiseLoop;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * A change of several arrays in place, element by element, in one loop: an optimizer's step, a
 * running average. There are no derivatives, so nothing that takes part may be recorded.
 *
 * <pre>{@code
 * // buffer = momentum * buffer + gradient; weight = weight - rate * buffer
 * Expression buffer = parameter(0).mul(input(1)).add(input(2));
 * Expression weight = input(0).sub(parameter(1).mul(buffer));
 * static final PointwiseUpdate STEP = PointwiseUpdate.of("step", 3, 2, weight, buffer);
 *
 * try (var _ = Autograd.noGrad()) {
 *   STEP.apply(new Variable[] {weight, buffer, gradient}, 0.9, 0.01);
 * }
 * }</pre>
 *
 * <p>Create one per update and keep it, for example in a static field: it holds the compiled
 * kernels.
 */
public final class PointwiseUpdate {
  private final String name;
  private final int inputs;
  private final int parameters;
  private final int targets;
  private final PointwiseLoop loop;

  /** Whether the last input is not an operand but the gradient of the first. */
  private final boolean takesGradient;

  private PointwiseUpdate(
      String name, int inputs, int parameters, List<Expression> values, boolean takesGradient) {
    this.name = name;
    this.inputs = inputs;
    this.parameters = parameters;
    this.takesGradient = takesGradient;
    this.targets = values.size();
    this.loop = new PointwiseLoop(inputs, parameters, values);
  }

  /**
   * Defines an update.
   *
   * @param name what errors call it
   * @param inputs the number of operands; operand {@code k} is {@link Expression#input} or, if of
   *     dtype bool, {@link Expression#mask} number {@code k}
   * @param parameters the number of scalar arguments, {@link Expression#parameter} number {@code k}
   * @param values the new elements of the first operands, one for each that changes; all are
   *     computed from the old elements
   * @throws IllegalArgumentException if there is no value or more than operands, if a value is a
   *     mask, or if one refers to an operand or argument that is not there
   */
  public static PointwiseUpdate of(String name, int inputs, int parameters, Expression... values) {
    check(name, inputs, inputs, parameters, values);
    return new PointwiseUpdate(name, inputs, parameters, List.of(values), false);
  }

  /**
   * Defines an update that follows the gradient of its first operand: the expressions may also read
   * {@link Expression#input} number {@code inputs}, which {@link #apply} takes from the operand
   * itself. A gradient that nothing but such updates has read is nobody else's, and {@link
   * Variable#zeroGrad()} keeps its array for the next one.
   *
   * @param inputs the number of operands, without the gradient
   * @throws IllegalArgumentException as {@link #of}
   */
  public static PointwiseUpdate ofGradient(
      String name, int inputs, int parameters, Expression... values) {
    check(name, inputs, inputs + 1, parameters, values);
    return new PointwiseUpdate(name, inputs + 1, parameters, List.of(values), true);
  }

  private static void check(
      String name, int inputs, int readable, int parameters, Expression... values) {
    checkArgument(
        values.length > 0 && values.length <= inputs,
        "%s: needs a new value for at least one and at most all of the %s operands, got %s",
        name,
        inputs,
        values.length);
    for (Expression value : values) {
      checkArgument(
          value.kind() == Kind.NUMBER,
          "%s: %s is a mask; use where(mask, yes, no) to make it a number",
          name,
          value);
      Pointwise.checkLeaves(name, readable, parameters, value);
    }
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /**
   * Changes the first operands, the targets. Everything is checked before anything is written.
   *
   * @param operands the targets, all of one shape, then the other operands, which broadcast to it;
   *     all of the same dtype float32 or float64, except bool where the expression reads a mask
   * @param arguments the scalar arguments
   * @throws IllegalArgumentException if the counts, dtypes or shapes do not fit, or if a target
   *     shares its elements with another operand or with itself (an expanded view)
   * @throws IllegalStateException if an operand requires a gradient while operations are recorded,
   *     or if the gradient of the first is read and there is none
   */
  public void apply(Variable[] operands, double... arguments) {
    Variable[] all = takesGradient ? withGradient(operands) : operands;
    if (all.length != inputs || arguments.length != parameters) {
      throw new IllegalArgumentException(
          "%s: takes %s operands and %s scalar arguments, got %s and %s"
              .formatted(
                  name,
                  takesGradient ? inputs - 1 : inputs,
                  parameters,
                  operands.length,
                  arguments.length));
    }
    DType dtype = all[0].dtype();
    Shape shape = all[0].shape();
    NdArray[] arrays = new NdArray[inputs + targets];
    for (int k = 0; k < inputs; k++) {
      check(k, dtype, shape, all);
      arrays[k] = all[k].data();
    }
    System.arraycopy(arrays, 0, arrays, inputs, targets);
    Mark mark = KernelMeter.start();
    loop.update(dtype, arrays, arguments);
    Profiler.computed(name, mark);
  }

  private Variable[] withGradient(Variable[] operands) {
    Variable gradient = operands.length == 0 ? null : operands[0].hiddenGrad();
    if (gradient == null) {
      throw new IllegalStateException(
          name
              + ": operand 0 of "
              + Variable.describe(operands)
              + " has no gradient; call backward() first");
    }
    Variable[] all = Arrays.copyOf(operands, operands.length + 1);
    all[operands.length] = gradient;
    return all;
  }

  private void check(int k, DType dtype, Shape shape, Variable[] operands) {
    Variable operand = operands[k];
    if (operand.isRecorded()) {
      throw new IllegalStateException(
          name
              + ": operand "
              + k
              + ", "
              + operand.describe()
              + ", requires a gradient, and an update in place cannot be recorded; use"
              + " try (var _ = Autograd.noGrad()) {...}, or detach() it");
    }
    boolean mask = loop.isMask(k);
    if (operand.dtype() != (mask ? DType.BOOL : dtype) || !dtype.isFloating()) {
      throw new IllegalArgumentException(
          name
              + ": operands must all be float32 or all float64, masks bool; operand "
              + k
              + " of "
              + Variable.describe(operands)
              + " is not; convert with to()");
    }
    boolean fits =
        k < targets ? operand.shape().equals(shape) : operand.shape().broadcastsTo(shape);
    if (!fits) {
      throw new IllegalArgumentException(
          name
              + ": the first "
              + targets
              + " operands must have one shape and the others broadcast to it; operand "
              + k
              + " of "
              + Variable.describe(operands)
              + " does not fit");
    }
    checkNotShared(k, operands);
  }

  private void checkNotShared(int k, Variable[] operands) {
    NdArray data = operands[k].data();
    for (int t = 0; t < Math.min(k, targets); t++) {
      if (operands[t].data().storage() == data.storage()
          && !operands[t].data().layout().isApartFrom(data.layout())) {
        throw new IllegalArgumentException(
            name
                + ": operands "
                + t
                + " and "
                + k
                + " of "
                + Variable.describe(operands)
                + " share their elements, of which one is to be changed; copy() one of them");
      }
    }
    Layout layout = data.layout();
    for (int axis = 0; k < targets && axis < data.rank(); axis++) {
      if (layout.stride(axis) == 0 && data.size(axis) > 1) {
        throw new IllegalArgumentException(
            name
                + ": operand "
                + k
                + " of "
                + Variable.describe(operands)
                + " repeats its elements along axis "
                + axis
                + " and cannot be changed in place; copy() it first");
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
