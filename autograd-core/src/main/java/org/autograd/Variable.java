package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.PointwiseLoop;
import org.autograd.internal.storage.Spares;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array that may remember how it was computed, and then differentiates what was
 * computed from it. The operations stand in the interfaces that this class implements, a family
 * each.
 *
 * <pre>{@code
 * Variable w = Variable.of(0.5, -0.3).requiresGrad(true);
 * Variable loss = w.dot(Variable.of(1.0, 2.0)).sigmoid().sub(1).square();
 * loss.backward();
 * w.grad(); // [-0.25, -0.5]
 * }</pre>
 *
 * <p>Memory is the JVM's: nothing is to be closed. Operations return new Variables (views share
 * their storage); the few that change their operand end in {@code _}. Variables may be read by
 * several threads at once, and independent graphs may be built and differentiated in different
 * threads.
 */
public final class Variable extends Factories
    implements PointwiseOps,
        TrigonometryOps,
        RoundingOps,
        IntegerOps,
        SpecialOps,
        SpecialFunctionOps,
        ActivationOps,
        ComparisonOps,
        ReductionOps,
        CountingOps,
        ScanOps,
        SortOps,
        StatisticsOps,
        ShapeOps,
        ArrangementOps,
        RearrangementOps,
        IndexOps,
        ScatterOps,
        PlacementOps,
        LinearAlgebraOps,
        DecompositionOps,
        SolverOps,
        ContractionOps,
        DistanceOps,
        ConvolutionOps,
        PoolingOps,
        ResamplingOps,
        FourierOps,
        GridOps,
        InPlaceOps,
        NormalizationOps {
  private static final PointwiseLoop ADD =
      new PointwiseLoop(2, 0, List.of(Expression.input(0).add(Expression.input(1))));
  private static final double[] NO_ARGUMENTS = {};

  private final NdArray data;
  private @Nullable Node node;
  private @Nullable Variable grad;

  Variable(NdArray data, @Nullable Node node) {
    this.data = data;
    this.node = node;
  }

  // What it is.

  /** Returns the element type. */
  public DType dtype() {
    return data.dtype();
  }

  /** Returns the sizes. */
  public Shape shape() {
    return data.shape();
  }

  /** Returns the number of axes. */
  public int rank() {
    return data.rank();
  }

  /** Returns the size along an axis, which may be negative to count from the end. */
  public long size(int axis) {
    return data.shape().size(axis);
  }

  /** Returns the number of elements. */
  public long elementCount() {
    return data.shape().elementCount();
  }

  /**
   * Returns the only element as a double.
   *
   * @throws IllegalArgumentException if there is not exactly one element
   */
  public double item() {
    checkArgument(
        elementCount() == 1,
        "item: needs exactly one element, got %s; reduce it first or use toDoubleArray()",
        this.describe());
    return data().item();
  }

  /** Returns a copy of the elements in row-major order, converted to float. */
  public float[] toFloatArray() {
    return (float[]) elements(DType.FLOAT32);
  }

  /** Returns a copy of the elements in row-major order, converted to double. */
  public double[] toDoubleArray() {
    return (double[]) elements(DType.FLOAT64);
  }

  /** Returns a copy of the elements in row-major order, converted to long. */
  public long[] toLongArray() {
    return (long[]) elements(DType.INT64);
  }

  /** Returns a copy of the elements in row-major order, converted to int. */
  public int[] toIntArray() {
    return (int[]) elements(DType.INT32);
  }

  /** Returns a copy of the elements in row-major order; anything but 0 is true. */
  public boolean[] toBooleanArray() {
    return (boolean[]) elements(DType.BOOL);
  }

  private Object elements(DType dtype) {
    Mark mark = KernelMeter.start();
    NdArray converted = data().to(dtype);
    Object array = (converted == data ? data.copy() : converted).storage().array();
    if (mark != null) {
      // Reading is not part of the operation that comes next.
      mark.restore();
    }
    return array;
  }

  /**
   * Returns the array.
   *
   * @throws UnsupportedOperationException if this is a sample of a vmap, which has none
   */
  NdArray data() {
    if (isMapped()) {
      throw Vmap.noRule(this);
    }
    return data;
  }

  /** Returns the array without what it is a view of, which would keep a graph. */
  NdArray plainData() {
    NdArray array = data();
    return array instanceof ViewArray ? array.alias(array.layout()) : array;
  }

  /** Returns the array, of which only dtype and shape may be used if this is mapped. */
  NdArray array() {
    return data;
  }

  /** Returns whether this is a sample of a vmap, so that an operation has to follow its rule. */
  boolean isMapped() {
    return Vmap.isMapped(data);
  }

  @Override
  public Variable self() {
    return this;
  }

  // The graph.

  /** Returns whether a gradient flows into this Variable: set on a leaf, inherited by results. */
  public boolean requiresGrad() {
    return node() != null;
  }

  /** Returns the place in the graph, null if there is none. */
  private @Nullable Node node() {
    if (data.getClass() == NdArray.class) {
      return node;
    }
    if (isMapped()) {
      return Vmap.node(this);
    }
    ViewArray view = ViewArray.of(this);
    if (view != null && view.isStale(node)) {
      synchronized (view) {
        if (view.isStale(node)) {
          replaceNode(view.again());
        }
      }
    }
    return node;
  }

  /**
   * Makes this leaf require a gradient, or no longer.
   *
   * @return this
   * @throws IllegalArgumentException for an integer or bool array
   * @throws IllegalStateException for the result of a recorded operation
   */
  public Variable requiresGrad(boolean required) {
    if (required == requiresGrad()) {
      return this;
    }
    if (isMapped()) {
      throw new IllegalStateException(
          "requiresGrad: "
              + describe()
              + " is a sample of a vmap; differentiate inside it with Functional.grad, vjp or jvp");
    }
    checkArgument(
        !required || dtype().isFloating(),
        "requiresGrad: only float32 and float64 can require a gradient, got %s; convert with to()",
        this.describe());
    if (!isLeaf()) {
      throw new IllegalStateException(
          "requiresGrad(false): "
              + describe()
              + " is the result of a recorded operation; use detach()");
    }
    Node.Leaf leaf = required ? Node.leaf(this) : null;
    node = leaf;
    if (leaf != null) {
      // Somebody may have got hold of an earlier gradient in the meantime.
      leaf.setShown(grad != null);
    }
    return this;
  }

  /** Returns whether this was created by the user and not by a recorded operation. */
  public boolean isLeaf() {
    Node own = node();
    return own == null || own.isLeaf();
  }

  /** Returns the name of the operation that computed this, or null for a leaf. */
  public @Nullable String operation() {
    return isLeaf() ? null : requireNode().operation();
  }

  /** Returns whether operations on this are recorded on this thread now. */
  boolean isRecorded() {
    return node() != null && GradMode.isEnabled();
  }

  /** Returns whether a backward pass would get anywhere from here. */
  boolean isConnected() {
    Node own = node();
    return own != null && own.isConnected();
  }

  /** Returns the graph's node; throws if there is none. */
  Node requireNode() {
    Node result = node();
    if (result == null) {
      throw new IllegalStateException(
          describe()
              + " does not require a gradient; call requiresGrad(true) on the leaves before they"
              + " are used, and look for noGrad(), detach() and integer dtypes on the way from"
              + " them");
    }
    return result;
  }

  /**
   * Returns a Variable with the same elements that is not connected to the graph. It shares the
   * storage: a change in place shows in both, and a backward pass that needs the old elements
   * throws. As in PyTorch, no gradient flows through a change made in the detached one; {@link
   * #copy} it if that is not wanted.
   */
  public Variable detach() {
    if (isMapped()) {
      return Vmap.apply(Variable::detach, this);
    }
    return new Variable(plainData(), null);
  }

  /**
   * Returns the gradient accumulated by {@link #backward()}, or null if there is none (yet). The
   * next pass adds to the same array; {@link #zeroGrad()} lets it start with a new one.
   *
   * @throws IllegalStateException for the result of an operation, unless {@link #retainGrad()} was
   *     called
   */
  public @Nullable Variable grad() {
    if (!isLeaf() && requireNode().receiver() != this) {
      throw new IllegalStateException(
          "grad: "
              + describe()
              + " is the result of "
              + operation()
              + ", and only leaves keep their gradient; call retainGrad() before backward(), or use"
              + " Autograd.grad(...)");
    }
    synchronized (data) {
      if (grad != null && node instanceof Node.Leaf leaf) {
        leaf.setShown(true);
      }
      return grad;
    }
  }

  /** Returns whether {@link #grad()} would return a gradient. */
  public boolean hasGrad() {
    return hiddenGrad() != null;
  }

  /** Returns the gradient for a use in which no user gets hold of it. */
  @Nullable Variable hiddenGrad() {
    synchronized (data) {
      return grad;
    }
  }

  /**
   * Makes the next backward pass keep the gradient of this result, as it does for leaves.
   *
   * @return this
   */
  public Variable retainGrad() {
    Node own = requireNode();
    if (!own.isLeaf()) {
      own.retainFor(this);
    }
    return this;
  }

  /** Forgets the gradient, so that the next backward pass starts anew. */
  public void zeroGrad() {
    synchronized (data) {
      Variable before = grad;
      grad = null;
      if (before != null
          && node instanceof Node.Leaf leaf
          && !leaf.isShown()
          && !before.requiresGrad()
          && !before.data.isAlias()) {
        Spares.give(before.data.storage());
      }
    }
  }

  /**
   * Replaces the gradient, for example by a scaled one, or with null forgets it.
   *
   * @throws IllegalArgumentException if shape or dtype differ from this Variable's
   */
  public void setGrad(@Nullable Variable gradient) {
    if (gradient != null) {
      checkSameAsThis("setGrad", gradient);
      // Marked as shared, for the caller still holds the array: no pass may add to it in place.
      Variable alias = new Variable(gradient.data.alias(gradient.data.layout()), gradient.node());
      synchronized (data) {
        grad = alias;
      }
      return;
    }
    zeroGrad();
  }

  /**
   * Calls a function with the gradient of this Variable whenever a backward pass has completed it.
   * What it returns replaces the gradient, unless it is null.
   *
   * @return a handle that removes the hook when closed
   */
  public HookHandle onGradient(UnaryOperator<@Nullable Variable> hook) {
    Node own = requireNode();
    HookHandle handle = HookHandle.ofGradient(own, hook);
    own.addHook(handle);
    return handle;
  }

  /**
   * Calls a function with what the operation that computed this gives to its inputs, whenever a
   * backward pass has come through it: one gradient for each operand, null where none is wanted.
   * What it returns replaces them, unless it is null. PyTorch's {@code grad_fn.register_hook}; its
   * {@code register_prehook} is {@link #onGradient}.
   *
   * @param hook must not change its argument; returns as many gradients, of the same shapes and
   *     dtypes, and null at the same places
   * @return a handle that removes the hook when closed
   * @throws IllegalStateException if this is not the result of a recorded operation
   */
  public HookHandle onInputGradients(UnaryOperator<@Nullable List<@Nullable Variable>> hook) {
    Node own = requireNode().computing();
    if (own.isLeaf()) {
      throw new IllegalStateException(
          "onInputGradients: "
              + describe()
              + " is a leaf, which no operation computed; use onGradient()");
    }
    HookHandle handle = HookHandle.ofInputGradients(own, hook);
    own.addHook(handle);
    return handle;
  }

  /**
   * Calls a function with this leaf whenever a backward pass has added to its gradient, for example
   * to take an optimizer's step at once and forget the gradient. PyTorch's {@code
   * register_post_accumulate_grad_hook}.
   *
   * @return a handle that removes the hook when closed
   * @throws IllegalStateException if this is not a leaf that requires a gradient
   */
  public HookHandle onGradientAccumulated(Consumer<Variable> hook) {
    if (!(requireNode() instanceof Node.Leaf leaf)) {
      throw new IllegalStateException(
          "onGradientAccumulated: "
              + describe()
              + " is the result of "
              + operation()
              + ", and only leaves accumulate a gradient; use onGradient()");
    }
    HookHandle handle = HookHandle.of(leaf, hook);
    leaf.addAccumulationHook(handle);
    return handle;
  }

  /** Adds to the gradients of all leaves from which this scalar was computed. */
  public void backward() {
    backward(BackwardOptions.defaults());
  }

  /** Adds to the gradients of all leaves, with a choice of what becomes of the graph. */
  public void backward(BackwardOptions options) {
    requireNode();
    checkArgument(
        elementCount() == 1,
        "backward: only a result with one element has a gradient by itself, got %s; reduce it with"
            + " sum() or mean(), or pass the gradient of each element",
        this.describe());
    backward(onesLike(this), options);
  }

  /**
   * Adds to the gradients of all leaves the vector-Jacobian product with {@code gradient}, and
   * frees the graph.
   *
   * @param gradient the gradient of some scalar with respect to this, of the same shape and dtype
   */
  public void backward(Variable gradient) {
    backward(gradient, BackwardOptions.defaults());
  }

  /**
   * Adds to the gradients of all leaves the vector-Jacobian product with {@code gradient}.
   *
   * @param gradient the gradient of some scalar with respect to this, of the same shape and dtype
   */
  public void backward(Variable gradient, BackwardOptions options) {
    requireNode();
    if (isMapped() || gradient.isMapped()) {
      throw new IllegalStateException(
          "backward: "
              + describe()
              + " is a sample of a vmap; differentiate inside it with Functional.grad, vjp or jvp");
    }
    checkSameAsThis("backward", gradient);
    BackwardPass.accumulate(List.of(this), List.of(gradient), options);
  }

  private void checkSameAsThis(String operation, Variable gradient) {
    checkArgument(
        gradient.shape().equals(shape()) && gradient.dtype() == dtype(),
        "%s: the gradient of %s must have the same shape and dtype, got %s",
        operation,
        this.describe(),
        gradient.describe());
  }

  /**
   * Adds a gradient that a backward pass has found, unless this no longer requires one.
   *
   * @param exclusive whether the gradient's array may be kept without a copy
   */
  void accumulateGrad(Variable gradient, boolean exclusive, boolean createsGraph) {
    // The array is the one thing that never changes here and that no user can lock.
    synchronized (data) {
      Variable before = grad;
      if (node == null) {
        return;
      }
      if (before == null) {
        Variable kept = createsGraph ? gradient : gradient.detach();
        grad = exclusive ? kept : kept.copy();
        if (node instanceof Node.Leaf leaf) {
          leaf.setShown(false);
        }
      } else if (createsGraph || before.requiresGrad() || before.data.isAlias()) {
        grad = before.add(gradient);
      } else {
        before.addData(gradient);
      }
    }
  }

  /** Adds to the elements without any record: for gradients that belong to the engine. */
  void addData(Variable other) {
    if (elementCount() == 1 && dtype() == DType.FLOAT32) {
      // A scalar that is used again and again gets an addition for each use; a loop costs more.
      data.storage().floats()[data.layout().offset()] += (float) other.data.item();
      data.storage().bumpVersion();
      return;
    }
    ADD.update(dtype(), new NdArray[] {data, other.data, data}, NO_ARGUMENTS);
  }

  /** Returns this at its place in the graph, over a copy of the elements. */
  Variable withCopiedElements() {
    return isMapped()
        ? Vmap.apply(Variable::withCopiedElements, this)
        : new Variable(data.copy(), node());
  }

  /**
   * Writes a result over this, for {@link InPlaceOps}. If it was recorded, this from now on has the
   * result's place in the graph.
   */
  Variable assign(String operation, Variable result) {
    checkArgument(
        result.shape().equals(shape()) && result.dtype() == dtype(),
        "%s: the result would be %s, which does not fit into %s; use the form without _",
        operation,
        result.describe(),
        this.describe());
    if (Vmap.isAnyMapped(this, result)) {
      Vmap.assign(operation, this, result);
      return this;
    }
    checkArgument(
        !data().layout().isOverlapping(),
        "%s: several elements of %s, which was expanded, are one; copy() it first",
        operation,
        this.describe());
    boolean recorded = GradMode.isEnabled() && (requiresGrad() || result.requiresGrad());
    ViewArray view = ViewArray.of(this);
    Variable whole = view == null ? this : view.base();
    if (recorded) {
      checkMayChange(operation, whole, view);
    }
    NdArray source = result.data;
    if (source.storage() == data.storage()) {
      source = source.copy();
    }
    Copies.assign(data, source);
    Profiler.computed("assign");
    data.storage().bumpVersion();
    if (recorded) {
      // Views take their places from the base when they are next asked for them.
      if (view != null) {
        whole.replaceNode(view.changed(result).node());
      } else if (result.requiresGrad() || !data.storage().isViewed()) {
        replaceNode(result.node());
      } else {
        replaceNode(Node.record(operation, data, Edge.to(this, Variable::zerosLike)).node());
      }
    }
    return this;
  }

  private void checkMayChange(String operation, Variable whole, @Nullable ViewArray view) {
    if (whole.requiresGrad() && whole.isLeaf()) {
      throw new IllegalStateException(
          operation
              + ": "
              + describe()
              + (view == null ? " is" : " is a view of")
              + " a leaf that requires a gradient and must not change while operations are"
              + " recorded; use try (var _ = Autograd.noGrad()) {...}");
    }
    if ((data.isAlias() && view == null) || data.storage().isShared()) {
      throw new IllegalStateException(
          operation
              + ": "
              + describe()
              + " shares its elements with a view that was taken, or is one, while nothing was"
              + " recorded or by a Function, and whose gradient would become wrong; use the form"
              + " without _, or copy() first");
    }
    checkArgument(
        !whole.data().layout().isOverlapping(),
        "%s: several elements of %s, of which %s is a view, are one; copy() it first",
        operation,
        whole.describe(),
        this.describe());
  }

  /** Gives a leaf another place in the graph for a time, and returns the one that it had. */
  @Nullable Node exchangeNode(@Nullable Node replacement) {
    Node before = node;
    node = replacement;
    return before;
  }

  /**
   * Returns whether whoever gives this up is the last to need its array, as far as the engine can
   * see: there is no recorded view of it, and the operation that computed it has not saved it.
   */
  boolean isFreeForOverwriting() {
    if (isMapped() || ForwardMode.isOpen() || GradMode.hooks() != null) {
      return false;
    }
    Storage storage = data.storage();
    Node own = node;
    if (data.isAlias()
        || storage.isShared()
        || storage.isViewed()
        || data.elementCount() != storage.length()
        || (own != null && own.isLeaf())) {
      return false;
    }
    boolean[] saved = new boolean[1];
    if (own != null) {
      // What hooks have made of a value may still be the value.
      own.computing()
          .eachSaved(
              value -> saved[0] |= !(value instanceof Variable v) || v.data().storage() == storage);
    }
    return !saved[0];
  }

  private void replaceNode(@Nullable Node replacement) {
    Node before = node;
    node = replacement;
    if (before != null && before.receiver() == this && replacement != null) {
      // retainGrad() means the gradient of what this is now.
      before.retainFor(null);
      replacement.retainFor(this);
    }
  }

  /** Returns dtype and shape, for messages. */
  Description describe() {
    return new Description(this);
  }

  static Description describe(Variable... operands) {
    return new Description(operands);
  }

  /**
   * Returns the elements as NumPy shows them, long axes shortened, with shape, dtype and the
   * operation that made them.
   */
  @Override
  public String toString() {
    return Vmap.format(this);
  }
}
