package org.autograd.operations;

import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.rough;
import static org.autograd.operations.Samples.sample;
import static org.autograd.operations.Samples.twice;
import static org.autograd.operations.Samples.view;
import static org.autograd.operations.Samples.views;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.autograd.Eigh;
import org.autograd.Index;
import org.autograd.Qr;
import org.autograd.SlogDet;
import org.autograd.Svd;
import org.autograd.Variable;
import org.autograd.operations.Samples.Domain;
import org.autograd.type.DType;

/** Operands of linear algebra, and results that do not depend on what is free to choose. */
final class Matrices {
  private static final Domain SMALL = new Domain(-0.9, 1.1);

  private Matrices() {}

  /**
   * Matrices with the diagonal 3, 5, 7 ... among smaller elements: far from singular, with distinct
   * singular values, and their symmetric part is positive-definite with distinct eigenvalues.
   */
  static Variable matrix(int number, long... shape) {
    Variable elements = SMALL.sample(number, shape);
    long rows = shape[shape.length - 2];
    long columns = shape[shape.length - 1];
    Variable diagonal = Variable.arange(DType.FLOAT64, 3, 3 + 2.0 * Math.max(rows, columns), 2);
    return elements.add(diagonal.diag(0).narrow(0, 0, rows).narrow(1, 0, columns));
  }

  static List<Sample> square() {
    List<Sample> samples = new ArrayList<>();
    for (long[] shape :
        new long[][] {
          {3, 3}, {2, 2, 2}, {1, 1}, {4, 4}, {2, 1, 2, 2}, {0, 0}, {0, 3, 3}, {2, 0, 0}
        }) {
      samples.add(sample("contiguous", matrix(0, shape)));
    }
    addViews(samples, 3, 3);
    return samples;
  }

  /** The determinant of which has a gradient all the same. */
  static List<Sample> squareAndSingular() {
    List<Sample> samples = square();
    samples.add(sample("rank 2", Variable.of(new double[][] {{1, 2, 3}, {2, 4, 6}, {1, 0, 1}})));
    samples.add(
        rough(
            "ranks 3, 2 and 1",
            Variable.stack(
                0,
                matrix(0, 3, 3),
                Variable.of(new double[][] {{1, 2, 3}, {2, 4, 6}, {1, 0, 1}}),
                Variable.of(new double[][] {{1, 2, 3}, {2, 4, 6}, {-1, -2, -3}}))));
    samples.add(rough("zeros", Variable.zeros(DType.FLOAT64, 3, 3)));
    samples.add(rough("zero", Variable.zeros(DType.FLOAT64, 1, 1)));
    return samples;
  }

  static List<Sample> rectangular() {
    List<Sample> samples = new ArrayList<>();
    for (long[] shape :
        new long[][] {
          {3, 2}, {2, 3}, {3, 3}, {2, 4, 2}, {2, 2, 3}, {1, 3}, {3, 1}, {1, 1}, {3, 0}, {0, 3},
          {0, 2, 3}
        }) {
      samples.add(sample("contiguous", matrix(0, shape)));
    }
    addViews(samples, 4, 2);
    return samples;
  }

  static List<Sample> nonEmpty(List<Sample> samples) {
    return samples.stream()
        .filter(s -> s.bases().stream().allMatch(base -> base.elementCount() > 0))
        .toList();
  }

  private static void addViews(List<Sample> samples, long rows, long columns) {
    samples.add(view("transposed", Variable::transpose, matrix(0, columns, rows)));
    samples.add(
        view(
            "sliced with steps",
            x -> x.get(Index.all(), Index.all().step(2)),
            matrix(0, rows, columns).repeatInterleave(1, 2)));
    samples.add(view("expanded", x -> x.expand(2, rows, columns), matrix(0, rows, columns)));
    samples.add(
        view(
            "permuted",
            x -> x.permute(2, 0, 1),
            matrix(0, 2, rows, columns).permute(1, 2, 0).copy()));
  }

