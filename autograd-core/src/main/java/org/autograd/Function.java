package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.List;
import org.autograd.internal.ndarray.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * An operation with a derivative of your own; PyTorch's {@code torch.autograd.Function}. Extend it
 * where the chain rule would give something slower, less exact or other than what is wanted, or
 * where the values come from code that is not made of operations. For a formula that works element
 * by element, {@link Pointwise} is shorter.
 *
 * <pre>{@code
 * class Cube extends Function {
 *   protected Variable[] forward(Context context, Variable[] x) {
 *     context.saveForBackward(x[0]);
 *     return new Variable[] {x[0].pow(3)};
 *   }
 *
 *   protected Variable[] backward(Context context, Variable[] g) {
 *     return new Variable[] {context.saved(0).square().mul(3).mul(g[0])};
 *   }
 * }
 *
 * Variable y = new Cube().apply(x);
 * GradCheck.check(in -> new Cube().apply(in), x);
 * }</pre>
 *
 * <p>An object may be applied any number of times; what belongs to one application is in its {@link
 * Context}. Arguments other than Variables are fields of the object.
 *
 * <p>If {@link #backward} is written in Variable operations on gradients, inputs and outputs, it
 * can be differentiated again, to any order. If it is not, say so by {@link
 * #isOnceDifferentiable()}; {@link GradCheck#checkSecondOrder} shows whether it is.
 */
public abstract class Function {
  /** For subclasses. */
  protected Function() {}

  /**
   * Computes the outputs. Nothing is recorded meanwhile. The inputs must not be changed in place;
   * an output may be an input or a view of one.
   *
   * @param context where to put what {@link #backward} needs
   * @param inputs what {@link #apply} was given
   * @return one or several outputs; those of an integer or bool dtype get no gradient
   */
  protected abstract Variable[] forward(Context context, Variable[] inputs);

  /**
   * Computes the gradients of the inputs. The pass is recorded if it was asked to be ({@link
   * BackwardOptions#createGraph}).
   *
   * @param context what was saved, and which gradients are wanted
   * @param gradients one for each output, of its shape and dtype; zeros for an output that was not
   *     used. They must not be changed in place.
   * @return one for each input, of its shape or one that broadcasting makes of it, over which it is
   *     summed; null counts as zeros, and is what an input gets whose gradient is not wanted
   */
  protected abstract @Nullable Variable[] backward(Context context, Variable[] gradients);

  /** Returns the name for errors and pictures of the graph; by default the class's. */
  public String name() {
    String name = getClass().getSimpleName();
    return name.isEmpty() ? "Function" : name;
  }

  /**
   * Returns whether {@link #backward} cannot be differentiated itself, because it leaves the
   * operations of Variables. Then a pass with {@link BackwardOptions#createGraph} throws instead of
   * giving second derivatives that are wrong. False unless overridden.
   */
  protected boolean isOnceDifferentiable() {
    return false;
  }

  /**
   * Returns whether {@link Functional#vmap} may call this for one sample after the other, which is
   * right for any function that does not depend on how often it is called, and takes as long as a
   * loop. False unless overridden: then a sample of a batch is refused.
   */
  protected boolean isMappable() {
    return false;
  }

  /**
   * Applies the operation, which has one output.
   *
   * @throws IllegalStateException if it has several: use {@link #applyAll}
   */
  public final Variable apply(Variable... inputs) {
    List<Variable> outputs = applyAll(inputs);
    checkState(
        outputs.size() == 1,
        "%s: returned %s outputs; call applyAll, which gives them all",
        name(),
        outputs.size());
    return outputs.getFirst();
  }

  /**
   * Applies the operation.
   *
   * @return its outputs; they require a gradient if an input does and operations are recorded
   * @throws IllegalStateException if {@link #forward} changed an input in place
   */
  public final List<Variable> applyAll(Variable... inputs) {
    return FunctionNode.apply(this, inputs.clone());
  }

  /** What one application keeps from its forward pass for its backward pass. */
  public static final class Context {
    private final boolean[] needed;
    private final @Nullable FunctionNode node;
    private Variable[] toSave = {};
    private Variable[] notDifferentiable = {};
    private Variable[] toRecycle = {};

    /**
     * Creates the context of a forward pass.
     *
     * @param needed whether each input needs a gradient
     */
    Context(boolean[] needed) {
      this.needed = needed;
      this.node = null;
    }

    /**
     * Creates the context of a backward pass.
     *
     * @param wanted whether the gradient of each input is wanted
     */
    Context(boolean[] wanted, FunctionNode node) {
      this.needed = wanted;
      this.node = node;
    }

    /**
     * Returns whether the gradient of an input will be, or is, wanted. What only other gradients
     * would need is not worth saving or computing.
     */
    public boolean needsGradient(int input) {
      return needed[input];
    }

    /**
     * Keeps inputs, outputs and other values until the backward pass has used them. A change in
     * place in the meantime is noticed, and {@link Autograd#savedValueHooks} apply. Through a value
     * that is neither an input nor an output no derivative of second order flows: return it as an
     * output too, if it depends on an input.
     *
     * @throws IllegalStateException in the backward pass
     */
    public void saveForBackward(Variable... values) {
      checkForward("saveForBackward");
      toSave = values.clone();
    }

    /**
     * Says that outputs have no gradient, for example positions or masks of a floating dtype.
     *
     * @throws IllegalStateException in the backward pass
     */
    public void markNonDifferentiable(Variable... outputs) {
      checkForward("markNonDifferentiable");
      notDifferentiable = outputs.clone();
    }

    /**
     * Says that these values were made here and that nobody else will ever see them or a view of
     * them, so that their arrays can be used for later results: of those that were saved in
     * forward, when the graph is freed; of all others, when this method returns. A new array in
     * Java has to be filled with zeros and lies in no cache, which is worth avoiding for large
     * temporaries. Whoever uses such a value afterwards gets an {@link IllegalStateException}. A
     * pass that is recorded ({@link BackwardOptions#createGraph}) recycles nothing. The last call
     * counts.
     *
     * <pre>{@code
     * protected Variable[] forward(Context context, Variable[] x) {
     *   Variable gates = x[0].matmul(x[1]).sigmoid_();
     *   context.saveForBackward(gates);
     *   context.recycle(gates);
     *   return new Variable[] {gates.sum(1)};
     * }
     * }</pre>
     *
     * @throws IllegalArgumentException if one is not a whole array made by an operation, but a view
     * @throws IllegalStateException from the pass, if one is an input, an output or a gradient
     */
    public void recycle(Variable... temporaries) {
      for (Variable temporary : temporaries) {
        NdArray data = temporary.data();
        checkArgument(
            !data.isAlias() && data.elementCount() == data.storage().length(),
            "recycle: %s is a view of another array; name that one, or copy()",
            temporary.describe());
      }
      toRecycle = temporaries.clone();
    }

    private void checkForward(String method) {
      checkState(node == null, "%s: belongs into forward, was called in backward", method);
    }

    /**
     * Returns a value that was saved.
     *
     * @param k its place among the arguments of {@link #saveForBackward}
     * @throws IllegalStateException if it was changed in place or freed, or in the forward pass
     */
    public Variable saved(int k) {
      FunctionNode owner = node;
      checkState(owner != null, "saved: belongs into backward, was called in forward");
      return owner.saved(k);
    }

    Variable[] toSave() {
      return toSave;
    }

    Variable[] toRecycle() {
      return toRecycle;
    }

    boolean isDifferentiable(Variable output) {
      for (Variable excluded : notDifferentiable) {
        if (excluded == output) {
          return false;
        }
      }
      return output.dtype().isFloating();
    }

    void checkMarked(Function function, Variable[] outputs) {
      for (Variable excluded : notDifferentiable) {
        checkArgument(
            List.of(outputs).contains(excluded),
            "%s: markNonDifferentiable was given %s, which is not one of the outputs",
            function.name(),
            excluded.describe());
      }
    }
  }
}
