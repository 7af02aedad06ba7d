package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.function.BinaryOperator;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.PointwiseLoop;

/**
 * Operations that change their operand, and return it. They raise the version of its storage, so
 * that a backward pass notices if it still needs the elements that were there before. A change of a
 * view is one of what it shows, and the gradients of both follow. While operations are recorded, a
 * leaf that requires a gradient, or a view of one, cannot change: {@link Autograd#noGrad} allows
 * it.
 */
sealed interface InPlaceOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** A loop that changes its first operand where nothing is recorded: no array, no copy. */
  final class Loops {
    private static final Loops ADD = new Loops("add_", Expression::add);
    private static final Loops SUB = new Loops("sub_", Expression::sub);
    private static final Loops MUL = new Loops("mul_", Expression::mul);
    private static final Loops DIV = new Loops("div_", Expression::div);
    private static final double[] NO_SCALARS = {};

    private final String operation;
    private final PointwiseLoop arrays;
    private final PointwiseLoop scalar;

    private Loops(String operation, BinaryOperator<Expression> function) {
      this.operation = operation;
      Expression x = Expression.input(0);
      arrays = new PointwiseLoop(2, 0, List.of(function.apply(x, Expression.input(1))));
      scalar = new PointwiseLoop(1, 1, List.of(function.apply(x, Expression.parameter(0))));
    }

    /**
     * Whether the loop can be used; if not, the general form says what is wrong, if anything is.
     */
    private static boolean runs(Variable x, Variable other) {
      return runs(x)
          && !other.isMapped()
          && !other.isRecorded()
          && other.dtype() == x.dtype()
          && other.shape().broadcastsTo(x.shape())
          && (other.data().storage() != x.data().storage() || other.data() == x.data());
    }

    private static boolean runs(Variable x) {
      return x.dtype().isFloating()
          && !x.isMapped()
          && !x.isRecorded()
          && !x.data().layout().isOverlapping();
    }

    private Variable run(Variable x, Variable other) {
      NdArray[] operands = {x.data(), other.data(), x.data()};
      Mark mark = KernelMeter.start();
      arrays.update(x.dtype(), operands, NO_SCALARS);
      Profiler.computed(operation, mark);
      return x;
    }

    private Variable run(Variable x, double value) {
      NdArray[] operands = {x.data(), x.data()};
      Mark mark = KernelMeter.start();
      scalar.update(x.dtype(), operands, new double[] {value});
      Profiler.computed(operation, mark);
      return x;
    }
  }

  /** Adds in place, {@code this += other}. */
  default Variable add_(Variable other) {
    return Loops.runs(self(), other)
        ? Loops.ADD.run(self(), other)
        : self().assign("add_", self().add(other));
  }

  /** Adds a number in place. */
  default Variable add_(double value) {
    return Loops.runs(self())
        ? Loops.ADD.run(self(), value)
        : self().assign("add_", self().add(value));
  }

  /** Subtracts in place, {@code this -= other}. */
  default Variable sub_(Variable other) {
    return Loops.runs(self(), other)
        ? Loops.SUB.run(self(), other)
        : self().assign("sub_", self().sub(other));
  }

  /** Subtracts a number in place. */
  default Variable sub_(double value) {
    return Loops.runs(self())
        ? Loops.SUB.run(self(), value)
        : self().assign("sub_", self().sub(value));
  }

  /** Multiplies in place, {@code this *= other}. */
  default Variable mul_(Variable other) {
    if (Loops.runs(self(), other)) {
      return Loops.MUL.run(self(), other);
    }
    Variable left = asItIs(other);
    return self().assign("mul_", left.mul(other == self() ? left : other));
  }

  /** Multiplies by a number in place. */
  default Variable mul_(double value) {
    return Loops.runs(self())
        ? Loops.MUL.run(self(), value)
        : self().assign("mul_", self().mul(value));
  }

  /** Divides in place, {@code this /= other}. */
  default Variable div_(Variable other) {
    if (Loops.runs(self(), other)) {
      return Loops.DIV.run(self(), other);
    }
    Variable left = asItIs(other);
    return self().assign("div_", left.div(other == self() ? left : other));
  }

  /** Divides by a number in place. */
  default Variable div_(double value) {
    return Loops.runs(self())
        ? Loops.DIV.run(self(), value)
        : self().assign("div_", self().div(value));
  }

  /** Returns this with elements that stay, if the gradient of the other operand needs them. */
  private Variable asItIs(Variable other) {
    return other.isRecorded() ? self().withCopiedElements() : self();
  }

  /** Sets all elements to 0. */
  default Variable zero_() {
    return fill_(0);
  }

  /** Sets all elements to a value. */
  default Variable fill_(double value) {
    return self().assign("fill_", Variable.fullLike(self(), value));
  }

  /** Copies the elements of another Variable, which is broadcast and converted as needed. */
  default Variable copy_(Variable source) {
    Variable x = self();
    checkArgument(
        source.shape().broadcastsTo(x.shape()),
        "copy_: %s cannot be copied into %s; the source must broadcast to the target's shape",
        source.describe(),
        x.describe());
    Variable converted = source.to(x.dtype());
    if (Vmap.isAnyMapped(x, converted)) {
      return x.assign("copy_", converted.expand(x.shape().toArray()).copy());
    }
    // A node of its own: this must not take over the source's, least of all a leaf's.
    return x.assign(
        "copy_",
        Node.record("copy_", converted.data().expand(x.shape()), Edge.to(converted, g -> g)));
  }
}
