package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;

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

  /**
   * Divides the examples at random such that both parts have the classes in the same proportions,
   * as far as whole numbers allow; both parts are copies.
   *
   * @param trainShare the share of the examples that goes to the first part, in [0, 1]
   * @throws IllegalArgumentException if the share is another one, or the targets are not int64 or
   *     int32 of shape [size]
   */
  public Split<TensorDataset> stratifiedSplit(double trainShare, Generator rng) {
    checkArgument(
        trainShare >= 0 && trainShare <= 1,
        "stratifiedSplit: a share is in [0, 1], got %s",
        trainShare);
    checkArgument(
        targets().rank() == 1
            && (targets().dtype() == DType.INT64 || targets().dtype() == DType.INT32),
        "stratifiedSplit: targets must be classes, int64 of shape [size], got %s%s",
        targets().dtype(),
        targets().shape());
    long[] labels = targets().toLongArray();
    int[] order = Indices.permutation(rng, size());
    List<Integer> byClass =
        IntStream.of(order).boxed().sorted(Comparator.comparingLong(i -> labels[i])).toList();
    List<Integer> train = new ArrayList<>();
    List<Integer> test = new ArrayList<>();
    for (int k = 0; k < byClass.size(); k++) {
      // The share of the first k + 1 that is rounded exceeds that of the first k by 0 or 1.
      boolean taken = Math.round(trainShare * (k + 1)) > Math.round(trainShare * k);
      (taken ? train : test).add(byClass.get(k));
    }
    return new Split<>(subset(shuffled(train, rng)), subset(shuffled(test, rng)));
  }

  private static int[] shuffled(List<Integer> indices, Generator rng) {
    return IntStream.of(Indices.permutation(rng, indices.size())).map(indices::get).toArray();
  }

  /**
   * Returns a data set with other inputs and the same targets.
   *
   * @param inputs of shape [size, ...]; they are not copied
   */
  public TensorDataset withInputs(Variable inputs) {
    List<Variable> changed = new ArrayList<>(tensors());
    changed.set(0, inputs);
    return new TensorDataset(Batch.of(changed));
  }

  /** Returns the dtypes and shapes of the tensors. */
  @Override
  public String toString() {
    return "TensorDataset" + Example.describe(tensors());
  }
}
