package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * How Variables are made: what {@link Variable} inherits as its static methods. A dtype, where
 * there is one, comes first; without one it is float32.
 */
abstract sealed class Factories permits Variable {
  Factories() {}

  /** Returns a float32 vector of the given values. */
  public static Variable of(float... values) {
    return new Variable(NdArray.adopt(values.clone(), Shape.of(values.length)), null);
  }

  /** Returns a float64 vector of the given values. */
  public static Variable of(double... values) {
    return new Variable(NdArray.adopt(values.clone(), Shape.of(values.length)), null);
  }

  /** Returns an int32 vector of the given values. */
  public static Variable of(int... values) {
    return new Variable(NdArray.adopt(values.clone(), Shape.of(values.length)), null);
  }

  /** Returns an int64 vector of the given values. */
  public static Variable of(long... values) {
    return new Variable(NdArray.adopt(values.clone(), Shape.of(values.length)), null);
  }

  /** Returns a bool vector of the given values. */
  public static Variable of(boolean... values) {
    return new Variable(NdArray.adopt(values.clone(), Shape.of(values.length)), null);
  }

  /**
   * Returns a float32 matrix with the given rows.
   *
   * @throws IllegalArgumentException if the rows differ in length
   */
  public static Variable of(float[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    float[] values = new float[length("of", (double) rows.length * columns)];
    for (int r = 0; r < rows.length; r++) {
      checkRow(r, rows[r].length, columns);
      System.arraycopy(rows[r], 0, values, r * columns, columns);
    }
    return new Variable(NdArray.adopt(values, Shape.of(rows.length, columns)), null);
  }

  /**
   * Returns a float64 matrix with the given rows.
   *
   * @throws IllegalArgumentException if the rows differ in length
   */
  public static Variable of(double[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    double[] values = new double[length("of", (double) rows.length * columns)];
    for (int r = 0; r < rows.length; r++) {
      checkRow(r, rows[r].length, columns);
      System.arraycopy(rows[r], 0, values, r * columns, columns);
    }
    return new Variable(NdArray.adopt(values, Shape.of(rows.length, columns)), null);
  }

  private static void checkRow(int row, int length, int columns) {
    checkArgument(
        length == columns,
        "of: row %s has %s elements, row 0 has %s; all rows must be equally long",
        row,
        length,
        columns);
  }

  /** Returns a float32 scalar, of shape []. */
  public static Variable scalar(float value) {
    return new Variable(NdArray.adopt(new float[] {value}, Shape.scalar()), null);
  }

  /** Returns a float64 scalar, of shape []. */
  public static Variable scalar(double value) {
    return new Variable(NdArray.adopt(new double[] {value}, Shape.scalar()), null);
  }

  /**
   * Returns an array with a copy of the given elements.
   *
   * @param array a {@code float[]}, {@code double[]}, {@code int[]}, {@code long[]} or {@code
   *     boolean[]} in row-major order; it determines the dtype
   * @param shape the sizes
   * @throws IllegalArgumentException if the array is of another type or does not fill the shape
   */
  public static Variable fromArray(Object array, long... shape) {
    Object copy =
        switch (array) {
          case float[] a -> a.clone();
          case double[] a -> a.clone();
          case int[] a -> a.clone();
          case long[] a -> a.clone();
          case boolean[] a -> a.clone();
          default ->
              throw new IllegalArgumentException(
                  "fromArray: elements must be a float[], double[], int[], long[] or boolean[], got"
                      + " "
                      + array.getClass().getSimpleName());
        };
    Shape sizes = Shape.of(shape);
    Storage storage = Storage.adopt(copy);
    checkArgument(
        storage.length() == sizes.elementCount(),
        "fromArray: %s elements do not fill shape %s, which has %s",
        storage.length(),
        sizes,
        sizes.elementCount());
    return new Variable(NdArray.adopt(copy, sizes), null);
  }

  /** Returns float32 zeros. */
  public static Variable zeros(long... shape) {
    return zeros(DType.FLOAT32, shape);
  }

  /** Returns zeros (or false). */
  public static Variable zeros(DType dtype, long... shape) {
    return new Variable(NdArray.zeros(dtype, Shape.of(shape)), null);
  }

  /** Returns a float32 array whose elements may be anything, as {@link #empty(DType, long...)}. */
  public static Variable empty(long... shape) {
    return empty(DType.FLOAT32, shape);
  }

  /**
   * Returns an array whose elements may be anything, for those who write all of them; torch.empty.
   * It saves the time to fill it if there is memory that was in use before.
   */
  public static Variable empty(DType dtype, long... shape) {
    return new Variable(NdArray.unset(dtype, Shape.of(shape)), null);
  }

  /** Returns float32 ones. */
  public static Variable ones(long... shape) {
    return ones(DType.FLOAT32, shape);
  }

  /** Returns ones (or true). */
  public static Variable ones(DType dtype, long... shape) {
    return full(dtype, 1, shape);
  }

  /** Returns a float32 array filled with a value. */
  public static Variable full(double value, long... shape) {
    return full(DType.FLOAT32, value, shape);
  }

  /** Returns zeros of another Variable's shape and dtype. */
  public static Variable zerosLike(Variable other) {
    return fullLike(other, 0);
  }

  /** Returns ones of another Variable's shape and dtype. */
  public static Variable onesLike(Variable other) {
    return fullLike(other, 1);
  }

  /** Returns an array of another Variable's shape and dtype, filled with a value. */
  public static Variable fullLike(Variable other, double value) {
    return new Variable(NdArray.full(other.dtype(), other.shape(), value), null);
  }

  /** Returns an array filled with a value, converted to the dtype. */
  public static Variable full(DType dtype, double value, long... shape) {
    return new Variable(NdArray.full(dtype, Shape.of(shape), value), null);
  }

  /** Returns the int64 vector {@code [0, 1, ... end - 1]}. */
  public static Variable arange(long end) {
    return arange(DType.INT64, 0, (double) end, 1);
  }

  /**
   * Returns the vector {@code [start, start + step, ...]} up to but without {@code end}.
   *
   * @throws IllegalArgumentException if the step is 0 or leads away from the end
   */
  public static Variable arange(DType dtype, double start, double end, double step) {
    double count = Math.ceil((end - start) / step);
    checkArgument(
        step != 0 && count >= 0 && dtype != DType.BOOL,
        "arange: cannot go from %s to %s in steps of %s as %s",
        start,
        end,
        step,
        dtype);
    double[] values = new double[length("arange", count)];
    Arrays.setAll(values, i -> start + i * step);
    return of(values).to(dtype);
  }

  /** Returns a number of elements as an int; throws if one array cannot hold as many. */
  private static int length(String operation, double count) {
    checkArgument(
        count >= 0 && count <= Storage.MAX_LENGTH,
        "%s: %s elements are asked for, but an array has 0 to %s",
        operation,
        count,
        Storage.MAX_LENGTH);
    return (int) count;
  }

  /**
   * Returns a float32 vector of {@code count} values from {@code start} to {@code end} inclusive.
   */
  public static Variable linspace(double start, double end, int count) {
    return linspace(DType.FLOAT32, start, end, count);
  }

  /** Returns a vector of {@code count} values from {@code start} to {@code end} inclusive. */
  public static Variable linspace(DType dtype, double start, double end, int count) {
    return of(spaced("linspace", start, end, count)).to(dtype);
  }

  /**
   * Returns a vector of {@code count} powers of a base, from {@code base^start} to {@code base^end}
   * inclusive, whose exponents are evenly spaced.
   */
  public static Variable logspace(DType dtype, double start, double end, int count, double base) {
    double[] values = spaced("logspace", start, end, count);
    Arrays.setAll(values, i -> Math.pow(base, values[i]));
    return of(values).to(dtype);
  }

  private static double[] spaced(String operation, double start, double end, int count) {
    double[] values = new double[length(operation, count)];
    // From both ends, so that both are met exactly; a single value is the start.
    Arrays.setAll(
        values,
        i ->
            i == 0 || i < count / 2
                ? start + (end - start) * i / Math.max(1, count - 1)
                : end - (end - start) * (count - 1 - i) / (count - 1));
    return values;
  }

  /** Returns the float32 identity matrix. */
  public static Variable eye(long size) {
    return eye(DType.FLOAT32, size);
  }

  /** Returns the identity matrix. */
  public static Variable eye(DType dtype, long size) {
    return eye(dtype, size, size);
  }

  /** Returns a matrix with ones on its main diagonal, else zeros. */
  public static Variable eye(DType dtype, long rows, long columns) {
    checkArgument(
        rows >= 0 && columns >= 0, "eye: a size must not be negative, got %s, %s", rows, columns);
    double[] values = new double[length("eye", (double) rows * columns)];
    for (int i = 0; i < Math.min(rows, columns); i++) {
      values[i * (int) columns + i] = 1;
    }
    return fromArray(values, rows, columns).to(dtype);
  }

  /**
   * Returns where the elements lie that {@link Variable#tril} keeps of a matrix, row by row: int64
   * of shape {@code [2, count]}, the rows above the columns.
   */
  public static Variable trilIndices(long rows, long columns, long diagonal) {
    return ones(DType.BOOL, rows, columns).tril(diagonal).nonzero().transpose().copy();
  }

  /** Returns where the elements lie that {@link Variable#triu} keeps of a matrix; as the above. */
  public static Variable triuIndices(long rows, long columns, long diagonal) {
    return ones(DType.BOOL, rows, columns).triu(diagonal).nonzero().transpose().copy();
  }

  /** Returns float32 values uniform in [0, 1) from the default generator. */
  public static Variable rand(long... shape) {
    return rand(Autograd.generator(), DType.FLOAT32, shape);
  }

  /** Returns values uniform in [0, 1). */
  public static Variable rand(Generator rng, DType dtype, long... shape) {
    NdArray result = forRandom("rand", dtype, shape);
    synchronized (rng) {
      if (dtype == DType.FLOAT32) {
        rng.fill(result.storage().floats());
      } else {
        rng.fill(result.storage().doubles());
      }
    }
    return new Variable(result, null);
  }

  /**
   * Returns truth values of dtype bool, each true with the given probability, which counts to 32
   * binary places.
   *
   * @throws IllegalArgumentException if the probability is not in [0, 1]
   */
  public static Variable bernoulli(Generator rng, double probability, long... shape) {
    checkArgument(
        probability >= 0 && probability <= 1,
        "bernoulli: the probability must be in [0, 1], got %s",
        probability);
    NdArray result = NdArray.zeros(DType.BOOL, Shape.of(shape));
    synchronized (rng) {
      rng.fill(result.storage().booleans(), Math.round((1 - probability) * 0x1p32));
    }
    return new Variable(result, null);
  }

  /** Returns float32 values of the standard normal distribution from the default generator. */
  public static Variable randn(long... shape) {
    return randn(Autograd.generator(), DType.FLOAT32, shape);
  }

  /** Returns values of the standard normal distribution. */
  public static Variable randn(Generator rng, DType dtype, long... shape) {
    NdArray result = forRandom("randn", dtype, shape);
    // Threads may share a generator for whole arrays; locking for each number would be slow.
    synchronized (rng) {
      if (dtype == DType.FLOAT32) {
        float[] values = result.storage().floats();
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) rng.nextGaussian();
        }
      } else {
        double[] values = result.storage().doubles();
        for (int i = 0; i < values.length; i++) {
          values[i] = rng.nextGaussian();
        }
      }
    }
    return new Variable(result, null);
  }

