package org.autograd.data;

import java.util.List;
import java.util.Objects;
import org.autograd.Generator;
import org.autograd.Variable;

/**
 * Examples in memory: tensors whose first axis counts them.
 *
 * <pre>{@code
 * TensorDataset points = TensorDataset.of(x, x.square());
 * Split<TensorDataset> parts = points.split(800, new Generator(seed));
 * }</pre>
 */
public final class TensorDataset implements Dataset {
  private final Batch all;

  private TensorDataset(Batch all) {
    this.all = all;
  }

  /**
   * Returns the data set of some tensors, by convention the inputs first and then the targets.
   *
   * @param tensors one or more, of shapes [size, ...]; they are not copied
   * @throws IllegalArgumentException if they differ in their first size, or one is a scalar
   */
  public static TensorDataset of(Variable... tensors) {
    return new TensorDataset(Batch.of(tensors));
  }

  @Override
  public int size() {
    return all.size();
  }

  /** Returns all examples as one batch, which is not copied. */
  public Batch all() {
    return all;
  }

  /** Returns the tensors, of shapes [size, ...]. */
  public List<Variable> tensors() {
    return all.tensors();
  }

  /** Returns the first tensor. */
  public Variable inputs() {
    return all.inputs();
  }

  /**
   * Returns the second tensor.
   *
   * @throws IllegalStateException if there is only one
   */
  public Variable targets() {
    return Example.second(tensors(), this);
  }

  /** Returns a copy of an example. */
  @Override
  public Example get(int index, Generator rng) {
    Objects.checkIndex(index, size());
    return new Example(tensors().stream().map(t -> t.select(0, index).copy()).toList());
  }

  @Override
  public Batch batch(int[] indices, Generator rng) {
    Variable positions = Variable.of(indices);
    return Batch.of(tensors().stream().map(t -> t.indexSelect(0, positions)).toList());
  }

  /** Returns copies of the examples at some positions, in their order. */
  @Override
  public TensorDataset subset(int... indices) {
    Indices.check(indices, size());
    return new TensorDataset(batch(indices, new Generator(0)));
  }

  /** Returns the examples from position {@code start} to {@code end} - 1, without copying them. */
  public TensorDataset slice(int start, int end) {
    return new TensorDataset(all.slice(start, end));
  }

  /** Divides the examples at random; both parts are copies. */
  @Override
  public Split<TensorDataset> split(int trainSize, Generator rng) {
    Split<? extends Dataset> parts = Dataset.super.split(trainSize, rng);
    return new Split<>((TensorDataset) parts.train(), (TensorDataset) parts.test());
  }

  /** Returns the dtypes and shapes of the tensors. */
  @Override
  public String toString() {
    return "TensorDataset" + Example.describe(tensors());
  }
}
