package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Variable;

/**
 * Several examples at once: tensors whose first axis counts them. Row i of every tensor belongs to
 * example i. By convention the inputs come first and then the targets.
 *
 * <pre>{@code
 * for (Batch batch : loader) {
 *   Variable loss = Losses.crossEntropy(model.apply(batch.inputs()), batch.targets());
 *   ...
 * }
 * }</pre>
 */
public final class Batch {
  private final List<Variable> tensors;

  private Batch(List<Variable> tensors) {
    this.tensors = tensors;
  }

  /**
   * Returns the batch of some tensors.
   *
   * @param tensors one or more, of shapes [size, ...]; they are not copied
   * @throws IllegalArgumentException if there is none, they differ in their first size, or one is a
   *     scalar
   */
  public static Batch of(Variable... tensors) {
    return of(List.of(tensors));
  }

  /** Returns the batch of some tensors, as {@link #of(Variable...)} does. */
  public static Batch of(List<Variable> tensors) {
    List<Variable> list = List.copyOf(tensors);
    checkArgument(!list.isEmpty(), "Batch: needs at least one tensor");
    for (int k = 0; k < list.size(); k++) {
      Variable tensor = list.get(k);
      checkArgument(
          tensor.rank() > 0 && tensor.size(0) == list.getFirst().size(0),
          "Batch: the first axis of each tensor counts the examples, but tensor %s has shape %s"
              + " and tensor 0 has shape %s",
          k,
          tensor.shape(),
          list.getFirst().shape());
    }
    return new Batch(list);
  }

  /**
   * Returns the batch of some examples: each of its tensors is a stack of theirs.
   *
   * @throws IllegalArgumentException if there is no example, or two differ in the number, the
   *     shapes or the dtypes of their tensors
   */
  public static Batch stack(List<Example> examples) {
    checkArgument(!examples.isEmpty(), "stack: needs at least one example");
    Example first = examples.getFirst();
    for (int i = 1; i < examples.size(); i++) {
      checkArgument(
          examples.get(i).resembles(first),
          "stack: the examples of a batch must have the same shapes and dtypes, but number %s is %s"
              + " and number 0 is %s; a collate function of your own may pad them",
          i,
          examples.get(i),
          first);
    }
    List<Variable> stacked = new ArrayList<>();
    for (int k = 0; k < first.tensors().size(); k++) {
      int tensor = k;
      stacked.add(
          Variable.stack(
              0, examples.stream().map(example -> example.tensors().get(tensor)).toList()));
    }
    return of(stacked);
  }

  /**
   * Returns the batch of examples of different lengths: each tensor is filled up behind, along its
   * first axis, to the longest one's length. Scalars are stacked.
   *
   * @param fillers for each tensor what it is filled up with: say a token that a mask recognises,
   *     and the label that a loss ignores
   * @throws IllegalArgumentException if there is no example, there is not one filler per tensor, or
   *     two examples differ in more than their lengths
   */
  public static Batch padded(List<Example> examples, double... fillers) {
    checkArgument(!examples.isEmpty(), "padded: needs at least one example");
    int count = examples.getFirst().tensors().size();
    checkArgument(
        fillers.length == count,
        "padded: there must be a filler for each of %s tensors, got %s",
        count,
        fillers.length);
    long[] lengths = new long[count];
    for (Example example : examples) {
      for (int k = 0; k < Math.min(count, example.tensors().size()); k++) {
        Variable tensor = example.tensors().get(k);
        lengths[k] = Math.max(lengths[k], tensor.rank() == 0 ? 0 : tensor.size(0));
      }
    }
    return stack(examples.stream().map(e -> e.padded(lengths, fillers)).toList());
  }

  /** Returns the number of examples. */
  public int size() {
    return Math.toIntExact(inputs().size(0));
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
    return Example.second(tensors, this);
  }

  /**
   * Returns the examples from position {@code start} to {@code end} - 1, as views: a part of a
   * batch that is too large for one pass.
   */
  public Batch slice(int start, int end) {
    return new Batch(tensors.stream().map(t -> t.narrow(0, start, end - start)).toList());
  }

  /** Returns the dtypes and shapes of the tensors. */
  @Override
  public String toString() {
    return "Batch" + Example.describe(tensors);
  }
}