  private static NdArray forRandom(String operation, DType dtype, long[] shape) {
    checkArgument(
        dtype.isFloating(), "%s: dtype must be float32 or float64, got %s", operation, dtype);
    return NdArray.zeros(dtype, Shape.of(shape));
  }

  /** Returns int64 values uniform in [low, high). */
  public static Variable randint(Generator rng, long low, long high, long... shape) {
    checkArgument(low < high, "randint: no integers in [%s, %s)", low, high);
    NdArray result = NdArray.zeros(DType.INT64, Shape.of(shape));
    long[] values = result.storage().longs();
    synchronized (rng) {
      for (int i = 0; i < values.length; i++) {
        values[i] = rng.nextLong(low, high);
      }
    }
    return new Variable(result, null);
  }

  /** Returns a random order of {@code 0 ... count - 1} as an int64 vector. */
  public static Variable randperm(Generator rng, int count) {
    long[] order = new long[length("randperm", count)];
    synchronized (rng) {
      for (int i = 0; i < count; i++) {
        int j = rng.nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
    }
    return new Variable(NdArray.adopt(order, Shape.of(count)), null);
  }

  // Operations on several Variables alike.

  /**
   * Returns {@code yes} where the condition holds, else {@code no}. The gradient of the side not
   * taken is 0 where it enters {@code where}; a function applied before may still turn that 0 into
   * NaN (0 times an infinite slope, as {@code sqrt} of a masked 0): mask its input instead.
   *
   * @param condition of dtype bool; all three broadcast together
   */
  public static Variable where(Variable condition, Variable yes, Variable no) {
    return ComparisonOps.where(condition, yes, no);
  }

  /**
   * Joins arrays along an existing axis; all other sizes are equal.
   *
   * @throws IllegalArgumentException if they are not, naming all shapes
   */
  public static Variable cat(int axis, Variable... parts) {
    return ShapeOps.cat(axis, parts);
  }

  /** Joins arrays along an existing axis; all other sizes are equal. */
  public static Variable cat(int axis, List<Variable> parts) {
    return ShapeOps.cat(axis, parts.toArray(Variable[]::new));
  }

  /** Joins arrays of equal shape along a new axis at the given place. */
  public static Variable stack(int axis, Variable... parts) {
    return ShapeOps.stack(axis, parts);
  }

  /** Joins arrays of equal shape along a new axis at the given place. */
  public static Variable stack(int axis, List<Variable> parts) {
    return ShapeOps.stack(axis, parts.toArray(Variable[]::new));
  }

  /**
   * Returns each vector broadcast over the grid that all of them span, {@code result.get(k)[i0, i1,
   * ...] = vectors[k][ik]}: PyTorch's {@code indexing='ij'}.
   */
  public static List<Variable> meshgrid(Variable... vectors) {
    return ArrangementOps.meshgrid(vectors);
  }

  /**
   * Returns the sum of products that Einstein's notation describes: PyTorch's {@code einsum}.
   *
   * <pre>{@code
   * Variable.einsum("ij,jk->ik", a, b);               // a.matmul(b)
   * Variable.einsum("bhqd,bhkd->bhqk", query, key);   // scores of attention
   * Variable.einsum("...ii->...i", a);                // diagonals
   * Variable.einsum("ij,jk,kl", a, b, c);             // the cheapest order is found
   * }</pre>
   *
   * <p>Each operand has a letter for each axis, and {@code ...} for axes that broadcast together. A
   * letter that is not in the output is summed over; one that an operand has twice takes its
   * diagonal. Axes of size 1 broadcast. Without {@code ->} the output has the axes of {@code ...}
   * first and then the letters that occur once, in the order of the alphabet, capitals first. Of
   * three and more operands, two at a time are contracted, in the order with the fewest
   * multiplications (for more than eight operands: the cheapest pair first). The result may be a
   * view of an operand.
   *
   * @param operands all float32 or float64
   * @throws IllegalArgumentException if the equation does not fit the operands, naming the letter
   *     and the sizes that differ
   */
  public static Variable einsum(String equation, Variable... operands) {
    return ContractionOps.einsum(equation, operands);
  }

  /** Returns a matrix with the given matrices along its diagonal, vectors being rows, and zeros. */
  public static Variable blockDiag(Variable... blocks) {
    return RearrangementOps.blockDiag(blocks);
  }

  /** Returns all combinations of an element of each vector, a row each, the last one fastest. */
  public static Variable cartesianProd(Variable... vectors) {
    return RearrangementOps.cartesianProd(vectors);
  }

  /** Returns views of the shape that all broadcast to, PyTorch's {@code broadcast_tensors}. */
  public static List<Variable> broadcast(Variable... arrays) {
    return RearrangementOps.broadcast(arrays);
  }
}
