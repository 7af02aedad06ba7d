package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Variable;

/**
 * One example of a data set: an image and its label, say. Its tensors are those of a {@link Batch}
 * without the first axis; a label is a scalar.
 *
 * @param tensors one or more, by convention the input first and then the target
 */
public record Example(List<Variable> tensors) {
  /**
   * Makes an example.
   *
   * @throws IllegalArgumentException if there is no tensor
   */
  public Example {
    tensors = List.copyOf(tensors);
    checkArgument(!tensors.isEmpty(), "Example: needs at least one tensor");
  }

  /** Returns the example of some tensors, by convention the input first and then the target. */
  public static Example of(Variable... tensors) {
    return new Example(List.of(tensors));
  }

  /** Returns the example of an input and the number of its class, an int64 scalar. */
  public static Example of(Variable input, long label) {
    return of(input, Variable.fromArray(new long[] {label}));
  }

  /** Returns the first tensor. */
  public Variable input() {
    return tensors.getFirst();
  }

  /**
   * Returns the second tensor.
   *
   * @throws IllegalStateException if there is only one
   */
  public Variable target() {
    return second(tensors, this);
  }

  /** Returns this with its tensors filled up to some lengths. */
  Example padded(long[] lengths, double[] fillers) {
    List<Variable> result = new ArrayList<>(tensors);
    for (int k = 0; k < Math.min(lengths.length, result.size()); k++) {
      Variable tensor = result.get(k);
      if (tensor.rank() > 0 && tensor.size(0) < lengths[k]) {
        long[] rest = tensor.shape().toArray();
        rest[0] = lengths[k] - rest[0];
        result.set(k, Variable.cat(0, tensor, Variable.full(tensor.dtype(), fillers[k], rest)));
      }
    }
    return new Example(result);
  }

  /** Returns whether this has tensors of the same shapes and dtypes as another one. */
  boolean resembles(Example other) {
    if (tensors.size() != other.tensors.size()) {
      return false;
    }
    for (int k = 0; k < tensors.size(); k++) {
      Variable tensor = tensors.get(k);
      Variable expected = other.tensors.get(k);
      if (tensor.dtype() != expected.dtype() || !tensor.shape().equals(expected.shape())) {
        return false;
      }
    }
    return true;
  }

  /** Returns the dtypes and shapes of the tensors. */
  @Override
  public String toString() {
    return "Example" + describe(tensors);
  }

  /** Returns the targets among the tensors of something. */
  static Variable second(List<Variable> tensors, Object owner) {
    if (tensors.size() < 2) {
      throw new IllegalStateException("targets: " + owner + " has inputs only");
    }
    return tensors.get(1);
  }

  static String describe(List<Variable> tensors) {
    return tensors.stream().map(tensor -> tensor.dtype() + tensor.shape().toString()).toList() + "";
  }
}
