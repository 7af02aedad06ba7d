package org.autograd.onnx;

import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * A value in a graph that is being made: an input, a constant, or what a node computes.
 *
 * <p>It also stands for two arrays, those that it has for two examples of the inputs, whose axes of
 * varying size differ in size. A size that is equal in both is fixed.
 */
public final class OnnxValue {
  private final String name;
  private final @Nullable Variable first;
  private final @Nullable Variable second;

  OnnxValue(String name, @Nullable Variable first, @Nullable Variable second) {
    this.name = name;
    this.first = first;
    this.second = second;
  }

  /** Returns what the value is called in the file. */
  public String name() {
    return name;
  }

  /** Returns the dtype. */
  public DType dtype() {
    return first().dtype();
  }

  /** Returns the number of axes. */
  public int rank() {
    return first().rank();
  }

  /** Returns whether an axis has the same size whatever the inputs. */
  public boolean isFixed(int axis) {
    return first().size(axis) == second().size(axis);
  }

  /**
   * Returns the size of an axis.
   *
   * @param axis counted from the end if negative
   * @throws IllegalArgumentException if it varies
   */
  public long size(int axis) {
    if (!isFixed(axis)) {
      throw new IllegalArgumentException(
          "the size of axis "
              + axis
              + " of "
              + first().dtype()
              + first().shape()
              + " varies with the inputs, but is needed; export with fixed sizes along it");
    }
    return first().size(axis);
  }

  boolean isKnown() {
    return first != null;
  }

  /** Returns the array for the first example. */
  Variable first() {
    return known(first);
  }

  /** Returns the array for the second example. */
  Variable second() {
    return known(second);
  }

  private Variable known(@Nullable Variable example) {
    if (example == null) {
      throw new IllegalArgumentException(
          "what "
              + name
              + " looks like is not known, for its node was made without a function that says what"
              + " it computes; pass one to OnnxGraph.node");
    }
    return example;
  }

  @Override
  public String toString() {
    return name + (first == null ? "" : " " + first.dtype() + first.shape());
  }
}
