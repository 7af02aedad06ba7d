package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.util.Arrays;
import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Other arrangements of the same elements. Except for {@code cat} and {@code stack}, and a {@code
 * reshape} that strides cannot express, the result is a view: nothing is copied, and a change in
 * place shows in both.
 */
sealed interface ShapeOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Records a view that the user holds beside {@code x}; a change of either shows in both. */
    static Variable view(String operation, Variable x, Layout layout, @Nullable Edge edge) {
      if (!GradMode.isEnabled()) {
        return Node.record(operation, x.data().alias(layout), edge);
      }
      ViewArray view = new ViewArray(x, layout);
      Variable result = Node.record(operation, view, edge);
      view.setOwner(result);
      return result;
    }

    /** Records a view under another shape, or a copy where strides cannot express it. */
    static Variable reshape(String operation, Variable x, Shape target) {
      Shape before = x.shape();
      if (target.equals(before)) {
        return x;
      }
      if (x.isMapped()) {
        return Vmap.apply(
            p -> reshape(operation, p, Shape.of(Vmap.batched(p, target.toArray()))), x);
      }
      Edge edge = Edge.to(x, g -> g.reshape(before.toArray()), t -> t.reshape(target.toArray()));
      Layout layout = x.data().layout().reshape(target);
      return layout != null
          ? view(operation, x, layout, edge)
          : Node.record(operation, x.data().reshape(target), edge);
    }

    static int[] axes(String operation, Variable x, int[] axes) {
      int[] result = new int[axes.length];
      for (int i = 0; i < axes.length; i++) {
        result[i] = x.shape().axis(axes[i], operation);
        for (int j = 0; j < i; j++) {
          checkArgument(
              result[i] != result[j],
              "%s: axis %s of %s is named twice in %s",
              operation,
              result[i],
              x.describe(),
              Ints.asList(axes));
        }
      }
      return result;
    }
  }

  /** Returns the elements converted to a dtype; this itself if it has it already. */
  default Variable to(DType dtype) {
    Variable x = self();
    if (x.dtype() == dtype) {
      return x;
    }
    if (x.isMapped()) {
      return Vmap.apply(p -> p.to(dtype), x);
    }
    DType own = x.dtype();
    NdArray converted = x.data().to(dtype);
    return Node.record(
        "to", converted, dtype.isFloating() ? Edge.to(x, g -> g.to(own), t -> t.to(dtype)) : null);
  }

  /** Returns a new array with the same elements. */
  default Variable copy() {
    if (self().isMapped()) {
      return Vmap.apply(Variable::copy, self());
    }
    return Node.record("copy", self().data().copy(), Edge.to(self(), g -> g, t -> t));
  }

  /** Returns this if its elements lie in row-major order, else a copy where they do. */
  default Variable contiguous() {
    if (self().isMapped()) {
      return Vmap.apply(Variable::contiguous, self());
    }
    return self().data().layout().isContiguous() ? self() : copy();
  }

  /**
   * Returns the same elements, in row-major order, under another shape. One size may be -1 and is
   * then computed from the others.
   *
   * @throws IllegalArgumentException if the numbers of elements differ
   */
  default Variable reshape(long... sizes) {
    return Steps.reshape("reshape", self(), reshaped(sizes));
  }

  private Shape reshaped(long[] sizes) {
    Variable x = self();
    long[] result = sizes.clone();
    int unknown = -1;
    long known = 1;
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] == -1) {
        checkArgument(
            unknown < 0,
            "reshape: only one size may be -1, got %s for %s",
            Longs.asList(sizes),
            x.describe());
        unknown = axis;
      } else {
        checkArgument(
            sizes[axis] >= 0,
            "reshape: negative size in %s for %s",
            Longs.asList(sizes),
            x.describe());
        known *= sizes[axis];
      }
    }
    if (unknown >= 0 && known > 0) {
      result[unknown] = x.elementCount() / known;
      known *= result[unknown];
    }
    checkArgument(
        known == x.elementCount() && (unknown < 0 || result[unknown] >= 0),
        "reshape: %s has %s elements, which do not fill shape %s",
        x.describe(),
        x.elementCount(),
        Longs.asList(sizes));
    return Shape.of(result);
  }

  /** Returns the elements as a vector. */
  default Variable flatten() {
    return reshape(-1);
  }

  /** Returns the array with the axes from {@code start} to {@code end} (inclusive) joined. */
  default Variable flatten(int start, int end) {
    Variable x = self();
    int first = x.shape().axis(start, "flatten");
    int last = x.shape().axis(end, "flatten");
    checkArgument(
        first <= last, "flatten: axis %s of %s comes after axis %s", start, x.describe(), end);
    long[] sizes = x.shape().toArray();
    long joined = 1;
    for (int axis = first; axis <= last; axis++) {
      joined *= sizes[axis];
    }
    long[] result = new long[sizes.length - (last - first)];
    System.arraycopy(sizes, 0, result, 0, first);
    result[first] = joined;
    System.arraycopy(sizes, last + 1, result, first + 1, sizes.length - last - 1);
    return reshape(result);
  }

  /** Returns the matrix (or the last two axes) transposed. */
  default Variable transpose() {
    checkArgument(
        self().rank() >= 2,
        "transpose: needs at least two axes, got %s; unsqueeze() adds one",
        self().describe());
    return transpose(-2, -1);
  }

  /** Returns the array with two axes exchanged. */
  default Variable transpose(int first, int second) {
    Variable x = self();
    int a = x.shape().axis(first, "transpose");
    int b = x.shape().axis(second, "transpose");
    if (x.isMapped()) {
      return Vmap.apply(p -> p.transpose(a + 1, b + 1), x);
    }
    Layout result = x.data().layout().transpose(a, b);
    return Steps.view(
        "transpose", x, result, Edge.to(x, g -> g.transpose(a, b), t -> t.transpose(a, b)));
  }

  /** Returns the array with its axes reordered: axis {@code i} of the result is {@code axes[i]}. */
  default Variable permute(int... axes) {
    Variable x = self();
    checkArgument(
        axes.length == x.rank(),
        "permute: %s has %s axes, got an order of %s: %s",
        x.describe(),
        x.rank(),
        axes.length,
        Ints.asList(axes));
    int[] order = Steps.axes("permute", x, axes);
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    if (x.isMapped()) {
      int[] all = new int[order.length + 1];
      System.arraycopy(Vmap.shifted(order), 0, all, 1, order.length);
      return Vmap.apply(p -> p.permute(all), x);
    }
    Layout result = x.data().layout().permute(order);
    return Steps.view(
        "permute", x, result, Edge.to(x, g -> g.permute(inverse), t -> t.permute(order)));
  }

  /** Returns the array without its axes of size 1. */
  default Variable squeeze() {
    long[] sizes = Arrays.stream(self().shape().toArray()).filter(size -> size != 1).toArray();
    return Steps.reshape("squeeze", self(), Shape.of(sizes));
  }

  /** Returns the array without an axis if its size is 1, else the array itself, as in PyTorch. */
  default Variable squeeze(int axis) {
    Variable x = self();
    int at = x.shape().axis(axis, "squeeze");
    return x.size(at) == 1 ? Steps.reshape("squeeze", x, x.shape().without(at)) : x;
  }

  /**
   * Returns the array with a new axis of size 1 at the given place, which may be the rank (or -1).
   */
  default Variable unsqueeze(int axis) {
    Variable x = self();
    int at = axis < 0 ? axis + x.rank() + 1 : axis;
    checkArgument(
        at >= 0 && at <= x.rank(),
        "unsqueeze: place %s does not exist in %s; give one from %s to %s",
        axis,
        x.describe(),
        -x.rank() - 1,
        x.rank());
    if (x.isMapped()) {
      return Vmap.apply(p -> p.unsqueeze(at + 1), x);
    }
    Layout result = x.data().layout().unsqueeze(at);
    return Steps.view("unsqueeze", x, result, Edge.to(x, g -> g.squeeze(at), t -> t.unsqueeze(at)));
  }

  /**
   * Returns the array broadcast to a shape without copying. A size of -1 keeps that axis.
   *
   * @throws IllegalArgumentException if the array does not broadcast to the shape
   */
  default Variable expand(long... sizes) {
    Variable x = self();
    long[] full = sizes.clone();
    for (int axis = 0; axis < full.length; axis++) {
      int own = axis - (full.length - x.rank());
      if (full[axis] == -1 && own >= 0) {
        full[axis] = x.size(own);
      }
      checkArgument(
          full[axis] >= 0,
          "expand: %s cannot get the sizes %s; a new axis needs a size, -1 keeps that of an old one",
          x.describe(),
          Longs.asList(sizes));
    }
    Shape target = Shape.of(full);
    if (target.equals(x.shape())) {
      return x;
    }
    checkArgument(
        x.shape().broadcastsTo(target),
        "expand: %s does not broadcast to %s; sizes must be equal or 1, aligned at the last axis",
        x.describe(),
        target);
    checkArgument(
        target.elementCount() <= Storage.MAX_LENGTH,
        "expand: shape %s has more elements than an array can hold",
        target);
    if (x.isMapped()) {
      return Vmap.apply(
          p -> Vmap.withLeadingAxes(p, full.length + 1).expand(Vmap.batched(p, full)), x);
    }
    return Steps.view(
        "expand",
        x,
        x.data().layout().expand(target),
        Edge.to(x, g -> g, t -> t.expand(target.toArray())));
  }

  /** See {@link Variable#cat(int, Variable...)}. */
  static Variable cat(int axis, Variable... parts) {
    checkArgument(parts.length > 0, "cat: needs at least one array");
    Shape first = parts[0].shape();
    int at = first.axis(axis, "cat");
    DType dtype = parts[0].dtype();
    long total = 0;
    for (Variable part : parts) {
      checkArgument(
          part.rank() == first.rank() && part.shape().with(at, 0).equals(first.with(at, 0)),
          "cat: sizes must be equal except along axis %s, got %s",
          at,
          Variable.describe(parts));
      dtype = DType.promote(dtype, part.dtype());
      total += part.size(at);
    }
    if (Vmap.isAnyMapped(parts)) {
      return Vmap.applyToAll(p -> cat(at + 1, p), parts);
    }
    NdArray result = NdArray.unset(dtype, first.with(at, total));
    @Nullable Edge[] edges = new Edge[parts.length];
    long start = 0;
    for (int k = 0; k < parts.length; k++) {
      Variable part = parts[k].to(dtype);
      long from = start;
      long size = part.size(at);
      Layout slot = result.layout().slice(at, from, size, 1);
      Copies.assign(result.view(slot), part.data());
      edges[k] = Edge.to(part, g -> g.narrow(at, from, size));
      start += size;
    }
    return Node.record("cat", result, edges);
  }

  /** See {@link Variable#stack(int, Variable...)}. */
  static Variable stack(int axis, Variable... parts) {
    checkArgument(parts.length > 0, "stack: needs at least one array");
    Shape shape = parts[0].shape();
    int at = axis < 0 ? axis + shape.rank() + 1 : axis;
    checkArgument(
        at >= 0 && at <= shape.rank(),
        "stack: place %s does not exist in %s; give one from %s to %s",
        axis,
        Variable.describe(parts),
        -shape.rank() - 1,
        shape.rank());
    DType dtype = parts[0].dtype();
    for (Variable part : parts) {
      checkArgument(
          part.shape().equals(shape),
          "stack: shapes must be equal, got %s; cat() joins along an existing axis",
          Variable.describe(parts));
      dtype = DType.promote(dtype, part.dtype());
    }
    if (Vmap.isAnyMapped(parts)) {
      return Vmap.applyToAll(p -> stack(at + 1, p), parts);
    }
    NdArray result = NdArray.unset(dtype, shape.inserting(at, parts.length));
    @Nullable Edge[] edges = new Edge[parts.length];
    for (int k = 0; k < parts.length; k++) {
      Variable part = parts[k].to(dtype);
      long position = k;
      Copies.assign(result.view(result.layout().select(at, position)), part.data());
      edges[k] = Edge.to(part, g -> g.select(at, position));
    }
    return Node.record("stack", result, edges);
  }
}
