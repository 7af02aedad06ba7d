package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.autograd.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random shapes, views and broadcasts against loops over multi-indices that know no strides. */
class RandomShapesTest {
  static IntStream seeds() {
    return IntStream.range(0, 150);
  }

  /** What a view should be: for each element its position in the base, in row-major order. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Model(long[] shape, int[] positions) {
    static Model of(long... shape) {
      return new Model(shape, IntStream.range(0, count(shape)).toArray());
    }

    /** Returns the model whose element at an index is this one's at another. */
    Model map(long[] newShape, UnaryOperator<int[]> toOldIndex) {
      int[] result = new int[count(newShape)];
      for (int i = 0; i < result.length; i++) {
        result[i] = positions[flat(shape, toOldIndex.apply(index(newShape, i)))];
      }
      return new Model(newShape, result);
    }
  }

  private static int count(long... shape) {
    return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  private static int[] index(long[] shape, int element) {
    int[] result = new int[shape.length];
    int rest = element;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      result[axis] = (int) (rest % shape[axis]);
      rest /= (int) shape[axis];
    }
    return result;
  }

  private static int flat(long[] shape, int... index) {
    int result = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      result = result * (int) shape[axis] + index[axis];
    }
    return result;
  }

  private static long[] without(long[] values, int at) {
    return IntStream.range(0, values.length)
        .filter(i -> i != at)
        .mapToLong(i -> values[i])
        .toArray();
  }

  private static long[] with(long[] values, int at, long value) {
    long[] result = values.clone();
    result[at] = value;
    return result;
  }

  private static int[] inserting(int[] values, int at, int value) {
    int[] result = new int[values.length + 1];
    System.arraycopy(values, 0, result, 0, at);
    result[at] = value;
    System.arraycopy(values, at, result, at + 1, values.length - at);
    return result;
  }

  private static long[] inserting(long[] values, int at, long value) {
    long[] result = new long[values.length + 1];
    System.arraycopy(values, 0, result, 0, at);
    result[at] = value;
    System.arraycopy(values, at, result, at + 1, values.length - at);
    return result;
  }

  private static int[] without(int[] values, int at) {
    return IntStream.range(0, values.length).filter(i -> i != at).map(i -> values[i]).toArray();
  }

  private static long[] randomShape(Generator rng, int maxRank, int maxSize) {
    long[] shape = new long[rng.nextInt(maxRank + 1)];
    Arrays.setAll(shape, i -> rng.nextInt(12) == 0 ? 0 : 1 + rng.nextInt(maxSize));
    return shape;
  }

  private static Variable random(Generator rng, long... shape) {
    return Variable.rand(rng, DType.FLOAT64, shape);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void chainsOfViewsAndCopies(int seed) {
    Generator rng = new Generator(seed);
    Variable base = random(rng, randomShape(rng, 4, 4)).requiresGrad(true);
    Variable view = base;
    Model model = Model.of(base.shape().toArray());
    double[] values = base.toDoubleArray();
    StringBuilder steps = new StringBuilder(base.shape().toString());
    for (int step = 0; step < 6; step++) {
      int rank = view.rank();
      int axis = rank == 0 ? 0 : rng.nextInt(rank);
      int other = rank == 0 ? 0 : rng.nextInt(rank);
      int kind = rng.nextInt(10);
      Variable x = view;
      Model m = model;
      long[] shape = m.shape;
      long size = rank == 0 ? 0 : shape[axis];
      steps.append(' ').append(kind).append('@').append(axis);
      if (kind == 0) {
        view = x.unsqueeze(axis);
        model = m.map(inserting(shape, axis, 1), i -> without(i, axis));
      } else if (kind == 1 && count(shape) < 200) {
        long[] larger = inserting(shape, 0, 2);
        for (int k = 1; k < larger.length; k++) {
          larger[k] = larger[k] == 1 ? 3 : larger[k];
        }
        view = x.expand(larger);
        model =
            m.map(
                larger,
                i -> {
                  int[] old = without(i, 0);
                  Arrays.setAll(old, k -> shape[k] == 1 ? 0 : old[k]);
                  return old;
                });
      } else if (kind == 2) {
        view = x.reshape(count(shape));
        model = new Model(new long[] {count(shape)}, m.positions);
      } else if (rank == 0) {
        continue;
      } else if (kind == 3) {
        view = x.transpose(axis, other - rank);
        long[] swapped = with(with(shape, axis, shape[other]), other, shape[axis]);
        model =
            m.map(
                swapped,
                i -> {
                  int[] old = i.clone();
                  old[axis] = i[other];
                  old[other] = i[axis];
                  return old;
                });
      } else if (kind == 4 && size > 0) {
        int position = rng.nextInt((int) size);
        view = x.select(axis, rng.nextBoolean() ? position : position - size);
        model = m.map(without(shape, axis), i -> inserting(i, axis, position));
      } else if (kind == 5) {
        int start = rng.nextInt((int) size + 1);
        int length = rng.nextInt((int) size - start + 1);
        view = x.narrow(axis, start, length);
        model = m.map(with(shape, axis, length), i -> shifted(i, axis, start, 1));
      } else if (kind == 6) {
        int start = rng.nextInt((int) size + 2);
        int step2 = 1 + rng.nextInt(3);
        Index[] parts = new Index[axis + 1];
        Arrays.fill(parts, Index.all());
        parts[axis] = Index.from(start).step(step2);
        view = x.get(parts);
        long length = start >= size ? 0 : (size - start + step2 - 1) / step2;
        model = m.map(with(shape, axis, length), i -> shifted(i, axis, start, step2));
      } else if (kind == 7 && size > 0) {
        long[] positions = new long[1 + rng.nextInt(4)];
        Arrays.setAll(positions, i -> rng.nextInt((int) size));
        view = x.indexSelect(axis, Variable.of(positions));
        model =
            m.map(
                with(shape, axis, positions.length),
                i -> {
                  int[] old = i.clone();
                  old[axis] = (int) positions[i[axis]];
                  return old;
                });
      } else if (kind == 8 && axis + 1 < rank) {
        view = x.flatten(axis, axis + 1);
        model =
            new Model(with(without(shape, axis), axis, shape[axis] * shape[axis + 1]), m.positions);
      } else if (kind == 9 && size % 2 == 0 && size > 0) {
        long[] split = with(inserting(shape, axis, 2), axis + 1, size / 2);
        view = x.reshape(split);
        model = new Model(split, m.positions);
      }
      String text = steps.toString();
      assertArrayEquals(model.shape, view.shape().toArray(), text);
      int[] positions = model.positions;
      double[] expected = IntStream.of(positions).mapToDouble(p -> values[p]).toArray();
      assertArrayEquals(expected, view.toDoubleArray(), text);
    }
    double[] seeds = random(rng, view.shape().toArray()).toDoubleArray();
    double[] gradient = new double[values.length];
    for (int i = 0; i < seeds.length; i++) {
      gradient[model.positions[i]] += seeds[i];
    }
    Variable factor = Variable.fromArray(seeds, view.shape().toArray());
    view.mul(factor).sum().backward();
    assertArrayEquals(
        gradient, Objects.requireNonNull(base.grad()).toDoubleArray(), 1e-12, steps.toString());
  }

  private static int[] shifted(int[] index, int axis, int start, int step) {
    int[] old = index.clone();
    old[axis] = start + index[axis] * step;
    return old;
  }

  /** Returns an array of a shape with one layout or another. */
  private static Variable inSomeLayout(Generator rng, long... shape) {
    int rank = shape.length;
    return switch (rng.nextInt(4)) {
      case 0 -> {
        long[] larger = shape.clone();
        Index[] parts = new Index[rank];
        for (int axis = 0; axis < rank; axis++) {
          larger[axis] = 2 * shape[axis] + 1;
          parts[axis] = Index.from(1).step(2);
        }
        yield random(rng, larger).get(parts);
      }
      case 1 -> {
        int[] order = Variable.randperm(rng, rank).toIntArray();
        long[] permuted = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
          permuted[order[axis]] = shape[axis];
        }
        yield random(rng, permuted).permute(order);
      }
      case 2 -> {
        long[] smaller = Arrays.stream(shape).map(s -> rng.nextInt(3) == 0 ? 1 : s).toArray();
        yield random(rng, smaller).expand(shape);
      }
      default -> random(rng, shape);
    };
  }

  /** Returns a shape that broadcasts to the given one. */
  private static long[] narrower(Generator rng, long... shape) {
    int drop = rng.nextInt(3) == 0 ? rng.nextInt(shape.length + 1) : 0;
    return Arrays.stream(shape, drop, shape.length)
        .map(size -> rng.nextInt(3) == 0 ? 1 : size)
        .toArray();
  }

  private static int broadcastPosition(long[] shape, int... index) {
    int[] own = Arrays.copyOfRange(index, index.length - shape.length, index.length);
    Arrays.setAll(own, axis -> shape[axis] == 1 ? 0 : own[axis]);
    return flat(shape, own);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void broadcastProducts(int seed) {
    Generator rng = new Generator(1000 + seed);
    long[] wide = randomShape(rng, 4, 4);
    Variable left = inSomeLayout(rng, narrower(rng, wide)).detach().requiresGrad(true);
    Variable right = inSomeLayout(rng, narrower(rng, wide)).detach().requiresGrad(true);
    Variable product = left.mul(right);
    long[] shape = product.shape().toArray();
    double[] a = left.toDoubleArray();
    double[] b = right.toDoubleArray();
    double[] expected = new double[count(shape)];
    double[] gradientA = new double[a.length];
    double[] gradientB = new double[b.length];
    Variable factors = random(rng, shape);
    double[] factor = factors.toDoubleArray();
    for (int i = 0; i < expected.length; i++) {
      int p = broadcastPosition(left.shape().toArray(), index(shape, i));
      int q = broadcastPosition(right.shape().toArray(), index(shape, i));
      expected[i] = a[p] * b[q];
      gradientA[p] += factor[i] * b[q];
      gradientB[q] += factor[i] * a[p];
    }
    String text = left.describe() + " " + right.describe();
    assertArrayEquals(expected, product.toDoubleArray(), text);
    product.backward(factors, BackwardOptions.defaults());
    assertArrayEquals(gradientA, Objects.requireNonNull(left.grad()).toDoubleArray(), 1e-12, text);
    assertArrayEquals(gradientB, Objects.requireNonNull(right.grad()).toDoubleArray(), 1e-12, text);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void reductionsOverSomeAxes(int seed) {
    Generator rng = new Generator(2000 + seed);
    long[] shape = randomShape(rng, 4, 5);
    Variable x = inSomeLayout(rng, shape).sub(0.5);
    int[] axes = IntStream.range(0, shape.length).filter(i -> rng.nextBoolean()).toArray();
    boolean[] reduced = new boolean[shape.length];
    for (int axis : axes) {
      reduced[axis] = true;
    }
    if (axes.length == 0) {
      Arrays.fill(reduced, true);
    }
    long[] kept = shape.clone();
    for (int axis = 0; axis < kept.length; axis++) {
      kept[axis] = reduced[axis] ? 1 : kept[axis];
    }
    double[] values = x.toDoubleArray();
    double[] sums = new double[count(kept)];
    double[] squares = new double[sums.length];
    double[] largest = new double[sums.length];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < values.length; i++) {
      int p = broadcastPosition(kept, index(shape, i));
      sums[p] += values[i];
      squares[p] += values[i] * values[i];
      largest[p] = Math.max(largest[p], values[i]);
    }
    String text = x.describe() + Arrays.toString(axes);
    assertArrayEquals(sums, x.sumKeepDims(axes).toDoubleArray(), 1e-12, text);
    assertArrayEquals(sums, x.sum(axes).toDoubleArray(), 1e-12, text);
    assertEquals(x.sumKeepDims(axes).squeeze().shape(), x.sum(axes).squeeze().shape(), text);
    assertArrayEquals(kept, x.sumKeepDims(axes).shape().toArray(), text);
    double[] norms = Arrays.stream(squares).map(Math::sqrt).toArray();
    assertArrayEquals(norms, x.norm(axes).toDoubleArray(), 1e-12, text);
    if (values.length > 0) {
      assertArrayEquals(largest, x.amax(axes).toDoubleArray(), text);
      assertArrayEquals(largest, x.amaxKeepDims(axes).toDoubleArray(), text);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void matrixProducts(int seed) {
    Generator rng = new Generator(3000 + seed);
    long[] batch = randomShape(rng, 2, 3);
    int m = 1 + rng.nextInt(5);
    int k = rng.nextInt(6);
    int n = 1 + rng.nextInt(5);
    long[] leftBatch = narrower(rng, batch);
    long[] rightBatch = narrower(rng, batch);
    Variable left = inSomeLayout(rng, matrices(leftBatch, m, k)).detach().requiresGrad(true);
    Variable right = inSomeLayout(rng, matrices(rightBatch, k, n)).detach().requiresGrad(true);
    Variable product = left.matmul(right);
    // The same through a broadcast product, which is tested above.
    Variable expected = left.unsqueeze(-1).mul(right.unsqueeze(-3)).sum(-2);
    String text = left.describe() + " " + right.describe();
    assertEquals(expected.shape(), product.shape(), text);
    assertArrayEquals(expected.toDoubleArray(), product.toDoubleArray(), 1e-12, text);
    Variable factors = random(rng, product.shape().toArray());
    product.backward(factors, BackwardOptions.defaults());
    double[] a = Objects.requireNonNull(left.grad()).toDoubleArray();
    double[] b = Objects.requireNonNull(right.grad()).toDoubleArray();
    left.zeroGrad();
    right.zeroGrad();
    expected.backward(factors, BackwardOptions.defaults());
    double[] gradientA = Objects.requireNonNull(left.grad()).toDoubleArray();
    double[] gradientB = Objects.requireNonNull(right.grad()).toDoubleArray();
    assertArrayEquals(gradientA, a, 1e-12, text);
    assertArrayEquals(gradientB, b, 1e-12, text);
  }

  private static long[] matrices(long[] batch, int rows, int columns) {
    long[] shape = Arrays.copyOf(batch, batch.length + 2);
    shape[batch.length] = rows;
    shape[batch.length + 1] = columns;
    return shape;
  }

  /** Long enough for several blocks and threads, and no multiple of a block or a lane count. */
  static List<long[]> largeShapes() {
    return List.of(
        new long[] {100_003},
        new long[] {3, 40_009},
        new long[] {40_009, 3},
        new long[] {307, 331},
        new long[] {5, 2_003, 7},
        new long[] {2, 1, 70_001});
  }

  @ParameterizedTest
  @MethodSource("largeShapes")
  void largeReductions(long... shape) {
    Variable x = random(new Generator(1), shape).sub(0.5);
    double[] values = x.toDoubleArray();
    for (int axis = -1; axis < shape.length; axis++) {
      int[] axes = axis < 0 ? new int[0] : new int[] {axis};
      long[] kept = axis < 0 ? new long[shape.length] : with(shape, axis, 1);
      if (axis < 0) {
        Arrays.fill(kept, 1);
      }
      double[] sums = new double[count(kept)];
      double[] squares = new double[sums.length];
      double[] powers = new double[sums.length];
      double[] smallest = new double[sums.length];
      for (int i = 0; i < values.length; i++) {
        int p = broadcastPosition(kept, index(shape, i));
        sums[p] += values[i];
        squares[p] += values[i] * values[i];
        powers[p] += Math.exp(values[i]);
        smallest[p] = Math.min(smallest[p], values[i]);
      }
      String text = x.describe() + Arrays.toString(axes);
      assertArrayEquals(sums, x.sum(axes).toDoubleArray(), 1e-9, text);
      assertArrayEquals(smallest, x.minimum(Variable.scalar(0.0)).amin(axes).toDoubleArray(), text);
      double[] norms = Arrays.stream(squares).map(Math::sqrt).toArray();
      assertArrayEquals(norms, x.norm(axes).toDoubleArray(), 1e-9, text);
      double[] logarithms = Arrays.stream(powers).map(Math::log).toArray();
      assertArrayEquals(logarithms, x.logSumExp(axes).toDoubleArray(), 1e-9, text);
      if (axis >= 0) {
        double[] softmax = new double[values.length];
        for (int i = 0; i < values.length; i++) {
          int p = broadcastPosition(kept, index(shape, i));
          softmax[i] = Math.exp(values[i]) / powers[p];
        }
        assertArrayEquals(softmax, x.softmax(axis).toDoubleArray(), 1e-12, text);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("largeShapes")
  void largeBroadcasts(long... shape) {
    Generator rng = new Generator(2);
    Variable wide = random(rng, shape).requiresGrad(true);
    double[] a = wide.toDoubleArray();
    for (int axis = 0; axis < shape.length; axis++) {
      long[] narrow = with(shape, axis, 1);
      Variable other = random(rng, narrow).requiresGrad(true);
      double[] b = other.toDoubleArray();
      Variable factors = random(rng, shape);
      double[] factor = factors.toDoubleArray();
      double[] expected = new double[a.length];
      double[] gradientA = new double[a.length];
      double[] gradientB = new double[b.length];
      for (int i = 0; i < a.length; i++) {
        int p = broadcastPosition(narrow, index(shape, i));
        expected[i] = b[p] / (1 + a[i]);
        gradientA[i] = -factor[i] * b[p] / (1 + a[i]) / (1 + a[i]);
        gradientB[p] += factor[i] / (1 + a[i]);
      }
      Variable quotient = other.div(wide.add(1));
      assertArrayEquals(expected, quotient.toDoubleArray(), 1e-12);
      wide.zeroGrad();
      quotient.backward(factors, BackwardOptions.defaults());
      assertArrayEquals(
          gradientA, Objects.requireNonNull(wide.grad()).toDoubleArray(), 1e-12, "wide");
      assertArrayEquals(
          gradientB, Objects.requireNonNull(other.grad()).toDoubleArray(), 1e-9, "narrow");
    }
  }
}