  /** Matrices and right sides; the first number of each right side's shape is 1 for a vector. */
  static List<Sample> equations(boolean vectors) {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 3}, {3, 2}},
      {{2, 2, 2}, {2, 2, 2}},
      {{3, 3}, {2, 3, 2}},
      {{2, 2, 2}, {2, 1}},
      {{2, 1, 2, 2}, {3, 2, 1}},
      {{1, 1}, {1, 1}},
      {{0, 0}, {0, 2}},
      {{3, 3}, {3, 0}},
      {{0, 3, 3}, {0, 3, 2}},
      {{3, 3}, {0, 3, 2}},
    };
    for (long[][] shape : shapes) {
      samples.add(sample("contiguous", matrix(0, shape[0]), REAL.sample(1, shape[1])));
    }
    if (vectors) {
      samples.add(sample("vector", matrix(0, 3, 3), REAL.sample(1, 3)));
      samples.add(sample("vectors", matrix(0, 2, 3, 3), REAL.sample(1, 2, 3)));
    }
    samples.add(
        views(
            "transposed",
            Variable::transpose,
            Variable::transpose,
            matrix(0, 3, 3),
            REAL.sample(1, 2, 3)));
    samples.add(
        views(
            "expanded",
            x -> x.expand(2, 3, 3),
            x -> x.expand(2, 3, 2),
            matrix(0, 3, 3),
            REAL.sample(1, 2, 1, 2)));
    samples.add(twice(matrix(0, 3, 3)));
    return samples;
  }

  /** Matrices with more rows than columns, and fewer, and right sides. */
  static List<Sample> overdeterminedAndUnder() {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{4, 2}, {4, 2}},
      {{2, 3}, {2, 1}},
      {{3, 3}, {3, 2}},
      {{2, 3, 2}, {2, 3, 1}},
      {{3, 2}, {3}},
      {{2, 3, 2}, {2, 3}},
      {{3, 0}, {3, 2}},
      {{0, 3}, {0, 2}},
      {{3, 2}, {3, 0}},
    };
    for (long[][] shape : shapes) {
      samples.add(sample("contiguous", matrix(0, shape[0]), REAL.sample(1, shape[1])));
    }
    samples.add(
        views(
            "transposed",
            Variable::transpose,
            Variable::transpose,
            matrix(0, 2, 4),
            REAL.sample(1, 2, 4)));
    return samples;
  }

  /** Operands of the given shapes, contiguous and transposed. */
  static List<Sample> ofShapes(long[]... shapes) {
    Variable[] bases = new Variable[shapes.length];
    Variable[] transposed = new Variable[shapes.length];
    for (int k = 0; k < bases.length; k++) {
      bases[k] = REAL.sample(k, shapes[k]);
      transposed[k] = shapes[k].length < 2 ? bases[k] : bases[k].transpose().copy();
    }
    return List.of(
        sample("contiguous", bases),
        new Sample(
            "transposed",
            List.of(transposed),
            x -> {
              Variable[] result = x.clone();
              for (int k = 0; k < result.length; k++) {
                result[k] = shapes[k].length < 2 ? x[k] : x[k].transpose();
              }
              return result;
            },
            true));
  }

  /** Of which some rows are equal: their distance has a corner. */
  static List<Sample> equalRows() {
    Variable x = REAL.sample(0, 3, 2);
    return List.of(
        rough("equal rows", x, Variable.cat(0, x.narrow(0, 1, 2), REAL.sample(1, 1, 2))));
  }

  static long[] shape(long... sizes) {
    return sizes;
  }

  /** All in one list. */
  @SafeVarargs
  static List<Sample> all(List<Sample>... lists) {
    List<Sample> result = new ArrayList<>();
    for (List<Sample> list : lists) {
      result.addAll(list);
    }
    return result;
  }

  /** As {@link Choices#fixed}, for orders, of which that of the negative ones needs elements. */
  static Function<Variable[], List<Arguments>> matrixOrders() {
    return Choices.numbers(1, -1, 2, -2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
  }

  /** The symmetric part, since a decomposition reads a triangle and its gradient is of both. */
  static Variable symmetric(Variable x) {
    return x.add(x.transpose()).mul(0.5);
  }

  private static Variable weights(Variable vectors) {
    long count = vectors.size(-1);
    return Variable.arange(DType.FLOAT64, 1, 1 + (double) count, 1).to(vectors.dtype());
  }

  /** Each column's sign may be changed without changing this. */
  private static Variable withoutSigns(Variable vectors) {
    return vectors.mul(weights(vectors)).matmul(vectors.transpose());
  }

  static List<Variable> results(Svd svd) {
    return List.of(
        svd.s(),
        svd.u().matmul(svd.vh()),
        withoutSigns(svd.u()),
        withoutSigns(svd.vh().transpose()));
  }

  static List<Variable> results(Eigh eigh) {
    return List.of(eigh.values(), withoutSigns(eigh.vectors()));
  }

  /** The one decomposition of which the diagonal of r is positive. */
  static List<Variable> results(Qr qr) {
    Variable signs = qr.r().detach().diagonal(0, -2, -1).sign();
    return List.of(qr.q().mul(signs.unsqueeze(-2)), qr.r().mul(signs.unsqueeze(-1)));
  }

  static List<Variable> results(SlogDet slogDet) {
    return List.of(slogDet.sign().mul(slogDet.logAbsDet()));
  }
}
