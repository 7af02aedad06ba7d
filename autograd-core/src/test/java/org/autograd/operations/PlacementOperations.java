package org.autograd.operations;

import static org.autograd.operations.Choices.fixed;
import static org.autograd.operations.Choices.given;
import static org.autograd.operations.Choices.index;
import static org.autograd.operations.Choices.numbers;
import static org.autograd.operations.Choices.oneOf;
import static org.autograd.operations.Operation.Trait.MAY_SHARE;
import static org.autograd.operations.Operation.Trait.MOVES_ONLY;
import static org.autograd.operations.Operation.Trait.VIEW;
import static org.autograd.operations.OperationRegistry.op;
import static org.autograd.operations.OperationRegistry.outputs;
import static org.autograd.operations.Samples.POSITIVE;
import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.arrays;
import static org.autograd.operations.Samples.pairs;
import static org.autograd.operations.Samples.rough;
import static org.autograd.operations.Samples.sample;
import static org.autograd.operations.Samples.updates;
import static org.autograd.operations.Samples.vectors;
import static org.autograd.operations.Samples.vectorsAndMatrices;
import static org.autograd.operations.Samples.withAxes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.autograd.Index;
import org.autograd.ScatterReduction;
import org.autograd.Variable;
import org.autograd.type.DType;

/** Rearrangements and elements placed among others: a part of {@link OperationRegistry}. */
final class PlacementOperations {
  private PlacementOperations() {}

