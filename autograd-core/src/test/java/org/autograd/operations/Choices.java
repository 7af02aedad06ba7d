package org.autograd.operations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.autograd.Index;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** What operations are passed beside their operands: some good choices for given operands. */
final class Choices {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private Choices() {}

  static Function<Variable[], List<Arguments>> fixed(Object... values) {
    return x -> List.of(Arguments.of(values));
  }

  static Function<Variable[], List<Arguments>> oneOf(Object... values) {
    return x -> Arrays.stream(values).map(value -> Arguments.of(value)).toList();
  }

  static Function<Variable[], List<Arguments>> numbers(double... values) {
    return x -> DoubleStream.of(values).mapToObj(value -> Arguments.of(value)).toList();
  }

  static Function<Variable[], List<Arguments>> numberPairs(double... values) {
    List<Arguments> result = new ArrayList<>();
    for (int k = 0; k < values.length; k += 2) {
      result.add(Arguments.of(values[k], values[k + 1]));
    }
    return x -> result;
  }

  /** All and some sets of axes; those without elements along them only if that is defined. */
  static Function<Variable[], List<Arguments>> axes(boolean overNothing) {
    return x -> {
      List<Arguments> result = new ArrayList<>();
      int[][] candidates = {{}, {0}, {-1}, {1}, {0, -1}, {-1, 1}, {0, 1}, {0, 2}, {2, 0, 1}};
      for (int[] candidate : candidates) {
        long count = alongAxes(x[0], candidate);
        if (count > 0 || (count == 0 && overNothing)) {
          result.add(Arguments.of(candidate));
        }
      }
      return result;
    };
  }

  /** Returns how many elements there are along axes, -1 if the axes do not exist or repeat. */
  private static long alongAxes(Variable x, int... axes) {
    if (axes.length == 0) {
      return x.elementCount();
    }
    long count = 1;
    boolean[] seen = new boolean[x.rank()];
    for (int axis : axes) {
      int at = axis < 0 ? axis + x.rank() : axis;
      if (at < 0 || at >= x.rank() || seen[at]) {
        return -1;
      }
      seen[at] = true;
      count *= x.size(at);
    }
    return count;
  }

  /** Axes along which there are at least two elements, where the unbiased variance is finite. */
  static List<Arguments> severalAlong(Variable... x) {
    return axes(true).apply(x).stream().filter(a -> alongAxes(x[0], a.axes(0)) > 1).toList();
  }

  static Function<Variable[], List<Arguments>> orders(double... orders) {
    return x -> {
      List<Arguments> result = new ArrayList<>();
      for (double order : orders) {
        for (Arguments a : axes(order != INFINITY).apply(x)) {
          result.add(Arguments.of(order, a.axes(0)));
        }
      }
      return result;
    };
  }

