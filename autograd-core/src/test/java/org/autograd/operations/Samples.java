package org.autograd.operations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.Generator;
import org.autograd.Index;
import org.autograd.Variable;
import org.autograd.type.DType;

/** The operands that operations are tried with, by kind of operation. */
final class Samples {
  private Samples() {}

  /**
   * Where values come from: distinct and evenly spaced, in a random order, so that nothing ties.
   *
   * @param special values at which the function has corners, poles or jumps
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Domain(double low, double high, double... special) {
    private static final double[] EVERYWHERE = {
      0.0,
      -0.0,
      1,
      -1,
      0.5,
      -2.5,
      3,
      30,
      -30,
      200,
      -200,
      1e-30,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY
    };

    Variable sample(int number, long... shape) {
      Generator rng = new Generator(7 * number + shape.length);
      int n = 1;
      for (long size : shape) {
        n *= (int) size;
      }
      int[] order = Variable.randperm(rng, n).toIntArray();
      double[] values = new double[n];
      for (int i = 0; i < n; i++) {
        double value = low + (high - low) * (order[i] + 0.5 + 0.25 * number) / n;
        for (double corner : special) {
          value += Math.abs(value - corner) < 0.01 ? 0.03 : 0;
        }
        values[i] = (float) value;
      }
      return Variable.fromArray(values, shape);
    }

    double[] specialValues() {
      double[] result = java.util.Arrays.copyOf(EVERYWHERE, EVERYWHERE.length + special.length);
      System.arraycopy(special, 0, result, EVERYWHERE.length, special.length);
      return result;
    }
  }

  static final Domain REAL = new Domain(-1.93, 2.3, 0);
  static final Domain POSITIVE = new Domain(0.3, 2.6);
  static final Domain ABOVE_MINUS_ONE = new Domain(-0.8, 2.3);
  static final Domain ABOVE_ONE = new Domain(1.3, 3.2);
  static final Domain INSIDE_ONE = new Domain(-0.85, 0.8, 0);
  static final Domain INSIDE_UNIT = new Domain(0.15, 0.85);
  static final Domain NOT_ZERO = new Domain(-2.55, -0.4);

  static Domain realWithCorners(double... corners) {
    return new Domain(-1.93, 2.3, corners);
  }

  static Sample sample(String label, Variable... bases) {
    return new Sample(label, List.of(bases), UnaryOperator.identity(), true);
  }

  static Sample rough(String label, Variable... bases) {
    return new Sample(label, List.of(bases), UnaryOperator.identity(), false);
  }

  static Sample view(String label, UnaryOperator<Variable> view, Variable base) {
    return new Sample(label, List.of(base), x -> new Variable[] {view.apply(x[0])}, true);
  }

  static Sample views(
      String label,
      UnaryOperator<Variable> first,
      UnaryOperator<Variable> second,
      Variable... bases) {
    return new Sample(
        label, List.of(bases), x -> new Variable[] {first.apply(x[0]), second.apply(x[1])}, true);
  }

  static Sample twice(Variable base) {
    return new Sample(
        "same operand twice " + base.shape(),
        List.of(base),
        x -> new Variable[] {x[0], x[0]},
        true);
  }

  /** A slice with steps along both axes, of shape [3, 4] for a base of shape [6, 8]. */
  private static Variable stepped(Variable base) {
    return base.get(Index.range(1, 6).step(2), Index.from(1).step(2));
  }

