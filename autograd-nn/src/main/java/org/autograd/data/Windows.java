package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Objects;
import org.autograd.Generator;
import org.autograd.Variable;

/**
 * Windows of a sequence and what follows them.
 *
 * <pre>{@code
 * Dataset months = Windows.forecast(series, 24, 12);  // from 24 months to the 12 after them
 * Dataset text = Windows.next(vocabulary.encode(book), 128);
 * }</pre>
 */
public final class Windows implements Dataset {
  private final Variable sequence;
  private final int length;
  private final int shift;
  private final int targetLength;

  private Windows(Variable sequence, int length, int shift, int targetLength) {
    checkArgument(sequence.rank() > 0, "Windows: a sequence has at least one axis, got a scalar");
    checkArgument(
        length > 0 && targetLength > 0,
        "Windows: length and horizon must be at least 1, got %s and %s",
        length,
        targetLength);
    long needed = (long) shift + targetLength;
    checkArgument(
        sequence.size(0) >= needed,
        "Windows: a window and its target need %s steps, but the sequence has %s",
        needed,
        sequence.size(0));
    this.sequence = sequence;
    this.length = length;
    this.shift = shift;
    this.targetLength = targetLength;
  }

  /**
   * Returns for each window its steps and those that follow: inputs [length, ...], targets
   * [horizon, ...].
   *
   * @param series of shape [steps, ...]; it is not copied
   * @param length the number of steps of a window
   * @param horizon the number of steps to be predicted
   * @throws IllegalArgumentException if one is not positive, or the series has fewer steps than
   *     both together
   */
  public static Windows forecast(Variable series, int length, int horizon) {
    return new Windows(series, length, length, horizon);
  }

  /**
   * Returns for each window its steps, and for each of them the step that follows it: inputs and
   * targets [length, ...], for a model that predicts at every step.
   *
   * @param sequence of shape [steps, ...], such as the tokens of a text; it is not copied
   * @throws IllegalArgumentException if the length is not positive, or there are not more steps
   */
  public static Windows next(Variable sequence, int length) {
    return new Windows(sequence, length, 1, length);
  }

  /**
   * Returns the windows that begin at multiples of a number of steps: with the window's length,
   * they do not overlap.
   */
  public Dataset every(int steps) {
    checkArgument(steps > 0, "Windows: steps must be at least 1, got %s", steps);
    int[] starts = new int[Math.ceilDiv(size(), steps)];
    for (int k = 0; k < starts.length; k++) {
      starts[k] = k * steps;
    }
    return subset(starts);
  }

  @Override
  public int size() {
    return Math.toIntExact(sequence.size(0) - shift - targetLength + 1);
  }

  @Override
  public Example get(int index, Generator rng) {
    Objects.checkIndex(index, size());
    return Example.of(
        sequence.narrow(0, index, length).copy(),
        sequence.narrow(0, index + shift, targetLength).copy());
  }

  @Override
  public Batch batch(int[] indices, Generator rng) {
    Indices.check(indices, size());
    return Batch.of(gather(indices, 0, length), gather(indices, shift, targetLength));
  }

  /** Returns the steps from each index + offset on, of shape [indices, count, ...]. */
  private Variable gather(int[] indices, int offset, int count) {
    int[] positions = new int[Math.multiplyExact(indices.length, count)];
    for (int k = 0; k < positions.length; k++) {
      positions[k] = indices[k / count] + offset + k % count;
    }
    long[] sizes = new long[sequence.rank() + 1];
    sizes[0] = indices.length;
    sizes[1] = count;
    for (int axis = 1; axis < sequence.rank(); axis++) {
      sizes[axis + 1] = sequence.size(axis);
    }
    return sequence.indexSelect(0, Variable.of(positions)).reshape(sizes);
  }

  /** Returns the sequence's dtype and shape, and the length of the windows. */
  @Override
  public String toString() {
    return "Windows of " + length + " in " + sequence.dtype() + sequence.shape();
  }
}
