package org.autograd.internal.ndarray;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.autograd.internal.kernel.Parallel;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Functions of one matrix, or of several, applied to every matrix of a batch. */
public final class MatrixFunctions {
  /**
   * What a failure is counted as: see {@link Result#firstFailure()}. No batch has as many matrices.
   */
  private static final int NONE = Integer.MAX_VALUE;

  private MatrixFunctions() {}

  /** A function of arrays in row-major order, which it may write over. */
  @FunctionalInterface
  public interface Function {
    /** Computes results into arrays of zeros; returns false if that is not possible. */
    boolean apply(double[][] operands, double[][] results);
  }

  /**
   * What was computed.
   *
   * @param arrays the results, with the axes of the batch in front
   * @param firstFailure the number of the first matrix for which there is none, -1 if there is none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Result(NdArray[] arrays, int firstFailure) {}

  /**
   * Applies a function.
   *
   * @param batch the axes that all operands have in front
   * @param shapes of the results for one matrix
   * @param work about how many operations one matrix takes
   * @param operands of one floating dtype, in which the results are; where one has no elements the
   *     results are zeros
   */
  public static Result apply(
      Function function, Shape batch, Shape[] shapes, double work, NdArray... operands) {
    int count = (int) batch.elementCount();
    DType dtype = operands[0].dtype();
    NdArray[] inputs = new NdArray[operands.length];
    for (int k = 0; k < operands.length; k++) {
      inputs[k] = operands[k].to(DType.FLOAT64).contiguous();
    }
    NdArray[] results = new NdArray[shapes.length];
    for (int k = 0; k < shapes.length; k++) {
      results[k] = NdArray.zeros(DType.FLOAT64, join(batch, shapes[k]));
    }
    AtomicInteger firstFailure = new AtomicInteger(NONE);
    Parallel.forEach(
        count,
        (long) Math.min(Long.MAX_VALUE, work * count),
        i -> {
          if (!isEmpty(inputs) && !applyToOne(function, i, count, inputs, results)) {
            firstFailure.accumulateAndGet(i, Math::min);
          }
        });
    for (int k = 0; k < results.length; k++) {
      results[k] = results[k].to(dtype);
    }
    int failure = firstFailure.get();
    return new Result(results, failure == NONE ? -1 : failure);
  }

  private static boolean isEmpty(NdArray[] inputs) {
    return Arrays.stream(inputs).anyMatch(input -> input.elementCount() == 0);
  }

  private static boolean applyToOne(
      Function function, int number, int count, NdArray[] inputs, NdArray[] results) {
    double[][] in = new double[inputs.length][];
    for (int k = 0; k < in.length; k++) {
      int size = inputs[k].elementCount() / count;
      int start = inputs[k].layout().offset() + number * size;
      in[k] = Arrays.copyOfRange(inputs[k].storage().doubles(), start, start + size);
    }
    double[][] out = new double[results.length][];
    for (int k = 0; k < out.length; k++) {
      out[k] = new double[results[k].elementCount() / count];
    }
    boolean done = function.apply(in, out);
    for (int k = 0; k < out.length; k++) {
      System.arraycopy(
          out[k], 0, results[k].storage().doubles(), number * out[k].length, out[k].length);
    }
    return done;
  }

  private static Shape join(Shape batch, Shape shape) {
    long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + shape.rank());
    System.arraycopy(shape.toArray(), 0, sizes, batch.rank(), shape.rank());
    return Shape.of(sizes);
  }
}
