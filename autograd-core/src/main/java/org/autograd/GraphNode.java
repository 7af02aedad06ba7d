package org.autograd;

import java.util.List;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * A node of a {@link Graph}: a leaf that requires a gradient, or the result of an operation.
 *
 * @param number its place in {@link Graph#nodes()}; inputs have smaller ones
 * @param operation the name of the operation, {@code leaf} for a leaf
 * @param name what {@link Graph#named} called it, else ""
 * @param path the part of the model in which it was computed, if something asked for paths then
 *     ({@link Autograd#scope}), else ""
 * @param dtype of the result
 * @param shape of the result
 * @param inputs the numbers of the nodes that it was computed from, twice if used twice
 * @param savedBytes the size of the arrays that it keeps for its backward pass, each counted once
 *     for a node; 0 after the pass. Values in a form that hooks or a checkpoint gave them are not
 *     counted
 * @param gradientNorm the Euclidean norm of the gradient that is there, else NaN
 */
public record GraphNode(
    int number,
    String operation,
    String name,
    String path,
    DType dtype,
    Shape shape,
    List<Integer> inputs,
    long savedBytes,
    double gradientNorm) {
  /** Copies the inputs. */
  public GraphNode {
    inputs = List.copyOf(inputs);
  }

  /** Returns whether this is a leaf. */
  public boolean isLeaf() {
    return inputs.isEmpty();
  }

  /** Returns this under a name. */
  GraphNode named(String value) {
    return new GraphNode(
        number, operation, value, path, dtype, shape, inputs, savedBytes, gradientNorm);
  }

  /** Returns what a picture calls this: a leaf's name, an operation with its result's name. */
  String title() {
    if (name.isEmpty()) {
      return operation;
    }
    return isLeaf() ? name : operation + " " + name;
  }

  /** Returns dtype and shape. */
  String type() {
    return dtype + shape.toString();
  }
}
