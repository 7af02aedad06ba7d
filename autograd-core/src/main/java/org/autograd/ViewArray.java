package org.autograd;

import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.Storage;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The array of a view that was taken while operations were recorded. It knows of what it is a view,
 * so that a change in place of either is followed by the gradients of both, as in PyTorch: a change
 * of the view gives the base a node that puts the new part in the place of the old, and a view that
 * is older than its base's last change takes a new node from it when it is next asked for one.
 */
final class ViewArray extends NdArray {
  private final Variable base;

  /** The Variable that was returned to the user; others over this array are constants. */
  private @Nullable Variable owner;

  ViewArray(Variable x, Layout layout) {
    super(x.data().storage(), layout, true);
    ViewArray own = of(x);
    this.base = own == null ? x : own.base;
    storage().markViewed();
  }

  void setOwner(Variable view) {
    owner = view;
  }

  /** Returns the array of a view that follows its base; null for anything else. */
  static @Nullable ViewArray of(Variable x) {
    return x.array() instanceof ViewArray view && view.owner == x ? view : null;
  }

  Variable base() {
    return base;
  }

  /**
   * Returns whether the base was changed after the view got its node, or the view got it while the
   * base was moved by {@link Functional#jvp}.
   */
  boolean isStale(@Nullable Node own) {
    Node changed = base.requiresGrad() ? base.requireNode() : null;
    // A leaf's node may be newer than a view that was taken before it required a gradient.
    return changed != null
        && ((!changed.isLeaf() && (own == null || own.sequence() < changed.sequence()))
            || (own != null && own.isOver() && !changed.isOver()));
  }

  /** Returns a new node for the view, behind the base's. */
  @Nullable Node again() {
    try (var _ = GradMode.record(GradMode.hooks())) {
      NdArray whole = base.data();
      Layout part = layout();
      Variable again =
          Node.record(
              "view", this, Edge.to(base, g -> embed(g, whole, part), t -> part(t, whole, part)));
      return again.requiresGrad() ? again.requireNode() : null;
    }
  }

  /**
   * Returns the base as it is after a change of this view, with its new place in the graph.
   *
   * @param result what was written over the view
   */
  Variable changed(Variable result) {
    NdArray whole = base.data();
    Layout part = layout();
    return Node.record(
        "copySlices",
        whole,
        Edge.to(base, g -> without(g, whole, part), t -> without(t, whole, part)),
        Edge.to(result, g -> part(g, whole, part), t -> embed(t, whole, part)));
  }

  // Arrays that lie as the base does, in a storage of their own.

  private static NdArray like(NdArray whole, Variable x) {
    Shape length = Shape.of(whole.storage().length());
    return new NdArray(Storage.allocate(x.dtype(), length), whole.layout());
  }

  private static NdArray copyLike(NdArray whole, Variable x) {
    NdArray result = like(whole, x);
    Copies.assign(result, x.data());
    return result;
  }

  /** Returns an array like the base with zeros where the view is. */
  private static Variable without(Variable g, NdArray whole, Layout part) {
    if (g.isMapped()) {
      return Vmap.applyEach(p -> without(p[0], whole, part), g);
    }
    NdArray result = copyLike(whole, g);
    Copies.assign(result.view(part), NdArray.zeros(g.dtype(), part.shape()));
    return Node.record(
        "withoutSlice",
        result,
        Edge.to(g, h -> without(h, whole, part), t -> without(t, whole, part)));
  }

  /** Returns what the view of an array like the base is. */
  private static Variable part(Variable g, NdArray whole, Layout part) {
    if (g.isMapped()) {
      return Vmap.applyEach(p -> part(p[0], whole, part), g);
    }
    return Node.record(
        "view",
        copyLike(whole, g).view(part).copy(),
        Edge.to(g, h -> embed(h, whole, part), t -> part(t, whole, part)));
  }

  /** Returns zeros like the base, with an array added where the view is. */
  private static Variable embed(Variable g, NdArray whole, Layout part) {
    if (g.isMapped()) {
      return Vmap.applyEach(p -> embed(p[0], whole, part), g);
    }
    // Along an axis that was expanded all positions are one element.
    Variable sum = g;
    Layout single = part;
    for (int axis = 0; axis < part.shape().rank(); axis++) {
      if (part.stride(axis) == 0 && part.shape().size(axis) > 1) {
        sum = sum.sumKeepDims(axis);
        single = single.slice(axis, 0, 1, 1);
      }
    }
    Variable addend = sum;
    Layout place = single;
    NdArray result = like(whole, g);
    Copies.assign(result.view(place), addend.data());
    return Node.record(
        "embed", result, Edge.to(addend, h -> part(h, whole, place), t -> embed(t, whole, place)));
  }
}