  // spotless:off
  static List<Operation> operations() {
    return List.of(
        // Rearrangements.
        op("rot90(int,int,int)", arrays(REAL), PlacementOperations::turns,
            (x, a) -> x[0].rot90(a.integer(0), a.integer(1), a.integer(2))).with(MOVES_ONLY),
        op("unflatten(int,long...)", withAxes(arrays(REAL)), PlacementOperations::unflattened,
            (x, a) -> x[0].unflatten(a.integer(0), a.sizes(1))).with(MAY_SHARE, MOVES_ONLY),
        outputs("tensorSplit(int,int)", withAxes(arrays(REAL)), Choices::axis,
            (x, a) -> x[0].tensorSplit(a.integer(0), 3)).with(VIEW, MOVES_ONLY),
        op("diagEmbed(long,int,int)", withAxes(arrays(REAL)), PlacementOperations::planes,
            (x, a) -> x[0].diagEmbed(a.integer(0), a.integer(1), a.integer(2))).with(MOVES_ONLY),
        op("combinations(int,boolean)", vectorsOf(5), PlacementOperations::lengths,
            (x, a) -> x[0].combinations(a.integer(0), a.number(1) > 0)).with(MOVES_ONLY),
        op("vander(int,boolean)", vectorsOf(3), PlacementOperations::powers,
            (x, a) -> x[0].vander(a.integer(0), a.number(1) > 0)),
        op("pixelShuffle(int)", images(8, 3, 2), numbers(1, 2), (x, a) -> x[0].pixelShuffle(a.integer(0))).with(MOVES_ONLY),
        op("pixelUnshuffle(int)", images(2, 6, 4), numbers(1, 2), (x, a) -> x[0].pixelUnshuffle(a.integer(0))).with(MOVES_ONLY),
        op("channelShuffle(int)", examples(6, 2, 2), numbers(1, 2, 3), (x, a) -> x[0].channelShuffle(a.integer(0))).with(MOVES_ONLY),
        op("blockDiag(Variable[])", blocks(), (x, a) -> Variable.blockDiag(x)),
        op("cartesianProd(Variable[])", vectors(false), (x, a) -> Variable.cartesianProd(x)),
        outputs("broadcast(Variable[])", pairs(REAL, REAL), (x, a) -> Variable.broadcast(x)).with(MAY_SHARE),

        // Index expressions with several arrays, masks and negative positions.
        op("get(Index...)", List.of(sample("contiguous", REAL.sample(0, 3, 4, 5)), sample("contiguous", REAL.sample(0, 3, 3, 3))),
            PlacementOperations::expressions, (x, a) -> x[0].get(a.index(0))).with(MOVES_ONLY),
        op("indexPut(Variable,boolean,Index...)", updates(new long[] {3, 4}, new long[] {2, 2}), oneOf((Object) PART),
            (x, a) -> x[0].indexPut(x[1], false, a.index(0))),
        op("indexPut(Variable,boolean,Index...)", List.of(sample("broadcast", REAL.sample(0, 3, 4), REAL.sample(1, 2, 1))), oneOf((Object) PART),
            (x, a) -> x[0].indexPut(x[1], false, a.index(0))),
        op("indexPut(List,Variable,boolean)", updates(new long[] {3, 4}, new long[] {1, 4}), fixed(given(2)),
            (x, a) -> x[0].indexPut(List.of(a.array(0)), x[1], false)),
        op("put(Variable,Variable,boolean)", updates(new long[] {3, 4}, new long[] {2, 3}), oneOf(given(0, -1, 3, 5, 7, 8).reshape(2, 3)),
            (x, a) -> x[0].put(a.array(0), x[1], true)),
        op("maskedScatter(Variable,Variable)", updates(new long[] {3, 4}, new long[] {5, 4}), PlacementOperations::masks,
            (x, a) -> x[0].maskedScatter(a.array(0), x[1])),
        op("diagonalScatter(Variable,long,int,int)", List.of(sample("contiguous", REAL.sample(0, 3, 4), REAL.sample(1, 3)), sample("contiguous", REAL.sample(0, 4, 4), REAL.sample(1, 3))), PlacementOperations::fittingDiagonal,
            (x, a) -> x[0].diagonalScatter(x[1], a.integer(0), 0, 1)),
        op("takeAlongDim(Variable,int)", withAxes(arrays(REAL)), PlacementOperations::broadcastIndex,
            (x, a) -> x[0].takeAlongDim(a.array(1), a.integer(0))).with(MOVES_ONLY),
        op("scatterReduce(int,Variable,Variable,ScatterReduction,boolean)", updates(new long[] {3, 4}, new long[] {5, 4}), reductions(0, index(3, 5, 4)),
            (x, a) -> x[0].scatterReduce(a.integer(0), a.array(1), x[1], reduction(a), a.number(3) > 0)),
        op("scatterReduce(int,Variable,Variable,ScatterReduction,boolean)", updates(new long[] {3, 4}, new long[] {2, 6}), reductions(-1, index(4, 2, 6)),
            (x, a) -> x[0].scatterReduce(a.integer(0), a.array(1), x[1], reduction(a), a.number(3) > 0)),
        op("scatterReduce(int,Variable,Variable,ScatterReduction,boolean)", List.of(
                rough("ties and zeros", Variable.of(2.0, 0, 3, 1), Variable.of(2.0, 3, 0, 5, 3, -1)),
                sample("contiguous", REAL.sample(0, 4), POSITIVE.sample(1, 6))), reductions(0, given(0, 2, 1, 2, 2, 0)),
            (x, a) -> x[0].scatterReduce(a.integer(0), a.array(1), x[1], reduction(a), a.number(3) > 0)),
        op("indexReduce(int,Variable,Variable,ScatterReduction,boolean)", List.of(sample("contiguous", REAL.sample(0, 3, 4), REAL.sample(1, 5, 4))), reductions(0, given(2, 0, 2, 1, 2)),
            (x, a) -> x[0].indexReduce(a.integer(0), a.array(1), x[1], reduction(a), a.number(3) > 0)));
  }
  // spotless:on

  /** Of a [3, 4] array the part [2, 2]. */
  private static final Index[] PART = {Index.from(1), Index.all().step(2)};

  private static List<Arguments> turns(Variable... x) {
    return x[0].rank() < 2
        ? List.of()
        : List.of(
            Arguments.of(0, 0, 1),
            Arguments.of(1, 0, 1),
            Arguments.of(2, -1, 0),
            Arguments.of(-1, -1, 0));
  }