  /** One array in every layout and many shapes. */
  static List<Sample> arrays(Domain domain) {
    List<Sample> samples = new ArrayList<>();
    for (long[] shape : new long[][] {{3, 4}, {7}, {67}, {2, 3, 4}, {}, {1}, {1, 1}}) {
      samples.add(sample("contiguous", domain.sample(0, shape)));
    }
    for (long[] shape : new long[][] {{0}, {3, 0}, {0, 4}}) {
      samples.add(sample("empty", domain.sample(0, shape)));
    }
    samples.add(view("transposed", Variable::transpose, domain.sample(0, 4, 3)));
    samples.add(view("sliced with steps", Samples::stepped, domain.sample(0, 6, 8)));
    samples.add(view("narrowed", x -> x.narrow(0, 1, 3), domain.sample(0, 5, 4)));
    samples.add(view("row broadcast", x -> x.expand(3, 4), domain.sample(0, 1, 4)));
    samples.add(view("column broadcast", x -> x.expand(3, 4), domain.sample(0, 3, 1)));
    samples.add(view("scalar broadcast", x -> x.expand(2, 3), domain.sample(0)));
    samples.add(view("permuted", x -> x.permute(2, 0, 1), domain.sample(0, 2, 3, 4)));
    samples.add(view("selected scalar", x -> x.select(0, 1), domain.sample(0, 3)));
    return samples;
  }

  /** As {@link #arrays}, and values at which pointwise functions are peculiar. */
  static List<Sample> elements(Domain domain) {
    List<Sample> samples = arrays(domain);
    samples.add(rough("special values", Variable.of(domain.specialValues())));
    return samples;
  }

  /** As {@link #arrays}, with ties, zeros, infinities and NaN for reductions. */
  static List<Sample> reducible(Domain domain) {
    List<Sample> samples = arrays(domain);
    samples.add(sample("four axes", domain.sample(0, 2, 3, 2, 2)));
    samples.add(
        rough("ties", Variable.of(new double[][] {{1, 3, 3, 2}, {2, 2, 2, 2}, {-1, 0, -1, 0}})));
    samples.add(rough("zeros", Variable.zeros(DType.FLOAT64, 2, 3)));
    double infinity = Double.POSITIVE_INFINITY;
    samples.add(
        rough(
            "infinities and NaN",
            Variable.of(
                new double[][] {
                  {1, infinity, 2},
                  {-infinity, 1, 2},
                  {-infinity, -infinity, -infinity},
                  {infinity, infinity, 1},
                  {infinity, -infinity, 1},
                  {1, Double.NaN, 3},
                  {Double.NaN, infinity, Double.NaN},
                  {1000, 1000, 999},
                  {-1000, -1000, -999}
                })));
    return samples;
  }

  /** Only those samples with at least one axis. */
  static List<Sample> withAxes(List<Sample> samples) {
    return samples.stream().filter(s -> s.operands(s.leaves(DType.FLOAT64))[0].rank() > 0).toList();
  }

  static List<Sample> withElements(List<Sample> samples) {
    return samples.stream()
        .filter(s -> s.operands(s.leaves(DType.FLOAT64))[0].elementCount() > 0)
        .toList();
  }

