package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** Axes taken apart, elements moved between axes, and arrays put together from several. */
sealed interface RearrangementOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Returns the size of an axis over a factor. */
    static long quotient(String operation, Variable x, int axis, long factor) {
      checkArgument(
          factor > 0 && x.size(axis) % factor == 0,
          "%s: axis %s of %s is no multiple of %s",
          operation,
          axis < 0 ? axis + x.rank() : axis,
          x.describe(),
          factor);
      return x.size(axis) / factor;
    }

    /**
     * All increasing sequences of {@code length} positions below {@code size}, one after another.
     */
    static void sequences(
        long size, int length, boolean repeated, long from, List<Long> start, List<Long> result) {
      if (start.size() == length) {
        result.addAll(start);
        return;
      }
      for (long k = from; k < size; k++) {
        start.add(k);
        sequences(size, length, repeated, repeated ? k : k + 1, start, result);
        start.removeLast();
      }
    }

    static void requireImages(String operation, Variable x) {
      checkArgument(
          x.rank() >= 3,
          "%s: needs axes for channels, height and width, got %s",
          operation,
          x.describe());
    }

    /** Returns the product of the sizes before the axes for channels, height and width. */
    static long images(Variable x) {
      long count = 1;
      for (int axis = 0; axis < x.rank() - 3; axis++) {
        count *= x.size(axis);
      }
      return count;
    }

    static Variable matrix(Variable x) {
      checkArgument(
          x.rank() <= 2, "blockDiag: needs matrices, vectors or scalars, got %s", x.describe());
      return x.rank() == 2 ? x : x.reshape(1, -1);
    }
  }

  /**
   * Returns a copy turned by {@code turns} right angles in the plane of two axes, first to second.
   */
  default Variable rot90(int turns, int first, int second) {
    Variable x = self();
    int a = x.shape().axis(first, "rot90");
    int b = x.shape().axis(second, "rot90");
    checkArgument(a != b, "rot90: needs two different axes of %s, got %s twice", x.describe(), a);
    return switch (Math.floorMod(turns, 4)) {
      case 0 -> x.copy();
      case 1 -> x.transpose(a, b).flip(a);
      case 2 -> x.flip(a, b);
      default -> x.transpose(a, b).flip(b);
    };
  }

  /** Returns the array with an axis taken apart into several, of sizes of which one may be -1. */
  default Variable unflatten(int axis, long... sizes) {
    Variable x = self();
    int at = x.shape().axis(axis, "unflatten");
    long known = Arrays.stream(sizes).filter(size -> size != -1).reduce(1, (a, b) -> a * b);
    long unknown = Arrays.stream(sizes).filter(size -> size == -1).count();
    boolean fits =
        unknown == 0 ? known == x.size(at) : unknown == 1 && known > 0 && x.size(at) % known == 0;
    checkArgument(
        sizes.length > 0 && fits,
        "unflatten: the sizes %s do not multiply to axis %s of %s",
        Arrays.toString(sizes),
        at,
        x.describe());
    long[] own = x.shape().toArray();
    long[] result = new long[own.length - 1 + sizes.length];
    System.arraycopy(own, 0, result, 0, at);
    for (int k = 0; k < sizes.length; k++) {
      result[at + k] = sizes[k] == -1 ? own[at] / known : sizes[k];
    }
    System.arraycopy(own, at + 1, result, at + sizes.length, own.length - at - 1);
    return ShapeOps.Steps.reshape("unflatten", x, Shape.of(result));
  }

  /** Returns exactly {@code count} views along an axis, of which the first may be larger by 1. */
  default List<Variable> tensorSplit(int axis, int count) {
    Variable x = self();
    int at = x.shape().axis(axis, "tensorSplit");
    checkArgument(count > 0, "tensorSplit: the number of parts must be positive, got %s", count);
    long[] sizes = new long[count];
    Arrays.setAll(sizes, k -> x.size(at) / count + (k < x.size(at) % count ? 1 : 0));
    return x.splitInto(at, sizes);
  }

  /**
   * Returns zeros with the last axis of this along a diagonal in the plane of two new axes.
   *
   * @param first where the result has the rows
   * @param second where the result has the columns
   */
  default Variable diagEmbed(long offset, int first, int second) {
    Variable x = self();
    int rank = x.rank() + 1;
    int a = first < 0 ? first + rank : first;
    int b = second < 0 ? second + rank : second;
    checkArgument(
        x.rank() > 0 && a >= 0 && a < rank && b >= 0 && b < rank && a != b,
        "diagEmbed: %s cannot get its diagonal on axes %s and %s",
        x.describe(),
        first,
        second);
    long size = x.size(-1) + Math.abs(offset);
    Shape shape = x.shape().without(x.rank() - 1);
    shape = shape.inserting(Math.min(a, b), size).inserting(Math.max(a, b), size);
    return ArrangementOps.Steps.embed(x, shape, offset, a, b);
  }

  /**
   * Returns the combinations of {@code length} elements of a vector, a row each, in the order of
   * their positions.
   */
  default Variable combinations(int length, boolean withReplacement) {
    Variable x = self();
    checkArgument(
        x.rank() == 1 && length >= 0,
        "combinations: needs a vector and a length that is not negative, got %s and %s",
        x.describe(),
        length);
    if (length == 0) {
      return Variable.zeros(x.dtype(), 0);
    }
    List<Long> positions = new ArrayList<>();
    Steps.sequences(x.size(0), length, withReplacement, 0, new ArrayList<>(), positions);
    long[] all = positions.stream().mapToLong(Long::longValue).toArray();
    return x.take(Variable.fromArray(all, all.length / length, length));
  }

  /** Returns the powers 0 to {@code columns - 1} of a vector's elements, or downwards to 0. */
  default Variable vander(int columns, boolean increasing) {
    Variable x = self();
    checkArgument(
        x.rank() == 1 && columns >= 0,
        "vander: needs a vector and a number of columns that is not negative, got %s and %s",
        x.describe(),
        columns);
    long[] sizes = {x.size(0), Math.max(0, columns - 1)};
    Variable ones = Variable.ones(x.dtype(), x.size(0), Math.min(1, columns));
    Variable powers = Variable.cat(1, ones, x.unsqueeze(1).expand(sizes)).cumprod(1);
    return increasing ? powers : powers.flip(1);
  }

  /**
   * Returns an array {@code [.., channels / factor^2, height factor, width factor]} in which blocks
   * of pixels are made of the channels.
   *
   * @throws IllegalArgumentException if the channels, the third axis from the end, are no multiple
   *     of {@code factor^2}
   */
  default Variable pixelShuffle(int factor) {
    Variable x = self();
    Steps.requireImages("pixelShuffle", x);
    long channels = Steps.quotient("pixelShuffle", x, -3, (long) factor * factor);
    long height = x.size(-2);
    long width = x.size(-1);
    long[] sizes = x.shape().toArray();
    sizes[x.rank() - 3] = channels;
    sizes[x.rank() - 2] = height * factor;
    sizes[x.rank() - 1] = width * factor;
    return x.reshape(Steps.images(x), channels, factor, factor, height, width)
        .permute(0, 1, 4, 2, 5, 3)
        .copy()
        .reshape(sizes);
  }

  /** Returns blocks of pixels as channels, the inverse of {@link #pixelShuffle}. */
  default Variable pixelUnshuffle(int factor) {
    Variable x = self();
    Steps.requireImages("pixelUnshuffle", x);
    long height = Steps.quotient("pixelUnshuffle", x, -2, factor);
    long width = Steps.quotient("pixelUnshuffle", x, -1, factor);
    long[] sizes = x.shape().toArray();
    sizes[x.rank() - 3] *= (long) factor * factor;
    sizes[x.rank() - 2] = height;
    sizes[x.rank() - 1] = width;
    return x.reshape(Steps.images(x), x.size(-3), height, factor, width, factor)
        .permute(0, 1, 3, 5, 2, 4)
        .copy()
        .reshape(sizes);
  }

  /**
   * Returns the channels (axis 1) in another order: the first of each group, then the second of
   * each, and so on.
   */
  default Variable channelShuffle(int groups) {
    Variable x = self();
    Steps.requireImages("channelShuffle", x);
    long each = Steps.quotient("channelShuffle", x, 1, groups);
    long[] positions = new long[(int) x.size(1)];
    Arrays.setAll(positions, i -> i % groups * each + i / groups);
    return IndexOps.Steps.indexSelect("channelShuffle", x, 1, Variable.of(positions));
  }

  /** See {@link Variable#blockDiag}. */
  static Variable blockDiag(Variable... blocks) {
    checkArgument(blocks.length > 0, "blockDiag: needs at least one array");
    List<Variable> rows = new ArrayList<>();
    long columns = 0;
    for (Variable block : blocks) {
      columns += Steps.matrix(block).size(1);
    }
    long before = 0;
    DType dtype = DType.BOOL;
    for (Variable block : blocks) {
      dtype = DType.promote(dtype, block.dtype());
    }
    for (Variable block : blocks) {
      Variable matrix = Steps.matrix(block).to(dtype);
      rows.add(matrix.padConstant(0, before, columns - before - matrix.size(1)));
      before += matrix.size(1);
    }
    return Variable.cat(0, rows);
  }

  /** See {@link Variable#cartesianProd}. */
  static Variable cartesianProd(Variable... vectors) {
    for (Variable vector : vectors) {
      checkArgument(
          vector.rank() == 1, "cartesianProd: needs vectors, got %s", Variable.describe(vectors));
    }
    checkArgument(vectors.length > 0, "cartesianProd: needs at least one vector");
    if (vectors.length == 1) {
      return vectors[0].copy();
    }
    List<Variable> columns =
        Variable.meshgrid(vectors).stream().map(grid -> grid.flatten()).toList();
    return Variable.stack(1, columns);
  }

  /** See {@link Variable#broadcast}. */
  static List<Variable> broadcast(Variable... arrays) {
    Shape shape = Shape.scalar();
    for (Variable array : arrays) {
      shape = Shape.broadcast(shape, array.shape(), "broadcast");
    }
    long[] sizes = shape.toArray();
    return Arrays.stream(arrays).map(array -> array.expand(sizes)).toList();
  }
}