  private static List<Arguments> unflattened(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = 0; axis < x[0].rank(); axis++) {
      long size = x[0].size(axis);
      result.add(Arguments.of(axis, new long[] {1, size}));
      result.add(Arguments.of(axis - x[0].rank(), new long[] {-1, 1}));
      if (size % 2 == 0) {
        result.add(Arguments.of(axis, new long[] {2, -1, 1}));
      }
    }
    return result;
  }

  private static List<Arguments> planes(Variable... x) {
    return List.of(Arguments.of(0, -2, -1), Arguments.of(1, 0, -1), Arguments.of(-2, -1, 0));
  }

  private static List<Arguments> lengths(Variable... x) {
    return List.of(Arguments.of(2, 0), Arguments.of(1, 0), Arguments.of(3, 1), Arguments.of(2, 1));
  }

  private static List<Arguments> powers(Variable... x) {
    return List.of(Arguments.of(4, 1), Arguments.of(3, 0), Arguments.of(1, 0));
  }

  private static List<Sample> vectorsOf(int size) {
    return vectorsAndMatrices().stream()
        .filter(s -> s.operands(s.leaves(DType.FLOAT64))[0].rank() == 1)
        .filter(s -> s.operands(s.leaves(DType.FLOAT64))[0].elementCount() < 8)
        .filter(s -> s.operands(s.leaves(DType.FLOAT64))[0].elementCount() > 0 || size > 3)
        .toList();
  }

  private static List<Sample> images(long... sizes) {
    return List.of(
        sample("contiguous", REAL.sample(0, sizes)),
        sample("contiguous", REAL.sample(0, 2, sizes[0], sizes[1], sizes[2])),
        sample("contiguous", REAL.sample(0, 2, 1, sizes[0], sizes[1], sizes[2])));
  }

  private static List<Sample> examples(long... sizes) {
    return List.of(sample("contiguous", REAL.sample(0, 2, sizes[0], sizes[1], sizes[2])));
  }

  private static List<Sample> blocks() {
    return List.of(
        sample("matrices", REAL.sample(0, 2, 3), REAL.sample(1, 1, 2)),
        sample("others", REAL.sample(0, 3), REAL.sample(1), REAL.sample(2, 2, 2)),
        sample("empty", REAL.sample(0, 0, 2), REAL.sample(1, 2, 2)));
  }

  private static List<Arguments> expressions(Variable... x) {
    Variable rows = given(2, -3, 1);
    Variable columns = given(0, -1).unsqueeze(1);
    Variable mask = Samples.mask(x[0].size(0), x[0].size(1));
    Index all = Index.all();
    Index[][] parts = {
      {Index.at(given(0, -1)), Index.at(given(2, 1))},
      {Index.at(rows), Index.at(columns)},
      {Index.at(rows), all, Index.at(columns)},
      {all, Index.at(rows), Index.at(columns)},
      {Index.range(1, 3), Index.at(columns), Index.at(given(1))},
      {Index.at(columns)},
      {Index.ellipsis(), Index.at(columns)},
      {Index.at(mask)},
      {Index.at(mask), Index.at(given(1))},
      {Index.at(0), Index.at(rows)},
      {Index.at(rows), Index.at(rows), Index.at(rows)},
    };
    List<Arguments> result = new ArrayList<>();
    for (Index[] expression : parts) {
      result.add(Arguments.of((Object) expression));
    }
    return result;
  }

  /** Positions that are the same for all other axes, or differ. */
  private static List<Arguments> broadcastIndex(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (int axis = 0; axis < x[0].rank(); axis++) {
      long size = x[0].size(axis);
      if (size > 0) {
        long[] same = new long[x[0].rank()];
        Arrays.fill(same, 1);
        same[axis] = 3;
        result.add(Arguments.of(axis, index(size, same)));
        long[] different = x[0].shape().with(axis, 2).toArray();
        result.add(Arguments.of(axis - x[0].rank(), index(size, different)));
      }
    }
    return result;
  }

  private static List<Arguments> masks(Variable... x) {
    return List.of(
        Arguments.of(Samples.mask(3, 4)),
        Arguments.of(Samples.mask(4)),
        Arguments.of(Samples.mask(3, 1)));
  }

  private static List<Arguments> fittingDiagonal(Variable... x) {
    return List.of(Arguments.of(x[0].size(0) == 3 ? 0 : 1));
  }

  private static ScatterReduction reduction(Arguments a) {
    return ScatterReduction.valueOf((String) a.values().get(2));
  }

  private static Function<Variable[], List<Arguments>> reductions(int axis, Variable index) {
    List<Arguments> result = new ArrayList<>();
    for (ScatterReduction reduction : ScatterReduction.values()) {
      result.add(Arguments.of(axis, index, reduction.name(), 1));
      result.add(Arguments.of(axis, index, reduction.name(), 0));
    }
    return x -> result;
  }
}
