package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;

/**
 * Examples: tensors whose first axis counts them. Position i of every tensor belongs to example i.
 * A batch is a small data set.
 */
public final class Dataset {
  private final List<Variable> tensors;
  private final int size;

  private Dataset(List<Variable> tensors) {
    this.tensors = tensors;
    this.size = Math.toIntExact(tensors.getFirst().size(0));
  }

  /**
   * Returns the data set of some tensors, by convention the inputs first and then the targets.
   *
   * @param tensors one or more, of shapes [size, ...]; they are not copied
   * @throws IllegalArgumentException if they differ in their first size, or one is a scalar
   */
  public static Dataset of(Variable... tensors) {
    List<Variable> list = List.of(tensors);
    checkArgument(!list.isEmpty(), "Dataset: needs at least one tensor");
    for (int k = 0; k < list.size(); k++) {
      Variable tensor = list.get(k);
      checkArgument(
          tensor.rank() > 0 && tensor.size(0) == list.getFirst().size(0),
          "Dataset: the first axis of each tensor counts the examples, but tensor %s has shape %s"
              + " and tensor 0 has shape %s",
          k,
          tensor.shape(),
          list.getFirst().shape());
    }
    return new Dataset(list);
  }

  /**
   * Two parts of a data set.
   *
   * @param train the examples to learn from
   * @param test the examples to judge by
   */
  public record Split(Dataset train, Dataset test) {}

  /** Returns the number of examples. */
  public int size() {
    return size;
  }

  /** Returns the tensors, of shapes [size, ...]. */
  public List<Variable> tensors() {
    return tensors;
  }

  /** Returns the first tensor. */
  public Variable inputs() {
    return tensors.getFirst();
  }

  /**
   * Returns the second tensor.
   *
   * @throws IllegalStateException if there is only one
   */
  public Variable targets() {
    if (tensors.size() < 2) {
      throw new IllegalStateException("targets: " + this + " has inputs only");
    }
    return tensors.get(1);
  }

  /**
   * Returns the examples at some positions, in their order.
   *
   * @param positions int64, of shape [count], values in [0, size)
   */
  public Dataset select(Variable positions) {
    return new Dataset(tensors.stream().map(t -> t.indexSelect(0, positions)).toList());
  }

  /** Returns the examples from position {@code start} to {@code end} - 1, without copying them. */
  public Dataset slice(int start, int end) {
    return new Dataset(tensors.stream().map(t -> t.narrow(0, start, end - start)).toList());
  }

  /**
   * Divides the examples at random.
   *
   * @param trainSize how many go to the first part; the others go to the second
   * @throws IllegalArgumentException if there are fewer
   */
  public Split split(int trainSize, Generator rng) {
    checkArgument(
        0 <= trainSize && trainSize <= size,
        "split: %s examples cannot be taken from %s",
        trainSize,
        size);
    Variable order = Variable.randperm(rng, size);
    return new Split(
        select(order.narrow(0, 0, trainSize)),
        select(order.narrow(0, trainSize, size - trainSize)));
  }

  /** Returns the shapes and dtypes of the tensors. */
  @Override
  public String toString() {
    return "Dataset"
        + tensors.stream().map(tensor -> tensor.dtype() + tensor.shape().toString()).toList();
  }
}
