package org.autograd.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.autograd.type.DType;

/**
 * A multilayer perceptron with ReLU, and the number of examples in a batch.
 *
 * @param batch the number of examples
 * @param sizes the number of features of the input, of each hidden layer, and of the result
 */
public record Network(int batch, List<Integer> sizes) {
  /** The networks that are measured, the smallest first. */
  public static final List<Network> MLPS =
      List.of(
          new Network(32, List.of(2, 16, 16, 2)),
          new Network(64, List.of(784, 256, 10)),
          new Network(128, List.of(784, 1024, 1024, 10)),
          new Network(256, List.of(784, 2048, 2048, 10)));

  /**
   * So small that a network stays as it is: each step is like the one before, and no gradient
   * vanishes into denormal numbers, on which all libraries are slow.
   */
  public static final double LEARNING_RATE = 1e-9;

  /** Returns the sizes and the batch, such as {@code 784-256-10/64}. */
  @Override
  public String toString() {
    return sizes.stream().map(String::valueOf).collect(Collectors.joining("-")) + "/" + batch;
  }

  /** Reads what {@link #toString} has written. */
  public static Network parse(String text) {
    String[] parts = text.split("/", -1);
    return new Network(
        Integer.parseInt(parts[1]),
        Arrays.stream(parts[0].split("-", -1)).map(Integer::valueOf).toList());
  }

  /** Returns the sizes as an array. */
  public long[] layers() {
    return sizes.stream().mapToLong(Integer::longValue).toArray();
  }

  /** Returns the number of classes. */
  public int classes() {
    return sizes.getLast();
  }

  /**
   * Returns the matrix products of a step: of each layer forward and the gradients of the weights
   * and, but for the first layer, of the input. Weights are {@code [outputs, inputs]}.
   */
  public List<Product> products(DType dtype) {
    List<Product> result = new ArrayList<>();
    for (int k = 1; k < sizes.size(); k++) {
      int inputs = sizes.get(k - 1);
      int outputs = sizes.get(k);
      result.add(new Product(dtype, batch, inputs, outputs, "nt", false));
      result.add(new Product(dtype, outputs, batch, inputs, "tn", false));
      if (k > 1) {
        result.add(new Product(dtype, batch, outputs, inputs, "nn", false));
      }
    }
    return result;
  }
}
