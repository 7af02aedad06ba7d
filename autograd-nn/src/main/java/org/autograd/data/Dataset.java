package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.autograd.Generator;
import org.autograd.Variable;

/**
 * Examples that are numbered from 0. They may lie in memory ({@link TensorDataset}) or be made when
 * they are asked for: read from a file, varied at random. Two methods are to be written:
 *
 * <pre>{@code
 * record Recordings(List<Path> files) implements Dataset {
 *   public int size() {
 *     return files.size();
 *   }
 *
 *   public Example get(int index, Generator rng) {
 *     return Example.of(read(files.get(index)), label(files.get(index)));
 *   }
 * }
 *
 * Dataset noisy =
 *     new Recordings(files).mapInputs((x, rng) -> x.add(Variable.randn(rng, x.dtype(), 16000)));
 * }</pre>
 *
 * A {@link DataLoader} with workers asks for several examples at once, from its own threads.
 */
public interface Dataset {
  /** Returns the number of examples. */
  int size();

  /**
   * Returns an example. It depends on the arguments only: whatever is left to chance is drawn from
   * the generator given.
   *
   * @param index in [0, size)
   * @param rng the example's own source of random numbers
   */
  Example get(int index, Generator rng);

  /**
   * Returns some examples as a batch of their own tensors. Unless a data set knows a faster way,
   * each is got with a generator split from the one given, and they are stacked.
   *
   * @param indices in [0, size), one or more; repeats are allowed
   * @throws ExampleException if one cannot be made
   * @throws IllegalArgumentException if the examples differ in their shapes or dtypes
   */
  default Batch batch(int[] indices, Generator rng) {
    return Batch.stack(examples(indices, rng));
  }

  /**
   * Returns some examples, each got with a generator split from the one given.
   *
   * @throws ExampleException if one cannot be made
   */
  default List<Example> examples(int[] indices, Generator rng) {
    List<Example> examples = new ArrayList<>(indices.length);
    for (int index : indices) {
      try {
        examples.add(get(index, rng.split()));
      } catch (ExampleException e) {
        throw e; // names the innermost data set already
      } catch (RuntimeException e) {
        throw new ExampleException(this, index, e);
      }
    }
    return examples;
  }

  /** Returns this data set with every example changed, each time when it is asked for. */
  default Dataset map(BiFunction<? super Example, ? super Generator, Example> change) {
    return new MappedDataset(this, change);
  }

  /** Returns this data set with every input changed, each time when it is asked for. */
  default Dataset mapInputs(Transform transform) {
    return map((example, rng) -> {
      List<Variable> tensors = new ArrayList<>(example.tensors());
      tensors.set(0, transform.apply(example.input(), rng));
      return new Example(tensors);
    });
  }

  /**
   * Returns the examples at some positions, in their order.
   *
   * @throws IndexOutOfBoundsException if there is no such position
   */
  default Dataset subset(int... indices) {
    return new Subset(this, indices.clone());
  }

  /** Returns the examples of this data set followed by those of another one. */
  default Dataset concat(Dataset next) {
    return new ConcatDataset(this, next);
  }

  /**
   * Divides the examples at random.
   *
   * @param trainSize how many go to the first part; the others go to the second
   * @throws IllegalArgumentException if there are fewer
   */
  default Split<? extends Dataset> split(int trainSize, Generator rng) {
    int[] order = Indices.permutation(rng, size());
    checkArgument(
        0 <= trainSize && trainSize <= order.length,
        "split: %s examples cannot be taken from %s",
        trainSize,
        order.length);
    return new Split<>(
        subset(Arrays.copyOf(order, trainSize)),
        subset(Arrays.copyOfRange(order, trainSize, order.length)));
  }
}