  /** Arrays with a weight and a bias for their last axes. */
  static List<Sample> normalizable() {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 4}, {4}}, {{67}, {67}}, {{2, 3, 4}, {3, 4}}, {{0, 4}, {4}}, {{3, 1}, {1}}
    };
    for (long[][] shape : shapes) {
      samples.add(
          sample(
              "contiguous",
              REAL.sample(0, shape[0]),
              REAL.sample(1, shape[1]),
              REAL.sample(2, shape[1])));
    }
    samples.add(
        new Sample(
            "transposed, sliced and expanded",
            List.of(REAL.sample(0, 4, 3), REAL.sample(1, 8), REAL.sample(2, 1)),
            x -> new Variable[] {x[0].transpose(), x[1].get(Index.all().step(2)), x[2].expand(4)},
            true));
    return samples;
  }

  /** Two arrays that broadcast together, in every combination. */
  static List<Sample> pairs(Domain left, Domain right) {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 4}, {3, 4}},
      {{67}, {67}},
      {{3, 4}, {4}},
      {{4}, {3, 4}},
      {{3, 4}, {3, 1}},
      {{3, 1}, {3, 4}},
      {{3, 1}, {1, 4}},
      {{1, 4}, {3, 1}},
      {{4}, {2, 3, 4}},
      {{2, 1, 4}, {3, 1}},
      {{2, 3, 1}, {2, 1, 4}},
      {{}, {3, 4}},
      {{3, 4}, {}},
      {{}, {}},
      {{1}, {}},
      {{1, 1}, {5}},
      {{1}, {1}},
      {{0, 4}, {1, 4}},
      {{0}, {1}},
      {{3, 1}, {0}},
      {{0}, {}},
    };
    for (long[][] shape : shapes) {
      samples.add(sample("contiguous", left.sample(0, shape[0]), right.sample(1, shape[1])));
    }
    samples.add(
        views(
            "transposed and not",
            Variable::transpose,
            x -> x,
            left.sample(0, 4, 3),
            right.sample(1, 3, 4)));
    samples.add(
        views(
            "sliced and transposed",
            Samples::stepped,
            Variable::transpose,
            left.sample(0, 6, 8),
            right.sample(1, 4, 3)));
    samples.add(
        views(
            "sliced row",
            x -> x,
            x -> x.get(Index.range(0, 8).step(2)),
            left.sample(0, 3, 4),
            right.sample(1, 8)));
    samples.add(
        views(
            "expanded both ways",
            x -> x.expand(3, 4),
            x -> x.expand(3, 4),
            left.sample(0, 3, 1),
            right.sample(1, 4)));
    samples.add(
        views(
            "permuted",
            x -> x.permute(2, 0, 1),
            x -> x.permute(1, 2, 0),
            left.sample(0, 2, 3, 4),
            right.sample(1, 3, 4, 2)));
    samples.add(twice(left == right ? left.sample(0, 3, 4) : POSITIVE.sample(0, 3, 4)));
    samples.add(
        new Sample(
            "one operand and its transpose",
            List.of(POSITIVE.sample(0, 3, 3)),
            x -> new Variable[] {x[0], x[0].transpose()},
            false));
    double[] a = left.specialValues();
    samples.add(rough("special values", Variable.of(a).unsqueeze(1), Variable.of(a)));
    return samples;
  }

  /** Three arrays that broadcast together. */
  static List<Sample> triples(Domain first, Domain second, Domain third) {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 4}, {3, 4}, {3, 4}},
      {{3, 4}, {4}, {3, 1}},
      {{1, 4}, {3, 1}, {}},
      {{}, {2}, {2, 2}},
      {{}, {}, {}},
      {{0, 2}, {1, 2}, {2}},
    };
    for (long[][] shape : shapes) {
      samples.add(
          sample(
              "contiguous",
              first.sample(0, shape[0]),
              second.sample(1, shape[1]),
              third.sample(2, shape[2])));
    }
    samples.add(
        new Sample(
            "transposed, sliced and expanded",
            List.of(first.sample(0, 4, 3), second.sample(1, 6, 8), third.sample(2, 3, 1)),
            x -> new Variable[] {x[0].transpose(), stepped(x[1]), x[2].expand(3, 4)},
            true));
    return samples;
  }

  /** Arrays and a slope for all, or for each channel. */
  static List<Sample> slopes() {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 4}, {1}}, {{3, 4}, {4}}, {{2, 3, 4}, {3}}, {{7}, {1}}, {{0, 4}, {4}}, {{}, {1}}
    };
    for (long[][] shape : shapes) {
      samples.add(sample("contiguous", REAL.sample(0, shape[0]), POSITIVE.sample(1, shape[1])));
    }
    samples.add(
        views(
            "transposed and expanded",
            Variable::transpose,
            x -> x.expand(4),
            REAL.sample(0, 4, 3),
            POSITIVE.sample(1, 1)));
    return samples;
  }

  /** Arrays of two and three axes whose last one is at least 3. */
  static List<Sample> images() {
    return List.of(
        sample("contiguous", REAL.sample(0, 2, 4)),
        sample("contiguous", REAL.sample(0, 2, 3, 3)),
        view("transposed", Variable::transpose, REAL.sample(0, 4, 3)));
  }

  static List<Sample> vectorsAndMatrices() {
    return arrays(REAL).stream()
        .filter(s -> {
          int rank = s.operands(s.leaves(DType.FLOAT64))[0].rank();
          return rank == 1 || rank == 2;
        })
        .toList();
  }

  /** A mask and two arrays. */
  static List<Sample> choices() {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 4}, {3, 4}, {3, 4}},
      {{3, 1}, {4}, {3, 4}},
      {{3, 4}, {}, {1, 4}},
      {{4}, {3, 1}, {}},
      {{}, {3}, {2, 1}},
      {{}, {}, {}},
      {{0, 2}, {1, 2}, {2}},
      {{1}, {1}, {1}},
    };
    for (long[][] shape : shapes) {
      samples.add(
          sample("contiguous", mask(shape[0]), REAL.sample(0, shape[1]), REAL.sample(1, shape[2])));
    }
    samples.add(
        new Sample(
            "transposed",
            List.of(mask(4, 3), REAL.sample(0, 6, 8), REAL.sample(1, 4, 3)),
            x -> new Variable[] {x[0].transpose(), stepped(x[1]), x[2].transpose()},
            true));
    samples.add(
        new Sample(
            "same operand twice",
            List.of(mask(3), REAL.sample(0, 3)),
            x -> new Variable[] {x[0], x[1], x[1]},
            true));
    return samples;
  }

  static Variable mask(long... shape) {
    return REAL.sample(5, shape).gt(0.1);
  }

  /** Inputs, weights and, if asked for, biases of affine maps. */
  static List<Sample> linear(boolean bias) {
    List<Sample> samples = new ArrayList<>();
    long[][] sizes = {
      {3, 4, 5}, {4, 5}, {2, 3, 4, 5}, {7, 13, 6}, {1, 1, 1}, {0, 4, 5}, {2, 0, 4, 3}, {3, 0, 5}
    };
    for (long[] size : sizes) {
      int rank = size.length - 1;
      long in = size[rank - 1];
      long out = size[rank];
      Variable x = REAL.sample(0, Arrays.copyOf(size, rank));
      Variable weight = REAL.sample(1, out, in);
      samples.add(
          bias
              ? sample("contiguous", x, weight, REAL.sample(2, out))
              : sample("contiguous", x, weight));
    }
    Variable x = REAL.sample(0, 4, 3).transpose();
    Variable weight = REAL.sample(1, 4, 5).transpose();
    samples.add(
        bias
            ? sample("transposed", x, weight, REAL.sample(2, 5, 2).select(1, 0))
            : sample("transposed", x, weight));
    return samples;
  }

  /** Operands of matrix products. */
  static List<Sample> products() {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 4}, {4, 5}},
      {{4}, {4}},
      {{3, 4}, {4}},
      {{4}, {4, 5}},
      {{2, 3, 4}, {2, 4, 5}},
      {{2, 3, 4}, {4, 5}},
      {{2, 3, 4}, {4}},
      {{4}, {2, 4, 5}},
      {{3, 4}, {2, 4, 5}},
      {{2, 1, 3, 4}, {3, 4, 2}},
      {{1, 2, 3}, {2, 3, 1}},
      {{7, 13}, {13, 6}},
      {{1, 1}, {1, 1}},
      {{1}, {1}},
      {{1, 5}, {5, 1}},
      {{5, 1}, {1, 5}},
      {{0, 4}, {4, 5}},
      {{3, 0}, {0, 5}},
      {{3, 4}, {4, 0}},
      {{0}, {0}},
      {{2, 0, 4}, {4, 3}},
      {{2, 3, 0}, {0, 3}},
      {{0, 3, 4}, {0, 4, 5}},
      {{0, 3, 4}, {4, 5}},
    };
    for (long[][] shape : shapes) {
      samples.add(sample("contiguous", REAL.sample(0, shape[0]), REAL.sample(1, shape[1])));
    }
    UnaryOperator<Variable> t = Variable::transpose;
    UnaryOperator<Variable> same = x -> x;
    samples.add(views("transposed left", t, same, REAL.sample(0, 4, 3), REAL.sample(1, 4, 5)));
    samples.add(views("transposed right", same, t, REAL.sample(0, 3, 4), REAL.sample(1, 5, 4)));
    samples.add(views("both transposed", t, t, REAL.sample(0, 4, 3), REAL.sample(1, 5, 4)));
    samples.add(
        views(
            "sliced with steps",
            Samples::stepped,
            x -> x.get(Index.all().step(2), Index.all().step(3)),
            REAL.sample(0, 6, 8),
            REAL.sample(1, 8, 7)));
    samples.add(
        views(
            "expanded batch",
            x -> x.expand(3, 2, 4),
            x -> x.permute(1, 2, 0),
            REAL.sample(0, 2, 4),
            REAL.sample(1, 2, 3, 4)));
    samples.add(
        views(
            "expanded matrix",
            x -> x.expand(3, 4),
            x -> x.expand(4, 2),
            REAL.sample(0, 4),
            REAL.sample(1, 4, 1)));
    samples.add(twice(REAL.sample(0, 3, 3)));
    samples.add(twice(REAL.sample(0, 4)));
    samples.add(twice(REAL.sample(0, 2, 3, 3)));
    samples.add(
        new Sample(
            "one operand and its transpose",
            List.of(REAL.sample(0, 3, 4)),
            x -> new Variable[] {x[0], x[0].transpose()},
            true));
    return samples;
  }

  /** Two vectors, of equal lengths or not. */
  static List<Sample> vectors(boolean equalLengths) {
    List<Sample> samples = new ArrayList<>();
    for (long[] sizes : new long[][] {{4, 4}, {67, 67}, {1, 1}, {0, 0}, {3, 5}, {0, 3}}) {
      if (sizes[0] == sizes[1] || !equalLengths) {
        samples.add(sample("contiguous", REAL.sample(0, sizes[0]), REAL.sample(1, sizes[1])));
      }
    }
    samples.add(
        views(
            "sliced and expanded",
            x -> x.get(Index.all().step(3)),
            x -> x.expand(4),
            REAL.sample(0, 12),
            REAL.sample(1, 1)));
    samples.add(twice(REAL.sample(0, 5)));
    return samples;
  }

  /** Arrays that can be joined along axis 0, one to three of them. */
  static List<Sample> joinable(boolean equalShapes) {
    List<Sample> samples = new ArrayList<>();
    long[][][] shapes = {
      {{3, 4}, {3, 4}},
      {{2}, {2}, {2}},
      {{2, 3, 4}},
      {{0, 2}, {0, 2}},
      {{1, 1}, {1, 1}},
      {{2, 4}, {1, 4}, {3, 4}},
      {{2, 3}, {0, 3}},
    };
    for (long[][] shape : shapes) {
      Variable[] parts = new Variable[shape.length];
      boolean equal = true;
      for (int k = 0; k < parts.length; k++) {
        parts[k] = REAL.sample(k, shape[k]);
        equal &= parts[k].shape().equals(parts[0].shape());
      }
      if (equal || !equalShapes) {
        samples.add(sample("contiguous", parts));
      }
    }
    samples.add(
        views(
            "transposed and sliced",
            Variable::transpose,
            Samples::stepped,
            REAL.sample(0, 4, 3),
            REAL.sample(1, 6, 8)));
    samples.add(twice(REAL.sample(0, 3, 4)));
    if (equalShapes) {
      samples.add(sample("scalars", REAL.sample(0), REAL.sample(1)));
    }
    return samples;
  }

  /** A target and a source of the given shapes. */
  static List<Sample> updates(long[] target, long[] source) {
    long[] flipped = {source[1], source[0]};
    return List.of(
        sample("contiguous", REAL.sample(0, target), REAL.sample(1, source)),
        views(
            "sliced and transposed",
            x -> x.get(Index.all().step(2)),
            Variable::transpose,
            REAL.sample(0, 2 * target[0], target[1]),
            REAL.sample(1, flipped)),
        views(
            "expanded",
            x -> x.expand(target),
            x -> x.expand(source),
            REAL.sample(0, 1, target[1]),
            REAL.sample(1, 1)));
  }
}