  static List<Arguments> axis(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = 0; axis < x[0].rank(); axis++) {
      result.add(Arguments.of(axis));
    }
    if (x[0].rank() > 0) {
      result.add(Arguments.of(-1));
    }
    return result;
  }

  static List<Arguments> nonEmptyAxis(Variable... x) {
    return axis(x).stream().filter(a -> x[0].size(a.integer(0)) > 0).toList();
  }

  static List<Arguments> distinctAxes(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    result.add(Arguments.of(new int[] {}));
    for (int axis = 0; axis < x[0].rank(); axis++) {
      result.add(Arguments.of(new int[] {axis}));
    }
    if (x[0].rank() > 1) {
      result.add(Arguments.of(new int[] {0, -1}));
    }
    return result;
  }

  static List<Arguments> axisAndShift(Variable... x) {
    return List.of(
        Arguments.of(0, 1), Arguments.of(-1, -2), Arguments.of(0, 100), Arguments.of(-1, 0));
  }

  static List<Arguments> repeats(Variable... x) {
    long[] ones = new long[x[0].rank()];
    Arrays.fill(ones, 1);
    long[] twos = new long[x[0].rank() + 1];
    Arrays.fill(twos, 2);
    long[] last = ones.clone();
    if (last.length > 0) {
      last[last.length - 1] = 3;
    }
    return List.of(Arguments.of(ones), Arguments.of(twos), Arguments.of(last));
  }

  static List<Arguments> planes(Variable... x) {
    if (x[0].rank() < 2) {
      return List.of();
    }
    return List.of(
        Arguments.of(0, 0, 1),
        Arguments.of(1, -1, 0),
        Arguments.of(-1, -2, -1),
        Arguments.of(100, 0, 1));
  }

  static List<Arguments> diagonals(Variable... x) {
    return x[0].rank() < 2
        ? List.of()
        : List.of(Arguments.of(0), Arguments.of(1), Arguments.of(-1), Arguments.of(-100));
  }

  static List<Arguments> slidingWindows(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = 0; axis < x[0].rank(); axis++) {
      long size = x[0].size(axis);
      if (size > 1) {
        result.add(Arguments.of(axis, 2, 1));
        result.add(Arguments.of(axis - x[0].rank(), size, 3));
        result.add(Arguments.of(axis, 1, 2));
      }
    }
    return result;
  }

  static List<Arguments> amounts(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    result.add(Arguments.of(new long[] {1, 2}));
    result.add(Arguments.of(new long[] {0, 0}));
    if (x[0].rank() > 1) {
      result.add(Arguments.of(new long[] {0, 1, 2, 0}));
    }
    if (x[0].size(-1) > 2) {
      result.add(Arguments.of(new long[] {-1, 2}));
      result.add(Arguments.of(new long[] {-1, -1}));
    }
    return result;
  }

  static List<Arguments> masks(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    result.add(Arguments.of(Samples.mask(x[0].shape().toArray())));
    result.add(Arguments.of(Samples.mask()));
    if (x[0].rank() > 0) {
      result.add(Arguments.of(Samples.mask(x[0].shape().with(0, 1).toArray())));
    }
    return result;
  }

  static List<Arguments> flatPositions(Variable... x) {
    long n = x[0].elementCount();
    return n == 0
        ? List.of()
        : List.of(
            Arguments.of(index(n, 5)),
            Arguments.of(index(n, 2, 3).sub((double) n)),
            Arguments.of(index(n)));
  }

  static List<Arguments> topmost(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (Arguments a : nonEmptyAxis(x)) {
      result.add(Arguments.of(a.integer(0), 1, 1));
      result.add(Arguments.of(a.integer(0), x[0].size(a.integer(0)), 0));
    }
    return result;
  }

  static List<Arguments> axisOfSome(Variable... x) {
    return x[0].elementCount() > 0 ? axis(x) : List.of();
  }

  static List<Arguments> evenAxis(Variable... x) {
    return axis(x).stream().filter(a -> x[0].size(a.integer(0)) % 2 == 0).toList();
  }

  static List<Arguments> lastAxis(Variable... x) {
    return x[0].rank() > 0 ? List.of(Arguments.of(x[0].rank() - 1)) : List.of();
  }

  /** The shapes of the last axes that have elements, and an epsilon. */
  static List<Arguments> normalizedShapes(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int first = x[0].rank() - 1; first >= 0; first--) {
      long[] sizes = Arrays.copyOfRange(x[0].shape().toArray(), first, x[0].rank());
      if (Shape.of(sizes).elementCount() > 0) {
        result.add(Arguments.of(Shape.of(sizes), 0.1));
      }
    }
    return result;
  }

  static List<Arguments> nonEmpty(Variable... x) {
    return x[0].elementCount() > 0 ? List.of(Arguments.of()) : List.of();
  }

  static List<Arguments> atLeastTwoAxes(Variable... x) {
    return x[0].rank() >= 2 ? List.of(Arguments.of()) : List.of();
  }

  static List<Arguments> newAxis(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = -1; axis <= x[0].rank(); axis++) {
      result.add(Arguments.of(axis));
    }
    return result;
  }

  static List<Arguments> axisPairs(Variable... x) {
    int last = x[0].rank() - 1;
    return List.of(Arguments.of(0, -1), Arguments.of(last, 0), Arguments.of(-1, -1));
  }

  static List<Arguments> orders(Variable... x) {
    return switch (x[0].rank()) {
      case 0 -> List.of(Arguments.of(new int[0]));
      case 1 -> List.of(Arguments.of(new int[] {0}));
      case 2 -> List.of(Arguments.of(new int[] {1, 0}), Arguments.of(new int[] {0, -1}));
      default ->
          List.of(
              Arguments.of(new int[] {2, 0, 1}),
              Arguments.of(new int[] {1, -1, 0}),
              Arguments.of(new int[] {0, 2, 1}));
    };
  }

  static List<Arguments> flattened(Variable... x) {
    return x[0].rank() > 2
        ? List.of(Arguments.of(0, 1), Arguments.of(1, -1), Arguments.of(0, -1))
        : List.of(Arguments.of(0, -1), Arguments.of(0, 0));
  }

  static List<Arguments> newShapes(Variable... x) {
    long n = x[0].elementCount();
    List<Arguments> result = new ArrayList<>();
    result.add(Arguments.of(new long[] {n}));
    result.add(Arguments.of(new long[] {1, n, 1}));
    result.add(Arguments.of(x[0].shape().toArray()));
    if (n > 0) {
      result.add(Arguments.of(new long[] {-1}));
    }
    if (n > 0 && n % 2 == 0) {
      result.add(Arguments.of(new long[] {2, -1}));
      result.add(Arguments.of(new long[] {-1, 1, 2}));
    }
    if (n == 1) {
      result.add(Arguments.of(new long[] {}));
    }
    return result;
  }

  static List<Arguments> smallerShapes(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    Shape shape = x[0].shape();
    result.add(Arguments.of(shape));
    result.add(Arguments.of(Shape.scalar()));
    for (int axis = 0; axis < shape.rank(); axis++) {
      result.add(Arguments.of(shape.with(axis, 1)));
    }
    if (shape.rank() > 0) {
      result.add(Arguments.of(shape.without(0)));
    }
    return result;
  }

  static List<Arguments> largerShapes(Variable... x) {
    long[] sizes = x[0].shape().toArray();
    long[] more = new long[sizes.length + 1];
    System.arraycopy(sizes, 0, more, 1, sizes.length);
    more[0] = 2;
    List<Arguments> result = new ArrayList<>();
    result.add(Arguments.of(more.clone()));
    result.add(Arguments.of(sizes));
    more[0] = 0;
    result.add(Arguments.of(more.clone()));
    more[0] = 3;
    for (int axis = 1; axis < more.length; axis++) {
      more[axis] = more[axis] == 1 ? 4 : -1;
    }
    result.add(Arguments.of(more));
    return result;
  }

  static List<Arguments> ranges(Variable... x) {
    int last = x[0].rank() - 1;
    int size = (int) x[0].size(last);
    List<Arguments> result = new ArrayList<>();
    result.add(Arguments.of(last, 0, size));
    result.add(Arguments.of(-1, size, 0));
    if (size > 1) {
      result.add(Arguments.of(last, 1, size - 1));
      result.add(Arguments.of(-1, 0, 1));
    }
    if (x[0].size(0) > 2) {
      result.add(Arguments.of(0, 1, 1));
    }
    return result;
  }

  static List<Arguments> positions(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = 0; axis < x[0].rank(); axis++) {
      int size = (int) x[0].size(axis);
      if (size > 0) {
        result.add(Arguments.of(axis, 0));
        result.add(Arguments.of(axis - x[0].rank(), size - 1));
        result.add(Arguments.of(axis, -1));
      }
    }
    return result;
  }

  private static Arguments parts(Index... parts) {
    return Arguments.of((Object) parts);
  }

  static List<Arguments> slices(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    result.add(parts());
    result.add(parts(Index.ellipsis()));
    result.add(parts(Index.newAxis(), Index.ellipsis(), Index.newAxis()));
    if (x[0].rank() > 0) {
      result.add(parts(Index.all()));
      result.add(parts(Index.all().step(2)));
      result.add(parts(Index.range(1, 3)));
      result.add(parts(Index.range(-2, 100)));
      result.add(parts(Index.range(2, 1), Index.newAxis()));
      result.add(parts(Index.ellipsis(), Index.from(1).step(3)));
      result.add(parts(Index.newAxis(), Index.range(-100, -1)));
    }
    if (x[0].rank() > 1 && x[0].elementCount() > 0) {
      result.add(parts(Index.at(0), Index.all().step(2)));
      result.add(parts(Index.range(0, 2), Index.newAxis(), Index.at(-1)));
      result.add(parts(Index.ellipsis(), Index.at(-1), Index.newAxis()));
    }
    if (x[0].rank() > 2) {
      result.add(parts(Index.from(1), Index.ellipsis(), Index.at(1)));
      result.add(parts(Index.all(), Index.at(1), Index.range(0, 3).step(2)));
    }
    return result;
  }

  static List<Arguments> selections(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    if (x[0].elementCount() > 0) {
      result.add(parts(Index.at(index(x[0].size(0), 3))));
      result.add(parts(Index.ellipsis(), Index.at(index(x[0].size(-1), 4))));
      result.add(parts(Index.at(index(x[0].size(0), 0))));
    }
    if (x[0].elementCount() > 0 && x[0].rank() > 1) {
      result.add(parts(Index.range(0, 2), Index.at(index(x[0].size(1), 3))));
    }
    return result;
  }

  static List<Arguments> rowsAndMasks(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    result.add(Arguments.of(Samples.mask(x[0].shape().toArray())));
    result.add(Arguments.of(Variable.zeros(DType.BOOL, x[0].shape().toArray())));
    if (x[0].size(0) > 0) {
      result.add(Arguments.of(index(x[0].size(0), 3)));
      result.add(Arguments.of(index(x[0].size(0), 2, 2).transpose()));
      result.add(Arguments.of(index(x[0].size(0)).to(DType.INT32)));
    }
    return result;
  }

  static List<Arguments> axisAndPositions(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = 0; axis < x[0].rank(); axis++) {
      long size = x[0].size(axis);
      result.add(Arguments.of(axis, Variable.zeros(DType.INT64, 0)));
      if (size > 0) {
        result.add(Arguments.of(axis, index(size, 5)));
        result.add(Arguments.of(axis - x[0].rank(), index(size, 6).get(Index.all().step(2))));
      }
    }
    return result;
  }

  static List<Arguments> axisAndIndex(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = 0; axis < x[0].rank(); axis++) {
      long size = x[0].size(axis);
      if (size > 0) {
        long[] longer = x[0].shape().with(axis, size + 2).toArray();
        long[] shorter = x[0].shape().with(axis, 1).toArray();
        shorter[0] = Math.min(shorter[0], 2);
        result.add(Arguments.of(axis, index(size, longer)));
        result.add(Arguments.of(axis - x[0].rank(), index(size, shorter)));
      }
    }
    return result;
  }

  static List<Arguments> labels(Variable... x) {
    if (x[0].rank() == 0 || x[0].size(-1) == 0) {
      return List.of();
    }
    long[] shape = x[0].shape().without(x[0].rank() - 1).toArray();
    return List.of(Arguments.of(index(x[0].size(-1), shape)));
  }

  /** Returns positions below {@code size}, some of them repeated. */
  static Variable index(long size, long... shape) {
    long count = Shape.of(shape).elementCount();
    long[] values = new long[(int) count];
    Arrays.setAll(values, i -> (2 + 7L * i * i + i / 3) % size);
    return Variable.fromArray(values, shape);
  }

  /** Returns the given positions. */
  static Variable given(int... positions) {
    return Variable.of(positions).to(DType.INT64);
  }
}
